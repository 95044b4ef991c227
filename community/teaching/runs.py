"""Orders to train: one at a time, taken by whoever holds the lease, taken over when that one dies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community.teaching.models import RunState, TrainingRun, VersionState
from core import clock, outbox
from core.db import new_id, violated
from core.errors import NotFound

LEASE: Final = timedelta(seconds=90)
ATTEMPTS: Final = 3


class RunNotFound(NotFound):
    """Nothing was trained here yet, or there is no such run."""

    code = "run_not_found"


class LeaseLost(Exception):
    """Another process trains in our place: what was found here counts for nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that this process may do until its lease ends."""

    run_id: str
    token: str
    asked_by: str
    wanted: VersionState


async def ask(db: AsyncSession, *, worker_id: str, wanted: VersionState) -> str:
    """The id of the run that was queued now, or of the one that is under way."""
    run_id = new_id()
    try:
        async with db.begin_nested():
            await db.execute(
                insert(TrainingRun).values(
                    id=run_id,
                    state=RunState.QUEUED.value,
                    active=True,
                    wanted=wanted.value,
                    asked_by=worker_id,
                    asked_at=clock.now(),
                    attempts=0,
                    error="",
                )
            )
    except IntegrityError as error:
        if not violated(error, "uq_training_run_active", "training_run.active"):
            raise
        under_way = await db.execute(select(TrainingRun.id).where(TrainingRun.active.is_(True)))
        return under_way.scalar_one()
    return run_id


async def claim(db: AsyncSession) -> Claim | None:
    """Take the run that nobody does. One that failed its attempts by dying is given up."""
    now, token = clock.now(), new_id()
    free = or_(TrainingRun.state == RunState.QUEUED.value, TrainingRun.lease_until < now)
    await db.execute(
        update(TrainingRun)
        .where(TrainingRun.active.is_(True), free, TrainingRun.attempts >= ATTEMPTS)
        .values(state=RunState.FAILED.value, active=None, finished_at=now, error="interrupted")
        .execution_options(synchronize_session=False)
    )
    taken = await db.execute(
        update(TrainingRun)
        .where(TrainingRun.active.is_(True), free)
        .values(
            state=RunState.RUNNING.value,
            attempts=TrainingRun.attempts + 1,
            lease_token=token,
            lease_until=now + LEASE,
        )
        .returning(TrainingRun.id, TrainingRun.asked_by, TrainingRun.wanted)
        .execution_options(synchronize_session=False)
    )
    row = taken.one_or_none()
    return Claim(row.id, token, row.asked_by, VersionState(row.wanted)) if row else None


async def renew(db: AsyncSession, claim: Claim) -> None:
    """Raises LeaseLost."""
    await _change(db, claim, lease_until=clock.now() + LEASE)


async def release(db: AsyncSession, claim: Claim) -> None:
    """Give it back untried: this process stops. Raises LeaseLost."""
    await _change(
        db, claim, state=RunState.QUEUED.value, attempts=TrainingRun.attempts - 1, lease_token=None, lease_until=None
    )


async def finish(db: AsyncSession, claim: Claim, *, version: int | None = None, error: str = "") -> None:
    """Done with a version, or failed with an error. Raises LeaseLost."""
    state = RunState.DONE if version is not None else RunState.FAILED
    await _change(db, claim, state=state.value, active=None, finished_at=clock.now(), version=version, error=error)


async def _change(db: AsyncSession, claim: Claim, **values: Any) -> None:
    changed = await db.execute(
        update(TrainingRun)
        .where(TrainingRun.id == claim.run_id, TrainingRun.lease_token == claim.token)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(changed) == 0:
        raise LeaseLost


async def get(db: AsyncSession, *, run_id: str | None = None) -> dict[str, Any]:
    """The JSON of a run, by default the newest. Raises RunNotFound."""
    query = select(TrainingRun).order_by(TrainingRun.asked_at.desc(), TrainingRun.id).limit(1)
    if run_id is not None:
        query = query.where(TrainingRun.id == run_id)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise RunNotFound
    return {
        "id": row.id,
        "state": row.state,
        "wanted": row.wanted,
        "asked_by": row.asked_by,
        "asked_at": clock.iso(row.asked_at),
        "finished_at": _moment(row.finished_at),
        "version": row.version,
        "error": row.error,
    }


def _moment(at: datetime | None) -> str | None:
    return clock.iso(at) if at else None
