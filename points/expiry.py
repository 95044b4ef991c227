"""Writing off what has expired: the balance follows the lots, which could not be spent from their second on anyway."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts, lots
from points.accounts import AccountRef
from points.ledger import post_many
from points.lot_models import Lot
from points.lots import Share
from points.models import Account, AccountKind, TransferKind, Unit
from points.postings import Leg, Posting

MAX_BATCH = 500


async def expire_due(db: AsyncSession, *, limit: int = MAX_BATCH) -> int:
    """Write off up to `limit` lots, those that expired first before others; how many, so zero when nothing is due.

    One transfer for each wallet. Run again, it finds nothing: what is written off no longer remains.
    """
    due = (
        select(Lot.account_id, Lot.id)
        .where(Lot.expires_at <= clock.now(), Lot.remaining > Lot.held, Lot.remaining > 0)
        .order_by(Lot.expires_at, Lot.id)
        .limit(min(limit, MAX_BATCH))
    )
    found = (await db.execute(due)).all()
    if not found:
        return 0
    account_ids, lot_ids = {row.account_id for row in found}, {row.id for row in found}
    await accounts.lock(db, account_ids)
    still = await lots.expired(db, account_ids, clock.now())
    gone = {one: tuple(share for share in shares if share.lot_id in lot_ids) for one, shares in still.items()}
    gone = {one: shares for one, shares in gone.items() if shares}
    if gone:
        await post_many(db, await _postings(db, gone))
    return sum(len(shares) for shares in gone.values())


async def _postings(db: AsyncSession, gone: dict[int, tuple[Share, ...]]) -> list[Posting]:
    columns = (Account.id, Account.area_code, Account.unit, Account.kind, Account.owner_id, Account.version)
    rows = await db.execute(select(*columns).where(Account.id.in_(gone)).order_by(Account.id))
    postings = []
    for row in rows:
        wallet = AccountRef(row.area_code, AccountKind(row.kind), row.owner_id, Unit(row.unit))
        amount = sum(share.amount for share in gone[row.id])
        postings.append(
            Posting(
                area_code=wallet.area_code,
                key=f"expiry:{row.id}:{row.version}",
                kind=TransferKind.EXPIRY,
                legs=(
                    Leg(wallet, -amount, lots=gone[row.id]),
                    Leg(AccountRef(wallet.area_code, AccountKind.EXPIRED, unit=wallet.unit), amount),
                ),
                reason="expired",
                source_kind="lot",
                source_id=str(gone[row.id][0].lot_id),
                recipient_id=wallet.owner_id,
            )
        )
    return postings
