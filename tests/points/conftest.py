"""A community beside an unrelated one that has lived, so that a query without its area is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.crypto import Ring, Vault
from core.db import Database
from points import rules
from points.rules import RuleBook
from tests.databases import copied, made_once
from tests.points import templates
from tests.points.town import RING, BookOf, Town


@pytest.fixture(scope="session")
def populated(template: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("beside")
    return str(made_once(tmp_path_factory, "populated", lambda: templates.lived(request, template, folder, _beside)))


@pytest.fixture
def database_url(populated: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with copied(populated, request, tmp_path) as url:
        yield url


async def _beside(town: Town) -> None:
    other = replace(town, area="110102009009")
    await other.fund(1000)
    await other.resident(points=77)


@pytest.fixture
def vault() -> Vault:
    return Vault(Ring.parse(RING))


@pytest.fixture
def book_of(tmp_path: Path) -> BookOf:
    """Reads rules as an installation writes them."""

    def read(text: str) -> RuleBook:
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        return rules.load(path)

    return read


@pytest.fixture
def town(database: Database, vault: Vault) -> Town:
    return Town(database, vault)
