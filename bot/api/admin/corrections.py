"""Examples for the models: those that wait for a look are taken with a label or dismissed, others are brought."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import answers, nlp_answers
from bot.api.admin.endpoint import AreaPrefix, Call, Endpoint, InArea, Input, Json, Nothing
from community import teaching
from community.permissions import Permission
from community.teaching import MOST_ROWS, Candidate, CandidateState, Line, Source

_PERMISSION: Final = Permission.UNDERSTANDING
LARGEST_IMPORT: Final = 4 * 1024 * 1024

Word = Annotated[str, Field(max_length=40)]
Example = Annotated[str, Field(min_length=1, max_length=1000)]


class CorrectionsQuery(InArea):
    state: CandidateState | None = None
    source: Source | None = None


class Taking(Input):
    """Without an `intent` the label that the example came with is confirmed; `text` replaces its words."""

    intent: Word | None = None
    category: Word = ""
    danger: Word = ""
    text: Example | None = None


class Adding(Input):
    text: Example
    intent: Word
    category: Word = ""
    danger: Word = ""
    area: AreaPrefix = ""


class ImportedLine(Input):
    """`line` is its number in the file."""

    line: int
    text: Annotated[str, Field(max_length=2000)]
    intent: Word
    category: Word = ""
    danger: Word = ""
    source: Word = ""


class ImportedTable(Input):
    """`name` is that of the file, for the message about a line that cannot be used."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[list[ImportedLine], Field(min_length=1, max_length=MOST_ROWS)]
    area: AreaPrefix = ""
    dry_run: bool = False


async def listing(call: Call, query: CorrectionsQuery) -> Json:
    return await teaching.listing(
        call.db,
        call.vault,
        areas=call.areas(query.area),
        state=query.state,
        source=query.source,
        cursor=query.cursor,
        limit=query.limit,
    )


async def show(call: Call, _: Nothing) -> Json:
    return await teaching.show(call.db, call.vault, await _candidate(call))


async def take(call: Call, said: Taking) -> Json:
    row = await _candidate(call)
    if said.intent is None:
        label = teaching.checked(row.intent or "", said.category or row.category or "", said.danger)
    else:
        label = teaching.checked(said.intent, said.category, said.danger)
    await teaching.take(call.db, call.vault, row=row, label=label, text=said.text, worker_id=call.worker.id)
    return await _now(call, row.id)


async def dismiss(call: Call, _: Nothing) -> Json:
    row = await _candidate(call)
    await teaching.dismiss(call.db, row=row, worker_id=call.worker.id)
    return {"id": row.id, "state": CandidateState.DISMISSED.value}


async def add(call: Call, said: Adding) -> Json:
    label = teaching.checked(said.intent, said.category, said.danger)
    made = await teaching.add(
        call.db, call.vault, text=said.text, label=label, area_code=_area(call, said.area), worker_id=call.worker.id
    )
    call.subject = made
    return await _now(call, made)


async def import_(call: Call, said: ImportedTable) -> Json:
    """All lines or none; with `dry_run` none."""
    lines = [Line(one.line, one.text, one.intent, one.category, one.danger) for one in said.lines]
    area_code = _area(call, said.area)
    call.subject = "dry_run" if said.dry_run else said.name
    attempt = await call.db.begin_nested()
    done = await teaching.import_lines(
        call.db, call.vault, name=said.name, lines=lines, area_code=area_code, worker_id=call.worker.id
    )
    await (attempt.rollback() if said.dry_run else attempt.commit())
    return {"added": done.added, "known": done.known, "dry_run": said.dry_run}


async def export(call: Call, _: Nothing) -> Json:
    """All taken examples of the worker's areas, as `import` takes them."""
    areas = call.areas()
    rows = [row for row in await teaching.taken(call.db) if row.area_code.startswith(areas)]
    return {
        "items": [
            {
                "text": row.text or "",
                "intent": row.intent or "",
                "category": row.category or "",
                "danger": row.danger or "",
                "source": row.source,
            }
            for row in rows
        ],
        "next": None,
    }


async def _candidate(call: Call) -> Candidate:
    """The example in the path, if it lies in the worker's areas. Raises CandidateNotFound, NotYourTask."""
    row = await teaching.get(call.db, candidate_id=call.path["id"])
    call.require(row.area_code)
    return row


async def _now(call: Call, candidate_id: str) -> Json:
    row = await teaching.get(call.db, candidate_id=candidate_id)
    await call.db.refresh(row)
    return await teaching.show(call.db, call.vault, row)


def _area(call: Call, wanted: str) -> str:
    """Where an example without a resident belongs: the area that was named, or the worker's own."""
    found = call.areas(wanted)[0]
    call.area_code = found
    return found


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/nlp/corrections", listing, _PERMISSION, CorrectionsQuery, shapes.Page[nlp_answers.Correction],
        "Examples, the newest first", "nlp corrections list",
    ),
    Endpoint(
        "GET", "/nlp/corrections/export", export, _PERMISSION, Nothing, shapes.Page[nlp_answers.ExportedExample],
        "All taken examples", "nlp corrections export",
    ),
    Endpoint(
        "GET", "/nlp/corrections/{id}", show, _PERMISSION, Nothing, nlp_answers.Correction,
        "One example", "nlp corrections show",
    ),
    Endpoint(
        "POST", "/nlp/corrections/{id}/take", take, _PERMISSION, Taking, nlp_answers.Correction,
        "Label an example: it teaches from now on", "nlp corrections take",
    ),
    Endpoint(
        "POST", "/nlp/corrections/{id}/dismiss", dismiss, _PERMISSION, Nothing, answers.Done,
        "Drop an example's words", "nlp corrections dismiss",
    ),
    Endpoint(
        "POST", "/nlp/corrections", add, _PERMISSION, Adding, nlp_answers.Correction,
        "An example in one's own words", "nlp corrections add", status=201,
    ),
    Endpoint(
        "POST", "/nlp/corrections/import", import_, _PERMISSION, ImportedTable, nlp_answers.CorrectionsImported,
        "Take in a table of examples, all or nothing", "nlp corrections import", largest_body=LARGEST_IMPORT,
    ),
)  # fmt: skip
