"""A funded community beside an unrelated one, so that a query without its area is noticed."""

from __future__ import annotations

import pytest

from core.crypto import Ring, Vault
from core.db import Database
from tests.points.town import RING, Town


@pytest.fixture
def vault() -> Vault:
    return Vault(Ring.parse(RING))


@pytest.fixture
async def town(database: Database, vault: Vault) -> Town:
    noise = Town(database, vault, area="110102009009")
    await noise.fund(1000)
    await noise.resident(points=77)
    return Town(database, vault)
