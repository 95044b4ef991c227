"""What is on its way out: kinds, states and errors, never what is said to whom."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, Json, Listing, Nothing, page
from community.permissions import Permission
from core import clock, outbox
from core.errors import Invalid, NotFound, Refused
from core.outbox import OutboxRow, OutboxState

_PERMISSION: Final = Permission.OUTBOX


class NothingToRetry(Refused):
    """Only a dead, held or expired row is put back."""

    code = "nothing_to_retry"


class OutboxQuery(Listing):
    state: OutboxState | None = None


async def listing(call: Call, query: OutboxQuery) -> Json:
    rows = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(query.limit)
    if query.state is not None:
        rows = rows.where(OutboxRow.state == query.state.value)
    if query.cursor is not None:
        rows = rows.where(OutboxRow.id < _number(query.cursor, "cursor"))
    found = list((await call.db.execute(rows)).scalars())
    return page([shown(row) for row in found], limit=query.limit, cursor=str(found[-1].id) if found else None)


async def show(call: Call, _: Nothing) -> Json:
    return shown(await _row(call))


async def retry(call: Call, _: Nothing) -> Json:
    row = await _row(call)
    if not await outbox.retry(call.db, row_id=row.id):
        raise NothingToRetry(state=row.state)
    await call.db.refresh(row)
    return shown(row)


async def _row(call: Call) -> OutboxRow:
    number = _number(call.path["id"], "id")
    row = (await call.db.execute(select(OutboxRow).where(OutboxRow.id == number))).scalar_one_or_none()
    if row is None:
        raise NotFound("outbox_row_not_found")
    return row


def _number(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid(fields={field: "number"})
    return int(text)


def shown(row: OutboxRow) -> Json:
    """The JSON of a row, without payload and owner."""
    return {
        "id": row.id,
        "kind": row.kind,
        "key": row.key,
        "state": row.state,
        "urgent": row.urgent,
        "attempts": row.attempts,
        "next_at": clock.iso(row.next_at),
        "last_error": row.last_error,
        "created_at": clock.iso(row.created_at),
        "expires_at": clock.iso(row.expires_at) if row.expires_at else None,
        "settled_at": clock.iso(row.settled_at) if row.settled_at else None,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/outbox", listing, _PERMISSION, OutboxQuery, shapes.Page[answers.OutboxLine],
        "Rows of the outbox, newest first", "outbox list",
    ),
    Endpoint("GET", "/outbox/{id}", show, _PERMISSION, Nothing, answers.OutboxLine, "One row", "outbox show"),
    Endpoint(
        "POST", "/outbox/{id}/retry", retry, _PERMISSION, Nothing, answers.OutboxLine,
        "Put a dead, held or expired row back", "outbox retry",
    ),
)  # fmt: skip
