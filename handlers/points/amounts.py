"""Whether points may be spent and how many there are, and how many of them: all, half, or a number that is said."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from handlers import texts
from handlers import texts_points as words
from handlers.common import area_of
from handlers.dialogue import TEXT, Ask, Done, Option, Turn, Unclear, entry
from handlers.prompt import COUNT, plain
from handlers.wording import day
from nlp import numerals
from points import freezes, statements

_NO: Final = ("不", "先不", "还是不", "别")
_SAID: Final = re.compile(r"[0-9]{1,9}|[零一二两三四五六七八九十百]{1,7}")


def ask(step: StrEnum, text: str, available: int) -> Ask:
    """The question, with all and half of it to choose from."""
    options = [Option(str(available), words.AMOUNT_ALL.format(count=available), ("全部", "都", "所有", "全部都"))]
    if available > 1:
        half = available // 2
        options.append(Option(str(half), words.AMOUNT_HALF.format(count=half), ("一半", "半")))
    return Ask(step, text, tuple(options), accepts=TEXT, slot=COUNT)


def declined(turn: Turn) -> bool:
    """不捐了 instead of a number. No choice says so: its number would be taken for points."""
    text = plain(turn.answer.text)
    return not turn.answer.value and text.startswith(_NO) and _SAID.search(text) is None


def said(turn: Turn, most: int) -> int | Unclear:
    """The number that was chosen or said; the question again where there is none from 1 to `most`."""
    found = _SAID.search(turn.answer.value or plain(turn.answer.text))
    figures = found.group() if found else "0"
    count = int(figures) if figures.isdecimal() else numerals.number(figures) or 0
    return count if 1 <= count <= most else Unclear(words.AMOUNT_AGAIN.format(most=most))


async def stopped(turn: Turn) -> Done | None:
    """What to say while the resident's points here may not be spent: until when, and how to object."""
    area = await area_of(turn)
    found = await freezes.of_resident(turn.db, resident_id=turn.resident_id)
    frozen = next((one for one in found if one.area_code == area), None)
    if frozen is None:
        return None
    options = (
        entry("appeal", words.APPEAL_TITLE, words=words.APPEAL_WORDS),
        entry("points", texts.POINTS_TITLE),
    )
    return Done(words.FROZEN_UNTIL.format(until=day(frozen.ends_at)), options)


async def available(turn: Turn) -> int:
    """What the resident can spend where they live."""
    area = await area_of(turn) or ""
    return (await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)).available
