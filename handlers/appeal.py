"""积分申诉: why points are stopped or were taken back; the resident's words against it, in one step."""

from __future__ import annotations

from dataclasses import dataclass
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
from points.appeals import Against
from points.fairness_models import AppealState, ClawedBack
from points.freezes import Frozen

MOST_CHARACTERS: Final = 1000
MOST_OFFERED: Final = 5


class Step(StrEnum):
    WHICH = "which"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class _Matter:
    """What can be objected to: its name among others, the question, and what is said when all was said."""

    against: Against
    id: str
    area_code: str
    label: str
    question: str
    over: str


async def begin(turn: Turn) -> Outcome:
    matters = await _matters(turn)
    if not matters:
        return Done(words.APPEAL_NOTHING, (entry("points", texts.POINTS_TITLE),))
    waits, free = False, []
    for one in matters:
        before = await appeals.of_subject(turn.db, against=one.against, subject_id=one.id)
        if before and before[-1].state is AppealState.OPEN:
            waits = True
        elif appeals.has_room([said.state for said in before]):
            free.append(one)
    if not free:
        return Done(words.APPEAL_WAITS) if waits else Done(matters[0].over, (entry("human", texts.TO_HUMAN),))
    if len(free) == 1:
        return _ask(turn, free[0])
    options = tuple(Option(one.id, one.label) for one in free[:MOST_OFFERED])
    return Ask(Step.WHICH, words.APPEAL_WHICH, (*options, Option(NO, texts.NOT_NOW)))


async def which(turn: Turn) -> Outcome:
    if turn.answer.value == NO:
        return Done(words.APPEAL_LATER)
    chosen = next((one for one in await _matters(turn) if one.id == turn.answer.value), None)
    return Done(words.APPEAL_NOTHING) if chosen is None else _ask(turn, chosen)


def _ask(turn: Turn, one: _Matter) -> Ask:
    turn.draft = {"against": one.against.value, "id": one.id, "area": one.area_code}
    return Ask(Step.WORDS, one.question, (Option(NO, texts.NOT_NOW),), accepts=TEXT, greedy=True)


async def _matters(turn: Turn) -> list[_Matter]:
    """The freeze of the wallet at home, else of one elsewhere; what was taken back of late, the newest first."""
    frozen = await freezes.of_resident(turn.db, resident_id=turn.resident_id)
    home = await area_of(turn)
    nearest = sorted(frozen, key=lambda one: one.area_code != home)[:1]
    taken = await sanctions.recent_claw_backs(turn.db, resident_id=turn.resident_id)
    return [*map(_of_freeze, nearest), *map(_of_claw_back, taken)]


def _of_freeze(one: Frozen) -> _Matter:
    until = day(one.ends_at)
    question = words.APPEAL_ASK.format(until=until, reason=brief(one.reason, 40))
    over = words.APPEAL_OVER.format(until=until)
    return _Matter(Against.FREEZE, one.id, one.area_code, words.APPEAL_FREEZE, question, over)


def _of_claw_back(one: ClawedBack) -> _Matter:
    said = {"day": day(one.taken_at), "amount": one.taken_points + one.owed_points}
    question = words.APPEAL_ASK_TAKEN.format(**said, reason=brief(one.reason, 40))
    label = words.APPEAL_TAKEN.format(**said)
    return _Matter(Against.CLAWBACK, one.id, one.area_code, label, question, words.APPEAL_OVER_TAKEN)


async def reasons(turn: Turn) -> Outcome:
    if turn.answer.value == NO:
        return Done(words.APPEAL_LATER)
    said = masking.storable(turn.answer.text).strip()[:MOST_CHARACTERS]
    if not said:
        return Unclear()
    whose = {"resident_id": turn.resident_id, "words": said}
    if turn.draft["against"] == Against.CLAWBACK:
        await sanctions.appeal_claw_back(turn.db, turn.vault, clawback_id=turn.draft["id"], **whose)
    else:
        await sanctions.appeal(turn.db, turn.vault, area_code=turn.draft["area"], **whose)
    return Done(words.APPEAL_DONE)


APPEAL: Final = Dialogue(
    "appeal", words.APPEAL_TITLE, begin, {Step.WHICH: which, Step.WORDS: reasons}, needs_identity=True
)
