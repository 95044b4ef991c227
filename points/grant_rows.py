"""Requests as they are read and settled, many by one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, exists, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core import clock
from core.db import table_of
from core.row_statements import RowStatement
from core.statements import Statement
from points.grant_models import GrantRequest, GrantState

_TABLE: Final = table_of(GrantRequest)
_MOMENT: Final = _TABLE.c.next_at.type
_READ: Final = (
    *("id", "rule_id", "unit", "purpose", "source_kind", "source_id", "recipient_id", "area_code", "minutes", "facts"),
    *("occurred_at", "asked_by", "approved_by"),
)


@dataclass(slots=True)
class Request:
    """What a deed asked for; `facts` are codes and numbers that the rule reads."""

    id: int
    rule_id: str
    unit: str
    purpose: str
    source_kind: str
    source_id: str
    recipient_id: str
    area_code: str
    minutes: int | None
    facts: dict[str, Any] | None
    occurred_at: datetime
    asked_by: str | None
    approved_by: str | None


class Settled(NamedTuple):
    """What became of a request. `amount` is in its unit, zero unless it was paid; else `reason` is a code."""

    request: Request
    state: GrantState
    amount: int = 0
    reason: str | None = None
    rule_version: int | None = None
    transfer_id: str | None = None


def _word(state: GrantState) -> Any:
    """As it stands in the partial indexes: with a parameter in its place the planner could not use them."""
    return literal_column(f"'{state.value}'")


def _due(*columns: str) -> Select[Any]:
    """Requests whose time has come, oldest first; none that would overtake one that waits for money."""
    now, earlier = bindparam("now", type_=_MOMENT), _TABLE.alias()
    waits_behind = exists().where(
        earlier.c.area_code == _TABLE.c.area_code,
        earlier.c.unit == _TABLE.c.unit,
        earlier.c.state == _word(GrantState.UNFUNDED),
        earlier.c.id < _TABLE.c.id,
        earlier.c.next_at > now,
    )
    is_open = _TABLE.c.state.in_([_word(GrantState.PENDING), _word(GrantState.UNFUNDED)])
    ordered = select(*(_TABLE.c[name] for name in columns)).where(is_open, _TABLE.c.next_at <= now, ~waits_behind)
    return ordered.order_by(_TABLE.c.id).limit(bindparam("limit", type_=Integer))


_DUE: Final = Statement(_due(*_READ).with_for_update(of=_TABLE, key_share=True))
_IS_DUE: Final = Statement(_due("id"))
_SETTLED: Final = ("id", "state", "reason", "amount_points", "rule_version", "transfer_id", "notified")
_SETTLE: Final = RowStatement(
    {name: _TABLE.c[name].type for name in _SETTLED},
    lambda given, _: (
        update(_TABLE)
        .where(_TABLE.c.id == given.c.id)
        .values({name: given.c[name] for name in _SETTLED if name != "id"})
        .values(settled_at=bindparam("at", type_=_MOMENT))
    ),
)
_PUT_OFF: Final = RowStatement(
    {name: _TABLE.c[name].type for name in ("id", "state", "reason")},
    lambda given, _: (
        update(_TABLE)
        .where(_TABLE.c.id == given.c.id)
        .values(state=given.c.state, reason=given.c.reason, next_at=bindparam("until", type_=_MOMENT))
    ),
)


async def due(db: AsyncSession, *, now: datetime, limit: int) -> list[Request]:
    """Up to so many requests that can be settled now, locked, in order of arrival."""
    return [Request(*row) for row in await _DUE.rows(db, now=now, limit=limit)]


async def are_due(db: AsyncSession, *, now: datetime) -> bool:
    """Whether anything can be settled now; it locks nothing."""
    return await _IS_DUE.first(db, now=now, limit=1) is not None


async def settle(db: AsyncSession, settled: Sequence[Settled], *, now: datetime, notified: bool) -> None:
    """Write down what became of requests that are done with."""
    given = [
        (
            one.request.id,
            one.state.value,
            one.reason,
            one.amount or None,
            one.rule_version,
            one.transfer_id,
            notified and one.state is GrantState.PAID,
        )
        for one in settled
    ]
    await _SETTLE.rows(db, given, at=now)


async def put_off(db: AsyncSession, settled: Collection[Settled], *, until: datetime) -> None:
    """Let requests wait until then."""
    await _PUT_OFF.rows(db, [(one.request.id, one.state.value, one.reason) for one in settled], until=until)


async def refuse_waiting(db: AsyncSession, *rules: ColumnElement[bool], reason: str) -> int:
    """Pay none of these requests that waits to be paid; how many.

    They are locked in order and before accounts, as by `due`.
    """
    waiting = select(GrantRequest.id).where(
        *rules, GrantRequest.state.in_([GrantState.PENDING.value, GrantState.UNFUNDED.value])
    )
    ids = (await db.execute(waiting.order_by(GrantRequest.id).with_for_update())).scalars().all()
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_(ids))
        .values(state=GrantState.REFUSED.value, reason=reason, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def is_asked_by(recipient_id: str) -> ColumnElement[bool]:
    """Whether this resident has asked for the same deed as a request's recipient."""
    same = aliased(GrantRequest)
    return exists().where(
        same.unit == GrantRequest.unit,
        same.purpose == GrantRequest.purpose,
        same.source_kind == GrantRequest.source_kind,
        same.source_id == GrantRequest.source_id,
        same.recipient_id == recipient_id,
    )


async def renew(db: AsyncSession, *, reason: str, recipient_id: str) -> None:
    """Let what was refused for this reason be paid after all, to whoever the recipient is by now."""
    is_theirs = or_(GrantRequest.recipient_id == recipient_id, ~is_asked_by(recipient_id))
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.state == GrantState.REFUSED.value, GrantRequest.reason == reason, is_theirs)
        .values(
            state=GrantState.PENDING.value,
            reason=None,
            settled_at=None,
            next_at=clock.now(),
            recipient_id=recipient_id,
        )
        .execution_options(synchronize_session=False)
    )
