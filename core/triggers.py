"""Triggers that SQL itself must hold, such as append-only tables, for both databases.

A migration that rebuilds a table on SQLite loses its triggers, so `ensure` runs after every migration, and `missing`
is what `migrate` and `doctor` ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger by name, with its statements for each database (none: not on that one); `table` must exist."""

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


REGISTERED: Final[dict[str, Trigger]] = {}


def register(*triggers: Trigger) -> None:
    """Each table's module names its triggers once, at import."""
    for trigger in triggers:
        REGISTERED[trigger.name] = trigger


def append_only(table: str, *, deletable: bool = False) -> tuple[Trigger, ...]:
    """Triggers that refuse UPDATE and TRUNCATE (and DELETE, unless `deletable`) on a table."""
    verbs = ("UPDATE",) if deletable else ("UPDATE", "DELETE")
    return (*(refusal(table, verb, f"{table} is append-only") for verb in verbs), no_truncate(table))


def refusal(table: str, verb: str, message: str, *, when: str = "") -> Trigger:
    """A trigger that refuses UPDATE or DELETE of a row, always or `when` a condition over OLD and NEW holds."""
    name = f"{table}_no_{verb.lower()}"
    when = f"WHEN ({when}) " if when else ""
    return Trigger(
        name=name,
        table=table,
        sqlite=(
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ),
        postgresql=(
            _raising(name, message),
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION {name}()",
        ),
    )


def no_truncate(table: str) -> Trigger:
    """PostgreSQL empties a table without asking the triggers of its rows; SQLite has no TRUNCATE."""
    name = f"{table}_no_truncate"
    return Trigger(
        name=name,
        table=table,
        sqlite=(),
        postgresql=(
            _raising(name, f"{table} is append-only"),
            f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ),
    )


def references(table: str, **targets: str) -> Trigger:
    """On PostgreSQL: what an INSERT refers to is there, looked up once for all its rows, not once for each as by a key.

    `targets` are tables by column, found by their `id`. Only for targets that lose no row and columns that are not
    changed: nothing but the INSERT is checked. SQLite keeps the foreign keys.
    """
    name = f"{table}_references"
    missing = " OR ".join(
        f"EXISTS (SELECT FROM added WHERE {column} IS NOT NULL AND NOT EXISTS "  # noqa: S608  our own names
        f"(SELECT FROM {target} WHERE id = added.{column}))"
        for column, target in targets.items()
    )
    # A plan that was made while the target was small must not read all of it later.
    by_index = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
    return Trigger(
        name=name,
        table=table,
        sqlite=(),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {by_index} AS $$ BEGIN IF {missing} "
            f"THEN RAISE EXCEPTION 'a row of {table} refers to what is not there' "
            "USING ERRCODE = 'foreign_key_violation'; END IF; RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ),
    )


def _raising(name: str, message: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def ensure(connection: Connection) -> None:
    """Create every registered trigger that is not there."""
    for trigger in REGISTERED.values():
        for statement in trigger.sqlite if connection.dialect.name == "sqlite" else trigger.postgresql:
            connection.execute(text(statement))


def missing(connection: Connection) -> list[str]:
    """Names of registered triggers that the database does not have."""
    is_sqlite = connection.dialect.name == "sqlite"
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    present = {row[0] for row in connection.execute(text(query))}
    wanted = {name for name, t in REGISTERED.items() if (t.sqlite if is_sqlite else t.postgresql)}
    return sorted(wanted - present)
