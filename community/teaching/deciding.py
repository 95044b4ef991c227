"""What workers make of examples: taken with a label, dismissed, written by hand, or brought in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community.teaching import candidates, cleaning, labels
from community.teaching.labels import Label
from community.teaching.models import Candidate, CandidateState, Source
from core import clock, outbox
from core.crypto import Vault
from core.db import dialect_insert, new_id, violated
from core.errors import Invalid, Refused

MOST_ROWS: Final = 5000


class CandidateDecided(Refused):
    """Somebody took or dismissed this example already."""

    code = "candidate_decided"


class ExampleKnown(Refused):
    """The same words are an example already."""

    code = "example_known"


class WordsGone(Refused):
    """Whoever said this was erased meanwhile."""

    code = "words_gone"


class TableBroken(Invalid):
    """A line of a table cannot be an example; the field names file and line. Nothing was changed."""

    code = "table_broken"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table, as it stands there."""

    number: int
    text: str
    intent: str
    category: str = ""
    danger: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many lines became examples, and how many were known with the same label."""

    added: int
    known: int


async def take(
    db: AsyncSession, vault: Vault, *, row: Candidate, label: Label, text: str | None, worker_id: str
) -> None:
    """Make an open example plain and labelled: from now on it trains, or judges where it is held out.

    `text` replaces the words. Raises CandidateDecided, ExampleKnown, WordsGone, TextUnusable, PersonalData.
    """
    said = text if text is not None else await candidates.words(db, vault, row)
    if not said:
        raise WordsGone
    plain = cleaning.without_persons(said)
    values = _plain(vault, plain, label, worker_id)
    try:
        async with db.begin_nested():
            await _decide(db, row.id, values)
    except IntegrityError as error:
        if violated(error, "uq_teaching_candidate_text_index", "teaching_candidate.text_index"):
            raise ExampleKnown from None
        raise


async def dismiss(db: AsyncSession, *, row: Candidate, worker_id: str) -> None:
    """Drop the words; the same are not asked about again while the row is kept. Raises CandidateDecided."""
    values = {"state": CandidateState.DISMISSED.value, "decided_by": worker_id, "decided_at": clock.now()}
    await _decide(db, row.id, values | {"owner_id": None, "sealed": None})


async def _decide(db: AsyncSession, candidate_id: str, values: dict[str, Any]) -> None:
    decided = await db.execute(
        update(Candidate)
        .where(Candidate.id == candidate_id, Candidate.state == CandidateState.OPEN.value)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(decided) == 0:
        raise CandidateDecided


def _plain(vault: Vault, text: str, label: Label, worker_id: str) -> dict[str, Any]:
    """The columns of a taken example."""
    text_index = cleaning.index(vault, text)
    return {
        "state": CandidateState.TAKEN.value,
        "owner_id": None,
        "sealed": None,
        "text": text,
        "text_index": text_index,
        "intent": label.intent,
        "category": label.category or None,
        "danger": label.danger or None,
        "held_out": candidates.is_held_out(text_index),
        "decided_by": worker_id,
        "decided_at": clock.now(),
    }


async def add(db: AsyncSession, vault: Vault, *, text: str, label: Label, area_code: str, worker_id: str) -> str:
    """An example in a worker's own words; its id. One that waits with the same words is taken by it.

    Raises ExampleKnown, TextUnusable, PersonalData.
    """
    made = await _put(db, _plain(vault, cleaning.without_persons(text), label, worker_id), area_code)
    if made is None:
        raise ExampleKnown
    return made


async def _put(db: AsyncSession, plain: dict[str, Any], area_code: str) -> str | None:
    """The id of the row that holds the example now; None when the words were taken before."""
    new = {"id": new_id(), "source": Source.MANUAL.value, "area_code": area_code, "created_at": plain["decided_at"]}
    upsert = (
        dialect_insert(db, Candidate)
        .values(plain | new)
        .on_conflict_do_update(
            index_elements=["text_index"], set_=plain, where=Candidate.state != CandidateState.TAKEN.value
        )
        .returning(Candidate.id)
    )
    made: str | None = (await db.execute(upsert)).scalar_one_or_none()
    return made


async def import_lines(
    db: AsyncSession, vault: Vault, *, name: str, lines: Sequence[Line], area_code: str, worker_id: str
) -> Imported:
    """All lines of a table become examples, or none does. Raises TableBroken for the first that cannot."""
    if not lines or len(lines) > MOST_ROWS:
        raise TableBroken(fields={name: f"1 to {MOST_ROWS} lines"})
    rows = [_checked(vault, name, line, worker_id) for line in lines]
    added = 0
    for line, plain in zip(lines, rows, strict=True):
        if await _put(db, plain, area_code) is not None:
            added += 1
        elif not await _is_labelled_so(db, plain):
            raise TableBroken(fields={f"{name}:{line.number}": "known with another label"})
    return Imported(added, len(rows) - added)


def _checked(vault: Vault, name: str, line: Line, worker_id: str) -> dict[str, Any]:
    """The columns of a line's example. Raises TableBroken."""
    try:
        label = labels.checked(line.intent, line.category, line.danger)
        return _plain(vault, cleaning.without_persons(line.text), label, worker_id)
    except Invalid as error:
        field, said = next(iter(error.fields.items()))
        raise TableBroken(fields={f"{name}:{line.number}": f"{error.code}: {field}: {said}"}) from None


async def _is_labelled_so(db: AsyncSession, plain: dict[str, Any]) -> bool:
    query = select(Candidate.intent, Candidate.category).where(Candidate.text_index == plain["text_index"])
    row = (await db.execute(query)).one()
    return (row.intent, row.category) == (plain["intent"], plain["category"])


async def taken(db: AsyncSession) -> list[Candidate]:
    """All examples that workers took, oldest first."""
    query = select(Candidate).where(Candidate.state == CandidateState.TAKEN.value)
    return list((await db.execute(query.order_by(Candidate.decided_at, Candidate.id))).scalars())
