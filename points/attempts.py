"""A key that failed stays failed: whoever asks again hears the same refusal, whatever has changed since.

Only refusals of a rule are kept, such as too few points, an empty fund, a frozen wallet. Input that is malformed or
names something unknown can be put right and sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dump_json
from core.errors import Refused
from core.turns import in_turn
from points.attempt_models import Attempt
from points.errors import (
    AccountClosed,
    AccountFrozen,
    AlreadyReversed,
    CeilingReached,
    ExchangeClosed,
    FundExhausted,
    InsufficientPoints,
    KeyReused,
    LimitReached,
    NotReversible,
    RewardClosed,
    RewardSoldOut,
)
from points.ledger import post
from points.postings import Posted, Posting

KEPT: Final[dict[str, type[Refused]]] = {
    kind.code: kind
    for kind in (
        AccountClosed,
        AccountFrozen,
        AlreadyReversed,
        CeilingReached,
        ExchangeClosed,
        FundExhausted,
        InsufficientPoints,
        LimitReached,
        NotReversible,
        RewardClosed,
        RewardSoldOut,
    )
}


def request_hash(*said: object) -> str:
    """Of what a request says, to tell it from another one under the same key."""
    return hashlib.sha256(dump_json(said).encode()).hexdigest()


@asynccontextmanager
async def once(db: AsyncSession, *, area_code: str, key: str, request_hash: str) -> AsyncIterator[None]:
    """Around all that one keyed request writes. A refusal undoes it and is written down, if it is one of KEPT.

    Raises that refusal at the first time and at every later one, or KeyReused for another request. It must not stand
    in a savepoint of the caller if the refusal is to leave the caller's transaction: see core.db.
    """
    await in_turn(db, area_code, key)
    before = (
        await db.execute(
            select(Attempt.request_hash, Attempt.code, Attempt.facts).where(
                Attempt.area_code == area_code, Attempt.idempotency_key == key
            )
        )
    ).one_or_none()
    if before is not None:
        if before.request_hash != request_hash:
            raise KeyReused
        raise KEPT[before.code](**_moments(before.facts))
    try:
        async with db.begin_nested():
            yield
    except Refused as refusal:
        if refusal.code not in KEPT:
            raise
        await db.execute(
            insert(Attempt).values(
                area_code=area_code,
                idempotency_key=key,
                request_hash=request_hash,
                code=refusal.code,
                facts=_plain(refusal.facts),
                at=clock.now(),
            )
        )
        refusal.is_kept = not db.in_nested_transaction()
        raise


async def post_once(db: AsyncSession, posting: Posting) -> Posted:
    """Post one transfer under a caller's key, so that a refusal stays one. Raises as `ledger.post` does."""
    async with once(db, area_code=posting.area_code, key=posting.key, request_hash=posting.hash()):
        return await post(db, posting)


def _plain(facts: Mapping[str, object]) -> dict[str, Any]:
    return {name: fact.isoformat() if isinstance(fact, datetime) else fact for name, fact in facts.items()}


def _moments(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: clock.parse(f) if isinstance(f, str) and (name == "at" or name.endswith("_at")) else f
            for name, f in facts.items()}  # fmt: skip
