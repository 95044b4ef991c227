"""Emergencies answer first: before the dialogue under way, consent, moderation, limits and the conversation's lock.

The case of an identity is a row of its own, so that answering it needs no lock. The reply says what is true: that the
page is in the outbox, or that nobody is on duty; that a person has it is said only when one acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import areas, categories, duty, issues, photos, residents
from community.issues import NewIssue
from core import clock
from core.db import Base, dialect_insert, table_of
from core.messages import InboundKind, Reply
from core.statements import Statement
from core.values import Urgency
from handlers import tables
from handlers import texts_emergency as words
from handlers.dialogue import ANYTHING, Answer, Ask, Option, Turn
from handlers.prompt import NO, YES, Prompt, chosen, match, number_in
from nlp.escape import escape_word

OPEN_FOR: Final = timedelta(minutes=30)
"""How long what somebody says next is taken to belong to their emergency."""


_HURT: Final = (
    Option(YES, words.EMERGENCY_HURT_YES, ("有", "有人伤了")),
    Option(NO, words.EMERGENCY_HURT_NO, ("没人受伤", "没有人受伤", "没人伤")),
)


class CaseStep(StrEnum):
    DOUBT = "doubt"
    PLACE = "place"
    HURT = "hurt"
    TOLD = "told"


class EmergencyCase(Base):
    """The emergency that an identity reported last; `number` is its report, None while it is in doubt."""

    __tablename__ = "emergency_case"

    identity_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    step: Mapped[str]
    number: Mapped[str | None]
    prompt_key: Mapped[str]
    opened_at: Mapped[datetime]


async def consider(turn: Turn, case: Case | None, *, is_free: bool = False) -> Reply | None:
    """Answer an emergency or what follows one; None for everything else.

    `is_free` says that no dialogue waits for these words: then what is no wish of its own still belongs to the case.
    """
    kind = turn.understood.emergency
    if (certain := turn.understood.alarm) is not None:
        return await _raise(turn, case, certain)
    if case is not None and (reply := await _follow(turn, case, is_free=is_free)) is not None:
        return reply
    if kind is not None and (case is None or case.kind != kind):
        return await _doubt(turn, kind)
    return None


CASES: Final = table_of(EmergencyCase)
_OPEN_CASE: Final = Statement(
    select(CASES.c.kind, CASES.c.step, CASES.c.number, CASES.c.prompt_key).where(
        CASES.c.identity_id == bindparam("identity_id"),
        CASES.c.opened_at > bindparam("since", type_=CASES.c.opened_at.type),
    )
)


@dataclass(frozen=True, slots=True)
class Case:
    """An emergency that what an identity says next is taken to belong to."""

    kind: str
    step: str
    number: str | None
    prompt_key: str


async def open_case(db: AsyncSession, *, identity_id: str) -> Case | None:
    row = await _OPEN_CASE.first(db, identity_id=identity_id, since=clock.now() - OPEN_FOR)
    return Case(*row) if row else None


async def _raise(turn: Turn, case: Case | None, kind: str) -> Reply:
    """A new emergency is filed and paged; more words about the same one are added to it."""
    if case is not None and case.number is not None and case.kind == kind:
        await issues.add_text(
            turn.db, turn.vault, turn.config, number=case.number, text=turn.said.text, resident_id=turn.resident_id
        )
        return _prompt(turn, case.kind, CaseStep(case.step), words.EMERGENCY_PAGED)
    found = turn.understood.place()
    place = found.text if found is not None and not found.value["deictic"] else ""
    number, channels = await _file(turn, kind, place)
    step = CaseStep.HURT if place else CaseStep.PLACE
    await _keep(turn, kind, step, number)
    return _prompt(turn, kind, step, words.EMERGENCY_PAGED if channels else words.EMERGENCY_NO_DUTY)


async def _file(turn: Turn, kind: str, place: str) -> tuple[str, int]:
    home = await residents.home(turn.db, resident_id=turn.resident_id)
    area = home.area_code or turn.account.area or await areas.default_area(turn.db)
    category = categories.for_emergency(kind)
    filed = await issues.report(
        turn.db,
        turn.vault,
        turn.config,
        resident_id=turn.resident_id,
        draft=NewIssue(
            description=turn.said.text,
            category_code=category.code,
            category_name=category.name,
            urgency=Urgency.URGENT,
            emergency=kind,
            address=place or words.EMERGENCY_UNKNOWN_PLACE,
            point=None,
            area_code=area,
            grid_code=home.grid_code,
            photos=(),
            confidential=False,
            occurred_at=turn.said.sent_at,
        ),
        source=turn.who.platform.value,
    )
    paged = await duty.page(turn.db, turn.vault, turn.config, issue_number=filed.number, emergency=kind, area_code=area)
    return filed.number, paged.channels


def _prompt(turn: Turn, kind: str, step: CaseStep, status: str) -> Reply:
    gas = turn.config.service.emergency_numbers.get("gas", "燃气公司")
    first = words.EMERGENCY_NUMBERS[kind].format(gas=gas)
    second = f"{words.EMERGENCY_ACTS[kind]}{status}"
    return _of(step, turn.message_key, before=f"{first}\n{second}").reply()


def _of(step: CaseStep, key: str, *, before: str = "") -> Prompt:
    """The prompt of a step; the same function makes it for asking and for matching."""
    text, options = {
        CaseStep.DOUBT: (
            words.EMERGENCY_ASK_NOW,
            (Option(YES, words.EMERGENCY_NOW_YES), Option(NO, words.EMERGENCY_NOW_NO)),
        ),
        CaseStep.PLACE: (words.EMERGENCY_ASK_PLACE, ()),
        CaseStep.HURT: (words.EMERGENCY_ASK_HURT, _HURT),
        CaseStep.TOLD: ("", ()),
    }[step]
    return Prompt.of(Ask(step, f"{before}\n{text}".strip(), options, accepts=ANYTHING), key)


async def _doubt(turn: Turn, kind: str) -> Reply:
    """Past, denied or a drill, perhaps: the numbers stand there while one question is asked."""
    await _keep(turn, kind, CaseStep.DOUBT, None)
    number = words.EMERGENCY_NUMBERS[kind].format(gas=turn.config.service.emergency_numbers.get("gas", "燃气公司"))
    return _of(CaseStep.DOUBT, turn.message_key, before=number).reply()


async def _follow(turn: Turn, case: Case, *, is_free: bool) -> Reply | None:
    """What is said after an emergency, while its question waits."""
    if turn.said.kind in (InboundKind.IMAGE, InboundKind.LOCATION) and case.number is not None:
        await _add(turn, case, Answer())
        return await _next(turn, case)
    if turn.said.kind in (InboundKind.EVENT, InboundKind.OTHER):
        return None
    if case.step == CaseStep.TOLD.value:
        return await _more(turn, case) if is_free else None
    answer = match(_of(CaseStep(case.step), case.prompt_key), turn.said)
    is_chosen = isinstance(answer, Answer) and bool(answer.value)
    if not isinstance(answer, Answer) or escape_word(turn.said.text) or (not is_chosen and _is_other_wish(turn)):
        await _step(turn, CaseStep.TOLD)  # they turn to something else: numbers mean that from now on
        return None
    if case.step == CaseStep.DOUBT.value:
        return await _resolve(turn, case, answer)
    return await _answered(turn, case, answer)


async def _more(turn: Turn, case: Case) -> Reply | None:
    """Words after the last question, when they wish for nothing else: they may matter to whoever comes."""
    said = turn.said.text.strip()
    is_talk = turn.understood.intent in ("greeting", "issue_report") or said in (
        *tables.words("yes"),
        *tables.words("no"),
    )
    if case.number is None or not said or is_talk or escape_word(said) or _is_other_wish(turn) or number_in(said):
        return None
    if len(said) < SHORTEST_ADDED:
        return None
    await _add(turn, case, Answer(text=said))
    return _noted(case)


SHORTEST_ADDED: Final = 4
"""Shorter words after the last question are thanks and the like."""


async def _answered(turn: Turn, case: Case, answer: Answer) -> Reply:
    """An answer to where, or to whether somebody is hurt, in whichever order it comes."""
    await _add(turn, case, answer)
    if case.step == CaseStep.PLACE.value and chosen(_HURT, turn.said.text):
        return _of(CaseStep.PLACE, case.prompt_key).reply()
    if case.step == CaseStep.HURT.value and (answer.value or turn.understood.slot("loc") is None):
        await _step(turn, CaseStep.TOLD)
        return _noted(case)
    return await _next(turn, case)


async def _next(turn: Turn, case: Case) -> Reply:
    """After a place, a picture or more words: the question that is left, if one is."""
    if case.step == CaseStep.TOLD.value:
        return _noted(case)
    await _step(turn, CaseStep.HURT)
    return _of(CaseStep.HURT, turn.message_key).reply()


def _noted(case: Case) -> Reply:
    return Reply(words.EMERGENCY_NOTED.format(number=words.EMERGENCY_NUMBER_OF[case.kind]))


def _is_other_wish(turn: Turn) -> bool:
    return turn.understood.intent not in (None, "issue_report", "other") and turn.understood.confidence >= OTHER_WISH


OTHER_WISH: Final = 0.8


async def _resolve(turn: Turn, case: Case, answer: Answer) -> Reply | None:
    if answer.value == YES:
        return await _raise(turn, None, case.kind)
    await turn.db.execute(delete(EmergencyCase).where(EmergencyCase.identity_id == turn.who.identity_id))
    return Reply(words.EMERGENCY_CALM) if answer.value == NO else None


async def _add(turn: Turn, case: Case, answer: Answer) -> None:
    """Put what was said into the report."""
    if case.number is None:
        return
    if turn.said.kind is InboundKind.IMAGE and turn.said.media is not None:
        photo_id = await photos.expect(turn.db, turn.vault, who=turn.who, media=turn.said.media)
        await photos.attach(turn.db, photo_ids=[photo_id], issue_number=case.number)
        return
    hurt = {
        YES: words.EMERGENCY_HURT_YES,
        NO: f"{words.EMERGENCY_HURT_NO}{words.EMERGENCY_HURT_YES}",
    }
    text = hurt.get(answer.value, answer.text) if case.step == CaseStep.HURT.value else answer.text
    if turn.said.point is not None:
        text = (
            f"{turn.said.label} ({turn.said.point.lng:.6f}, {turn.said.point.lat:.6f}, {turn.said.point.crs})".strip()
        )
    await issues.add_text(turn.db, turn.vault, turn.config, number=case.number, text=text, resident_id=turn.resident_id)


async def _step(turn: Turn, step: CaseStep) -> None:
    await turn.db.execute(
        update(EmergencyCase)
        .where(EmergencyCase.identity_id == turn.who.identity_id)
        .values(step=step.value, prompt_key=turn.message_key)
        .execution_options(synchronize_session=False)
    )


async def _keep(turn: Turn, kind: str, step: CaseStep, number: str | None) -> None:
    row = {
        "identity_id": turn.who.identity_id,
        "kind": kind,
        "step": step.value,
        "number": number,
        "prompt_key": turn.message_key,
        "opened_at": clock.now(),
    }
    await turn.db.execute(
        dialect_insert(turn.db, EmergencyCase)
        .values(row)
        .on_conflict_do_update(index_elements=["identity_id"], set_=row)
    )
