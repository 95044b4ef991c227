"""How many are meant: people (两个人, 一家三口), things (三份, 一箱) and measures (十几米, 三百分), as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from nlp.late import Late
from nlp.numerals import number
from nlp.persons import FoundValue

_WORDS: Final = "一二两三四五六七八九十百千万零几"
# Without one of these nothing is counted.
_NUMERIC: Final = re.compile(f"[0-9{_WORDS}半俩仨多数]")
_NUMBER: Final = (
    f"[0-9]{{1,6}}(?:\\.[0-9]{{1,2}})?[多来几万余]?|[{_WORDS}]{{1,8}}[多来余]?|半|好几|多(?=[名户家处])"
    f"|(?<![次分人步总度点倍代级少多岁])数[十百千万]?(?!分)"
)
_NOT_BEFORE: Final = "(?<![0-9a-z.:第周拜期每月点初零〇一二三四五六七八九十百千万几哪-])"
_PEOPLE: Final = (
    "个大人|个小孩|个孩子|个老人|个朋友|个同学|个同事|个志愿者|个人|口人|号人|口子|位|户"
    "|名(?![字额单称次])|人(?![民行员家工社大群生])"
)
_THINGS: Final = (
    "份|客|张|瓶|袋|提|箱|套|桶|盒|台|间|桌|碗|只|条(?!件)|双|包(?![括间])|罐|把|副|床|卷|盏|辆|部(?![门分])|根|支|枝|棵(?!松)|株|颗|件(?!事)"
    "|本(?![人来地])|枚|盆|缸|筐|笼|听|壶|口|节|道(?!理)|座|顶|家(?![店村庄湾屯镇具电])|幅|扇|块(?!钱)|组|捆|顿|针|剂|片(?!区)|堆|坛|朵|对(?![面门不方])|门(?=课)|人份|单(?![元位身])|滴|勺|串|筒|拨|队|头(?!疼)|处(?![理罚分长于])|起(?=[盗事火案电交纠违投])|席|车(?=[，。！渣垃土砖沙菜货]|$)"
    "|个(?![大小老]?(?:月|小时|钟|半|星期|礼拜|问题|名|建议|事|午|晚|早|下午|上午|工作日|字|办法|意见|头))"
)
_MEASURES: Final = (
    "kg|km|cm|ml|吨|公里|里地|里路|公分|厘米|毫米|平方米|平方|平米|米|公斤|千克|斤|克|毫升|升|度(?!假)|(?<![一三])角(?![落度色])"
    "|两(?=[，。！？的肉茶酒了 ]|$)|平(?=[，。！？ 的]|$)|里(?=[，。！？ ]|$)|分贝|万步|步|块钱|元|倍"
    "|次|趟|回|遍|尺|圈|层楼|分(?![钟之贝类成店])"
)
_HOUSEHOLD: Final = "一家[两三四五六七八]口(?:人)?|老?两口子?|[一二两三]大[一二两三]小"
_COUNT: Final = Late(
    f"(?=[0-9{_WORDS}半好俩仨老多数])(?:(?P<household>{_HOUSEHOLD})|(?P<pair>[俩仨])(?:个?人|口子|口|老人|孩子|大人)?(?![钱月]|礼拜|星期|钟头|小时)"
    f"|{_NOT_BEFORE}(?P<number>{_NUMBER})(?:(?P<people>{_PEOPLE})|(?P<measure>{_MEASURES})|(?P<things>{_THINGS}))"
    "[多来]?(?(measure)[多半]?))"
)
# 一个, 一条 is mostly an article; 一份, 一箱 is an amount.
_AMOUNTS: Final = frozenset("份袋瓶箱桶包罐盒提套卷副床客碗斤张")
_TAKEN: Final = Late("(?:加|报|算|约|留|来|补|换|订|要|借|领|兑)[我你他她上了]{0,2}$")
_CLOSED: Final = Late("[，。,.！!？?、 吧呗啊哈嘛哦]|$|(?:都|也)?(?:报|去|来|参加)")
_OFFERED: Final = frozenset({"service_order", "redeem"})
_PEOPLE_WANTED: Final = frozenset({"volunteer_signup", "service_order"})
# No part of an address: 三家汽修店, 两辆 even where a place was read around them.
_NEVER_ADDRESS: Final = re.compile("(?:个人?|户|家|条|辆|盏|棵|根|台|张|把|位|只|件|米|公里|里地)$")
_SCORED: Final = frozenset({"points_query", "redeem"})
_BARE_SCORE: Final = Late(
    "(?<=[才剩有扣加得到多少差拿够了是记])(?P<score>[0-9]{2,6}|[一二两三四五六七八九十百千]{2,7})"
    "(?=[，。,！!？? 呢了吧够还能换才没差嘛出积]|$)"
)
_BARE_SUM: Final = Late(
    "(?:赔了?|扣了?我?|罚了?我?|骗走?了?|哄走了?|花了|收了?我)(?P<sum>[0-9]{2,7}|[一二两三四五六七八九十百千万]{2,7})"
    "(?=[，。,！!？? 呢了吧还才]|$)"
)
# A sum or a score without its unit: 交了一万二, 还有三百多.
_BARE_LARGE: Final = Late(
    f"{_NOT_BEFORE}[一二两三四五六七八九几][百千万][一二三四五六七八九十百千零]{{0,6}}[多来]?"
    "(?=[，。,！!？? ]|$|[了不就才给吧呢吗嘛])"
)
_ABOUT: Final = Late("(?:一二|两三|二三|三四|三五|四五|五六|六七|七八|八九)[十百千万]?")
_SCORE_VERBS: Final = frozenset("加给扣得换少多差值记才场人")
_VAGUE: Final = frozenset("几多来半好.万千余数")


def find_counts(text: str, intents: tuple[str, ...] = ()) -> Iterator[FoundValue]:
    """Numbers with what they count; 一个 as an article is none.

    The value is the number of persons or things, 0 where it is vague (十几个) or measured (三米, 20分).
    """
    if _NUMERIC.search(text) is None:
        return
    for match in _COUNT.compiled.finditer(text):
        if match["household"] or match["pair"]:
            yield FoundValue("count", match.start(), match.end(), _household(match.group()))
        elif _is_counted(text, match, intents):
            yield FoundValue("count", match.start(), match.end(), _value(match))
    yield from _bare(text, intents)


def _bare(text: str, intents: tuple[str, ...]) -> Iterator[FoundValue]:
    """Scores and sums without a unit, each once."""
    found: dict[int, FoundValue] = {}
    for match in _BARE_LARGE.compiled.finditer(text):
        found[match.start()] = FoundValue("count", match.start(), match.end(), 0)
    for match in _BARE_SUM.compiled.finditer(text):
        found[match.start("sum")] = FoundValue("count", match.start("sum"), match.end("sum"), 0)
    if not _SCORED.isdisjoint(intents):
        for match in _BARE_SCORE.compiled.finditer(text):
            found[match.start()] = FoundValue("count", match.start(), match.end(), number(match["score"]) or 0)
    yield from found.values()


def is_address(count: FoundValue, text: str, places: Iterable[FoundValue]) -> bool:
    """Whether a number belongs to a place around it: 六组, 三道."""
    is_within = any(place.start < count.end and count.start < place.end for place in places)
    return is_within and not _NEVER_ADDRESS.search(text[count.start : count.end])


def _household(said: str) -> int:
    """一家三口 is three, 俩 two, 一大一小 two."""
    if said.startswith("一家"):
        return number(said[2]) or 0
    if said.endswith("小"):
        return (number(said[0]) or 0) + (number(said[2]) or 0)
    return number(said.lstrip("老")[0]) or 0


def _value(match: re.Match[str]) -> int:
    said = match["number"]
    if match["measure"] or not _VAGUE.isdisjoint(said) or _ABOUT.compiled.fullmatch(said):
        return 0
    return number(said) or 0


def _is_counted(text: str, match: re.Match[str], intents: tuple[str, ...]) -> bool:
    said = match["number"]
    before, after = text[: match.start()], text[match.end() :]
    if match["measure"] is not None:
        return _is_measured(said, match["measure"], before)
    if said in {"零", "万", "千", "百"}:
        return False
    if said not in {"一", "1"} or match["people"] in {"人", "名"}:
        return True
    unit = match["people"] or match["things"]
    if unit in {"个", "个人"}:
        return bool(_TAKEN.compiled.search(before[-4:])) or (
            not _PEOPLE_WANTED.isdisjoint(intents) and bool(_CLOSED.compiled.match(after))
        )
    return unit in _AMOUNTS or (unit in _THINGS.split("|") and not _OFFERED.isdisjoint(intents))


def _is_measured(said: str, unit: str, before: str) -> bool:
    """十分 is mostly an adverb, 几分 a question, 一次 and 一度 no number."""
    if said in {"零", "万", "千", "百", "好几"} or (said == "几" and unit in {"分", "度", "次", "回", "块"}):
        return False
    if unit == "分" and said in {"十", "万", "半"}:
        return before[-1:] in _SCORE_VERBS
    return not (said in {"一", "1", "半"} and unit in {"次", "回", "趟", "度", "步", "圈", "倍", "遍"})
