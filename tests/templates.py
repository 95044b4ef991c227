"""Databases in which something has happened already (tables were made, people lived in them), copied for each test."""

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
    request: pytest.FixtureRequest,
    template: str | None,
    folder: Path,
    happens: Callable[[str], Coroutine[Any, Any, None]],
) -> str:
    """A template like another, or from nothing, after what happens in the database at that address."""
    if request.config.getoption("--backend") == "sqlite":
        file = folder / "after.db"
        if template is not None:
            shutil.copy(template, file)
        asyncio.run(happens(f"sqlite+aiosqlite:///{file}"))
        return str(file)
    shelf: Shelf = request.getfixturevalue("shelf")
    name = f"after_{uuid.uuid4().hex[:12]}"
    shelf.server.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    asyncio.run(happens(shelf.server.url(name)))
    shelf.keep(name)
    return name
