"""Databases of tests; on PostgreSQL made from a template once, afterwards put back as they were and used again.

Making one takes a tenth of a second and more, which a thousand tests would wait for.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.servers import PostgresServer

_KEEP = """
DO $$ DECLARE one text; has_rows boolean; BEGIN
    DROP SCHEMA IF EXISTS untouched CASCADE;
    CREATE SCHEMA untouched;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('CREATE TABLE untouched.%I AS TABLE public.%I', one, one);
        END IF;
    END LOOP;
    CREATE TABLE untouched."counted" AS
        SELECT sequencename::text AS name, last_value AS value FROM pg_sequences WHERE schemaname = 'public';
END $$
"""
# The server counts what was written to each table; those who wrote have gone, so all of it is counted.
_WRITTEN = "pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid) > 0"
_PUT_BACK = f"""
DO $$ DECLARE one text; value bigint; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND {_WRITTEN} LOOP
        EXECUTE format('DELETE FROM public.%I', one);
        IF to_regclass(format('untouched.%I', one)) IS NOT NULL THEN
            EXECUTE format('INSERT INTO public.%I SELECT * FROM untouched.%I', one, one);
        END IF;
    END LOOP;
    FOR one, value IN SELECT name, untouched.counted.value FROM untouched.counted LOOP
        PERFORM setval(format('public.%I', one)::regclass, coalesce(value, 1), value IS NOT NULL);
    END LOOP;
    PERFORM pg_stat_force_next_flush();
END $$
"""
_COUNT_ANEW = "SELECT pg_stat_reset()"
# What a test may have changed besides rows: such a database is not used again. It is looked at where anything was
# written to the catalogues, which is counted as well.
_IS_CHANGED = f"""
SELECT EXISTS (SELECT FROM pg_class WHERE oid IN ('pg_class'::regclass, 'pg_attribute'::regclass, 'pg_index'::regclass,
    'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_proc'::regclass) AND {_WRITTEN})
"""
_SHAPE = """
SELECT md5(string_agg(one, ',' ORDER BY one)) FROM (
    SELECT 'column ' || attrelid || '.' || attname AS one FROM pg_attribute
    WHERE attnum > 0 AND NOT attisdropped
    AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
    UNION ALL SELECT 'index ' || oid FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'constraint ' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
)
"""
_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_get_activity(NULL)
WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""


@dataclass(slots=True)
class Shelf:
    """The databases of one worker that are free, by the template that they are made from."""

    server: PostgresServer
    _free: dict[str, list[str]] = field(default_factory=dict)
    _shapes: dict[str, str] = field(default_factory=dict)

    def keep(self, template: str) -> None:
        """Let a template remember what stands in it; its copies remember it too."""
        self.server.execute(_KEEP, "SELECT 1", database=template)

    @contextmanager
    def lent(self, template: str) -> Iterator[str]:
        """The name of a database like the template."""
        free = self._free.setdefault(template, [])
        name = free.pop() if free else self._made(template)
        yield name
        if self._is_put_back(name, template):
            free.append(name)
        else:
            self.server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _made(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        if template not in self._shapes:
            # A copy has the shape of its template, which others may be copying: nobody connects to that one.
            self._shapes[template] = self.server.execute(_SHAPE, database=name)
        return name

    def _is_put_back(self, name: str, template: str) -> bool:
        try:
            return bool(self.server.ask(lambda server: _put_back(server, self._shapes[template]), database=name))
        except asyncpg.InvalidCatalogNameError:
            return False


async def _put_back(server: Any, shape: str) -> bool:
    """On a connection to the database: whether it is as it was, which it is not when it has another shape."""
    await server.execute(_OTHERS)
    if await server.fetchval(_IS_CHANGED) and await server.fetchval(_SHAPE) != shape:
        return False
    await server.execute(_PUT_BACK)
    await server.execute(_COUNT_ANEW)
    return True


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[], Any]) -> Any:
    """What `make` gives, as JSON keeps it: made by the first of the workers that asks, the others wait for it."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which the workers share
    made = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(json.dumps(make()), encoding="utf-8")
    return json.loads(made.read_text(encoding="utf-8"))


@contextmanager
def copied(template: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A database of its own, like the template."""
    if request.config.getoption("--backend") == "sqlite":
        path = folder / "test.db"
        shutil.copy(template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    shelf: Shelf = request.getfixturevalue("shelf")
    with shelf.lent(template) as name:
        yield shelf.server.url(name)
