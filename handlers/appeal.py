"""积分申诉: why points cannot be spent just now and until when; the resident's words against it, in one step."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import masking, sanctions
from handlers import texts
from handlers import texts_points as words
from handlers.common import area_of
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.prompt import NO
from handlers.wording import brief, day
from points import appeals, freezes
from points.appeals import ROUNDS
from points.fairness_models import AppealState
from points.freezes import Frozen

MOST_CHARACTERS: Final = 1000


class Step(StrEnum):
    WORDS = "words"


async def begin(turn: Turn) -> Outcome:
    frozen = await _frozen(turn)
    if frozen is None:
        return Done(words.APPEAL_NOTHING, (entry("points", texts.POINTS_TITLE),))
    before = await appeals.of_freeze(turn.db, freeze_id=frozen.id)
    if before and before[-1].state is AppealState.OPEN:
        return Done(words.APPEAL_WAITS)
    if len(before) >= ROUNDS:
        return Done(words.APPEAL_OVER.format(until=day(frozen.ends_at)), (entry("human", texts.TO_HUMAN),))
    turn.draft = {"area": frozen.area_code}
    text = words.APPEAL_ASK.format(until=day(frozen.ends_at), reason=brief(frozen.reason, 40))
    return Ask(Step.WORDS, text, (Option(NO, texts.NOT_NOW),), accepts=TEXT, greedy=True)


async def _frozen(turn: Turn) -> Frozen | None:
    """The freeze of the wallet at home, else of one elsewhere."""
    found = await freezes.of_resident(turn.db, resident_id=turn.resident_id)
    home = await area_of(turn)
    return next((one for one in found if one.area_code == home), found[0] if found else None)


async def reasons(turn: Turn) -> Outcome:
    if turn.answer.value == NO:
        return Done(words.APPEAL_LATER)
    said = masking.storable(turn.answer.text).strip()[:MOST_CHARACTERS]
    if not said:
        return Unclear()
    await sanctions.appeal(turn.db, turn.vault, area_code=turn.draft["area"], resident_id=turn.resident_id, words=said)
    return Done(words.APPEAL_DONE)


APPEAL: Final = Dialogue("appeal", words.APPEAL_TITLE, begin, {Step.WORDS: reasons}, needs_identity=True)
