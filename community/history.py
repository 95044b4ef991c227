"""Every change of state of an activity, sign-up, order or registration: who, when, from, to and why. Append-only.

Reasons are free words about a person, so they are sealed under the key of the row's owner; those of an activity, which
has no owner, are public.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar

from sqlalchemy import Index, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import sealed
from core import clock, triggers
from core.crypto import Vault
from core.db import Base
from core.errors import Forbidden, Refused

PURPOSE: Final = "state_change.reason"
BY_RESIDENT: Final = "resident"
BY_SYSTEM: Final = "system"

State = TypeVar("State", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


def by_worker(worker_id: str) -> str:
    return f"worker:{worker_id}"


class Party(StrEnum):
    RESIDENT = "resident"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who moves a row: the resident whose it is, or a worker; by id."""

    party: Party
    id: str

    @property
    def by(self) -> str:
        return BY_RESIDENT if self.party is Party.RESIDENT else by_worker(self.id)


class Subject(StrEnum):
    ACTIVITY = "activity"
    SIGNUP = "signup"
    ORDER = "order"
    REGISTRATION = "registration"


class MoveRefused(Refused):
    """The transition table does not allow this from the present state. Facts: `state`, `action`."""

    code = "move_refused"


@dataclass(frozen=True, slots=True)
class Workflow(Generic[State, Action]):
    """The one transition table of a kind of rows, and which actions are whose."""

    transitions: Mapping[tuple[State, Action], State]
    may: Mapping[Party, Collection[Action]]

    def target(self, state: State, action: Action, party: Party) -> State:
        """Where an action leads. Raises Forbidden, MoveRefused."""
        if action not in self.may[party]:
            raise Forbidden
        found = self.transitions.get((state, action))
        if found is None:
            raise MoveRefused(state=state.value, action=action.value)
        return found


class StateChange(Base):
    """`owner_id` names the data key that seals `reason`; without it the reason is plain text."""

    __tablename__ = "state_change"
    __table_args__ = (Index("ix_state_change_subject", "subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject: Mapped[str]
    subject_id: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    owner_id: Mapped[str | None]
    reason: Mapped[bytes | None]


triggers.register(*triggers.append_only("state_change"))


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    by: str
    from_state: str | None
    to_state: str
    reason: str


async def record(
    db: AsyncSession,
    vault: Vault,
    *,
    subject: Subject,
    subject_id: str,
    by: str,
    from_state: StrEnum | None,
    to_state: StrEnum,
    owner_id: str | None = None,
    reason: str = "",
) -> None:
    """Write one change in the transaction that makes it; `by` is BY_RESIDENT, BY_SYSTEM or `by_worker(…)`."""
    if owner_id is None:
        kept = reason.encode() or None
    else:
        kept = await sealed.seal_text(db, vault, owner_id=owner_id, purpose=PURPOSE, text=reason)
    await db.execute(
        insert(StateChange).values(
            subject=subject.value,
            subject_id=subject_id,
            at=clock.now(),
            by=by,
            from_state=None if from_state is None else from_state.value,
            to_state=to_state.value,
            owner_id=owner_id,
            reason=kept,
        )
    )


async def of(db: AsyncSession, vault: Vault, *, subject: Subject, subject_id: str) -> list[Change]:
    """The changes of one row, oldest first."""
    rows = await db.execute(
        select(StateChange)
        .where(StateChange.subject == subject.value, StateChange.subject_id == subject_id)
        .order_by(StateChange.id)
    )
    return [
        Change(row.at, row.by, row.from_state, row.to_state, await _reason(db, vault, row)) for row in rows.scalars()
    ]


async def _reason(db: AsyncSession, vault: Vault, row: StateChange) -> str:
    if row.owner_id is None:
        return (row.reason or b"").decode()
    return await sealed.open_text(db, vault, owner_id=row.owner_id, purpose=PURPOSE, sealed=row.reason)
