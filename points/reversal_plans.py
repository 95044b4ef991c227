"""What undoing a transfer takes and gives back: from which lots, to which lots, and what is owed or let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.turns import lock_as_found
from points import accounts, lots, overdue
from points.accounts import AccountRef
from points.errors import AlreadyReversed, InsufficientPoints
from points.lot_models import Lot, LotUse
from points.lots import LOTTED, Share
from points.models import Account, AccountKind, Entry, Transfer, TransferKind, Unit
from points.postings import Leg, Posting


class ClawBack(StrEnum):
    """What happens to points that were given wrongly and are spent: let go, or owed."""

    CLAMP = "clamp"
    DEBT = "debt"


@dataclass(frozen=True, slots=True)
class Side:
    """What the original did to one account, in all its entries; of a wallet where its lots are now."""

    account: AccountRef
    amount: int
    account_id: int


@dataclass(slots=True)
class Plan:
    """The legs of the reversal; `late` are parts that return to lots whose time is over."""

    legs: list[Leg] = field(default_factory=list)
    late: list[tuple[AccountRef, Share]] = field(default_factory=list)
    taken: int = 0
    owed: int = 0
    forgiven: int = 0


async def locked_sides(db: AsyncSession, original: Transfer) -> list[Side]:
    """The original's entries, with their wallets locked and where two identities' wallets became one, in that one.

    Raises AlreadyReversed.
    """

    async def hold(sides: list[Side]) -> None:
        wallets = {side.account_id for side in sides if side.account.kind in LOTTED}
        await overdue.release(db, wallets)
        await accounts.lock(db, wallets)

    sides = await lock_as_found(db, lambda: sides_of(db, original), hold)
    query = select(Transfer.id, Transfer.created_at).where(Transfer.reverses_id == original.id)
    done = (await db.execute(query)).one_or_none()
    if done is not None:
        raise AlreadyReversed(by=done.id, at=done.created_at)
    return sides


async def lock_for_all(db: AsyncSession, originals: Sequence[Transfer], *wallets: AccountRef) -> None:
    """Lock what undoing these transfers may change, and these wallets: all together, as one posting would.

    Undone one after the other, the second one's wallet would be locked after the first one's fund.
    """

    async def find() -> list[list[Side]]:
        return [await sides_of(db, original) for original in originals]

    async def hold(found: list[list[Side]]) -> None:
        sides = [side for each in found for side in each]
        await overdue.release(db, {side.account_id for side in sides if side.account.kind in LOTTED})
        touched = {side.account for side in sides} | {*wallets}
        for one in [one for one in touched if one.kind in LOTTED]:
            touched |= {one._replace(kind=AccountKind.SUSPENSE), one._replace(kind=AccountKind.EXPIRED, owner_id="")}
        await accounts.lock_existing(db, touched)

    await lock_as_found(db, find, hold)


async def sides_of(db: AsyncSession, original: Transfer) -> list[Side]:
    """The original's entries, of wallets where their lots are now."""
    identity = (Entry.account_id, Account.area_code, Account.kind, Account.owner_id, Account.unit)
    rows = await db.execute(
        select(func.sum(Entry.amount), *identity)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id == original.id)
        .group_by(*identity)
        .order_by(func.min(Entry.line))
    )
    sides: list[Side] = []
    for amount, account_id, area_code, kind, owner_id, unit in rows.all():
        account, now_at = AccountRef(area_code, AccountKind(kind), owner_id, Unit(unit)), account_id
        if account.kind in LOTTED:
            account, now_at = await _where_now(db, original.id, account, account_id, spent=amount < 0)
        sides.append(Side(account, int(amount), now_at))
    return sides


async def _where_now(
    db: AsyncSession, transfer_id: str, wallet: AccountRef, wallet_id: int, *, spent: bool
) -> tuple[AccountRef, int]:
    """A wallet where its lots are now, or where it was moved before there were lots."""
    now_at = await _lots_are_at(db, transfer_id, spent=spent)
    if now_at is not None:
        return (wallet, wallet_id) if now_at == wallet_id else (await accounts.ref_of(db, now_at), now_at)
    moved = wallet
    while owner_id := await _moved_to(db, moved):
        moved = moved._replace(owner_id=owner_id)
    return moved, (await accounts.open_accounts(db, [moved]))[moved]


async def _moved_to(db: AsyncSession, wallet: AccountRef) -> str | None:
    """Who has the wallet of somebody that turned out to be the same resident."""
    query = select(Transfer.recipient_id).where(
        Transfer.kind == TransferKind.MOVE.value,
        Transfer.source_kind == "resident",
        Transfer.source_id == wallet.owner_id,
        Transfer.area_code == wallet.area_code,
        Transfer.unit == wallet.unit.value,
    )
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def _lots_are_at(db: AsyncSession, transfer_id: str, *, spent: bool) -> int | None:
    if spent:
        query = select(Lot.account_id).join(LotUse, LotUse.lot_id == Lot.id).where(LotUse.transfer_id == transfer_id)
    else:
        query = select(Lot.account_id).where(Lot.transfer_id == transfer_id)
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def make_plan(db: AsyncSession, original: Transfer, sides: Sequence[Side], claw_back: ClawBack | None) -> Plan:
    """The legs that undo a transfer with these sides. Raises InsufficientPoints."""
    plan = Plan()
    for side in (side for side in sides if side.account.kind in LOTTED):
        if side.amount < 0:
            await plan_return(db, plan, original.id, side)
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


async def plan_return(db: AsyncSession, plan: Plan, transfer_id: str, side: Side) -> None:
    """What a transfer took from a wallet goes back to its lots; spent before there were lots, it comes as a new one."""
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
    db: AsyncSession, plan: Plan, original: Transfer, side: Side, claw_back: ClawBack | None
) -> None:
    own = await _own_shares(db, original.id, side.amount)
    due = side.amount - sum(share.amount for share in own)
    gone = min(due, await _expired_of(db, original.id))
    due -= gone
    others = await lots.choose(db, side.account_id, due, clock.now(), but=[share.lot_id for share in own])
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
        await earn(db, side.account_id, -side.amount)


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


async def earn(db: AsyncSession, account_id: int, points: int) -> None:
    """What should not have been earned was never earned, whatever of it can be taken back; restored, it was."""
    await db.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(earned=Account.earned + points)
        .execution_options(synchronize_session=False)
    )


def reversal_of(
    original: Transfer, plan: Plan, *, key: str, reason: str, actor_id: str, approver_id: str | None = None
) -> Posting:
    """The transfer that undoes another by this plan."""
    return Posting(
        area_code=original.area_code,
        key=key,
        kind=TransferKind.REVERSAL,
        legs=tuple(plan.legs),
        reason=reason,
        source_kind="transfer",
        source_id=original.id,
        recipient_id=original.recipient_id,
        purpose=original.purpose,
        rule_id=original.rule_id,
        rule_version=original.rule_version,
        inputs={"taken": plan.taken, "owed": plan.owed, "forgiven": plan.forgiven},
        document_no=original.document_no,
        actor_id=actor_id,
        approver_id=approver_id,
        reverses_id=original.id,
    )


def written_off(original: Transfer, plan: Plan) -> list[Posting]:
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
