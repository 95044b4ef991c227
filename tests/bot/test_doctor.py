"""`doctor` finds what is wrong, names it, and finds nothing where all is well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import doctor, migrate
from bot.simulate.platform_api import PlatformSimulator
from core import triggers
from core.db import Database
from core.settings import Account, Config, GridConnector, Settings
from tests.house import TEST_RING, sample_config
from tests.servers import free_port


@pytest.fixture
async def sound(bare: str, redis_url: str | None, tmp_path: Path) -> AsyncIterator[Settings]:
    """An installation with nothing wrong, and its platforms."""
    port = free_port()
    config = sample_config(port)
    async with PlatformSimulator(config).started(port):
        yield replace(
            Settings(config=config), database_url=bare, redis_url=redis_url, secret_key=TEST_RING, var=tmp_path
        )


@pytest.fixture
async def bare(database_url: str) -> str:
    """The tables are there; the note of their revision is not, until `migrate` writes it."""
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": migrate.head()})
    await database.close()
    return database_url


async def faults(settings: Settings) -> dict[str, str]:
    return {found.subject: found.detail async for found in doctor.examine(settings) if not found.is_good}


def adjusted(settings: Settings, **changes: object) -> Settings:
    return replace(settings, config=settings.config.model_copy(update=changes))


def with_account(config: Config, name: str, **changes: object) -> tuple[Account, ...]:
    return tuple(account.model_copy(update=changes) if account.name == name else account for account in config.accounts)


async def test_a_sound_installation_has_no_fault(sound: Settings) -> None:
    assert await faults(sound) == {}


async def test_nobody_on_duty(sound: Settings) -> None:
    assert list(await faults(adjusted(sound, duty=()))) == ["duty channel"]


async def test_a_lost_trigger_is_named(sound: Settings) -> None:
    name = min(triggers.REGISTERED)
    database = Database(sound.database_url)
    async with database.engine.begin() as connection:
        on = "" if database.is_sqlite else f" ON {triggers.REGISTERED[name].table}"
        await connection.execute(text(f"DROP TRIGGER {name}{on}"))
    await database.close()
    found = await faults(sound)
    assert list(found) == ["triggers"]
    assert name in found["triggers"]


async def test_a_database_that_is_behind(sound: Settings) -> None:
    database = Database(sound.database_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    await database.close()
    found = await faults(sound)
    assert list(found) == ["database"]
    assert "migrate" in found["database"]


async def test_a_database_that_is_not_there(sound: Settings) -> None:
    gone = f"postgresql+asyncpg://nobody:secret-word@127.0.0.1:{free_port()}/none"
    found = await faults(replace(sound, database_url=gone))
    assert "database" in found
    assert "secret-word" not in str(found)


async def test_redis_that_is_down(sound: Settings) -> None:
    found = await faults(replace(sound, redis_url=f"redis://:secret-word@127.0.0.1:{free_port()}/0"))
    assert list(found) == ["Redis"]
    assert "secret-word" not in str(found)


async def test_a_wrong_secret_of_an_account(sound: Settings) -> None:
    wrong = with_account(sound.config, "heping", secret="a-wrong-secret-0000000001")
    found = await faults(adjusted(sound, accounts=wrong))
    assert list(found) == ["account heping"]
    assert "a-wrong-secret" not in str(found)


async def test_a_grid_system_that_does_not_answer(sound: Settings) -> None:
    grid = GridConnector(
        name="district",
        kind="signed_json",
        url=f"http://127.0.0.1:{free_port()}/api",
        app_id="community",
        secret="grid-secret",
    )
    assert list(await faults(adjusted(sound, grid=(grid,)))) == ["grid district"]


async def test_postgresql_without_a_key(sound: Settings) -> None:
    found = await faults(replace(sound, secret_key=None, database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    assert "SECRET_KEY" in found


def test_a_line_says_whether_it_is_good() -> None:
    assert str(doctor.Finding("Redis", is_good=True)) == "ok    Redis"
    assert str(doctor.Finding("Redis", is_good=False, detail="cannot be reached")) == "FAULT Redis: cannot be reached"
