"""Places in a message: areas and roads by their last word, the grammar of buildings, landmarks, and the gazetteer.

Neighbouring pieces are joined to the longest span that helps somebody find the spot. A place that only the speaker
knows (我家楼下, 楼道里) is marked deictic and must be asked back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from nlp import tables
from nlp.numerals import number

_N: Final = "(?:[0-9]{1,5}|[零一二两三四五六七八九十百]{1,5})"
_COUNTED: Final = (
    "号楼|号院|号房|号店|号车位|号门|号桥|号梯|号窗口?|号库|栋楼|栋|幢|座|单元|号(?!线|车|[0-9](?![0-9]{2,3}(?![0-9点月年])))|弄|排|期|楼|层|室|房|户|区"
    "|门(?=[0-9一二三四五六七八九])|组(?!织|长|建)|队(?=[0-9一二三四五六七八九])"
)
_ROOM: Final = f"[a-z]?{_N}(?:室|房|户)?(?![0-9点月年天个人元块路斤米])"
# 3栋2单元501, 23号院2号楼, b座1203 · 7-2-1103 · 5-302
_UNITS: Final = (
    f"(?:(?:[a-z负]?{_N}(?:-[0-9]{{1,4}})?|[甲乙丙丁东西南北a-z][0-9]?(?=[栋座区幢]))(?:{_COUNTED}))+(?:{_ROOM})?"
    "|(?<![0-9:.-])[0-9]{1,3}-[0-9]{1,2}-[0-9]{2,4}(?:室|房)?(?![0-9-])"
    "|(?<![0-9:.-])[a-z]?[0-9]{1,3}-[0-9]{3,4}(?:室|房)?(?![0-9-])"
    "|(?<![0-9:.-])[0-9]{1,2}-[0-9]{1,2}(?=门口|车位|楼)"
    "|(?<![^\0，。！？、 上下壁门住])(?:[1-9]|[12][0-9]|3[0-6])0[1-9](?![^\0，。！？、 家])"
)
_NUMERALS: Final = re.compile(f"{_N}(?=号|栋|幢|座|单元|楼|层|室|房|户|门|排|组|期|弄)|(?<=[元栋楼幢座]){_N}$")
_JOINT: Final = re.compile(r"(?:的|与|和|跟|到|至|、|嘅|[那嗰]的?[个块条片座栋家排]?|\s)?")
# So many of something is no place: 五户, 三排, 一层灰.
_QUANTITY: Final = re.compile(
    "[一两二三四五六七八九十百]{1,3}(?:户|排|座|室|院|房|弄)[一二三四五六七八九十]?|[0-9]+户|一层"
)
_WHOLE_BUILDING: Final = re.compile("栋|幢|座|号|弄|-|区")
_NAME: Final = r"[\u4e00-\u9fffa-z0-9·]"
# What happens at a place or is brought there; a name begins after such a word and never holds one.
_HAPPENS: Final = (
    "停堵堆摆扔丢倒挂吃喝跑坐蹲躺躲睡贴掉砸漏滴渗冒吵骂租扫拍锁喊找查念祝考搬抬飘挤踩踢绕擦淹刷"
    "塌裂断翘倾栽拴搭问讲话带等叫陪训探敢肯就只各插抽灌落搁离标冲管"
)
_WORD: Final = f"(?:(?![{_HAPPENS}]|(?<!解)放|开(?![发元心福泰阳封平远])){_NAME})"
_BEGINS: Final = f"(?:(?<!{_NAME})|(?<=[{_HAPPENS}进出往朝放开]))"
# A clause in pinyin that the table of pinyin cannot read, by its last word: chunxi yuan beimen.
_SPELLED: Final = (
    "(?:(?<![a-z0-9 ，。！？])|(?<=[，。！？])|(?<=[，。！？] ))(?:[a-z0-9]{1,12} ){0,3}[a-z]{0,12}"
    "(?:lu|jie|yuan|li|men|kou|dong|lou|xiang|wan|cun|hao|zhen|gongdi|guangchang|xiaoqu|danyuan)(?![a-z0-9 ])"
)
_SAYS_ENOUGH: Final = 3
"""Words of kind of this length are places without a name: 便利店, but not 公司."""
_ANCHOR: Final = "\1"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place at `start:end` of the normalised text."""

    start: int
    end: int
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    kind: str


@cache
def _table(kind: str) -> str:
    """The words of one kind as alternatives, longest first so that the longest wins."""
    words = next(row["words"] for row in tables.rows("places") if row["kind"] == kind)
    return "|".join(sorted(words.split("|"), key=len, reverse=True))


@cache
def _stops() -> re.Pattern[str]:
    return re.compile(_table("stop"))


@cache
def _own() -> re.Pattern[str]:
    """What belongs to the speaker or is pointed at: 我们那栋楼, 整条街, 这条巷子, 楼下."""
    counted = "(?:[这那嗰呢]?[一成]?[栋棟座幢层層排条條片个個家边邊户]?)"
    return re.compile(
        f"(?:我们?|我哋|自|邻居|隔壁){counted}(?:{_table('belongs')})(?:{_table('tail')})?"
        f"|[整满][栋棟个個条條层層幢座片]?(?:{_table('belongs')})|整[栋棟层幢]|整单元"
        f"|[这那][一]?[栋棟条條座幢片排](?:{_table('belongs')})"
        f"|(?<![东西南北校大后正侧前万])(?:{_table('own')})(?:{_table('tail')})?"
    )


@cache
def _pieces_pattern() -> re.Pattern[str]:
    """Named areas and roads, building numbers and landmarks; names stop at the words that were blanked out."""
    long = f"{_table('area')}|{_table('place')}"
    alone = "|".join(word for word in _table("place").split("|") if len(word) >= _SAYS_ENOUGH)
    return re.compile(
        f"(?P<units>{_UNITS})"
        f"|(?P<named>(?:{_WORD}{{1,8}}?(?:{long})|{_WORD}{{1,6}}?(?:{_table('short')})+)+)"
        f"|(?P<landmark>{_SPELLED}|{_table('landmark')}|{alone})"
    )


@cache
def _bare_pattern() -> re.Pattern[str]:
    """Names without a word of kind: before a position (大润发门口), and old neighbourhoods by their last character."""
    return re.compile(
        f"{_BEGINS}{_WORD}{{2,6}}(?={_ANCHOR})"
        f"|{_BEGINS}{_WORD}{{1,2}}(?!{_table('inner')}){_WORD}(?:{_table('hood')})(?![头面边外])"
    )


@cache
def _anchors() -> re.Pattern[str]:
    return re.compile(f"(?:{_table('anchor')})")


@cache
def _landmarks() -> re.Pattern[str]:
    return re.compile(_table("landmark"))


@cache
def _tail() -> re.Pattern[str]:
    return re.compile(f"(?:{_table('tail')})")


def find_places(text: str, *, names: frozenset[str], taken: list[tuple[int, int]]) -> Iterator[FoundPlace]:
    """Every place of a normalised text, in order; `taken` spans (times, phones) hold no place."""
    blanked = _blank(text, taken)
    known = list(_known(blanked, names))
    pieces = [*known, *_own_pieces(_blank_pieces(blanked, known)), *_other_pieces(blanked, known)]
    for run in _runs(text, sorted(_without_overlap(pieces), key=lambda piece: piece.start)):
        if _QUANTITY.fullmatch(text, run[0].start, run[-1].end) is None:
            yield FoundPlace(run[0].start, run[-1].end, _value(text, run))


def _blank(text: str, spans: list[tuple[int, int]], *, blank: str = "\0") -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = blank * (end - start)
    return "".join(characters)


def _blank_pieces(text: str, pieces: list[_Piece], *, blank: str = "\0") -> str:
    return _blank(text, [(piece.start, piece.end) for piece in pieces], blank=blank)


def _known(text: str, names: frozenset[str]) -> Iterator[_Piece]:
    """Places of the gazetteer, wherever they are named, the longer name first."""
    for name in sorted(names, key=lambda one: (-len(one), one)):
        start = text.find(name) if name else -1
        while start >= 0:
            yield _Piece(start, start + len(name), "known")
            start = text.find(name, start + len(name))


def _own_pieces(text: str) -> Iterator[_Piece]:
    for match in _own().finditer(text):
        yield _Piece(match.start(), match.end(), "own")


def _other_pieces(blanked: str, known: list[_Piece]) -> Iterator[_Piece]:
    own = list(_own_pieces(_blank_pieces(blanked, known)))
    rest = _blank_pieces(_blank_pieces(blanked, known), own)
    units = [_Piece(match.start(), match.end(), "units") for match in re.finditer(_UNITS, rest)]
    rest = _stops().sub(lambda match: "\0" * len(match.group()), _blank_pieces(rest, units))
    yield from _bare(_blank_pieces(blanked, known), units)
    for match in _pieces_pattern().finditer(rest):
        kind = match.lastgroup or "landmark"
        yield _Piece(match.start(), match.end(), kind)
    yield from units
    for match in _landmarks().finditer(_blank_pieces(_blank_pieces(blanked, known), [*own, *units])):
        yield _Piece(match.start(), match.end(), "landmark")


def _bare(text: str, units: list[_Piece]) -> Iterator[_Piece]:
    """Names that only what follows, or their last character, tells for names."""
    text = _blank_pieces(text, units, blank=_ANCHOR)
    text = _anchors().sub(lambda match: _ANCHOR * len(match.group()), text)
    text = _stops().sub(lambda match: "\0" * len(match.group()), text)
    for match in _bare_pattern().finditer(text):
        yield _Piece(match.start(), match.end(), "named")


def _without_overlap(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Of overlapping pieces the one that begins first, then the longest."""
    end = -1
    for piece in sorted(pieces, key=lambda one: (one.start, -one.end)):
        if piece.start >= end:
            yield piece
            end = piece.end


def _runs(text: str, pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Join pieces that touch or are linked by 的, 与 or 和, each with the words of position that follow it."""
    run: list[_Piece] = []
    for found in pieces:
        if run and found.end <= run[-1].end:
            continue
        piece = _Piece(found.start, _with_tails(text, found.end), found.kind)
        if run and piece.start < run[-1].end:
            piece = _Piece(run[-1].end, piece.end, piece.kind)
            if piece.start >= piece.end:
                continue
        if run and not _linked(text, run[-1], piece):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _with_tails(text: str, end: int) -> int:
    while True:
        joint = end + 1 if text[end : end + 1] == "的" else end
        match = _tail().match(text, joint)
        if match is None:
            return end
        end = match.end()


def _linked(text: str, before: _Piece, after: _Piece) -> bool:
    joint = _JOINT.match(text, before.end)
    return joint is not None and joint.end() >= after.start


def _value(text: str, run: list[_Piece]) -> dict[str, Any]:
    words = text[run[0].start : run[-1].end]
    kinds = {piece.kind for piece in run}
    units = [text[piece.start : piece.end] for piece in run if piece.kind == "units"]
    named = [text[piece.start : piece.end] for piece in run if piece.kind == "named"]
    sure = "known" in kinds or not all(map(_is_kind_only, named)) or any(_WHOLE_BUILDING.search(unit) for unit in units)
    vague = not kinds.isdisjoint({"own", "units", "named"}) or _everywhere().fullmatch(words) is not None
    return {"name": canonical(words), "deictic": vague and not sure}


def _is_kind_only(named: str) -> bool:
    """Whether a name is none: 我家小区, 我们那栋楼."""
    return _kind().fullmatch(named) is not None or _everywhere().fullmatch(named) is not None


@cache
def _kind() -> re.Pattern[str]:
    return re.compile(
        f"(?:家|本|这|那)?(?:个|里|片|[栋幢座排]|{_table('area')})?[楼院区]?(?:(?!路)(?>{_table('tail')}))*+"
    )


@cache
def _everywhere() -> re.Pattern[str]:
    """Landmarks that a community has many of, and positions at one of them."""
    return re.compile(f"(?>{_table('everywhere')})(?>{_table('tail')})*+")


def canonical(words: str) -> str:
    """A place with the numbers of its buildings in digits: 三栋二单元五零一 → 3栋2单元501."""
    return _NUMERALS.sub(_digits, words)


def _digits(match: re.Match[str]) -> str:
    value = number(match.group())
    return match.group() if value is None or match.group().isdigit() else str(value)
