"""One-time codes for collecting a reward: seven random digits and one that checks them.

Digits only, because they are read out loud and typed on any keyboard. The last is Damm's check digit: it tells every
single wrong digit and every swap of two neighbours, so a slip of the hand never meets another person's code.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from points.errors import CodeMistyped

CODE_DIGITS: Final = 8

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


def _check(digits: str) -> int:
    state = 0
    for digit in digits:
        state = DAMM[state][int(digit)]
    return state


def new_code() -> str:
    """Eight digits, unpredictable."""
    body = f"{secrets.randbelow(10 ** (CODE_DIGITS - 1)):0{CODE_DIGITS - 1}}"
    return f"{body}{_check(body)}"


def normalise(typed: str) -> str:
    """The code as it is indexed, from whatever was typed around it: spaces, hyphens, full-width digits.

    Raises CodeMistyped.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", typed[:64]) if not c.isspace() and c not in "-–—_·")
    if len(plain) != CODE_DIGITS or not (plain.isascii() and plain.isdigit()) or _check(plain) != 0:
        raise CodeMistyped
    return plain
