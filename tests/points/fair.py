"""Deeds of fairness, each in a transaction of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from points import adjustments, appeals, clawback, freezes, signing
from points.appeals import AppealView
from points.clawback import Deed, TakenBack
from points.fairness_models import AppealState
from points.freezes import Frozen
from points.reversal_plans import ClawBack
from points.signed import Done
from points.signing import Adjustment
from tests.points.town import Town

FIRST, SECOND, THIRD = "worker-1", "worker-2", "worker-3"
DAY = timedelta(days=1)


async def freeze(town: Town, resident_id: str, *, by: str = FIRST, until: datetime | None = None) -> Frozen:
    async with town.database.write() as db:
        return await freezes.freeze(
            db,
            area_code=town.area,
            resident_id=resident_id,
            reason="核对上报",
            worker_id=by,
            ends_at=until or clock.now() + 30 * DAY,
        )


async def lift(town: Town, freeze_id: str, *, by: str = FIRST) -> Frozen:
    async with town.database.write() as db:
        return await freezes.lift(db, freeze_id=freeze_id, worker_id=by, because="核对完了")


async def lift_due(town: Town) -> list[Frozen]:
    async with town.database.write() as db:
        return await freezes.lift_due(db)


async def appeal(town: Town, resident_id: str, words: str = "那天是我报的") -> AppealView:
    async with town.database.write() as db:
        return await appeals.appeal(db, town.vault, area_code=town.area, resident_id=resident_id, words=words)


async def answer(town: Town, appeal_id: str, *, by: str, state: AppealState = AppealState.DECLINED) -> AppealView:
    async with town.database.write() as db:
        asked = await appeals.get(db, town.vault, appeal_id=appeal_id)
        return await appeals.decide(
            db,
            appeal_id=appeal_id,
            state=state,
            worker_id=by,
            decision="再看了一遍",
            resident_id=asked.resident_id,
        )


async def adjust(
    town: Town, resident_id: str, points: int, *, key: str | None = None, by: str = FIRST, **more: Any
) -> Done | Adjustment:
    async with town.database.write() as db:
        return await adjustments.adjust(
            db,
            area_code=town.area,
            resident_id=resident_id,
            amount_points=points,
            reason="补登",
            actor_id=by,
            key=key or new_id(),
            **more,
        )


async def asked(town: Town, resident_id: str, points: int, *, key: str | None = None, by: str = FIRST) -> Adjustment:
    """One that is above the limit."""
    made = await adjust(town, resident_id, points, key=key, by=by)
    assert isinstance(made, Adjustment)
    return made


async def approve(town: Town, adjustment_id: str, *, by: str = SECOND) -> Adjustment:
    async with town.database.write() as db:
        return await signing.approve(db, adjustment_id=adjustment_id, worker_id=by)


async def refuse(town: Town, adjustment_id: str, *, by: str = SECOND) -> Adjustment:
    async with town.database.write() as db:
        return await signing.refuse(db, adjustment_id=adjustment_id, worker_id=by, decision="没有凭据")


async def claw_back(
    town: Town, resident_id: str, *sources: str, key: str | None = None, policy: ClawBack = ClawBack.CLAMP
) -> TakenBack:
    async with town.database.write() as db:
        return await take_back(db, town, resident_id, *sources, key=key or new_id(), policy=policy)


async def take_back(
    db: AsyncSession, town: Town, resident_id: str, *sources: str, key: str, policy: ClawBack = ClawBack.CLAMP
) -> TakenBack:
    """The same in a transaction of the caller's."""
    return await clawback.claw_back(
        db,
        area_code=town.area,
        resident_id=resident_id,
        resident_ids=[resident_id],
        deeds=[Deed("issue", source) for source in sources],
        reason="不属实",
        actor_id=FIRST,
        key=key,
        policy=policy,
    )
