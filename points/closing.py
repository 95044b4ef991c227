"""Closing the wallets of somebody who is erased: what they hold expires, what they owe is let go, nothing comes in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from points import holds, lots
from points.accounts import AccountRef, lock
from points.grant_models import GrantRequest, GrantState
from points.ledger import post
from points.models import Account, AccountKind, AccountStatus, Hold, HoldState, TransferKind, Unit
from points.postings import Leg, Posting


async def close_wallets(db: AsyncSession, *, resident_ids: Collection[str]) -> int:
    """Close all accounts of these residents in the caller's transaction; how many. Again, it closes nothing more."""
    await db.execute(
        update(GrantRequest)
        .where(
            GrantRequest.recipient_id.in_(resident_ids),
            GrantRequest.state.in_([GrantState.PENDING.value, GrantState.UNFUNDED.value]),
        )
        .values(state=GrantState.REFUSED.value, reason="recipient_erased")
        .execution_options(synchronize_session=False)
    )
    rows = await db.execute(
        select(Account.id, Account.area_code, Account.kind, Account.owner_id, Account.unit)
        .where(
            Account.owner_id.in_(resident_ids),
            Account.kind.in_([AccountKind.RESIDENT.value, AccountKind.SUSPENSE.value]),
            Account.status != AccountStatus.CLOSED.value,
        )
        .order_by(Account.id)
    )
    found = {row[0]: AccountRef(row[1], AccountKind(row[2]), row[3], Unit(row[4])) for row in rows}
    for account_id in sorted(found, key=lambda one: (found[one].kind is AccountKind.SUSPENSE, one)):
        await _close(db, account_id, found[account_id])
    return len(found)


async def _close(db: AsyncSession, account_id: int, account: AccountRef) -> None:
    pending = select(Hold.id).where(Hold.account_id == account_id, Hold.state == HoldState.PENDING.value)
    await holds.release(db, hold_ids=(await db.execute(pending)).scalars().all(), state=HoldState.VOID)
    await lock(db, [account_id])
    columns = (Account.posted, Account.version)
    posted, version = (await db.execute(select(*columns).where(Account.id == account_id))).one()
    if posted:
        is_debt = account.kind is AccountKind.SUSPENSE
        other = AccountKind.TREASURY if is_debt else AccountKind.EXPIRED
        left = None if is_debt else tuple(await lots.all_of(db, account_id))
        await post(
            db,
            Posting(
                area_code=account.area_code,
                key=f"closure:{account_id}:{version}",
                kind=TransferKind.CLOSURE,
                legs=(
                    Leg(account, -posted, lots=left),
                    Leg(AccountRef(account.area_code, other, unit=account.unit), posted),
                ),
                reason="wallet_closed",
                source_kind="resident",
                source_id=account.owner_id,
                recipient_id=account.owner_id,
            ),
        )
    await db.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(status=AccountStatus.CLOSED.value)
        .execution_options(synchronize_session=False)
    )
