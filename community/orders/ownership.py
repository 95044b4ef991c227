"""Orders when a resident is bound to another, asks for their data, or wants to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.orders.models import Order
from community.orders.views import show
from community.orders.workflow import OPEN
from core.crypto import Vault


async def open_cases(db: AsyncSession, *, resident_id: str) -> list[str]:
    """Numbers of orders that are not served, rated or cancelled yet."""
    rows = await db.execute(
        select(Order.number)
        .where(Order.resident_id == resident_id, Order.state.in_([state.value for state in OPEN]))
        .order_by(Order.number)
    )
    return list(rows.scalars())


async def reassign(db: AsyncSession, *, from_resident_id: str, to_resident_id: str) -> None:
    """The orders belong to another resident from now on; what is sealed stays under its key."""
    await db.execute(
        update(Order)
        .where(Order.resident_id == from_resident_id)
        .values(resident_id=to_resident_id)
        .execution_options(synchronize_session=False)
    )


async def export(db: AsyncSession, vault: Vault, *, resident_id: str) -> list[dict[str, Any]]:
    """All orders in full, oldest first."""
    rows = await db.execute(select(Order).where(Order.resident_id == resident_id).order_by(Order.created_at, Order.id))
    return [await show(db, vault, order=order, masked=False) for order in rows.scalars()]
