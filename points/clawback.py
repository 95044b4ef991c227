"""Taking back what a deed earned that turned out not to be one: by reversals, as the community's scheme wants it.

What is still there is taken, from the lot that it came as; what is spent is let go (CLAMP) or owed (DEBT). A request
for the same deed that is not paid yet is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from points import grant_rows, reversals
from points.attempts import request_hash
from points.errors import AlreadyReversed, InsufficientPoints
from points.fairness_errors import NothingToClawBack
from points.grant_models import GrantRequest
from points.models import Entry, Transfer, TransferKind
from points.reversal_plans import ClawBack

REFUSED: Final = "clawed_back"


@dataclass(frozen=True, slots=True)
class Deed:
    """What a grant was paid for, as `request_grant` was told."""

    source_kind: str
    source_id: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Points taken, owed and let go over all grants of the deeds; `transfers` are the reversals."""

    transfers: tuple[str, ...]
    taken_points: int
    owed_points: int
    forgiven_points: int
    unpaid_requests: int


async def claw_back(
    db: AsyncSession,
    *,
    resident_ids: Collection[str],
    deeds: Sequence[Deed],
    reason: str,
    actor_id: str,
    key: str,
    policy: ClawBack = ClawBack.CLAMP,
) -> TakenBack:
    """Take back all that these deeds brought a resident, by any of their ids; the same key, the same claw-back.

    Raises NothingToClawBack, KeyReused, AccountClosed.
    """
    done: list[reversals.Reversed] = []
    let_go = 0
    async with db.begin_nested():
        unpaid = await _refuse_unpaid(db, resident_ids, deeds, key)
        for transfer_id, amount in await _grants(db, resident_ids, deeds):
            # A refusal that is caught here stays one under its key: asked again, the same is let go.
            try:
                done.append(
                    await reversals.reverse(
                        db,
                        transfer_id=transfer_id,
                        reason=reason,
                        actor_id=actor_id,
                        key=f"{key}:{transfer_id}",
                        claw_back=policy,
                    )
                )
            except InsufficientPoints:  # all of it is spent, and the community lets that go
                let_go += amount
            except AlreadyReversed:  # under another key
                continue
        if not done and not unpaid and not let_go:
            raise NothingToClawBack
    return TakenBack(
        transfers=tuple(one.transfer_id for one in done),
        taken_points=sum(one.taken_points for one in done),
        owed_points=sum(one.owed_points for one in done),
        forgiven_points=let_go + sum(one.forgiven_points for one in done),
        unpaid_requests=unpaid,
    )


async def deed_of(db: AsyncSession, *, transfer_id: str) -> Deed:
    """What a grant was paid for. Raises NothingToClawBack for what is no grant."""
    query = select(Transfer.source_kind, Transfer.source_id).where(
        Transfer.id == transfer_id, Transfer.kind == TransferKind.GRANT.value
    )
    found = (await db.execute(query)).one_or_none()
    if found is None:
        raise NothingToClawBack
    return Deed(found.source_kind, found.source_id)


async def _refuse_unpaid(db: AsyncSession, resident_ids: Collection[str], deeds: Sequence[Deed], key: str) -> int:
    """How many requests this claw-back refused, now or when it was asked for before under the same key."""
    mine = (_of(GrantRequest, deeds), GrantRequest.recipient_id.in_(resident_ids))
    by_this = f"{REFUSED}:{request_hash(key)[:16]}"
    await grant_rows.refuse_waiting(db, *mine, reason=by_this)
    refused = select(func.count()).select_from(GrantRequest).where(*mine, GrantRequest.reason == by_this)
    return (await db.execute(refused)).scalar_one()


async def _grants(db: AsyncSession, resident_ids: Collection[str], deeds: Sequence[Deed]) -> list[tuple[str, int]]:
    """Ids and amounts of what was granted, the oldest first."""
    rows = await db.execute(
        select(Transfer.id, Entry.amount)
        .join(Entry, Entry.transfer_id == Transfer.id)
        .where(
            _of(Transfer, deeds),
            Transfer.kind == TransferKind.GRANT.value,
            Transfer.recipient_id.in_(resident_ids),
            Entry.amount > 0,
        )
        .order_by(Transfer.created_at, Transfer.id)
    )
    return [(row.id, row.amount) for row in rows]


def _of(table: Any, deeds: Sequence[Deed]) -> ColumnElement[bool]:
    return or_(
        false(),
        *(and_(table.source_kind == deed.source_kind, table.source_id == deed.source_id) for deed in deeds),
    )
