"""The drill: everything comes back, on either database, and is of no use to whoever has not the key."""

from __future__ import annotations

import asyncio
import base64
import io
import shutil
import stat
import tarfile
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import backups, migrate, seed
from bot.service import Service
from community import audit, contacts
from community.residents import Resident
from core import triggers
from core.crypto import Ring, Unreadable, Vault
from core.db import Database
from core.errors import ConfigError
from core.settings import Settings
from migrations import tables
from points import audit as ledger
from tests.community.people import with_phone
from tests.databases import made_once
from tests.house import TEST_RING, running, sample_config
from tests.scenarios.test_report import photo
from tests.servers import PostgresServer

OTHER_RING = "t1:" + base64.b64encode(b"x" * 32).decode()
Empty = Callable[[str], str]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite that every migration has run on."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    asyncio.run(migrate.migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_name(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same on PostgreSQL, by name."""

    def make() -> str:
        name = f"migrated_{uuid.uuid4().hex[:12]}"
        postgres.execute(f"CREATE DATABASE {name}")
        asyncio.run(migrate.migrate(postgres.url(name)))
        return name

    return str(made_once(tmp_path_factory, "migrated", make))


@pytest.fixture
def empty(
    database_url: str, backend: str, migrated_file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Empty:
    """Makes an empty, migrated database of that kind; its address."""
    assert database_url, "whoever asks for it runs on both legs"
    named = request.getfixturevalue("migrated_name") if backend == "postgres" else ""

    def make(kind: str) -> str:
        if kind.startswith("sqlite"):
            path = tmp_path / "var" / f"{kind}.db"
            path.parent.mkdir(exist_ok=True)
            shutil.copy(migrated_file, path)
            return f"sqlite+aiosqlite:///{path}"
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"drill_{uuid.uuid4().hex[:12]}"
        server.execute(f"CREATE DATABASE {name} TEMPLATE {named}")
        request.addfinalizer(lambda: server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        return server.url(name)

    return make


def settings(url: str, var: Path) -> Settings:
    return replace(Settings(config=sample_config(1)), database_url=url, secret_key=TEST_RING, var=var)


async def lived_in(url: str, var: Path) -> Settings:
    """The sample community and a resident who has just reported something with a photo."""
    service = await Service.open(settings(url, var))
    try:
        await seed.load(service)
    finally:
        await service.close()
    async with running(url, var, with_worker=False) as house, house.chat("web") as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        await chat.choose("1")
        await chat.photo(photo())
    return settings(url, var)


async def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    database = Database(url)
    try:
        async with database.read() as db:
            return {
                table.name: sorted((tuple(row) for row in await db.execute(select(table))), key=repr)
                for table in tables.METADATA.sorted_tables
            }
    finally:
        await database.close()


async def missing_triggers(url: str) -> list[str]:
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(triggers.missing)
    finally:
        await database.close()


def files(var: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (var / "media").rglob("*") if path.is_file()}


def ways(backend: str) -> list[tuple[str, str]]:
    """From where to where: between files, and on the PostgreSQL leg into a server from either kind."""
    if backend == "sqlite":
        return [("sqlite-a", "sqlite-b")]
    return [("postgres_a", "postgres_b"), ("sqlite-a", "postgres_c")]


async def test_everything_comes_back(empty: Empty, backend: str, tmp_path: Path) -> None:
    for first, second in ways(backend):
        folder = tmp_path / f"{first}-{second}"
        folder.mkdir()
        await drill(empty(first), empty(second), folder)


async def drill(first: str, second: str, folder: Path) -> None:
    source = await lived_in(first, folder / "var")
    file = folder / "backup.tar.gz"
    await backups.write(source, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    target = settings(second, folder / "elsewhere")
    await backups.read(target, file)
    assert await contents(target.database_url) == await contents(source.database_url)
    assert files(target.var) == files(source.var) != {}
    assert await missing_triggers(target.database_url) == []
    await still_works(target)
    await needs_the_key(target, file)


async def still_works(restored: Settings) -> None:
    """Books and log are whole, and the next message, report and number fit in behind those that came back."""
    async with (
        running(restored.database_url, restored.var, with_worker=False) as house,
        house.chat("web") as chat,
    ):
        async with house.service.database.read() as db:
            assert await ledger.check(db) == []
            assert await audit.verify(db, house.service.vault) == []
        await chat.say("3号楼2单元的楼道灯坏了")
        assert "编号R" in (await chat.choose("1")).whole


async def needs_the_key(restored: Settings, file: Path) -> None:
    sample = seed.read("residents")[0]
    database = Database(restored.database_url)
    try:
        async with database.read() as db:
            vault = Vault(Ring.parse(TEST_RING))
            (found,) = await with_phone(db, vault, sample["phone"])
            assert (await contacts.read(db, vault, resident_id=found)).name == sample["name"]
            with pytest.raises(Unreadable):
                await contacts.read(db, Vault(Ring.parse(OTHER_RING)), resident_id=found)
    finally:
        await database.close()
    with tarfile.open(file) as archive:
        packed = b"".join(
            member.read() for info in archive if info.isfile() and (member := archive.extractfile(info)) is not None
        )
    for entry in seed.read("residents"):
        assert entry["phone"].encode() not in packed
        assert entry["sender"].encode() not in packed


async def test_into_a_database_with_something_in_it_nothing_is_restored(
    empty: Empty, backend: str, tmp_path: Path
) -> None:
    source = await lived_in(empty(ways(backend)[0][0]), tmp_path / "var")
    file = tmp_path / "backup.tar.gz"
    await backups.write(source, file)
    before = await contents(source.database_url)
    with pytest.raises(ConfigError, match="not empty"):
        await backups.read(source, file)
    assert await contents(source.database_url) == before
    assert await missing_triggers(source.database_url) == []


@pytest.mark.parametrize("damage", ["cut", "rubbish", "other", "row"])
async def test_what_is_no_whole_backup_changes_nothing(empty: Empty, backend: str, tmp_path: Path, damage: str) -> None:
    url = empty(ways(backend)[0][0])
    var = tmp_path / "var"
    async with running(url, var, with_worker=False) as house, house.chat("web") as chat:
        await chat.say("你好")
    file = tmp_path / "backup.tar.gz"
    await backups.write(settings(url, var), file)
    damaged(file, damage)
    target = settings(empty(ways(backend)[0][1]), tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        await backups.read(target, file)
    assert await count(target.database_url) == 0
    assert await missing_triggers(target.database_url) == []


def damaged(file: Path, how: str) -> None:
    """What a full disk, a wrong file name, another program or a bad block may have made of it."""
    content = file.read_bytes()
    if how == "cut":
        file.write_bytes(content[: len(content) * 2 // 3])
    elif how == "rubbish":
        file.write_bytes(b"not an archive")
    else:
        members = {"manifest.json": b'{"format": 1, "revision": "another"}'} if how == "other" else _with_bad_row(file)
        with tarfile.open(file, "w:gz") as archive:
            for name, packed in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(packed)
                archive.addfile(info, io.BytesIO(packed))


def _with_bad_row(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as archive:
        members = {
            info.name: member.read()
            for info in archive
            if info.isfile() and (member := archive.extractfile(info)) is not None
        }
    members["tables/resident.jsonl"] = members["tables/resident.jsonl"].replace(b'"ref"', b'"fer"')
    return members


async def count(url: str) -> int:
    database = Database(url)
    try:
        async with database.read() as db:
            return (await db.execute(select(func.count()).select_from(Resident))).scalar_one()
    finally:
        await database.close()
