"""Undoing a transfer by a new one that names it, once: what was spent returns to its lots, what was given is taken.

What was given is taken from the lot that it came as, then from what expires first; what has expired meanwhile comes
back from the account of expired points. A rest that was spent is refused, let go, or owed, as the community wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts, lots, overdue
from points.accounts import AccountRef
from points.attempts import once, request_hash
from points.errors import AlreadyReversed, InsufficientPoints, KeyReused, NotReversible, TransferUnknown
from points.ledger import post_many
from points.lot_models import Lot, LotUse
from points.lots import LOTTED, Share
from points.models import Account, AccountKind, Entry, Transfer, TransferKind, Unit
from points.postings import Leg, Posting

FINAL_KINDS: Final = frozenset(
    {
        TransferKind.REVERSAL.value,
        TransferKind.MOVE.value,
        TransferKind.EXPIRY.value,
        TransferKind.SETTLEMENT.value,
        TransferKind.CLOSURE.value,
    }
)


class ClawBack(StrEnum):
    """What happens to points that were given wrongly and are spent: let go, or owed."""

    CLAMP = "clamp"
    DEBT = "debt"


@dataclass(frozen=True, slots=True)
class Reversed:
    """The reversal, `created` False when it was made before; of points given: taken back, now owed, and let go."""

    transfer_id: str
    created: bool
    taken_points: int = 0
    owed_points: int = 0
    forgiven_points: int = 0


@dataclass(frozen=True, slots=True)
class _Side:
    """One entry of the original; `wallet_id` is where its lots are now."""

    account: AccountRef
    amount: int
    wallet_id: int


@dataclass(slots=True)
class _Plan:
    """The legs of the reversal; `late` are parts that return to lots whose time is over."""

    legs: list[Leg] = field(default_factory=list)
    late: list[tuple[AccountRef, Share]] = field(default_factory=list)
    taken: int = 0
    owed: int = 0
    forgiven: int = 0


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
    original = (await db.execute(select(Transfer).where(Transfer.id == transfer_id))).scalar_one_or_none()
    if original is None:
        raise TransferUnknown
    asked = request_hash("reverse", transfer_id, reason, actor_id, approver_id, claw_back)
    async with once(db, area_code=original.area_code, key=key, request_hash=asked):
        before = await _repeated(db, original, key=key, reason=reason, actor_id=actor_id)
        if before is not None:
            return before
        if original.kind in FINAL_KINDS:
            raise NotReversible(kind=original.kind)
        plan = await _plan(db, original, await _locked_sides(db, original), claw_back)
        reversal = Posting(
            area_code=original.area_code,
            key=key,
            kind=TransferKind.REVERSAL,
            legs=tuple(plan.legs),
            reason=reason,
            source_kind="transfer",
            source_id=transfer_id,
            recipient_id=original.recipient_id,
            purpose=original.purpose,
            rule_id=original.rule_id,
            rule_version=original.rule_version,
            inputs={"taken": plan.taken, "owed": plan.owed, "forgiven": plan.forgiven},
            document_no=original.document_no,
            actor_id=actor_id,
            approver_id=approver_id,
            reverses_id=transfer_id,
        )
        posted = await post_many(db, [reversal, *_written_off(original, plan)])
        return Reversed(posted[0].transfer_id, posted[0].created, plan.taken, plan.owed, plan.forgiven)


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


async def _locked_sides(db: AsyncSession, original: Transfer) -> list[_Side]:
    """The original's entries, with their wallets locked and where two identities' wallets became one, in that one.

    Raises AlreadyReversed.
    """
    sides = await _sides(db, original)
    while True:
        wallets = {side.wallet_id for side in sides if side.account.kind in LOTTED}
        await overdue.release(db, wallets)
        await accounts.lock(db, wallets)
        found = await _sides(db, original)
        if found == sides:
            break
        sides = found
    query = select(Transfer.id, Transfer.created_at).where(Transfer.reverses_id == original.id)
    done = (await db.execute(query)).one_or_none()
    if done is not None:
        raise AlreadyReversed(by=done.id, at=done.created_at)
    return sides


async def _sides(db: AsyncSession, original: Transfer) -> list[_Side]:
    rows = await db.execute(
        select(Entry.amount, Entry.account_id, Account.area_code, Account.kind, Account.owner_id, Account.unit)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id == original.id)
        .order_by(Entry.line)
    )
    sides: list[_Side] = []
    for amount, account_id, area_code, kind, owner_id, unit in rows.all():
        account, now_at = AccountRef(area_code, AccountKind(kind), owner_id, Unit(unit)), account_id
        if account.kind in LOTTED:
            now_at = await _lots_are_at(db, original.id, spent=amount < 0) or account_id
            account = account if now_at == account_id else await accounts.ref_of(db, now_at)
        sides.append(_Side(account, amount, now_at))
    return sides


async def _lots_are_at(db: AsyncSession, transfer_id: str, *, spent: bool) -> int | None:
    if spent:
        query = select(Lot.account_id).join(LotUse, LotUse.lot_id == Lot.id).where(LotUse.transfer_id == transfer_id)
    else:
        query = select(Lot.account_id).where(Lot.transfer_id == transfer_id)
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def _plan(db: AsyncSession, original: Transfer, sides: Sequence[_Side], claw_back: ClawBack | None) -> _Plan:
    plan = _Plan()
    for side in (side for side in sides if side.account.kind in LOTTED):
        if side.amount < 0:
            await _plan_return(db, plan, original.id, side)
        else:
            await _plan_taking(db, plan, original, side, claw_back)
    let_go = plan.forgiven
    for side in (side for side in sides if side.account.kind not in LOTTED):
        kept_back = min(let_go, -side.amount) if side.amount < 0 else 0
        let_go -= kept_back
        if -side.amount - kept_back:
            plan.legs.append(Leg(side.account, -side.amount - kept_back))
    if not plan.legs:
        raise InsufficientPoints(needed=plan.forgiven, available=0)
    return plan


async def _plan_return(db: AsyncSession, plan: _Plan, transfer_id: str, side: _Side) -> None:
    """To the lots that it came from; what was spent before there were lots comes as a new one."""
    now = clock.now()
    uses = await lots.of_transfer(db, transfer_id)
    shares = tuple(Share(used.lot_id, used.amount) for used in uses)
    plan.legs.append(Leg(side.account, -side.amount, lots=shares or None))
    plan.late += [
        (side.account, Share(used.lot_id, used.amount))
        for used in uses
        if used.expires_at is not None and used.expires_at <= now
    ]


async def _plan_taking(
    db: AsyncSession, plan: _Plan, original: Transfer, side: _Side, claw_back: ClawBack | None
) -> None:
    own = await _own_shares(db, original.id, side.amount)
    due = side.amount - sum(share.amount for share in own)
    gone = min(due, await _expired_of(db, original.id))
    due -= gone
    others = await lots.choose(db, side.wallet_id, due, clock.now(), but=[share.lot_id for share in own])
    shares = (*own, *others)
    due -= sum(share.amount for share in others)
    if due and claw_back is None:
        raise InsufficientPoints(needed=side.amount, available=side.amount - due)
    taken = sum(share.amount for share in shares)
    where, unit = side.account, side.account.unit
    if taken:
        plan.legs.append(Leg(where, -taken, lots=shares))
    if gone:
        plan.legs.append(Leg(AccountRef(where.area_code, AccountKind.EXPIRED, unit=unit), -gone))
    if due and claw_back is ClawBack.DEBT:
        plan.legs.append(Leg(AccountRef(where.area_code, AccountKind.SUSPENSE, where.owner_id, unit), -due))
        plan.owed += due
    else:
        plan.forgiven += due
    plan.taken += taken + gone
    if original.kind == TransferKind.GRANT.value:
        await _unearn(db, side)


async def _own_shares(db: AsyncSession, transfer_id: str, most: int) -> tuple[Share, ...]:
    """What is free of the lots that a transfer made, whether or not their time is over."""
    free = (Lot.remaining - Lot.held).label("free")
    rows = await db.execute(select(Lot.id, free).where(Lot.transfer_id == transfer_id, Lot.remaining > Lot.held))
    shares: list[Share] = []
    for lot_id, left in rows:
        part = min(left, most)
        most -= part
        if part:
            shares.append(Share(lot_id, part))
    return tuple(shares)


async def _expired_of(db: AsyncSession, transfer_id: str) -> int:
    """How much of a transfer's lots was written off."""
    written_off = await db.execute(
        select(func.sum(LotUse.amount))
        .join(Lot, Lot.id == LotUse.lot_id)
        .join(Transfer, Transfer.id == LotUse.transfer_id)
        .where(Lot.transfer_id == transfer_id, Transfer.kind == TransferKind.EXPIRY.value)
    )
    return int(written_off.scalar_one() or 0)


async def _unearn(db: AsyncSession, side: _Side) -> None:
    """What should not have been earned was never earned, whatever of it can be taken back."""
    await db.execute(
        update(Account)
        .where(Account.id == side.wallet_id)
        .values(earned=Account.earned - side.amount)
        .execution_options(synchronize_session=False)
    )


def _written_off(original: Transfer, plan: _Plan) -> list[Posting]:
    """What returns to lots whose time is over expires at once."""
    if not plan.late:
        return []
    wallet = plan.late[0][0]
    shares = tuple(share for _, share in plan.late)
    amount = sum(share.amount for share in shares)
    expired = AccountRef(wallet.area_code, AccountKind.EXPIRED, unit=wallet.unit)
    values: dict[str, Any] = {"source_kind": "transfer", "source_id": original.id, "recipient_id": wallet.owner_id}
    legs = (Leg(wallet, -amount, lots=shares), Leg(expired, amount))
    return [Posting(original.area_code, f"expiry:{original.id}", TransferKind.EXPIRY, legs, "expired", **values)]
