"""A resident, workers of every role, and a configuration with a grid system in one area and the desk elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from community import residents
from community.issues import Actor, NewIssue
from community.permissions import Grant, Worker
from core.crypto import Vault
from core.db import Database
from core.settings import Config, Duty, GridConnector
from core.values import Platform, Role

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
def staff() -> Callable[..., Actor]:
    def make(role: Role, area_code: str = "", *, worker_id: str = "", unit: str = "") -> Actor:
        return Actor.staff(Worker(worker_id or f"worker-{role.value}", "测试员", unit, (Grant(role, area_code),)))

    return make


def a_lamp(area_code: str = DESK_AREA, **changed: object) -> NewIssue:
    values: dict[str, object] = {
        "description": "3号楼2单元楼道灯不亮，电话13800000000",
        "area_code": area_code,
        "category_code": "M09",
        "address": "和平里3号楼2单元501室",
        **changed,
    }
    return NewIssue(**values)  # type: ignore[arg-type]
