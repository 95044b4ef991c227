"""Made-up residents and workers, and what they were told."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import residents
from community.consents import Wording
from community.permissions import Grant, Worker
from community.residents import Resident, Who
from core.clock import SHANGHAI
from core.crypto import Vault
from core.db import Database, new_id
from core.outbox import PURPOSE, OutboxRow
from core.values import Platform, Role

AREA: Final = "110101001"
OTHER_AREA: Final = "110101002"
MONDAY: Final = datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
WORDING: Final = Wording(version="2026-01", text="我同意为此目的使用我的信息。", channel="heping")


async def newcomer(db: AsyncSession, vault: Vault, *, platform: Platform = Platform.WECHAT, area: str = AREA) -> Who:
    """Somebody who writes for the first time."""
    return await residents.identify(
        db, vault, account=f"heping-{platform.value}", platform=platform, sender=f"sender-{new_id()}", area_code=area
    )


async def resident(database: Database, vault: Vault, *, platform: Platform = Platform.WECHAT) -> Who:
    async with database.write() as db:
        return await newcomer(db, vault, platform=platform)


async def crowd(database: Database, vault: Vault, count: int) -> list[str]:
    """Ids of so many residents."""
    async with database.write() as db:
        return [(await newcomer(db, vault)).resident_id for _ in range(count)]


async def with_phone(db: AsyncSession, vault: Vault, phone: str) -> list[str]:
    """Ids of residents whose keyed index is that of exactly this number."""
    rows = await db.execute(select(Resident.id).where(Resident.phone_index.in_(vault.blinds("phone", phone))))
    return list(rows.scalars())


def worker(role: Role = Role.DESK, area: str = AREA) -> Worker:
    return Worker(id=f"w-{role.value}", name="测试员", unit="社区", grants=(Grant(role, area),))


async def told(database: Database, vault: Vault, *, resident_id: str) -> list[dict[str, Any]]:
    """The payloads of all notices queued for a resident, in order."""
    async with database.read() as db:
        rows = await db.execute(select(OutboxRow).where(OutboxRow.owner_id == resident_id).order_by(OutboxRow.id))
        return [json.loads(await vault.open_for(db, resident_id, PURPOSE, row.payload)) for row in rows.scalars().all()]


async def notices_of(database: Database, vault: Vault, *, resident_id: str) -> list[str]:
    return [payload["notice"] for payload in await told(database, vault, resident_id=resident_id)]


async def staff_events(database: Database) -> list[dict[str, Any]]:
    """The payloads of all staff notices, in order."""
    async with database.read() as db:
        query = select(OutboxRow.payload).where(OutboxRow.kind == "staff.notice").order_by(OutboxRow.id)
        return [json.loads(payload) for payload in (await db.execute(query)).scalars()]
