"""Names under which residents stand on a public list: nothing that says who they really are, or plays somebody else.

A platform's own check of texts, where there is one, comes besides: it is asked before, outside of any transaction.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from core.errors import Refused

WORDS_FILE: Final = Path(__file__).parent / "data" / "nicknames.toml"
SHORTEST: Final = 2
LONGEST: Final = 12
MOST_DIGITS: Final = 4
"""Fewer than in any telephone number, house number with room, or birthday."""

_ALLOWED: Final = re.compile(r"[A-Za-z0-9\u3400-\u4dbf\u4e00-\u9fff·_-]+")
_A_LETTER: Final = re.compile(r"[A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")
_DIGITS: Final = re.compile(r"[0-9零〇一二三四五六七八九两壹贰叁肆伍陆柒捌玖]")
_JOINTS: Final = re.compile(r"[·_-]")


class NicknameRefused(Refused):
    """Facts: `why`, one of `length`, `signs`, `digits`, `real_name`, `word`, `platform`."""

    code = "nickname_refused"


def checked(said: str, *, real_name: str = "") -> str:
    """The nickname as it will be shown. Raises NicknameRefused."""
    name = unicodedata.normalize("NFKC", said).strip()
    if not SHORTEST <= len(name) <= LONGEST:
        raise NicknameRefused(why="length")
    if not _ALLOWED.fullmatch(name) or not _A_LETTER.search(name):
        raise NicknameRefused(why="signs")
    if len(_DIGITS.findall(name)) > MOST_DIGITS:
        raise NicknameRefused(why="digits")
    plain = _JOINTS.sub("", name).casefold()
    if len(real_name) >= SHORTEST and real_name.casefold() in plain:
        raise NicknameRefused(why="real_name")
    if any(word in plain for word in _words()):
        raise NicknameRefused(why="word")
    return name


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    groups: dict[str, list[str]] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return frozenset(word.casefold() for words in groups.values() for word in words)
