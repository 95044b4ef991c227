"""Rows that go to the database as a table mean there what they meant here, one or many, alike or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import bindparam, select, true, update

from core import clock
from core.db import Database, table_of
from core.row_statements import RowStatement
from points.grant_models import GrantRequest, GrantState
from points.models import Unit

TABLE = table_of(GrantRequest)
NAMES = [column.name for column in TABLE.columns if column.name != "id"]

INSERT = RowStatement(
    {name: TABLE.c[name].type for name in NAMES},
    lambda given, make: (
        make(TABLE)
        .from_select(NAMES, select(*(given.c[name] for name in NAMES)).where(true()), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(TABLE.c.id, TABLE.c.source_id)
    ),
)
RENAME = RowStatement(
    {"source_id": TABLE.c.source_id.type, "minutes": TABLE.c.minutes.type},
    lambda given, _: (
        update(TABLE)
        .where(TABLE.c.source_id == given.c.source_id)
        .values(minutes=given.c.minutes, reason=bindparam("why", type_=TABLE.c.reason.type))
        .returning(TABLE.c.source_id)
    ),
)


def row(source_id: str, **given: object) -> tuple[Any, ...]:
    now = clock.now()
    usual: dict[str, object] = {
        **dict.fromkeys(NAMES),
        **{name: name for name in ("rule_id", "purpose", "source_kind", "recipient_id", "area_code")},
        "unit": Unit.POINT.value,
        "state": GrantState.PENDING.value,
        "notified": False,
        "occurred_at": now,
        "requested_at": now,
        "next_at": now,
    }
    return tuple((usual | {"source_id": source_id} | given)[name] for name in NAMES)


async def stored(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as db:
        return [tuple(one) for one in await db.execute(select(*(TABLE.c[n] for n in NAMES)).order_by(TABLE.c.id))]


@pytest.mark.parametrize("number", [1, 3, 200])
async def test_what_goes_in_comes_out(database: Database, number: int) -> None:
    rows = [
        row(f"{n} '\"{{}},\\ 灯", minutes=n if n % 2 else None, notified=n % 3 == 0, facts={"stars": n, "a": ["，"]})
        for n in range(number)
    ]
    async with database.write() as db:
        assert len(await INSERT.rows(db, rows)) == number
    assert await stored(database) == rows


@pytest.mark.parametrize("facts", [None, {"stars": 5}])
async def test_many_rows_that_differ_in_one_column_only(database: Database, facts: dict[str, int] | None) -> None:
    rows = [row(str(n), facts=facts) for n in range(60)]
    now = rows[0][NAMES.index("next_at")]
    rows = [tuple(now if hasattr(value, "tzinfo") else value for value in one) for one in rows]
    async with database.write() as db:
        await INSERT.rows(db, rows)
    assert await stored(database) == rows


async def test_many_rows_that_are_all_the_same_are_as_many(database: Database) -> None:
    """All but one are refused by the unique key."""
    same: Sequence[Any] = [row("1")] * 60
    async with database.write() as db:
        assert len(await INSERT.rows(db, same)) == 1


async def test_only_rows_that_were_changed_come_back(database: Database) -> None:
    async with database.write() as db:
        await INSERT.rows(db, [row("1"), row("2")])
        changed = await RENAME.rows(db, [("2", 7), ("nobody", 8)], why="because")
    assert [one.source_id for one in changed] == ["2"]
    minutes, reason = NAMES.index("minutes"), NAMES.index("reason")
    assert [(one[minutes], one[reason]) for one in await stored(database)] == [(None, None), (7, "because")]


async def test_no_rows_ask_nothing(database: Database) -> None:
    async with database.write() as db:
        assert await RENAME.rows(db, [], why="never") == ()
        assert not db.in_transaction()
