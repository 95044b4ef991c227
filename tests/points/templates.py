"""Databases in which something has happened already, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.crypto import Ring, Vault
from core.db import Database
from tests import templates
from tests.points.town import RING, Town


def lived(request: pytest.FixtureRequest, template: str, folder: Path, live: Callable[[Town], Awaitable[None]]) -> str:
    """A template like another, after this has happened in the town of the tests."""

    async def _live(url: str) -> None:
        database = Database(url, synchronous="OFF")
        try:
            await live(Town(database, Vault(Ring.parse(RING))))
        finally:
            await database.close()

    return templates.after(request, template, folder, _live)
