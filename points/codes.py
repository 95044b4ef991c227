"""One-time codes for collecting a reward: seven random symbols and one that checks them, shown as `8H2K-7M4Q`.

Of symbols that look alike only one is used (8 and not B, 2 and not Z, neither 0 nor O), and small letters, full-width
ones and whatever stands between them read alike. There are 23 symbols, a prime, so that the weighted sum tells every
single wrong symbol and every swap of two neighbours: a slip of the hand never meets another person's code.

Codes of eight digits, the last of which is Damm's check digit, were given out before and are still read. A new code
has two letters at least, hence no slip makes one kind of code into the other.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from points.errors import CodeMistyped

ALPHABET: Final = "23456789ACEFHJKMPQRTWXY"
LENGTH: Final = 8
MOST_TYPED: Final = 64

_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_BETWEEN: Final = frozenset("-‐‑‒–—―−_·.．。")

DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
"""The quasigroup of H. M. Damm's thesis (Marburg 2004); its diagonal of zeros makes a correct code end in 0."""


def new_code() -> str:
    """Eight symbols, unpredictable, as `normalise` gives them."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        code = body + _check_symbol(body)
        if _letters(code) > 1:
            return code


def normalise(typed: str) -> str:
    """The code as it is indexed, from however it was typed. Raises CodeMistyped."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", typed[:MOST_TYPED]) if not _is_between(c)).upper()
    if len(plain) != LENGTH or not plain.isascii() or not (_is_right(plain) or _is_old(plain)):
        raise CodeMistyped
    return plain


def shown(code: str) -> str:
    """In two groups of four, easier to read aloud."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def _check_symbol(body: str) -> str:
    """The one that makes the weighted sum 0; its own weight is 1."""
    return ALPHABET[-_sum(body) % len(ALPHABET)]


def _sum(symbols: str) -> int:
    """Weights fall from 8 to 1: they all differ and none is a multiple of 23."""
    return sum((LENGTH - place) * _VALUES[symbol] for place, symbol in enumerate(symbols))


def _is_right(plain: str) -> bool:
    return all(c in _VALUES for c in plain) and _letters(plain) > 1 and _sum(plain) % len(ALPHABET) == 0


def _is_old(plain: str) -> bool:
    if not plain.isdigit():
        return False
    state = 0
    for digit in plain:
        state = DAMM[state][int(digit)]
    return state == 0


def _letters(code: str) -> int:
    return sum(c.isalpha() for c in code)


def _is_between(character: str) -> bool:
    return character.isspace() or character in _BETWEEN
