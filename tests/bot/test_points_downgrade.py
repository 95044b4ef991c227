"""Steps back to before there were lots: all is as it was, or nothing is touched and the error says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import migrate
from core import clock
from core.crypto import Ring, Vault
from core.db import Database
from core.values import RedemptionState
from points import redemptions, seals
from points.audit import Finding
from points.statements import Balance
from tests.bot.test_points_upgrade import BEFORE, old_url
from tests.points.town import RING, WORKER, Town

__all__ = ["old_url"]


async def on(url: str, work: Any) -> Any:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            done = await connection.run_sync(work)
            await connection.commit()
            return done
    finally:
        await engine.dispose()


def _down(connection: Connection) -> None:
    command.downgrade(migrate._config(connection), BEFORE)


def _picture(connection: Connection) -> dict[str, Any]:
    """Every table as it is built, and all that stands in it."""
    here = inspect(connection)
    return {
        table: {
            "columns": {(one["name"], str(one["type"]), one["nullable"]) for one in here.get_columns(table)},
            "checks": {(one["name"], one["sqltext"]) for one in here.get_check_constraints(table)},
            "uniques": {(one["name"], tuple(one["column_names"])) for one in here.get_unique_constraints(table)},
            "references": {(one["name"], one["referred_table"]) for one in here.get_foreign_keys(table)},
            "indexes": {
                (one["name"], tuple(one["column_names"]), one["unique"], _where(one)) for one in here.get_indexes(table)
            },
            "rows": sorted(
                str(sorted(row.items())) for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
            ),
        }
        for table in here.get_table_names()
    }


def _where(index: Any) -> str:
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where")))


async def _lived(url: str, live: Any) -> None:
    database = Database(url)
    try:
        await live(Town(database, Vault(Ring.parse(RING))))
    finally:
        await database.close()


async def test_a_ledger_that_only_was_upgraded_goes_back_as_it_was(old_url: str) -> None:
    before = await on(old_url, _picture)
    await migrate.migrate(old_url)
    assert await on(old_url, _picture) != before
    await on(old_url, _down)
    after = await on(old_url, _picture)
    assert after.keys() == before.keys()
    for table, made in before.items():
        assert after[table] == made, table


async def test_and_forward_again(old_url: str) -> None:
    await migrate.migrate(old_url)
    await on(old_url, _down)
    await migrate.migrate(old_url)
    seen: dict[str, tuple[list[Finding], Balance]] = {}

    async def look(town: Town) -> None:
        seen["ann"] = await town.findings(), await town.balance("ann")

    await _lived(old_url, look)
    findings, balance = seen["ann"]
    assert findings == []
    assert (balance.posted, balance.held) == (25, 8)


async def _grants(town: Town) -> None:
    """What an earlier release could have done as well."""
    await town.ask("ann", "2")
    await town.pay()
    async with town.database.write() as db:
        await redemptions.undo(db, ["out"], to=RedemptionState.VOID, actor_id=WORKER, reason="test")


async def test_what_was_done_since_stays_where_it_can(old_url: str) -> None:
    await migrate.migrate(old_url)
    await _lived(old_url, _grants)
    await on(old_url, _down)
    said = "SELECT posted, held FROM ledger_account WHERE owner_id = 'ann'"
    assert await on(old_url, lambda here: tuple(here.execute(text(said)).one())) == (35, 0)
    await migrate.migrate(old_url)

    async def look(town: Town) -> None:
        assert await town.findings() == []
        assert (await town.balance("ann")).available == 35

    await _lived(old_url, look)


async def _expiring(town: Town) -> None:
    await town.adjust("ann", 3, expires_at=clock.now() + timedelta(days=9))


async def _sealed(town: Town) -> None:
    async with town.database.write() as db:
        assert await seals.seal_due(db, town.vault) > 0


async def _approved_reward(town: Town) -> None:
    await town.reward(needs_approval=True)


@pytest.mark.parametrize("live", [_expiring, _sealed, _approved_reward])
async def test_what_would_be_lost_is_named_and_kept(old_url: str, live: Any) -> None:
    await migrate.migrate(old_url)
    await _lived(old_url, live)
    with pytest.raises(CommandError, match="cannot hold"):
        await on(old_url, _down)
    await migrate.migrate(old_url)

    async def look(town: Town) -> None:
        assert await town.findings() == []

    await _lived(old_url, look)
