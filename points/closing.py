"""Closing the wallets of somebody who is erased: what they hold expires, what they owe is let go, nothing comes in.

What they redeemed and did not collect goes back on the shelf.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.turns import lock_as_found
from core.values import RedemptionState
from points import grant_rows, lots, redemptions
from points.accounts import OWNED, AccountRef, lock
from points.grant_models import GrantRequest
from points.ledger import post
from points.models import LOCK_RANK, Account, AccountKind, AccountStatus, TransferKind, Unit
from points.postings import Leg, Posting
from points.reward_models import OPEN, RedemptionRow
from points.shelves import SYSTEM


async def close_wallets(db: AsyncSession, *, resident_ids: Collection[str]) -> int:
    """Close all accounts of these residents in the caller's transaction; how many. Again, it closes nothing more."""
    found = await hold_wallets(db, resident_ids=resident_ids)
    for account_id in sorted(found, key=lambda one: (LOCK_RANK[found[one].kind], one)):
        await _close(db, account_id, found[account_id])
    return len(found)


async def hold_wallets(db: AsyncSession, *, resident_ids: Collection[str]) -> dict[int, AccountRef]:
    """Their accounts that are open still, locked, when nothing waits to be paid or collected any more."""
    await grant_rows.refuse_waiting(db, GrantRequest.recipient_id.in_(resident_ids), reason="recipient_erased")
    redeemed = select(RedemptionRow.id).where(RedemptionRow.resident_id.in_(resident_ids)).order_by(RedemptionRow.id)
    columns = (Account.id, Account.area_code, Account.kind, Account.owner_id, Account.unit)
    is_owned = (Account.owner_id.in_(resident_ids), Account.kind.in_(OWNED))
    owned = select(*columns).where(*is_owned, Account.status != AccountStatus.CLOSED.value).order_by(Account.id)

    async def find() -> tuple[Sequence[str], dict[int, AccountRef]]:
        rows = (await db.execute(owned)).all()
        accounts = {row[0]: AccountRef(row[1], AccountKind(row[2]), row[3], Unit(row[4])) for row in rows}
        return (await db.execute(redeemed)).scalars().all(), accounts

    async def hold(found: tuple[Sequence[str], dict[int, AccountRef]]) -> None:
        await _give_back(db, resident_ids)
        await lock(db, found[1])

    return (await lock_as_found(db, find, hold))[1]


async def _give_back(db: AsyncSession, resident_ids: Collection[str]) -> None:
    waiting = select(RedemptionRow.id).where(
        RedemptionRow.resident_id.in_(resident_ids), RedemptionRow.state.in_([state.value for state in OPEN])
    )
    ids = (await db.execute(waiting.order_by(RedemptionRow.id).with_for_update(key_share=True))).scalars().all()
    await redemptions.undo(db, ids, to=RedemptionState.VOID, actor_id=SYSTEM, reason="wallet_closed")


async def _close(db: AsyncSession, account_id: int, account: AccountRef) -> None:
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
