"""Lengths of time and what is measured by them: 三天了, 两个多月, 三天后, 这两天; and words such as 现在 and 最近."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from nlp import tables
from nlp.alternatives import any_of
from nlp.late import Late
from nlp.moments import Found, midnight, value
from nlp.numerals import number

_AMOUNT: Final = (
    "个把|多(?=[年日天月])|好些|[一两三四五六七八九][两三四五六七八九](?=[个天年周]|小时|分钟)|好几十?|十几|几十?|[很好许]多|数十?|上百|(?:一|大|小)?半|一?整|成(?=[个日天夜晚])"
    "|[0-9]{1,3}(?:\\.5)?|[零一二两俩仨三四五六七八九十廿百]{1,4}"
)
_UNIT: Final = (
    "小时|钟头|(?<=个)(?:多)?钟(?![头表点])|分钟|刻钟|秒钟?|分半|天(?![花桥井台然气线宝猫])|日(?=[以之]?[后前内])|(?<=[多数])日|(?<=第[一二三四五六七八九十0-9])日|(?<=个)(?:[春夏秋冬][天季]|[采供]暖季|[暑寒]假)"
    "|周(?![一二三四五六日天末岁边围长期年])|(?<=[一两])周(?=[一二两三四五六七][次回天趟])|(?:星期|礼拜)(?![一二三四五六日天1-7])|(?<=[个俩仨半多来余把数两])月|号头"
    "|年(?![级龄代轻纪货糕检度会味夜底初])(?![一二三四五六七八九0-9]{1,2}班)|季度|学期|(?<=[一两二三个])旬|宿(?!舍)|(?<!半)夜(?![市宵班间里])|晚上|晚(?![报会饭点安餐上])"
    "|下午|上午|早上|(?<=个)白天|周末|余?载|辈子"
)
_SPELL: Final = Late(
    "(?P<near>[这那](?=[两三几一])|前(?=[两二三几0-9])|最?近|头(?=[两三几])|过去|未来|接下来|今后|往后|(?<!最)后(?=[两三几]天)|每隔?|隔"
    "|第|连续|一连|连着|整整|快|不到|将近|再过|(?<![超不经路通难])过)?"
    "(?:(?:[0-9]{1,2}|[一两二三四五六七八九十])[-~到至])?"
    f"(?P<amount>{_AMOUNT})[多来余几]?个?多?大?(?P<and_half>半)?(?P<unit>{_UNIT})(?:[多半](?!亏))?"
    "(?P<way>[以之]?[后前内](?![门面边院排楼台])|之?内)?"
)
_AMOUNTS: Final = (
    dict(
        zip(
            (
                "半",
                "一半",
                "大半",
                "小半",
                "整",
                "一整",
                "成",
                "几",
                "好几",
                "数",
                "十几",
                "几十",
                "好几十",
                "数十",
                "上百",
            ),
            (0.5, 0.5, 0.7, 0.4, 1.0, 1.0, 1.0, 3.0, 5.0, 3.0, 15.0, 30.0, 50.0, 30.0, 100.0),
            strict=True,
        )
    )
    | dict.fromkeys(("很多", "好多", "许多", "多", "好些"), 10.0)
    | {"个把": 1.0}
)
_HOURS: Final = {
    "小时": 1.0,
    "钟头": 1.0,
    "钟": 1.0,
    "多钟": 1.0,
    "分钟": 1 / 60,
    "刻钟": 0.25,
    "秒": 1 / 3600,
    "分半": 1 / 60,
}
_DAYS: Final = dict.fromkeys(("周", "星期", "礼拜", "周末"), 7) | dict.fromkeys(("年", "载", "余载"), 365)
_DAYS.update(dict.fromkeys(("春天", "夏天", "秋天", "冬天", "春季", "夏季", "秋季", "冬季"), 90))
_DAYS.update({"暑假": 60, "寒假": 30, "采暖季": 120, "供暖季": 120})
_DAYS.update({"月": 30, "号头": 30, "季度": 91, "学期": 150, "旬": 10, "辈子": 25000})
_NUMERALS: Final = "0123456789.零一二两三四五六七八九十百千"
_CONDITION: Final = re.compile(r"\(\?<?[=!][^()]*\)")
_COMING: Final = frozenset({"未来", "接下来", "今后", "往后", "后"})
_GOING: Final = frozenset({"过", "再过"})
_FARTHEST: Final = timedelta(days=36500)


@dataclass(frozen=True, slots=True)
class _Length:
    time: timedelta
    grain: str


def spell_at(text: str, position: int, now: datetime, *, forward: bool) -> Found | None:
    """The length of time that begins at this place, resolved where it says from when (三天后, 这两天)."""
    match = _SPELL.compiled.match(text, position)
    if match is None or _is_part_of_more(match, text):
        return None
    length = _length(match)
    near, way = match["near"] or "", match["way"] or ""
    if near in _GOING and not way:
        way = "后"
    if way:
        return Found(position, match.end(), _from_distance(way, now, length))
    end = match.end()
    if near.startswith(("每", "隔")):
        recurs = "week" if match["unit"] in {"周", "星期", "礼拜", "周末"} else "day"
        return Found(position, end, value(now, now + length.time, length.grain, recurs))
    follows = _SPELL.compiled.match(text, end)
    if follows is not None and not follows["near"] and not follows["way"] and not near:
        end = follows.end()
    if near in _COMING or (near == "这" and forward):
        return Found(position, end, _between(now, now + length.time, length))
    kind = None if near in {"这", "那", "前", "近", "最近", "头", "过去"} else "duration"
    return Found(position, end, _between(now - length.time, now, length, kind))


def _is_part_of_more(match: re.Match[str], text: str) -> bool:
    """Whether the number belongs to something longer (有一天, 哪一天, 2020年, 半夜)."""
    before = text[max(0, match.start() - 1) : match.start()]
    if before and (before in "哪某" or (before == "有" and match["amount"] == "一")):
        return True
    if before and match["near"] is None and (before in _NUMERALS or before == "-"):
        return True
    return match["near"] == "第" and match["unit"] not in {"天", "年", "日", "周"}


def _length(match: re.Match[str]) -> _Length:
    said, unit = match["amount"], match["unit"]
    if len(said) == 2 and said[0] in "一两三四五六七八九" and said[1] in "两三四五六七八九":
        said = said[0]
    amount = _AMOUNTS.get(said) or (float(said) if said[0] in "0123456789" else float(number(said) or 1))
    amount += 0.5 if match["and_half"] else 0.0
    if unit in _HOURS or unit == "秒钟":
        return _Length(timedelta(hours=amount * _HOURS.get(unit, 1 / 3600)), "minute")
    return _Length(min(timedelta(days=max(1, round(amount * _DAYS.get(unit, 1)))), _FARTHEST), "day")


def _from_distance(way: str, now: datetime, length: _Length) -> dict[str, object]:
    if way.endswith("内"):
        return value(now, now + length.time, length.grain)
    moment = now - length.time if way.endswith("前") else now + length.time
    if length.grain == "day":
        return _days(moment.date(), 1)
    moment = moment.replace(second=0, microsecond=0)
    return value(moment, moment + timedelta(minutes=1), length.grain)


def _between(first: datetime, after: datetime, length: _Length, kind: str | None = None) -> dict[str, object]:
    return value(first, after, length.grain, kind=kind)


def _days(first: date, count: int) -> dict[str, object]:
    return value(midnight(first), midnight(first + timedelta(days=count)), "day")


def word_at(text: str, position: int, now: datetime) -> Found | None:
    """The word for a time that begins at this place, by the table."""
    match = _words().match(text, position)
    if match is None:
        return None
    row = _rows()[match.group()]
    low, high, grain = int(row["from"]), int(row["to"]), row["unit"]
    if grain == "day":
        today = midnight(now.date())
        first, after = today + timedelta(days=low), today + timedelta(days=high)
        after = max(after, first + timedelta(days=1)) if high else now
    else:
        first = (now + timedelta(hours=low)).replace(second=0, microsecond=0)
        after, grain = (now + timedelta(hours=high, minutes=1)).replace(second=0, microsecond=0), "minute"
    return Found(position, match.end(), value(first, after, grain, row["recurs"] or None))


@cache
def _rows() -> dict[str, dict[str, str]]:
    return {_CONDITION.sub("", word): row for row in tables.rows("time-words") for word in row["words"].split()}


@cache
def words() -> tuple[str, ...]:
    """The words of the table, without the conditions on what stands around them."""
    return tuple(_rows())


@cache
def _words() -> re.Pattern[str]:
    found = [word for row in tables.rows("time-words") for word in row["words"].split()]
    longest_first = sorted(found, key=lambda word: len(_CONDITION.sub("", word)), reverse=True)
    return re.compile(f"{any_of(longest_first)}(?![饭餐])")
