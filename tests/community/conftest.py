"""Two identities of what may be one person."""

from __future__ import annotations

import pytest

from community.residents import Who
from core.crypto import Vault
from core.db import Database
from core.values import Platform
from tests.community.people import resident


@pytest.fixture
async def wechat(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


@pytest.fixture
async def alipay(database: Database, vault: Vault) -> Who:
    return await resident(database, vault, platform=Platform.ALIPAY)
