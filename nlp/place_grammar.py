"""The expressions that places are read by: building numbers, named areas, landmarks, what only the speaker knows."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from nlp import tables
from nlp.alternatives import any_of, searched

_N: Final = "(?:[0-9]{1,5}|[零一二两三四五六七八九十百]{1,5})"
_DIGIT: Final = "[0-9零一二两三四五六七八九十百]"
_COUNTED: Final = (
    "号楼|号院|号房|号店|号车位|号门|号桥|号梯|号窗口?|号库|栋楼|栋|幢|座|单元|号(?!线|车|[0-9](?![0-9]{2,3}(?![0-9点月年])))|弄|排|期|楼|层|室|房|户|区"
    "|门(?=[0-9一二三四五六七八九])|组(?!织|长|建)|队(?=[0-9一二三四五六七八九])"
)
_ROOM: Final = f"[a-z]?{_N}(?:室|房|户)?(?![0-9点月年天个人元块路斤米])"
# 3栋2单元501, 23号院2号楼, b座1203 · 7-2-1103 · 5-302
UNITS: Final = re.compile(
    f"(?={_DIGIT}|[a-z负甲乙丙丁东西南北])(?:(?:(?:[a-z负]?{_N}(?:-[0-9]{{1,4}})?|[甲乙丙丁东西南北a-z][0-9]?(?=[栋座区幢]))(?:{_COUNTED}))+(?:{_ROOM})?"
    "|(?<![0-9:.-])[0-9]{1,3}-[0-9]{1,2}-[0-9]{2,4}(?:室|房)?(?![0-9-])"
    "|(?<![0-9:.-])[a-z]?[0-9]{1,3}-[0-9]{3,4}(?:室|房)?(?![0-9-])"
    "|(?<![0-9:.-])[0-9]{1,2}-[0-9]{1,2}(?=门口|车位|楼)"
    "|(?<![^\0，。！？、 上下壁门住])(?:[1-9]|[12][0-9]|3[0-6])0[1-9](?![^\0，。！？、 家]))"
)
NUMERALS: Final = re.compile(f"{_N}(?=号|栋|幢|座|单元|楼|层|室|房|户|门|排|组|期|弄)|(?<=[元栋楼幢座]){_N}$")
_NAME: Final = r"[\u4e00-\u9fffa-z0-9·]"
# What happens at a place or is brought there; a name begins after such a word and never holds one.
_HAPPENS: Final = (
    "停堵堆摆扔丢倒挂吃喝跑坐蹲躺躲睡贴掉砸漏滴渗冒吵骂租扫拍锁喊找查念祝考搬抬飘挤踩踢绕擦淹刷挖"
    "塌裂断翘倾栽拴搭问讲话带等叫陪训探敢肯就只各插抽灌落搁离标冲管"
)
_WORD: Final = f"(?:(?![{_HAPPENS}]|放(?<!解放)|开(?![发元心福泰阳封平远])){_NAME})"
_BEGINS: Final = f"(?:(?<!{_NAME})|(?<=[{_HAPPENS}进出往朝放开]))"
# A clause in pinyin that the table of pinyin cannot read, by its last word: chunxi yuan beimen.
SPELLED: Final = re.compile(
    "(?:(?<![a-z0-9 ，。！？])|(?<=[，。！？])|(?<=[，。！？] ))(?:[a-z0-9]{1,12} ){0,3}[a-z]{0,12}"
    "(?:lu|jie|yuan|li|men|kou|dong|lou|xiang|wan|cun|hao|zhen|gongdi|guangchang|xiaoqu|danyuan)(?![a-z0-9 ])"
)
_SAYS_ENOUGH: Final = 3
"""Words of kind of this length are places without a name: 便利店, but not 公司."""
ANCHOR: Final = "\1"


@cache
def _words(kind: str) -> tuple[str, ...]:
    """The words of one kind, longest first so that the longest wins."""
    words = next(row["words"] for row in tables.rows("places") if row["kind"] == kind)
    return tuple(sorted(words.split("|"), key=len, reverse=True))


def _table(*kinds: str) -> str:
    """The words of these kinds as one expression, those of the first kind before all others."""
    return any_of(word for kind in kinds for word in _words(kind))


@cache
def stops() -> re.Pattern[str]:
    """Words at which a name ends."""
    return searched(_words("stop"))


@cache
def own() -> re.Pattern[str]:
    """What belongs to the speaker or is pointed at: 我们那栋楼, 整条街, 这条巷子, 楼下."""
    counted = "(?:[这那嗰呢]?[一成]?[栋棟座幢层層排条條片个個家边邊户]?)"
    firsts = "我自邻隔整满这那" + "".join(word[0] for word in _words("own"))
    return re.compile(
        f"(?=[{firsts}])(?:(?:[整满][栋棟个個条條层層幢座片]?|[这那][一]?[栋棟条條座幢片排])(?:{_table('belongs')})"
        "|整[栋棟層幢]|整单元"
        f"|(?:(?:我们?|我哋|自|邻居|隔壁){counted}(?:{_table('belongs')})"
        f"|(?<![东西南北校大后正侧前万])(?:{_table('own')}))(?:{_table('tail')})?)"
    )


@cache
def pieces() -> re.Pattern[str]:
    """Named areas and roads, building numbers and landmarks; names stop at the words that were blanked out."""
    return re.compile(
        f"(?P<units>{UNITS.pattern})"
        f"|(?P<named>(?:{_WORD}{{1,8}}?(?:{_table('area', 'place')})|{_WORD}{{1,6}}?(?:{_table('short')})+)+)"
        f"|(?P<landmark>{any_of(_without_name())})"
    )


@cache
def last_words() -> re.Pattern[str]:
    """Where none of these occurs, nothing has a name or a number, and only landmarks are left."""
    return searched((_DIGIT, *_words("area"), *_words("place"), *_words("short")))


def _without_name() -> list[str]:
    """Landmarks, and words of kind that say enough without a name."""
    return [*_words("landmark"), *(word for word in _words("place") if len(word) >= _SAYS_ENOUGH)]


@cache
def bare() -> re.Pattern[str]:
    """Names without a word of kind: before a position (大润发门口), and old neighbourhoods by their last character."""
    return re.compile(
        f"{_BEGINS}{_WORD}{{2,6}}(?={ANCHOR})"
        f"|{_BEGINS}{_WORD}{{1,2}}(?!{_table('inner')}){_WORD}(?:{_table('hood')})(?![头面边外])"
    )


@cache
def hoods() -> re.Pattern[str]:
    return searched(_words("hood"))


@cache
def anchors() -> re.Pattern[str]:
    """Positions that a name stands before: 门口, 对面."""
    return searched(_words("anchor"))


@cache
def landmarks() -> re.Pattern[str]:
    return searched(_words("landmark"))


@cache
def tail() -> re.Pattern[str]:
    """A position at a place: 门口, 楼下."""
    return searched(_words("tail"))


@cache
def kind() -> re.Pattern[str]:
    """What says of a place no more than its kind: 小区, 那栋楼."""
    return re.compile(
        f"(?:家|本|这|那)?(?:个|里|片|[栋幢座排]|{_table('area')})?[楼院区]?(?:(?!路)(?>{_table('tail')}))*+"
    )


@cache
def everywhere() -> re.Pattern[str]:
    """Landmarks that a community has many of, and positions at one of them."""
    return re.compile(f"(?>{_table('everywhere')})(?>{_table('tail')})*+")
