"""How many points there are to spend, and how many of them: all, half, or a number that is said."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from handlers import texts_points as words
from handlers.common import area_of
from handlers.dialogue import TEXT, Ask, Option, Turn, Unclear
from handlers.prompt import COUNT, plain
from nlp import numerals
from points import statements

_SAID: Final = re.compile(r"[0-9]{1,9}|[零一二两三四五六七八九十百]{1,7}")


def ask(step: StrEnum, text: str, available: int) -> Ask:
    """The question, with all and half of it to choose from."""
    options = [Option(str(available), words.AMOUNT_ALL.format(count=available), ("全部", "都", "所有", "全部都"))]
    if available > 1:
        half = available // 2
        options.append(Option(str(half), words.AMOUNT_HALF.format(count=half), ("一半", "半")))
    return Ask(step, text, tuple(options), accepts=TEXT, slot=COUNT)


def said(turn: Turn, most: int) -> int | Unclear:
    """The number that was chosen or said; the question again where there is none from 1 to `most`."""
    found = _SAID.search(turn.answer.value or plain(turn.answer.text))
    figures = found.group() if found else "0"
    count = int(figures) if figures.isdecimal() else numerals.number(figures) or 0
    return count if 1 <= count <= most else Unclear(words.AMOUNT_AGAIN.format(most=most))


async def available(turn: Turn) -> int:
    """What the resident can spend where they live."""
    area = await area_of(turn) or ""
    return (await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)).available
