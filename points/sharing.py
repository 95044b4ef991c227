"""Points that residents share: put into the family's account and spent from there, or given to those in need.

Whatever reaches a wallet keeps the expiry of the lots that it came from. Units never change: minutes stay minutes.
Who may do it, and with whose consent, is the caller's to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import Refused
from points import accounts, lots, overdue
from points.accounts import AccountRef
from points.attempts import once, post_once, request_hash
from points.errors import InsufficientPoints, KeyReused
from points.ledger import post
from points.lot_models import Lot
from points.lots import Share
from points.models import Account, AccountKind, Transfer, TransferKind, Unit
from points.postings import Leg, Posted, Posting, between, check_amount
from points.statements import Balance


class FamilyPointsHeld(Refused):
    """The family's points wait in redemptions that are not collected yet. Facts: `held`."""

    code = "family_points_held"


class DonationFund(StrEnum):
    """Whose donation account it is: the community's own, or the one for neighbours in need."""

    COMMUNITY = "community"
    NEIGHBOURS = "neighbours"


@dataclass(frozen=True, slots=True)
class _Move:
    """What is asked for, in words that a repeated request says again; the lots may be others by then."""

    source: AccountRef
    target: AccountRef
    amount: int
    kind: TransferKind
    source_kind: str
    source_id: str
    actor_id: str
    key: str


def _family(area_code: str, family_id: str, unit: Unit) -> AccountRef:
    return AccountRef(area_code, AccountKind.FAMILY, family_id, unit)


def _wallet(area_code: str, resident_id: str, unit: Unit) -> AccountRef:
    return AccountRef(area_code, AccountKind.RESIDENT, resident_id, unit)


async def pool(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    family_id: str,
    amount_points: int,
    key: str,
    unit: Unit = Unit.POINT,
) -> Posted:
    """Put a resident's points into the family's account, each lot with its expiry; the same key again does no more.

    Raises AmountInvalid, InsufficientPoints, AccountFrozen, AccountClosed or KeyReused.
    """
    check_amount(amount_points)
    return await _move_lots(
        db,
        _Move(
            source=_wallet(area_code, resident_id, unit),
            target=_family(area_code, family_id, unit),
            amount=amount_points,
            kind=TransferKind.POOLING,
            source_kind="family",
            source_id=family_id,
            actor_id=resident_id,
            key=key,
        ),
    )


async def hand_over(
    db: AsyncSession, *, area_code: str, family_id: str, resident_id: str, key: str, unit: Unit = Unit.POINT
) -> int:
    """All that the family has goes to its last member; how much. Raises FamilyPointsHeld or AccountFrozen."""
    source, target = _family(area_code, family_id, unit), _wallet(area_code, resident_id, unit)
    if await _account(db, source) is None:
        return 0
    await _locked(db, source, target)
    balance = await family_balance(db, area_code=area_code, family_id=family_id, unit=unit)
    if balance.held:
        raise FamilyPointsHeld(held=balance.held)
    if balance.available:
        await _move_lots(
            db,
            _Move(
                source=source,
                target=target,
                amount=balance.available,
                kind=TransferKind.POOLING,
                source_kind="family",
                source_id=family_id,
                actor_id=resident_id,
                key=key,
            ),
        )
    return balance.available


async def donate(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    fund: DonationFund,
    amount_points: int,
    key: str,
    unit: Unit = Unit.POINT,
) -> Posted:
    """Give a resident's points away, for good; the same key again gives no more.

    What is given no longer expires. Raises AmountInvalid, InsufficientPoints, AccountFrozen, AccountClosed or
    KeyReused.
    """
    check_amount(amount_points)
    return await _move_lots(
        db,
        _Move(
            source=_wallet(area_code, resident_id, unit),
            target=AccountRef(area_code, AccountKind.DONATION, fund.value, unit),
            amount=amount_points,
            kind=TransferKind.DONATION,
            source_kind="donation",
            source_id=fund.value,
            actor_id=resident_id,
            key=key,
        ),
    )


async def give(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    fund: DonationFund,
    amount_points: int,
    reason: str,
    actor_id: str,
    key: str,
    approver_id: str | None = None,
) -> Posted:
    """Give a resident points that others donated. They do not expire, as they did not while they lay there.

    Raises AmountInvalid, InsufficientPoints for more than there is, CeilingReached, AccountClosed or KeyReused.
    """
    check_amount(amount_points)
    source = AccountRef(area_code, AccountKind.DONATION, fund.value)
    return await post_once(
        db,
        Posting(
            area_code=area_code,
            key=key,
            kind=TransferKind.GIFT,
            legs=between(source, _wallet(area_code, resident_id, Unit.POINT), amount_points),
            reason=reason,
            source_kind="donation",
            source_id=fund.value,
            recipient_id=resident_id,
            actor_id=actor_id,
            approver_id=approver_id,
        ),
    )


async def _move_lots(db: AsyncSession, move: _Move) -> Posted:
    """Move points that can be spent, those that expire first before others. A refusal under a key stays one."""
    area_code = move.source.area_code
    asked = request_hash(move.kind, move.source.unit, move.source_id, move.target.owner_id, move.amount, move.actor_id)
    async with once(db, area_code=area_code, key=move.key, request_hash=asked):
        before = await _repeated(db, move)
        if before is not None:
            return before
        ids = await _locked(db, move.source, move.target)
        shares = await lots.choose(db, ids[move.source], move.amount, clock.now())
        if (free := sum(share.amount for share in shares)) < move.amount:
            raise InsufficientPoints(needed=move.amount, available=free)
        return await post(db, _posting(move, shares, await _arriving(db, move.target, shares)))


async def _locked(db: AsyncSession, *refs: AccountRef) -> dict[AccountRef, int]:
    """The ids of these accounts, and the wallets among them locked, with no reservation left that is overdue."""
    ids = await accounts.open_accounts(db, refs)
    wallets = [ids[ref] for ref in ids if ref.kind in lots.LOTTED]
    await overdue.release(db, wallets)
    await accounts.lock(db, wallets)
    return ids


async def _arriving(db: AsyncSession, target: AccountRef, shares: Sequence[Share]) -> tuple[Leg, ...]:
    """The credits: one for each moment at which a part of the points expires, or one for what never does."""
    if target.kind not in lots.LOTTED:
        return (Leg(target, sum(share.amount for share in shares)),)
    rows = await db.execute(select(Lot.id, Lot.expires_at).where(Lot.id.in_([share.lot_id for share in shares])))
    ends: dict[int, datetime | None] = {row.id: row.expires_at for row in rows}
    together = groupby(shares, key=lambda share: ends[share.lot_id])
    return tuple(
        Leg(target, sum(share.amount for share in parts), expires_at=expires_at) for expires_at, parts in together
    )


def _posting(move: _Move, shares: tuple[Share, ...], arriving: tuple[Leg, ...]) -> Posting:
    return Posting(
        area_code=move.source.area_code,
        key=move.key,
        kind=move.kind,
        legs=(Leg(move.source, -move.amount, lots=shares), *arriving),
        reason=move.kind.value,
        source_kind=move.source_kind,
        source_id=move.source_id,
        recipient_id=move.target.owner_id,
        inputs={"amount": move.amount},
        actor_id=move.actor_id,
    )


async def _repeated(db: AsyncSession, move: _Move) -> Posted | None:
    """The transfer of an earlier request under this key. Raises KeyReused when that asked for something else."""
    before = (
        await db.execute(
            select(Transfer).where(Transfer.area_code == move.source.area_code, Transfer.idempotency_key == move.key)
        )
    ).scalar_one_or_none()
    if before is None:
        return None
    said = (before.kind, before.unit, before.source_id, before.recipient_id, before.actor_id, before.inputs)
    unit = move.source.unit.value
    asked = (move.kind.value, unit, move.source_id, move.target.owner_id, move.actor_id, {"amount": move.amount})
    if said != asked:
        raise KeyReused(transfer_id=before.id)
    return Posted(before.id, created=False)


async def family_balance(db: AsyncSession, *, area_code: str, family_id: str, unit: Unit = Unit.POINT) -> Balance:
    """What a family has together, and what expires next of it."""
    row = await _account(db, _family(area_code, family_id, unit))
    if row is None:
        return Balance(posted=0, held=0)
    account_id, posted = row
    now = clock.now()
    kept = (await lots.kept(db, [account_id], now))[account_id]
    return Balance(posted, kept.held, kept.expired, await lots.next_expiry(db, account_id, now))


async def _account(db: AsyncSession, ref: AccountRef) -> tuple[int, int] | None:
    found = await db.execute(
        select(Account.id, Account.posted).where(
            Account.area_code == ref.area_code,
            Account.unit == ref.unit.value,
            Account.kind == ref.kind.value,
            Account.owner_id == ref.owner_id,
        )
    )
    row = found.one_or_none()
    return None if row is None else (row.id, row.posted)
