"""`backup` and `restore`: every table and every stored file in one archive that either database can read.

The archive is a tar: `manifest.json`, one `tables/NAME.jsonl` each, and `media/…`. Rows are read in one snapshot.
What is sealed stays sealed: the archive is of no use without `SECRET_KEY`, which is not in it.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import migrate
from core import clock, triggers
from core.db import Database
from core.errors import ConfigError
from core.settings import Settings
from migrations import tables

FORMAT: Final = 1
CHUNK: Final = 500
MEDIA: Final = "media"


async def write(settings: Settings, file: Path) -> None:
    """Write the archive; an unfinished one never has the final name. The file is readable by its owner only."""
    database = Database(settings.database_url)
    try:
        with _unfinished(file) as temporary, tarfile.open(temporary, "w:gz", compresslevel=3) as archive:
            async with database.snapshot() as db:
                connection = await db.connection()
                manifest = {"format": FORMAT, "at": clock.iso(clock.now()), "revision": await _revision(connection)}
                _add(archive, "manifest.json", json.dumps(manifest).encode())
                for table in tables.METADATA.sorted_tables:
                    lines = [line async for line in _lines(connection, table)]
                    _add(archive, f"tables/{table.name}.jsonl", b"".join(lines))
            for path in _media(settings):
                archive.add(path, arcname=f"{MEDIA}/{path.relative_to(settings.var / MEDIA).as_posix()}")
    finally:
        await database.close()


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """A file beside the wanted one, which takes its name when all went well."""
    handle, name = tempfile.mkstemp(dir=file.resolve().parent, prefix=".backup-")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


async def _revision(connection: AsyncConnection) -> str:
    return str((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())


async def _lines(connection: AsyncConnection, table: Table) -> AsyncIterator[bytes]:
    rows = await connection.stream(select(table))
    async for row in rows.mappings():
        yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"j": value} if isinstance(value, (dict, list)) else value


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    readers: dict[str, Callable[[Any], Any]] = {
        "b": base64.b64decode,
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "j": lambda kept: kept,
    }
    return readers[kind](inner)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(content), 0o600, int(clock.now().timestamp())
    archive.addfile(info, io.BytesIO(content))


def _media(settings: Settings) -> Iterable[Path]:
    return sorted(path for path in (settings.var / MEDIA).rglob("*") if path.is_file() and path.name[0] != ".")


async def read(settings: Settings, file: Path) -> None:
    """Fill an empty, migrated database and the media folder. Raises ConfigError; then nothing was changed."""
    database = Database(settings.database_url)
    try:
        with tarfile.open(file, "r:gz") as archive:
            manifest = json.loads(_member(archive, "manifest.json"))
            async with database.engine.begin() as connection:
                if manifest.get("format") != FORMAT or manifest["revision"] != await _revision(connection):
                    raise ConfigError(f"{file}: was made by another version ({manifest.get('revision')})")
                await connection.run_sync(_without_triggers)
                for table in tables.METADATA.sorted_tables:
                    await _fill(connection, table, _member(archive, f"tables/{table.name}.jsonl"), file)
                await connection.run_sync(_after_filling)
            _restore_media(settings, archive)
    except (tarfile.TarError, EOFError, zlib.error, KeyError, ValueError, StatementError) as error:
        raise ConfigError(f"{file}: is not a whole backup of ours ({type(error).__name__})") from None
    finally:
        await database.close()
    await migrate.migrate(settings.database_url)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found.read()


async def _fill(connection: AsyncConnection, table: Table, content: bytes, file: Path) -> None:
    if (await connection.execute(select(table).limit(1))).first() is not None:
        raise ConfigError(f"database: is not empty ({table.name}); {file} is only restored into an empty one")
    rows = [{name: _value(value) for name, value in json.loads(line).items()} for line in content.splitlines()]
    for start in range(0, len(rows), CHUNK):
        await connection.execute(insert(table), rows[start : start + CHUNK])


def _without_triggers(connection: Connection) -> None:
    """Rules that watch single changes do not hold while whole tables are put back; `migrate` restores them."""
    for trigger in triggers.REGISTERED.values():
        statement = f"DROP TRIGGER IF EXISTS {trigger.name}"
        connection.exec_driver_sql(
            statement if connection.dialect.name == "sqlite" else f"{statement} ON {trigger.table}"
        )


def _after_filling(connection: Connection) -> None:
    """Let numbering go on after the highest number that came back."""
    triggers.ensure(connection)
    if connection.dialect.name != "postgresql":
        return
    for table in tables.METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is not None and column.type.python_type is int:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"  # noqa: S608  names of ours
                f" COALESCE((SELECT max({column.name}) FROM {table.name}), 0) + 1, false)"
            )


def _restore_media(settings: Settings, archive: tarfile.TarFile) -> None:
    for member in archive.getmembers():
        name = PurePosixPath(member.name)
        if not member.isfile() or name.parts[0] != MEDIA or ".." in name.parts:
            continue
        target = settings.var.joinpath(*name.parts)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(_member(archive, member.name))
        target.chmod(0o600)
