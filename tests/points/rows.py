"""Every row of the ledger and of what is paid out of it, to see that nothing has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.db import Database
from migrations import tables

KEPT_REFUSALS = "ledger_attempt"
PREFIXES = ("ledger_", "lot", "grant_", "cap_", "redemption", "reward", "rule_", "freeze", "budget")

_TABLES = [
    table for name, table in tables.METADATA.tables.items() if name.startswith(PREFIXES) and name != KEPT_REFUSALS
]


async def rows(database: Database) -> dict[str, list[Any]]:
    """By table, in the order of their keys; all but the refusals that are kept."""
    async with database.read() as db:
        return {
            table.name: [tuple(row) for row in await db.execute(select(table).order_by(*table.primary_key.columns))]
            for table in _TABLES
        }
