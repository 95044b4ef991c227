"""Phones, identity and case numbers, and the words of packaged tables such as relations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from nlp import tables
from nlp.alternatives import searched
from nlp.late import Late
from nlp.numerals import spoken_digits

_SPOKEN: Final = "[零〇幺一二两三四五六七八九0-9]"
_PHONE: Final = Late(
    r"(?<![0-9a-z])(?:\+?86[- ]?)?(1[3-9][0-9](?:[- ]?[0-9]{4}){2})(?![0-9])"
    r"|(?<![0-9])(0[0-9]{2,3}[- ]?[1-9][0-9]{6,7})(?![0-9])"
    f"|([一幺](?:{_SPOKEN}[- ，]?){{9}}{_SPOKEN})(?!{_SPOKEN})"
)
# Without one of these runs a text holds no number that is looked for here.
_MAY_BE: Final = re.compile(f"[0-9一幺](?:(?<=[0-9])[0-9]{{2}}|(?<=[一幺])(?:{_SPOKEN}[- ，]?){{2}})")
_IDCARD: Final = Late(r"(?<![0-9a-z])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9x](?![0-9a-z])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TICKET: Final = Late(
    r"(?<![0-9a-z])((?:[rdsxyq]|gd-?)[0-9]{7,16})(?![0-9a-z])"
    r"|(?:工单|订单|单号|预约号|预约单|流水号|回执号?|查询号|案件号?|报修号|登记号|申请号|受理单|兑换码|取货码|编号|受理号|报修单|单子)(?:编号|号码|尾号|后四位|号)?(?:是|为|:)?\s?([a-z]{0,4}-?[0-9]{3,20}(?:-[0-9]{2,8}){0,2})(?![0-9号栋])"
)


class FoundValue(NamedTuple):
    """A value of a slot type at `start:end` of the normalised text."""

    type: str
    start: int
    end: int
    value: Any


def find_numbers(text: str) -> Iterator[FoundValue]:
    """Identity numbers with a true checksum, phones and case numbers; identity before phone, they hold no other."""
    if _MAY_BE.search(text) is None:
        return
    for match in _IDCARD.compiled.finditer(text):
        if _checksum_holds(match.group()):
            masked = match.group()[0] + "*" * 16 + match.group()[-1].upper()
            yield FoundValue("idcard", match.start(), match.end(), masked)
    for match in _TICKET.compiled.finditer(text):
        group = 1 if match[1] else 2
        yield FoundValue("ticket", match.start(group), match.end(group), match[group].upper())
    for match in _PHONE.compiled.finditer(text):
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
def _listed(name: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The words of a table, longest first, and what each stands for."""
    means = {word: row.get("means") or word for row in tables.rows(name) for word in row["words"].split("|")}
    return searched(sorted(means, key=len, reverse=True)), means


def find_listed(slot_type: str, table: str, text: str) -> Iterator[FoundValue]:
    """Words of a packaged table, by their canonical name."""
    pattern, means = _listed(table)
    for match in pattern.finditer(text):
        yield FoundValue(slot_type, match.start(), match.end(), means.get(match.group(), match.group()))
