"""Undoing a transfer by a new one that names it, once: what was spent returns to its lots, what was given is taken.

What was given is taken from the lot that it came as, then from what expires first; what has expired meanwhile comes
back from the account of expired points. A rest that was spent is refused, let go, or owed, as the community wants it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from points import accounts, reversal_plans
from points.accounts import AccountRef
from points.attempts import once, request_hash
from points.errors import KeyReused, NotReversible, TransferUnknown
from points.ledger import post_many
from points.lots import LOTTED
from points.models import AccountKind, Transfer, TransferKind
from points.reversal_plans import ClawBack, Side, locked_sides, make_plan, reversal_of, sides_of, written_off

FINAL_KINDS: Final = frozenset(
    {
        TransferKind.REVERSAL.value,
        TransferKind.MOVE.value,
        TransferKind.EXPIRY.value,
        TransferKind.SETTLEMENT.value,
        TransferKind.CLOSURE.value,
    }
)


@dataclass(frozen=True, slots=True)
class Reversed:
    """The reversal, `created` False when it was made before; of points given: taken back, now owed, and let go."""

    transfer_id: str
    created: bool
    taken_points: int = 0
    owed_points: int = 0
    forgiven_points: int = 0


async def reverse(
    db: AsyncSession,
    *,
    transfer_id: str,
    reason: str,
    actor_id: str,
    key: str,
    claw_back: ClawBack | None = None,
    approver_id: str | None = None,
) -> Reversed:
    """Undo a transfer, once; `claw_back` None refuses to take back what is spent.

    Raises TransferUnknown, NotReversible, AlreadyReversed, KeyReused, AccountClosed, or InsufficientPoints when points
    are spent and may not be clawed back, or when there is nothing at all to take.
    """
    original = await _transfer(db, transfer_id)
    asked = request_hash("reverse", transfer_id, reason, actor_id, approver_id, claw_back)
    async with once(db, area_code=original.area_code, key=key, request_hash=asked):
        before = await _repeated(db, original, key=key, reason=reason, actor_id=actor_id)
        if before is not None:
            return before
        if original.kind in FINAL_KINDS:
            raise NotReversible(kind=original.kind)
        plan = await make_plan(db, original, await locked_sides(db, original), claw_back)
        undoing = reversal_of(original, plan, key=key, reason=reason, actor_id=actor_id, approver_id=approver_id)
        posted = await post_many(db, [undoing, *written_off(original, plan)])
        return Reversed(posted[0].transfer_id, posted[0].created, plan.taken, plan.owed, plan.forgiven)


async def concerned(db: AsyncSession, *, transfer_id: str) -> list[Side]:
    """Whose points a reversal would change, locked: wallets, or without any the accounts besides the treasury.

    Raises TransferUnknown, NotReversible, AlreadyReversed.
    """
    original = await _transfer(db, transfer_id)
    if original.kind in FINAL_KINDS:
        raise NotReversible(kind=original.kind)
    sides = await locked_sides(db, original)
    if wallets := [side for side in sides if side.account.kind in LOTTED]:
        return wallets
    others = [side for side in sides if side.account.kind is not AccountKind.TREASURY]
    await accounts.lock(db, [side.account_id for side in others])
    return others


async def lock_for_all(db: AsyncSession, wallet: AccountRef, *, transfer_ids: Collection[str]) -> None:
    """Lock a wallet and what undoing these transfers may change, before any of them is undone."""
    originals = await db.execute(select(Transfer).where(Transfer.id.in_(transfer_ids)).order_by(Transfer.id))
    await reversal_plans.lock_for_all(db, originals.scalars().all(), wallet)


async def touched(db: AsyncSession, *, transfer_id: str) -> list[Side]:
    """What a transfer moved, of wallets as they are now; nothing is locked. Raises TransferUnknown."""
    return await sides_of(db, await _transfer(db, transfer_id))


async def area_of(db: AsyncSession, *, transfer_id: str) -> str:
    """The community whose points a transfer moved. Raises TransferUnknown."""
    return (await _transfer(db, transfer_id)).area_code


async def _transfer(db: AsyncSession, transfer_id: str) -> Transfer:
    found = (await db.execute(select(Transfer).where(Transfer.id == transfer_id))).scalar_one_or_none()
    if found is None:
        raise TransferUnknown
    return found


async def _repeated(db: AsyncSession, original: Transfer, *, key: str, reason: str, actor_id: str) -> Reversed | None:
    """The reversal that this key made before. Raises KeyReused when it made something else."""
    query = select(Transfer).where(Transfer.area_code == original.area_code, Transfer.idempotency_key == key)
    made = (await db.execute(query)).scalar_one_or_none()
    if made is None:
        return None
    if (made.reverses_id, made.reason, made.actor_id) != (original.id, reason, actor_id):
        raise KeyReused(transfer_id=made.id)
    said = made.inputs or {}
    return Reversed(made.id, False, said.get("taken", 0), said.get("owed", 0), said.get("forgiven", 0))
