"""Registrations when a resident is bound to another, asks for their data, or is erased.

A registration is no open case: it ends with the erasure, and nobody is owed anything by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import history
from community.history import Subject
from community.members.models import Registration
from community.members.views import services, show
from community.members.workflow import ACTIVE
from core import clock
from core.crypto import Vault
from core.values import RegistrationState

_ACTIVE: list[str] = [state.value for state in ACTIVE]


async def reassign(db: AsyncSession, vault: Vault, *, from_resident_id: str, to_resident_id: str) -> None:
    """The registrations belong to another resident from now on.

    Where both are registered with one community, the approved one stays, else the other resident's; the one that
    gives way is withdrawn.
    """
    for mine, theirs in await _rivals(db, from_resident_id, to_resident_id):
        keeps_mine = mine.state == RegistrationState.APPROVED.value != theirs.state
        await _withdraw(db, vault, theirs if keeps_mine else mine)
    await db.execute(
        update(Registration)
        .where(Registration.resident_id == from_resident_id)
        .values(resident_id=to_resident_id)
        .execution_options(synchronize_session=False)
    )


async def _rivals(db: AsyncSession, mine_id: str, theirs_id: str) -> list[tuple[Registration, Registration]]:
    rows = await db.execute(
        select(Registration)
        .where(Registration.resident_id.in_([mine_id, theirs_id]), Registration.state.in_(_ACTIVE))
        .order_by(Registration.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    both = list(rows.scalars())
    theirs = {row.area_code: row for row in both if row.resident_id == theirs_id}
    return [(row, theirs[row.area_code]) for row in both if row.resident_id == mine_id and row.area_code in theirs]


async def _withdraw(db: AsyncSession, vault: Vault, row: Registration) -> None:
    await db.execute(
        update(Registration)
        .where(Registration.id == row.id)
        .values(state=RegistrationState.WITHDRAWN.value, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    await history.record(
        db,
        vault,
        subject=Subject.REGISTRATION,
        subject_id=row.id,
        by=history.BY_SYSTEM,
        from_state=RegistrationState(row.state),
        to_state=RegistrationState.WITHDRAWN,
        owner_id=row.key_owner_id,
    )


async def export(db: AsyncSession, vault: Vault, *, resident_id: str) -> list[dict[str, Any]]:
    """All registrations in full, oldest first, with what was done under each."""
    rows = await db.execute(
        select(Registration)
        .where(Registration.resident_id == resident_id)
        .order_by(Registration.created_at, Registration.id)
    )
    return [
        await show(db, vault, row=row, masked=False) | {"services": await services(db, registration_id=row.id)}
        for row in rows.scalars().all()
    ]


async def forget(db: AsyncSession, vault: Vault, *, resident_ids: Sequence[str]) -> None:
    """Before an erasure: end what is active and blank the indexes by which a member could be found."""
    rows = await db.execute(
        select(Registration).where(Registration.resident_id.in_(resident_ids), Registration.state.in_(_ACTIVE))
    )
    for row in rows.scalars():
        await _withdraw(db, vault, row)
    await db.execute(
        update(Registration)
        .where(Registration.resident_id.in_(resident_ids))
        .values(name_index=None, phone_index=None)
        .execution_options(synchronize_session=False)
    )
