"""What came to a former identity after it was bound: it follows the wallet that was moved.

A binding moves all that is there. A deed that was begun before it and ends after it may still name the resident who
they were then.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from community.binding import held
from community.residents import Resident
from core.crypto import Vault
from core.db import new_id
from points import wallets
from points.accounts import OWNED
from points.grant_models import GrantRequest, GrantState
from points.models import Account
from points.reward_models import RedemptionRow

_WAITING: Final = (GrantState.PENDING.value, GrantState.UNFUNDED.value)


async def find(db: AsyncSession, *, limit: int = 100) -> list[str]:
    """Former identities that have points, owe some, wait for some or have redeemed something; it only reads."""
    has = exists().where(Account.owner_id == Resident.id, Account.kind.in_(OWNED), Account.posted != 0)
    asked = exists().where(GrantRequest.recipient_id == Resident.id, GrantRequest.state.in_(_WAITING))
    redeemed = exists().where(RedemptionRow.resident_id == Resident.id)
    former = (Resident.merged_into.is_not(None), Resident.erased_at.is_(None))
    query = select(Resident.id).where(*former, or_(has, asked, redeemed)).order_by(Resident.id)
    return list((await db.execute(query.limit(limit))).scalars())


async def bring(db: AsyncSession, vault: Vault, *, resident_id: str) -> int:
    """Let it follow to whoever they are by now; how many points. One to a transaction, as a binding is."""
    now = await held(db, resident_id=resident_id)
    alive = select(Resident.id).where(Resident.id == resident_id, Resident.erased_at.is_(None))
    if now == resident_id or (await db.execute(alive)).scalar_one_or_none() is None:
        return 0
    key = f"bind:{resident_id}:{now}:{new_id()}"
    return await wallets.move_wallet(db, vault, from_resident_id=resident_id, to_resident_id=now, key=key)
