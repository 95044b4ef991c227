"""Numbers as residents write them: 3, 三, 二十三, 五零一, 两."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = {
    **{str(value): value for value in range(10)},
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    "〇": 0,
    "幺": 1,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_UNITS: Final = {"十": 10, "百": 100}


def number(text: str) -> int | None:
    """The value of a whole number below 1,000 in words, or of digits read one by one (五零一 → 501)."""
    if not text:
        return None
    if not any(character in _UNITS for character in text):
        digits = spoken_digits(text)
        return None if digits is None else int(digits)
    total = 0
    current: int | None = None
    for character in text:
        unit = _UNITS.get(character)
        if unit is not None:
            total += (1 if current is None else current) * unit
            current = None
        elif character in _DIGITS:
            current = _DIGITS[character]
        else:
            return None
    return total + (current or 0)


def spoken_digits(text: str) -> str | None:
    """The digits of 一三八零零 or 138OO written out; None when something else stands among them."""
    found = [_DIGITS.get(character) for character in text]
    if not found or len(found) > 20 or None in found:
        return None
    return "".join(map(str, found))
