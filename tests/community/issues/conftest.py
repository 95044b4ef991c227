"""A resident, workers of every role, and a configuration with a grid system in one area and the desk elsewhere."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import issues, residents
from community.issues import Action, Actor, NewIssue
from community.issues.models import Issue, IssueEvent
from community.permissions import Grant, Worker
from core import clock, outbox
from core.crypto import Vault
from core.db import Database, new_id
from core.outbox import OutboxRow
from core.settings import Config, Duty, GridConnector
from core.values import Platform, Role

Staff = Callable[..., Actor]
DESK_AREA = "110101001001"
GRID_AREA = "220101001001"


@pytest.fixture
def config() -> Config:
    return Config(
        grid=(
            GridConnector(
                name="district",
                kind="signed_json",
                url="https://grid.example/api",
                app_id="community",
                secret="made-up",
                areas=("2201",),
                status={"1": "accepted"},
            ),
        ),
        duty=(Duty(url="https://duty.example/page", ack_seconds=60),),
    )


@pytest.fixture
async def resident_id(database: Database, vault: Vault) -> str:
    async with database.write() as db:
        who = await residents.identify(db, vault, account="heping", platform=Platform.WECHAT, sender="sender-of-a-test")
    return who.resident_id


@pytest.fixture
def staff() -> Staff:
    def make(role: Role, area_code: str = "", *, worker_id: str = "", unit: str = "") -> Actor:
        return Actor.staff(Worker(worker_id or f"worker-{role.value}", "测试员", unit, (Grant(role, area_code),)))

    return make


def a_lamp(area_code: str = DESK_AREA, **changed: Any) -> NewIssue:
    values: dict[str, Any] = {
        "description": "3号楼2单元楼道灯不亮，电话13800000000",
        "area_code": area_code,
        "category_code": "M09",
        "address": "和平里3号楼2单元501室",
        **changed,
    }
    return NewIssue(**values)


@dataclass(frozen=True, slots=True)
class World:
    """What a test of reports acts on: each call is a transaction of its own."""

    database: Database
    vault: Vault
    config: Config
    resident_id: str

    async def report(self, area_code: str = DESK_AREA, **changed: Any) -> str:
        """The number of a new report of the resident."""
        return (await self.filed(area_code, **changed)).number

    async def filed(self, area_code: str = DESK_AREA, **changed: Any) -> issues.Filed:
        async with self.database.write() as db:
            draft = a_lamp(area_code, **changed)
            return await issues.report(
                db, self.vault, self.config, resident_id=self.resident_id, draft=draft, source="wechat"
            )

    async def move(self, number: str, actor: Actor, *actions: Action, **details: Any) -> Issue:
        for action in actions:
            async with self.database.write() as db:
                moved = await issues.move(
                    db, self.vault, self.config, number=number, action=action, actor=actor, **details
                )
        return moved

    async def do(self, follow_up: Callable[..., Awaitable[Any]], number: str, **said: Any) -> Any:
        """One of the follow-ups, as the resident."""
        async with self.database.write() as db:
            return await follow_up(
                db, self.vault, self.config, number=number, **{"resident_id": self.resident_id, **said}
            )

    async def tell(self, number: str | None, status: str, **said: Any) -> issues.Outcome:
        """What the grid system says about a report."""
        given = {"update_id": new_id(), "body_hash": new_id(), "occurred_at": clock.now(), **said}
        async with self.database.write() as db:
            update = issues.GridUpdate(event_no=number, status=status, **given)
            applied = await issues.apply_update(db, self.vault, self.config, connector="district", update=update)
        return applied.kind

    async def issue(self, number: str) -> Issue:
        async with self.database.read() as db:
            return (await db.execute(select(Issue).where(Issue.number == number))).scalar_one()

    async def states(self, number: str) -> list[str]:
        """Where each line of the history led."""
        async with self.database.read() as db:
            lines = select(IssueEvent.to_state).join(Issue, Issue.id == IssueEvent.issue_id)
            return list((await db.execute(lines.where(Issue.number == number).order_by(IssueEvent.seq))).scalars())

    async def queued(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of the outbox rows of one kind, in order."""
        async with self.database.read() as db:
            rows = await db.execute(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id))
            return [json.loads(await self._opened(db, row)) for row in rows.scalars().all()]

    async def _opened(self, db: AsyncSession, row: OutboxRow) -> str:
        if row.owner_id is None:
            return row.payload.decode()
        return await self.vault.open_for(db, row.owner_id, outbox.PURPOSE, row.payload)


@pytest.fixture
def world(database: Database, vault: Vault, config: Config, resident_id: str) -> World:
    return World(database, vault, config, resident_id)
