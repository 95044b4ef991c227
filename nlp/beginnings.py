"""Where in a text a time may begin: a look at each character and what follows it, before anything is read."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from nlp import clocks, day_grammar, periods, spells
from nlp.alternatives import searched

_N: Final = "[0-9零〇一二两俩仨三四五六七八九十廿百几]"
_AMOUNT: Final = "(?=[0-9零一二两俩仨三四五六七八九十廿百几个多好很许数上大小半一整成])"
# The first characters of what times are counted in.
_UNIT: Final = (
    "(?:[天日年月周秒钟刻旬夜晚载宿]|小(?=时)|分(?=[钟半])|星(?=期)|礼(?=拜)|季(?=度)|学(?=期)|[上下](?=午)|早(?=上)|白(?=天)"
    "|辈(?=子)|[春夏秋冬](?=[天季])|[采供](?=暖)|[暑寒](?=假)|号(?=头))"
)
# A number before what times are counted in: 三点, 3-5天, 十来个小时, 2026-12-01.
_NUMBER: Final = re.compile(
    f"{_N}(?={_N}{{0,8}}(?:[.:/~到至-]|[多来余几]?个?多?大?半?(?:{_UNIT}|[点时]|号(?![楼院栋门线店]))))"
)
_PATTERNS: Final = (
    "[今明昨前后次当寻琴听大](?=[天日朝个儿早晚晨夜上中下前后头晌明])",
    "(?<=[今明昨每前后当天周期拜一二三四五六日天0-9七八九十号])[早晚晨夜]",
    f"[早晚差初快过第这前后头近隔]{_AMOUNT}",
    "那(?=[两三几一])",
    "[上下这本](?=[上下个周星礼月季学])",
    "周(?=[一二三四五六日天末1-7])",
    "[每闰]",
    f"[数半整](?=十|整|[多来余几]?个?多?大?半?{_UNIT})",
    "一(?=[连整])",
    "[农阴](?=历)",
    "月(?=[上中下初底末月])",
    "多(?=[年日天月])",
    "好(?=[些几多])",
    "[很许](?=多)",
    "[大小](?=半)",
    "成(?=[个日天夜晚])",
)
_WORDS: Final = (
    *("星期", "礼拜", "双休", "工作日", "夜儿", "天天", "年年", "世纪", "上世", "最近", "过去", "未来", "接下来"),
    *("今后", "往后", "连续", "连着", "整整", "不到", "将近", "再过", "个把", "上百"),
)


def positions(text: str) -> list[int]:
    """The positions of a normalised text at which a time may begin, in order; at no other does one."""
    found = [match.start() for match in _beginning().finditer(text)]
    numbers = [match.start() for match in _NUMBER.finditer(text)]
    return sorted({*found, *numbers}) if numbers else found


@cache
def _beginning() -> re.Pattern[str]:
    """Matches one character, so that the next is looked at as well."""
    words = (*_WORDS, *clocks.WORDS, *day_grammar.WORDS, *periods.WORDS, *spells.words())
    return searched((*_PATTERNS, *sorted({f"{word[0]}(?={word[1]})" for word in words if len(word) > 1})))
