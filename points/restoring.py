"""Giving back what a claw-back took: its transfers are undone, the same lots get back what was theirs.

What it let be owed is owed no more; what was kept back for it meanwhile comes back as new points. The points come from
where they went, so an empty fund refuses it. What was restored cannot be clawed back again: each transfer is undone
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts, grant_rows, overdue
from points.accounts import AccountRef
from points.fairness_models import ClawedBack
from points.ledger import post_many
from points.lot_models import Lot
from points.models import Account, AccountKind, Entry, Transfer, TransferKind, Unit
from points.postings import Leg, Posting
from points.reversal_plans import Plan, Side, earn, lock_for_all, locked_sides, plan_return, reversal_of, written_off


@dataclass(frozen=True, slots=True)
class _Given:
    """The grant that was clawed back: how much, until when it was good; `wallet` is its owner's by now."""

    transfer_id: str
    amount: int
    expires_at: datetime | None
    wallet: AccountRef
    wallet_id: int


async def restore(db: AsyncSession, row: ClawedBack, *, resident_id: str, reason: str, actor_id: str) -> None:
    """Undo a claw-back for whoever the resident is by now; requests that it refused are paid after all.

    Raises FundExhausted, AccountClosed, AlreadyReversed.
    """
    await grant_rows.renew(db, reason=row.refused_as, recipient_id=resident_id)
    found = await db.execute(select(Transfer).where(Transfer.id.in_(row.transfers)))
    takings = sorted(found.scalars(), key=lambda one: row.transfers.index(one.id))
    await lock_for_all(db, takings, *(_wallet(one, resident_id) for one in takings))
    for taking in takings:
        given = await _given(db, taking, resident_id)
        sides = await locked_sides(db, taking)
        plan, owed = await _plan(db, taking, sides, given)
        back = reversal_of(taking, plan, key=f"restored:{taking.id}", reason=reason, actor_id=actor_id)
        await post_many(db, [back, *await _kept_back(db, taking, given, owed), *written_off(taking, plan)])
        await earn(db, given.wallet_id, given.amount)


def _wallet(taking: Transfer, resident_id: str) -> AccountRef:
    return AccountRef(taking.area_code, AccountKind.RESIDENT, resident_id, Unit(taking.unit))


async def _given(db: AsyncSession, taking: Transfer, resident_id: str) -> _Given:
    """With the wallet locked, so that what is owed stays as it is read."""
    wallet = _wallet(taking, resident_id)
    wallet_id = (await accounts.open_accounts(db, [wallet]))[wallet]
    await overdue.release(db, [wallet_id])
    await accounts.lock(db, [wallet_id])
    grant_id = taking.reverses_id or ""
    came = select(func.sum(Entry.amount)).where(Entry.transfer_id == grant_id, Entry.amount > 0)
    until = select(Lot.expires_at).where(Lot.transfer_id == grant_id).limit(1)
    return _Given(
        transfer_id=grant_id,
        amount=int((await db.execute(came)).scalar_one()),
        expires_at=(await db.execute(until)).scalar_one_or_none(),
        wallet=wallet,
        wallet_id=wallet_id,
    )


async def _plan(db: AsyncSession, taking: Transfer, sides: list[Side], given: _Given) -> tuple[Plan, int]:
    """The legs, and how much of them was owed."""
    plan, owed = Plan(), 0
    for side in sides:
        if side.account.kind is AccountKind.RESIDENT:
            await plan_return(db, plan, taking.id, side)
        elif side.account.kind is AccountKind.SUSPENSE:
            owed -= side.amount
            plan.legs.append(Leg(given.wallet._replace(kind=AccountKind.SUSPENSE), -side.amount))
        else:
            plan.legs.append(Leg(side.account, -side.amount))
    return plan, owed


async def _kept_back(db: AsyncSession, taking: Transfer, given: _Given, owed: int) -> list[Posting]:
    """What was settled of the debt comes back to the wallet, good for as long as the grant was, if that is not over."""
    owing = given.wallet._replace(kind=AccountKind.SUSPENSE)
    left = select(Account.posted).where(
        Account.area_code == owing.area_code,
        Account.unit == owing.unit.value,
        Account.kind == owing.kind.value,
        Account.owner_id == owing.owner_id,
    )
    kept_back = owed + ((await db.execute(left)).scalar_one_or_none() or 0)
    if kept_back <= 0:
        return []
    expires_at = given.expires_at if given.expires_at and given.expires_at > clock.now() else None
    legs = (Leg(owing, -kept_back), Leg(given.wallet, kept_back, expires_at=expires_at))
    return [
        Posting(
            area_code=taking.area_code,
            key=f"unsettled:{taking.id}",
            kind=TransferKind.SETTLEMENT,
            legs=legs,
            reason="debt_returned",
            source_kind="transfer",
            source_id=taking.id,
            recipient_id=owing.owner_id,
        )
    ]
