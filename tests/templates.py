"""Databases in which something has happened already, made once and copied for each test."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Shelf


def after(
    request: pytest.FixtureRequest, template: str, folder: Path, happens: Callable[[str], Coroutine[Any, Any, None]]
) -> str:
    """A template like another, after what happens in the database at that address."""
    if request.config.getoption("--backend") == "sqlite":
        name = str(shutil.copy(template, folder / "after.db"))
        asyncio.run(happens(f"sqlite+aiosqlite:///{name}"))
        return name
    shelf: Shelf = request.getfixturevalue("shelf")
    name = f"after_{uuid.uuid4().hex[:12]}"
    shelf.server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    asyncio.run(happens(shelf.server.url(name)))
    shelf.keep(name)
    return name
