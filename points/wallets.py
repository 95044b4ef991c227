"""When two identities turn out to be one resident, their points become one wallet in each community."""

from __future__ import annotations

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.crypto import Vault
from points.accounts import AccountRef, open_accounts
from points.ledger import Leg, Posting, post
from points.models import (
    Account,
    AccountKind,
    GrantRequest,
    GrantState,
    Hold,
    HoldState,
    Transfer,
    TransferKind,
    Unit,
)
from points.redemption_views import PURPOSE
from points.reward_models import RedemptionRow


async def move_wallet(db: AsyncSession, vault: Vault, *, from_resident_id: str, to_resident_id: str, key: str) -> int:
    """Move all points, reservations, redemptions and unpaid grants to the other resident; points moved.

    Call it before the first resident's data key is destroyed: codes are sealed anew for the second. Limits that the
    two used before stay with each. The same key again moves nothing more. Raises AccountClosed for a frozen wallet.
    """
    if from_resident_id == to_resident_id:
        raise ValueError("a wallet cannot be moved onto itself")
    moved = 0
    async with db.begin_nested():
        # In the order in which the others lock: grants, redemptions, then accounts, community by community.
        await _redirect_grants(db, from_resident_id, to_resident_id)
        await _move_redemptions(db, vault, from_resident_id, to_resident_id)
        accounts = await db.execute(
            select(Account.id, Account.area_code, Account.unit)
            .where(Account.owner_id == from_resident_id, Account.kind == AccountKind.RESIDENT.value)
            .order_by(Account.area_code, Account.unit)
        )
        for row in accounts.all():
            source = AccountRef(row.area_code, AccountKind.RESIDENT, from_resident_id, Unit(row.unit))
            target = AccountRef(row.area_code, AccountKind.RESIDENT, to_resident_id, Unit(row.unit))
            moved += await _move_account(db, row.id, source, target, key)
        # What was redeemed between the two reads had its hold moved with the account just now.
        await _move_redemptions(db, vault, from_resident_id, to_resident_id)
    return moved


async def _move_account(db: AsyncSession, account_id: int, source: AccountRef, target: AccountRef, key: str) -> int:
    known = select(Transfer.id).where(Transfer.area_code == source.area_code, Transfer.idempotency_key == key)
    if (await db.execute(known)).scalar_one_or_none() is not None:
        return 0
    ids = await open_accounts(db, [source, target])
    # Both rows are locked before the balance is read, in the order in which every posting locks them.
    locked = select(Account.id, Account.posted, Account.held).where(Account.id.in_(ids.values()))
    rows = (await db.execute(locked.order_by(Account.id).with_for_update(key_share=True))).all()
    wallet = next(row for row in rows if row.id == account_id)
    if wallet.posted == 0:
        return 0
    await db.execute(
        update(Hold)
        .where(Hold.account_id == account_id, Hold.state == HoldState.PENDING.value)
        .values(account_id=ids[target])
        .execution_options(synchronize_session=False)
    )
    await post(
        db,
        Posting(
            area_code=source.area_code,
            key=key,
            kind=TransferKind.MOVE,
            legs=(Leg(source, -wallet.posted, held=-wallet.held), Leg(target, wallet.posted, held=wallet.held)),
            reason="bound",
            source_kind="resident",
            source_id=source.owner_id,
            recipient_id=target.owner_id,
        ),
    )
    return int(wallet.posted)


async def _move_redemptions(db: AsyncSession, vault: Vault, source_id: str, target_id: str) -> None:
    query = select(RedemptionRow.id, RedemptionRow.code_sealed).where(RedemptionRow.resident_id == source_id)
    locked = query.order_by(RedemptionRow.id).with_for_update(key_share=True)
    for row in (await db.execute(locked)).all():
        code = await vault.open_for(db, source_id, PURPOSE, row.code_sealed)
        sealed = await vault.seal_for(db, target_id, PURPOSE, code)
        await db.execute(
            update(RedemptionRow)
            .where(RedemptionRow.id == row.id)
            .values(resident_id=target_id, code_sealed=sealed)
            .execution_options(synchronize_session=False)
        )


async def _redirect_grants(db: AsyncSession, source_id: str, target_id: str) -> None:
    """Unpaid grants follow the wallet, unless the other resident already asked for the same deed."""
    same = aliased(GrantRequest)
    asked = exists().where(
        same.rule_id == GrantRequest.rule_id,
        same.source_kind == GrantRequest.source_kind,
        same.source_id == GrantRequest.source_id,
        same.recipient_id == target_id,
    )
    waiting = select(GrantRequest.id).where(
        GrantRequest.recipient_id == source_id,
        GrantRequest.state.in_([GrantState.PENDING.value, GrantState.UNFUNDED.value]),
    )
    # Only what is locked here, in order, is changed: another merge may be adding to the same wallet.
    ids = (await db.execute(waiting.order_by(GrantRequest.id).with_for_update())).scalars().all()
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_(ids), ~asked)
        .values(recipient_id=target_id)
        .execution_options(synchronize_session=False)
    )
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_(ids), GrantRequest.recipient_id == source_id)
        .values(state=GrantState.REFUSED.value, reason="asked_by_other_identity")
        .execution_options(synchronize_session=False)
    )
