"""How many points: all, half, or a number that is said."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from handlers import texts_points as words
from handlers.dialogue import TEXT, Ask, Option, Turn
from handlers.prompt import COUNT, plain
from nlp import numerals

_SAID: Final = re.compile(r"[0-9]{1,9}|[零一二两三四五六七八九十百]{1,7}")


def ask(step: StrEnum, text: str, available: int) -> Ask:
    """The question, with all and half of it to choose from."""
    options = [Option(str(available), words.AMOUNT_ALL.format(count=available), ("全部", "都", "所有", "全部都"))]
    if available > 1:
        half = available // 2
        options.append(Option(str(half), words.AMOUNT_HALF.format(count=half), ("一半", "半")))
    return Ask(step, text, tuple(options), accepts=TEXT, slot=COUNT)


def said(turn: Turn) -> int:
    """The number that was chosen or said; 0 if none was."""
    found = _SAID.search(turn.answer.value or plain(turn.answer.text))
    if found is None:
        return 0
    return int(found.group()) if found.group().isdecimal() else numerals.number(found.group()) or 0
