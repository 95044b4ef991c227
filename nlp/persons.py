"""Persons in a message: names, relations, phones, identity and case numbers, and how many are meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from nlp import tables
from nlp.numerals import number, spoken_digits

_COMPOUND: Final = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯"
_TITLES: Final = (
    "奶奶|爷爷|阿姨|叔叔|大爷|大妈|大娘|大叔|大姐|大哥|师傅|医生|大夫|护士|主任|老师|先生|女士|小姐|书记|经理|警官"
    "|律师|姐|哥|婶|伯伯|婆婆|老太太|老太|老爷子|同志|队长|站长|组长"
)
_NOT_A_SURNAME: Final = (
    "区孩时学路门店心声狗猫树型费广吃卖偷气人年家龄板师公婆爷奶乡妈爸太是化旧实话虎鼠百高江马车花白黄房米康文水"
)
_SPOKEN: Final = "[零〇幺一二两三四五六七八九0-9]"
_PHONE: Final = re.compile(
    r"(?<![0-9a-z])(?:\+?86[- ]?)?(1[3-9][0-9](?:[- ]?[0-9]{4}){2})(?![0-9])"
    r"|(?<![0-9])(0[0-9]{2,3}[- ]?[1-9][0-9]{6,7})(?![0-9])"
    f"|([一幺](?:{_SPOKEN}[- ，]?){{9}}{_SPOKEN})(?!{_SPOKEN})"
)
_IDCARD: Final = re.compile(r"(?<![0-9a-z])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9x](?![0-9a-z])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TICKET: Final = re.compile(
    r"(?<![0-9a-z])([rd][0-9]{10,16})(?![0-9a-z])"
    r"|(?:工单|订单|单号|编号|受理号|报修单|单子)(?:编号|号码|号)?(?:是|为|:)?\s?([a-z]{0,3}[0-9]{3,20})(?![0-9号栋])"
)
_COUNT: Final = re.compile(
    "(?<![0-9零一二三四五六七八九十百第周拜期每月点])(?P<number>[0-9]{1,3}|[一二两俩仨三四五六七八九十]{1,3})"
    "(?P<unit>个人|个大人|个小孩|个孩子|个老人|位|人(?![民行员家工社大群])|份|名(?!字|额)|张|瓶|袋|提|箱|套|桶|盒|台|间|桌|碗|只|条|双|斤|包|罐|把|个(?!月|小时|半|星期|礼拜|钟头|单元|问题|电话|名|垃圾|井盖|路灯|建议|事|午|晚|早))"
    "|(?P<pair>[俩仨])(?P<people>人|口子|口|老人)?"
)


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value of a slot type at `start:end` of the normalised text."""

    type: str
    start: int
    end: int
    value: Any


def find_numbers(text: str) -> Iterator[FoundValue]:
    """Identity numbers with a true checksum, phones and case numbers; identity before phone, they hold no other."""
    for match in _IDCARD.finditer(text):
        if _checksum_holds(match.group()):
            masked = match.group()[0] + "*" * 16 + match.group()[-1].upper()
            yield FoundValue("idcard", match.start(), match.end(), masked)
    for match in _TICKET.finditer(text):
        group = 1 if match[1] else 2
        yield FoundValue("ticket", match.start(group), match.end(group), match[group].upper())
    for match in _PHONE.finditer(text):
        digits = _phone_digits(match)
        if digits is not None:
            group = match.lastindex or 1
            yield FoundValue("phone", match.start(group), match.end(group), digits)


def _phone_digits(match: re.Match[str]) -> str | None:
    plain = re.sub(r"[- ，]", "", match[match.lastindex or 1])
    digits = spoken_digits(plain)
    if digits is None or (match.lastindex == 3 and (len(digits) != 11 or digits[1] in "012")):
        return None
    return digits


def _checksum_holds(text: str) -> bool:
    """GB 11643: the last character is a check digit modulo 11."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return "10x98765432"[total % 11] == text[17]


@cache
def _name_pattern() -> re.Pattern[str]:
    """A name that is told (我叫…), one with a title, or 小 and 老 with a surname, each in a group of its own."""
    (row,) = tables.rows("surnames")
    surname = f"(?:{_COMPOUND}|[{row['surnames']}])"
    given = "[^\\W\\d_a-z的在是了住要想这有电和与给报也就都很说年今家号员]"
    alone = f"我是(?={surname}{given}{{1,2}}(?:[，。,. ]|$))"
    told = f"(?:我叫|{alone}|名字叫|名字是|姓名:?|姓名是|叫做|联系人:?|联系人是|本人(?={surname}))\\s?"
    return re.compile(
        f"{told}(?P<said>{surname}{given}{{1,2}})"
        f"|(?P<titled>(?:{surname}{given}{{0,2}}?|[老小]{surname})(?:{_TITLES})(?![店馆路]))"
        f"|(?<![大最很太从矮弱])(?P<short>[小老][{row['familiar']}])(?![{_NOT_A_SURNAME}])"
    )


def find_names(text: str) -> Iterator[FoundValue]:
    """Names that are told (我叫…), have a title (王奶奶), or are short (小李)."""
    for match in _name_pattern().finditer(text):
        group = match.lastgroup or "said"
        yield FoundValue("name", match.start(group), match.end(group), match[group])


def find_counts(text: str) -> Iterator[FoundValue]:
    """Numbers of people or of things; 一个 as an article is none."""
    for match in _COUNT.finditer(text):
        if match["pair"]:
            if match["people"]:
                yield FoundValue("count", match.start(), match.end(), number(match["pair"]))
            continue
        value = number(match["number"])
        if value and not (value == 1 and match["unit"] in {"个", "条", "只", "把", "间", "个人", "位", "双", "台"}):
            yield FoundValue("count", match.start(), match.end(), value)


@cache
def _listed(name: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The words of a table, longest first, and what each stands for."""
    means = {word: row.get("means", word) for row in tables.rows(name) for word in row["words"].split("|")}
    return re.compile("|".join(sorted(means, key=len, reverse=True))), means


def find_listed(slot_type: str, table: str, text: str) -> Iterator[FoundValue]:
    """Words of a packaged table, by their canonical name."""
    pattern, means = _listed(table)
    for match in pattern.finditer(text):
        yield FoundValue(slot_type, match.start(), match.end(), means.get(match.group(), match.group()))
