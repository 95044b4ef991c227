"""Appeals: what a resident says against a freeze or claw-back, in sealed words; somebody else than who did it decides.

One may be made again after it was declined, with what is new; a third worker decides then, and that is the last word.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Unreadable, Vault
from core.db import dialect_insert, new_id
from points import clawback, freezes, restoring
from points.fairness_errors import AppealDecided, AppealOpen, AppealsUsedUp, AppealUnknown, NotFrozen, SamePerson
from points.fairness_models import Appeal, AppealState
from points.paging import page

PURPOSE: Final = "appeal.words"
ROUNDS: Final = 2


class Against(StrEnum):
    """What a resident objects to."""

    FREEZE = "freeze"
    CLAWBACK = "clawback"


@dataclass(frozen=True, slots=True)
class Subject:
    """The freeze or claw-back itself, and the worker who did it."""

    against: Against
    id: str
    area_code: str
    done_by: str


@dataclass(frozen=True, slots=True)
class AppealView:
    """One appeal; `words` are empty in lists, and where their owner was erased. `round` ROUNDS is the last."""

    id: str
    area_code: str
    resident_id: str
    against: Against
    subject_id: str
    round: int
    words: str
    state: AppealState
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None


async def appeal(db: AsyncSession, vault: Vault, *, area_code: str, resident_id: str, words: str) -> AppealView:
    """Object to the freeze of a wallet. Raises NotFrozen, AppealOpen, AppealsUsedUp."""
    frozen = await freezes.current(db, area_code=area_code, resident_id=resident_id)
    if frozen is None:
        raise NotFrozen
    subject = Subject(Against.FREEZE, frozen.id, area_code, frozen.frozen_by)
    return await _make(db, vault, subject, resident_id=resident_id, words=words)


async def appeal_claw_back(
    db: AsyncSession, vault: Vault, *, clawback_id: str, resident_id: str, words: str
) -> AppealView:
    """Object to a claw-back; whose it was is the caller's to know.

    Raises NothingToClawBack, AppealOpen, AppealsUsedUp.
    """
    subject = await _subject(db, Against.CLAWBACK, clawback_id)
    return await _make(db, vault, subject, resident_id=resident_id, words=words)


def has_room(before: Sequence[AppealState]) -> bool:
    """Whether after appeals that ended so another may be made."""
    return len(before) < ROUNDS and AppealState.UPHELD not in before


async def _make(db: AsyncSession, vault: Vault, subject: Subject, *, resident_id: str, words: str) -> AppealView:
    before = await _of_subject(db, subject.against, subject.id)
    if before and before[-1].state == AppealState.OPEN.value:
        raise AppealOpen(appeal_id=before[-1].id)
    if not has_room([AppealState(one.state) for one in before]):
        raise AppealsUsedUp
    appeal_id = new_id()
    made = await db.execute(
        dialect_insert(db, Appeal)
        .values(
            id=appeal_id,
            area_code=subject.area_code,
            resident_id=resident_id,
            subject_kind=subject.against.value,
            subject_id=subject.id,
            round=len(before) + 1,
            words=await vault.seal_for(db, resident_id, PURPOSE, words),
            state=AppealState.OPEN.value,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Appeal.id)
    )
    if made.scalar_one_or_none() is None:  # the same resident from another account, in the same moment
        raise AppealOpen
    return await get(db, vault, appeal_id=appeal_id)


async def _subject(db: AsyncSession, against: Against, subject_id: str) -> Subject:
    if against is Against.FREEZE:
        frozen = await freezes.get(db, freeze_id=subject_id)
        return Subject(against, frozen.id, frozen.area_code, frozen.frozen_by)
    taken = await clawback.get(db, clawback_id=subject_id)
    return Subject(against, taken.id, taken.area_code, taken.taken_by)


async def get(db: AsyncSession, vault: Vault, *, appeal_id: str) -> AppealView:
    """With the resident's words. Raises AppealUnknown."""
    row = await _row(db, appeal_id)
    return _view(row, await _opened(db, vault, row))


async def of_subject(db: AsyncSession, *, against: Against, subject_id: str) -> list[AppealView]:
    """The appeals against a freeze or claw-back, without their words, the first first."""
    return [_view(row) for row in await _of_subject(db, against, subject_id)]


async def of_residents(db: AsyncSession, vault: Vault, *, resident_ids: Collection[str]) -> list[AppealView]:
    """What these residents ever said, in their words, the first first."""
    rows = await db.execute(
        select(Appeal).where(Appeal.resident_id.in_(resident_ids)).order_by(Appeal.created_at, Appeal.id)
    )
    return [_view(row, await _opened(db, vault, row)) for row in rows.scalars().all()]


async def listing(
    db: AsyncSession,
    *,
    area_codes: Collection[str],
    state: AppealState | None = None,
    after_id: str | None = None,
    limit: int = 50,
) -> list[AppealView]:
    """Newest first, without the words, in these areas and all below them."""
    query = select(Appeal).where(or_(false(), *(Appeal.area_code.startswith(a, autoescape=True) for a in area_codes)))
    if state is not None:
        query = query.where(Appeal.state == state.value)
    query = page(query, when=Appeal.created_at, row_id=Appeal.id, after_id=after_id, limit=limit)
    return [_view(row) for row in (await db.execute(query)).scalars()]


async def decide(
    db: AsyncSession, *, appeal_id: str, state: AppealState, worker_id: str, decision: str, resident_id: str
) -> AppealView:
    """UPHELD lifts the freeze or gives back what was taken, to whoever the resident is by now; DECLINED lets it stand.

    Said again by the same worker it is the same decision. Raises AppealUnknown, AppealDecided, SamePerson for the
    worker who froze or took, or who declined the first appeal, and what `restoring.restore` raises.
    """
    row = await _row(db, appeal_id)
    subject = await _subject(db, Against(row.subject_kind), row.subject_id)
    earlier = [one.decided_by for one in await _of_subject(db, subject.against, subject.id) if one.round < row.round]
    if worker_id in (subject.done_by, *earlier):
        raise SamePerson(worker_id=worker_id)
    async with db.begin_nested():
        done = await db.execute(
            update(Appeal)
            .where(Appeal.id == appeal_id, Appeal.state == AppealState.OPEN.value)
            .values(state=state.value, decided_by=worker_id, decided_at=clock.now(), decision=decision)
            .returning(Appeal.id)
            .execution_options(synchronize_session=False)
        )
        if done.scalar_one_or_none() is None:
            before = await _row(db, appeal_id)
            if (before.state, before.decided_by, before.decision) != (state.value, worker_id, decision):
                raise AppealDecided(state=before.state, by=before.decided_by)
        elif state is AppealState.UPHELD:
            await _undo(db, subject, worker_id=worker_id, decision=decision, resident_id=resident_id)
    return _view(await _row(db, appeal_id))


async def _undo(db: AsyncSession, subject: Subject, *, worker_id: str, decision: str, resident_id: str) -> None:
    if subject.against is Against.CLAWBACK:
        taken = await clawback.get(db, clawback_id=subject.id)
        await restoring.restore(db, taken, resident_id=resident_id, reason=decision, actor_id=worker_id)
    elif (await freezes.get(db, freeze_id=subject.id)).lifted_at is None:
        await freezes.lift(db, freeze_id=subject.id, worker_id=worker_id, because=decision)


async def _row(db: AsyncSession, appeal_id: str) -> Appeal:
    query = select(Appeal).where(Appeal.id == appeal_id).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise AppealUnknown
    return row


async def _of_subject(db: AsyncSession, against: Against, subject_id: str) -> list[Appeal]:
    query = select(Appeal).where(Appeal.subject_kind == against.value, Appeal.subject_id == subject_id)
    return list((await db.execute(query.order_by(Appeal.round).execution_options(populate_existing=True))).scalars())


async def _opened(db: AsyncSession, vault: Vault, row: Appeal) -> str:
    try:
        return await vault.open_for(db, row.resident_id, PURPOSE, row.words)
    except Unreadable:
        return ""


def _view(row: Any, words: str = "") -> AppealView:
    return AppealView(
        id=row.id,
        area_code=row.area_code,
        resident_id=row.resident_id,
        against=Against(row.subject_kind),
        subject_id=row.subject_id,
        round=row.round,
        words=words,
        state=AppealState(row.state),
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=row.decision,
    )
