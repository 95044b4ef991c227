"""Databases in which something has happened already, made once and copied for each test."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.crypto import Ring, Vault
from core.db import Database
from tests.databases import Shelf
from tests.points.town import RING, Town


def lived(request: pytest.FixtureRequest, template: str, folder: Path, live: Callable[[Town], Awaitable[None]]) -> str:
    """A template like another, after this has happened in the town of the tests."""
    if request.config.getoption("--backend") == "sqlite":
        name = str(shutil.copy(template, folder / "lived.db"))
        asyncio.run(_live(f"sqlite+aiosqlite:///{name}", live))
        return name
    shelf: Shelf = request.getfixturevalue("shelf")
    name = f"lived_{uuid.uuid4().hex[:12]}"
    shelf.server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    asyncio.run(_live(shelf.server.url(name), live))
    shelf.keep(name)
    return name


async def _live(url: str, live: Callable[[Town], Awaitable[None]]) -> None:
    database = Database(url, synchronous="OFF")
    try:
        await live(Town(database, Vault(Ring.parse(RING))))
    finally:
        await database.close()
