"""Two identities of what may be one person, their town, and a Monday."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from community.residents import Who
from core import clock
from core.crypto import Vault
from core.db import Database
from core.values import Platform
from tests.community.people import AREA, MONDAY, resident
from tests.points.town import Town


@pytest.fixture
async def wechat(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


@pytest.fixture
async def alipay(database: Database, vault: Vault) -> Who:
    return await resident(database, vault, platform=Platform.ALIPAY)


@pytest.fixture
def town(database: Database, vault: Vault) -> Town:
    return Town(database, vault, area=AREA)


@pytest.fixture
def on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield
