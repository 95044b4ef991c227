"""When two identities turn out to be one resident, their wallets become one in each community and unit.

The lots themselves change hands, spent ones too: they keep their expiry, their reservations stay with them, and what
is given back later finds them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.crypto import Vault
from core.turns import lock_as_found
from points import grant_rows
from points.accounts import OWNED, AccountRef, lock, open_accounts
from points.fairness_models import AdjustmentRequest, AdjustmentState, Freeze
from points.family_locks import lock_families
from points.family_models import FamilyMember
from points.grant_models import GrantRequest, GrantState
from points.honour_models import Honour
from points.ledger import post
from points.lot_models import Lot
from points.models import Account, AccountKind, AccountStatus, Hold, HoldState, Transfer, TransferKind, Unit
from points.postings import Leg, Posting
from points.redemption_codes import PURPOSE
from points.reward_models import RedemptionRow


class _Wallet(NamedTuple):
    """An account that moves, and the one of the same kind to which all of it goes."""

    source: AccountRef
    source_id: int
    target: AccountRef
    target_id: int


async def move_wallet(db: AsyncSession, vault: Vault, *, from_resident_id: str, to_resident_id: str, key: str) -> int:
    """Move all that is on the first resident's accounts, with debts, reservations, redemptions and unpaid grants.

    How many points, minutes not counted. Call it before that resident's data key is destroyed: codes are sealed anew
    for the second. A freeze comes along, with honours and what waits for a second person. Limits that the two used
    before stay with each. The same key again moves nothing more. Raises CeilingReached, or AccountClosed for a wallet
    that was closed.
    """
    if from_resident_id == to_resident_id:
        raise ValueError("a wallet cannot be moved onto itself")
    moved = 0
    async with db.begin_nested():
        # In the order in which the others lock: families, what waits for a second person, grants, and then the rest.
        await _move_membership(db, from_resident_id, to_resident_id)
        await _move_requests(db, from_resident_id, to_resident_id)
        await _redirect_grants(db, from_resident_id, to_resident_id)
        wallets = await _hold(db, from_resident_id, to_resident_id)
        await _move_redemptions(db, vault, from_resident_id, to_resident_id)
        await _move_honours(db, from_resident_id, to_resident_id)
        for wallet in wallets:
            amount = await _move_account(db, wallet, key)
            if wallet.source.kind is AccountKind.RESIDENT and wallet.source.unit is Unit.POINT:
                moved += amount
    return moved


async def _hold(db: AsyncSession, source_id: str, target_id: str) -> list[_Wallet]:
    """Lock all that moves and the accounts to which it moves."""
    redeemed = select(RedemptionRow.id).where(RedemptionRow.resident_id == source_id).order_by(RedemptionRow.id)
    is_owned = (Account.owner_id == source_id, Account.kind.in_(OWNED))
    reserved = select(Hold.id).where(_is_pending(select(Account.id).where(*is_owned))).order_by(Hold.id)
    owned = select(Account.id, Account.area_code, Account.kind, Account.unit).where(*is_owned).order_by(Account.id)
    wallets: list[_Wallet] = []

    async def find() -> list[Sequence[Any]]:
        return [(await db.execute(query)).all() for query in (redeemed, reserved, owned)]

    async def hold(found: list[Sequence[Any]]) -> None:
        for query in (redeemed, reserved):
            await db.execute(query.with_for_update(key_share=True))
        sources = [AccountRef(row.area_code, AccountKind(row.kind), source_id, Unit(row.unit)) for row in found[-1]]
        targets = [source._replace(owner_id=target_id) for source in sources]
        ids = await open_accounts(db, [*sources, *targets])
        await lock(db, ids.values())
        pairs = zip(sources, targets, strict=True)
        wallets[:] = [_Wallet(source, ids[source], target, ids[target]) for source, target in pairs]

    await lock_as_found(db, find, hold)
    return wallets


async def _move_account(db: AsyncSession, wallet: _Wallet, key: str) -> int:
    source = wallet.source
    if not (source.kind is AccountKind.RESIDENT and source.unit is Unit.POINT):
        key = f"{key}:{source.kind}:{source.unit}"
    known = select(Transfer.id).where(Transfer.area_code == source.area_code, Transfer.idempotency_key == key)
    if (await db.execute(known)).scalar_one_or_none() is not None:
        return 0
    columns = (Account.posted, Account.held, Account.earned, Account.status)
    has = (await db.execute(select(*columns).where(Account.id == wallet.source_id))).one()
    for table, which in ((Hold, _is_pending([wallet.source_id])), (Lot, Lot.account_id == wallet.source_id)):
        await db.execute(
            update(table).where(which).values(account_id=wallet.target_id).execution_options(synchronize_session=False)
        )
    await _carry(db, wallet.source_id, wallet.target_id, earned=has.earned, status=has.status)
    if has.posted:
        await post(db, _move(source, wallet.target, posted=has.posted, held=has.held, key=key))
    return int(has.posted)


def _is_pending(account_ids: Collection[int] | Select[int]) -> ColumnElement[bool]:
    return and_(Hold.account_id.in_(account_ids), Hold.state == HoldState.PENDING.value)


def _move(source: AccountRef, target: AccountRef, *, posted: int, held: int, key: str) -> Posting:
    """The lots have changed hands already; the legs leave them alone."""
    legs = (Leg(source, -posted, held=-held, lots=()), Leg(target, posted, held=held, lots=()))
    return Posting(
        area_code=source.area_code,
        key=key,
        kind=TransferKind.MOVE,
        legs=tuple(sorted(legs, key=lambda leg: leg.amount)),
        reason="bound",
        source_kind="resident",
        source_id=source.owner_id,
        recipient_id=target.owner_id,
    )


async def _carry(db: AsyncSession, source_id: int, target_id: int, *, earned: int, status: str) -> None:
    """What was earned, and a freeze; of two freezes one stays."""
    if earned:
        for account_id, more in ((source_id, -earned), (target_id, earned)):
            await db.execute(
                update(Account)
                .where(Account.id == account_id)
                .values(earned=Account.earned + more)
                .execution_options(synchronize_session=False)
            )
    if status != AccountStatus.FROZEN.value:
        return
    await db.execute(
        update(Account)
        .where(Account.id == target_id, Account.status == AccountStatus.OPEN.value)
        .values(status=status)
        .execution_options(synchronize_session=False)
    )
    other = aliased(Freeze)
    frozen_too = exists().where(other.account_id == target_id, other.lifted_at.is_(None))
    await db.execute(
        update(Freeze)
        .where(Freeze.account_id == source_id, Freeze.lifted_at.is_(None), ~frozen_too)
        .values(account_id=target_id)
        .execution_options(synchronize_session=False)
    )


async def _move_membership(db: AsyncSession, source_id: str, target_id: str) -> None:
    """A family member stays one, unless the other identity is in a family already."""
    await lock_families(db, resident_ids=[source_id])
    other = aliased(FamilyMember)
    in_one = exists().where(other.resident_id == target_id, other.agreed_at.is_not(None), other.left_at.is_(None))
    await db.execute(
        update(FamilyMember)
        .where(FamilyMember.resident_id == source_id, FamilyMember.left_at.is_(None), ~in_one)
        .values(resident_id=target_id)
        .execution_options(synchronize_session=False)
    )


async def _move_requests(db: AsyncSession, source_id: str, target_id: str) -> None:
    """What a worker asked for and nobody agreed to yet."""
    await db.execute(
        update(AdjustmentRequest)
        .where(AdjustmentRequest.resident_id == source_id, AdjustmentRequest.state == AdjustmentState.ASKED.value)
        .values(resident_id=target_id)
        .execution_options(synchronize_session=False)
    )


async def _move_honours(db: AsyncSession, source_id: str, target_id: str) -> None:
    """What was reached stays reached, unless the other identity reached it too."""
    other = aliased(Honour)
    too = exists().where(other.area_code == Honour.area_code, other.tier == Honour.tier, other.resident_id == target_id)
    await db.execute(
        update(Honour)
        .where(Honour.resident_id == source_id, ~too)
        .values(resident_id=target_id)
        .execution_options(synchronize_session=False)
    )


async def _move_redemptions(db: AsyncSession, vault: Vault, source_id: str, target_id: str) -> None:
    columns = (RedemptionRow.id, RedemptionRow.code_sealed, RedemptionRow.pickup_by)
    query = select(*columns).where(RedemptionRow.resident_id == source_id)
    for row in (await db.execute(query.order_by(RedemptionRow.id))).all():
        sealed = {
            "code_sealed": await _sealed_anew(db, vault, source_id, target_id, row.code_sealed),
            "pickup_by": await _sealed_anew(db, vault, source_id, target_id, row.pickup_by),
        }
        await db.execute(
            update(RedemptionRow)
            .where(RedemptionRow.id == row.id)
            .values(resident_id=target_id, **sealed)
            .execution_options(synchronize_session=False)
        )


async def _sealed_anew(
    db: AsyncSession, vault: Vault, source_id: str, target_id: str, sealed: bytes | None
) -> bytes | None:
    if sealed is None:
        return None
    return await vault.seal_for(db, target_id, PURPOSE, await vault.open_for(db, source_id, PURPOSE, sealed))


async def _redirect_grants(db: AsyncSession, source_id: str, target_id: str) -> None:
    """Unpaid grants follow the wallet, unless the other resident already asked for the same deed."""
    waiting = select(GrantRequest.id).where(
        GrantRequest.recipient_id == source_id,
        GrantRequest.state.in_([GrantState.PENDING.value, GrantState.UNFUNDED.value]),
    )
    # Only what is locked here, in order, is changed: another merge may be adding to the same wallet.
    ids = (await db.execute(waiting.order_by(GrantRequest.id).with_for_update())).scalars().all()
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_(ids), ~grant_rows.is_asked_by(target_id))
        .values(recipient_id=target_id)
        .execution_options(synchronize_session=False)
    )
    await grant_rows.refuse_waiting(
        db, GrantRequest.id.in_(ids), GrantRequest.recipient_id == source_id, reason="asked_by_other_identity"
    )
