"""Taking back what a deed earned that turned out not to be one: by reversals, as the community's scheme wants it.

What is still there is taken, from the lot that it came as; what is spent is let go (CLAMP) or owed (DEBT). A request
for the same deed that is not paid yet is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from core.turns import in_turn
from points import grant_rows, reversals
from points.accounts import AccountRef
from points.attempts import request_hash
from points.errors import AlreadyReversed, InsufficientPoints, KeyReused
from points.fairness_errors import NothingToClawBack
from points.fairness_models import ClawedBack
from points.grant_models import GrantRequest
from points.models import AccountKind, Entry, Transfer, TransferKind
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
    area_code: str,
    resident_id: str,
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
    named = [[deed.source_kind, deed.source_id] for deed in deeds]
    said = {"resident_id": resident_id, "deeds": named, "reason": reason, "taken_by": actor_id}
    await in_turn(db, "clawback", area_code, key)
    if before := await _by_key(db, area_code, key, said):
        return before
    async with db.begin_nested():
        refused_as = f"{REFUSED}:{request_hash(area_code, key)[:16]}"
        mine = (_of(GrantRequest, deeds), GrantRequest.recipient_id.in_(resident_ids))
        unpaid = await grant_rows.refuse_waiting(db, *mine, reason=refused_as)
        how = _How(reason, actor_id, key, policy)
        granted = await _grants(db, resident_ids, deeds)
        wallet = AccountRef(area_code, AccountKind.RESIDENT, resident_id)  # which may be frozen afterwards
        await reversals.lock_for_all(db, wallet, transfer_ids=[transfer_id for transfer_id, _ in granted])
        done, let_go = await _reverse(db, granted, how)
        if not done and not unpaid and not let_go:
            raise NothingToClawBack
        taken = TakenBack(
            transfers=tuple(one.transfer_id for one in done),
            taken_points=sum(one.taken_points for one in done),
            owed_points=sum(one.owed_points for one in done),
            forgiven_points=let_go + sum(one.forgiven_points for one in done),
            unpaid_requests=unpaid,
        )
        await _record(db, area_code, key, taken, {**said, "refused_as": refused_as})
    return taken


@dataclass(frozen=True, slots=True)
class _How:
    reason: str
    actor_id: str
    key: str
    policy: ClawBack


async def _reverse(
    db: AsyncSession, granted: Sequence[tuple[str, int]], how: _How
) -> tuple[list[reversals.Reversed], int]:
    """The reversals of these grants, and how much was let go because all of it is spent."""
    done: list[reversals.Reversed] = []
    let_go = 0
    for transfer_id, amount in granted:
        try:
            done.append(
                await reversals.reverse(
                    db,
                    transfer_id=transfer_id,
                    reason=how.reason,
                    actor_id=how.actor_id,
                    key=f"{how.key}:{transfer_id}",
                    claw_back=how.policy,
                )
            )
        except InsufficientPoints:  # all of it is spent, and the community lets that go
            let_go += amount
        except AlreadyReversed:  # under another key
            continue
    return done, let_go


async def _by_key(db: AsyncSession, area_code: str, key: str, said: dict[str, Any]) -> TakenBack | None:
    """The claw-back that this key made before. Raises KeyReused when it was another one."""
    query = select(ClawedBack).where(ClawedBack.area_code == area_code, ClawedBack.idempotency_key == key)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        return None
    if any(getattr(row, name) != value for name, value in said.items()):
        raise KeyReused(clawback_id=row.id)
    return TakenBack(tuple(row.transfers), row.taken_points, row.owed_points, row.forgiven_points, row.unpaid_requests)


async def _record(db: AsyncSession, area_code: str, key: str, taken: TakenBack, said: dict[str, Any]) -> None:
    await db.execute(
        insert(ClawedBack).values(
            id=new_id(),
            area_code=area_code,
            idempotency_key=key,
            taken_at=clock.now(),
            **said,
            **asdict(taken) | {"transfers": list(taken.transfers)},
        )
    )


async def of_residents(db: AsyncSession, *, resident_ids: Collection[str], since: datetime) -> list[ClawedBack]:
    """What was clawed back from a resident since then, by any of their ids, and lost them something; newest first."""
    query = (
        select(ClawedBack)
        .where(
            ClawedBack.resident_id.in_(resident_ids),
            ClawedBack.taken_at >= since,
            ClawedBack.taken_points + ClawedBack.owed_points > 0,
        )
        .order_by(ClawedBack.taken_at.desc(), ClawedBack.id)
    )
    return list((await db.execute(query)).scalars())


async def get(db: AsyncSession, *, clawback_id: str) -> ClawedBack:
    """Raises NothingToClawBack."""
    row = (await db.execute(select(ClawedBack).where(ClawedBack.id == clawback_id))).scalar_one_or_none()
    if row is None:
        raise NothingToClawBack
    return row


async def deed_of(db: AsyncSession, *, transfer_id: str) -> Deed:
    """What a grant was paid for. Raises NothingToClawBack for what is no grant."""
    query = select(Transfer.source_kind, Transfer.source_id).where(
        Transfer.id == transfer_id, Transfer.kind == TransferKind.GRANT.value
    )
    found = (await db.execute(query)).one_or_none()
    if found is None:
        raise NothingToClawBack
    return Deed(found.source_kind, found.source_id)


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
