"""What a resident owes after a claw-back: it stands on an account of its own and is settled from what they are given.

So a wallet never goes below zero, and the statement shows both what was given and what was kept back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import lots, posting_batch
from points.accounts import AccountRef
from points.models import AccountKind, TransferKind
from points.postings import Leg, Posting

_GIVING = frozenset({TransferKind.GRANT, TransferKind.ADJUSTMENT})


async def settling(
    db: AsyncSession, fresh: Sequence[tuple[str, Posting]], ids: Mapping[AccountRef, int]
) -> list[Posting]:
    """Transfers that settle what the recipients of these owe, from what they have free; their wallets are locked."""
    given = {
        leg.account: transfer_id
        for transfer_id, posting in fresh
        for leg in posting.legs
        if leg.amount > 0 and leg.account.kind is AccountKind.RESIDENT and posting.kind in _GIVING
    }
    owed = await _owed(db, list(given)) if given else {}
    postings: list[Posting] = []
    for wallet in sorted(owed, key=lambda one: ids[one]):
        shares = await lots.choose(db, ids[wallet], owed[wallet], clock.now())
        amount = sum(share.amount for share in shares)
        if amount:
            postings.append(_settlement(wallet, given[wallet], Leg(wallet, -amount, lots=shares)))
    return postings


def _settlement(wallet: AccountRef, transfer_id: str, taken: Leg) -> Posting:
    owing = AccountRef(wallet.area_code, AccountKind.SUSPENSE, wallet.owner_id, wallet.unit)
    return Posting(
        area_code=wallet.area_code,
        key=f"settlement:{transfer_id}:{wallet.owner_id}",
        kind=TransferKind.SETTLEMENT,
        legs=(taken, Leg(owing, -taken.amount)),
        reason="debt_settled",
        source_kind="transfer",
        source_id=transfer_id,
        recipient_id=wallet.owner_id,
    )


async def _owed(db: AsyncSession, wallets: Sequence[AccountRef]) -> dict[AccountRef, int]:
    keys = [(one.area_code, one.unit.value, AccountKind.SUSPENSE.value, one.owner_id) for one in wallets]
    rows = await posting_batch.FIND_DEBTS.rows(db, keys)
    by_key = {(row.area_code, row.unit, row.owner_id): -row.posted for row in rows}
    found = {one: by_key.get((one.area_code, one.unit.value, one.owner_id), 0) for one in wallets}
    return {one: amount for one, amount in found.items() if amount}
