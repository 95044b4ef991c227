"""Updates of grid systems as they are kept: each once, sealed, with what became of it.

An update belongs to a report, or waits for PARKED_HOURS until the far side's number that it names is known.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues.models import PURPOSE_UPDATE, GridUpdateRow, Issue
from core import clock, outbox
from core.crypto import Unreadable, Vault
from core.db import dialect_insert, dump_json
from core.errors import Conflict

PARKED_HOURS: Final = 24


class UpdateContradicts(Conflict):
    """The same `update_id` came before with another body."""

    code = "update_contradicts"


class Outcome(StrEnum):
    """What became of an update; `ignored` is one that the table has no row for in the report's state."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    IGNORED = "ignored"
    UNKNOWN_STATUS = "unknown_status"
    PARKED = "parked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class GridUpdate:
    """One update as it was read from the wire. `status` is their word, `body_hash` the SHA-256 of the body."""

    update_id: str
    status: str
    occurred_at: datetime
    body_hash: str
    event_no: str | None = None
    external_no: str | None = None
    round: int | None = None
    text: str = ""
    reason: str = ""
    photos: tuple[str, ...] = ()
    org: str = ""
    handler_name: str = ""
    deadline_at: datetime | None = None

    def said(self) -> dict[str, Any]:
        """What is kept sealed."""
        return {
            "text": self.text,
            "reason": self.reason,
            "photos": list(self.photos),
            "org": self.org,
            "handler_name": self.handler_name,
            "deadline_at": self.deadline_at.isoformat() if self.deadline_at else None,
        }


async def is_known(db: AsyncSession, *, connector: str, update_id: str, body_hash: str) -> bool:
    """Whether this update came before. Raises UpdateContradicts."""
    query = select(GridUpdateRow.body_hash).where(
        GridUpdateRow.connector == connector, GridUpdateRow.update_id == update_id
    )
    known = (await db.execute(query)).scalar_one_or_none()
    if known is None:
        return False
    if known != body_hash:
        raise UpdateContradicts(update_id=update_id)
    return True


async def keep(
    db: AsyncSession, vault: Vault, *, row_id: str, connector: str, update: GridUpdate, issue: Issue | None
) -> bool:
    """Write the update down, sealed; False when another transaction was first."""
    owner_id, body = await _sealed(db, vault, row_id, update, issue)
    done = await db.execute(
        dialect_insert(db, GridUpdateRow)
        .values(
            id=row_id,
            connector=connector,
            update_id=update.update_id,
            body_hash=update.body_hash,
            issue_id=issue.id if issue else None,
            external_no=update.external_no,
            round=update.round,
            status=update.status,
            occurred_at=min(update.occurred_at, clock.now()),
            received_at=clock.now(),
            outcome=Outcome.PARKED.value,
            owner_id=owner_id,
            body=body,
        )
        .on_conflict_do_nothing(index_elements=["connector", "update_id"])
    )
    return outbox.rowcount(done) == 1


async def _sealed(
    db: AsyncSession, vault: Vault, row_id: str, update: GridUpdate, issue: Issue | None
) -> tuple[str, bytes]:
    """Under the report's key; under one of its own while we don't know whose it is, or when they were erased."""
    text = dump_json(update.said())
    if issue is not None:
        try:
            return issue.owner_id, await vault.seal_for(db, issue.owner_id, PURPOSE_UPDATE, text)
        except Unreadable:
            pass
    await vault.new_key(db, row_id)
    return row_id, await vault.seal_for(db, row_id, PURPOSE_UPDATE, text)


async def settle(db: AsyncSession, *, row_id: str, issue: Issue, outcome: Outcome) -> None:
    await db.execute(
        sql_update(GridUpdateRow)
        .where(GridUpdateRow.id == row_id)
        .values(outcome=outcome.value, issue_id=issue.id)
        .execution_options(synchronize_session=False)
    )


async def parked(db: AsyncSession, *, connector: str, external_no: str) -> list[GridUpdateRow]:
    """What waits for this number, oldest first."""
    rows = await db.execute(
        select(GridUpdateRow)
        .where(
            GridUpdateRow.connector == connector,
            GridUpdateRow.external_no == external_no,
            GridUpdateRow.outcome == Outcome.PARKED.value,
            GridUpdateRow.received_at > clock.now() - timedelta(hours=PARKED_HOURS),
        )
        .order_by(GridUpdateRow.occurred_at, GridUpdateRow.received_at, GridUpdateRow.id)
    )
    return list(rows.scalars())


async def of(db: AsyncSession, issue: Issue) -> list[GridUpdateRow]:
    """All that was said about a report, in order of arrival."""
    rows = await db.execute(
        select(GridUpdateRow)
        .where(GridUpdateRow.issue_id == issue.id)
        .order_by(GridUpdateRow.received_at, GridUpdateRow.id)
    )
    return list(rows.scalars())


async def opened(db: AsyncSession, vault: Vault, row: GridUpdateRow) -> GridUpdate:
    """A kept update as it came; without its words when their owner was erased."""
    try:
        said = json.loads(await vault.open_for(db, row.owner_id, PURPOSE_UPDATE, row.body))
    except Unreadable:
        said = {}
    until = said.get("deadline_at")
    return GridUpdate(
        update_id=row.update_id,
        status=row.status,
        occurred_at=row.occurred_at,
        body_hash=row.body_hash,
        external_no=row.external_no,
        round=row.round,
        text=said.get("text", ""),
        reason=said.get("reason", ""),
        photos=tuple(said.get("photos", ())),
        org=said.get("org", ""),
        handler_name=said.get("handler_name", ""),
        deadline_at=datetime.fromisoformat(until) if until else None,
    )


async def expire_parked(db: AsyncSession) -> int:
    """Give up on updates that waited for PARKED_HOURS; how many. They stay to be seen."""
    done = await db.execute(
        sql_update(GridUpdateRow)
        .where(
            GridUpdateRow.outcome == Outcome.PARKED.value,
            GridUpdateRow.received_at <= clock.now() - timedelta(hours=PARKED_HOURS),
        )
        .values(outcome=Outcome.EXPIRED.value)
        .execution_options(synchronize_session=False)
    )
    return outbox.rowcount(done)
