"""The places that are measured: databases with all tables, a fund, requests, and a wallet with a long history."""

from __future__ import annotations

from itertools import count
from typing import Final

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import create_async_engine

from core import clock, triggers
from core.crypto import Ring, Vault
from core.db import Database, new_id, table_of
from migrations import tables
from points.grant_models import GrantRequest, GrantState
from points.models import Unit
from tests.points.town import AREA, RING, Town

FUND_POINTS: Final = 100_000_000
RESIDENTS: Final = 20_000
RULE: Final = "report_verified"
AT_ONCE: Final = 1000
ENTRIES: Final = 1_000_000
OLD: Final = "0" * 31 + "a"

_numbers: Final = count()


async def create(url: str) -> None:
    """All tables and triggers."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(tables.METADATA.create_all)
        await connection.run_sync(triggers.ensure)
    await engine.dispose()


def town(database: Database) -> Town:
    return Town(database, Vault(Ring.parse(RING)))


async def write_requests(database: Database, number: int) -> None:
    """So many deeds of a small town, as if other transactions had written them; nobody reaches a limit."""
    now = clock.now()
    same = {
        "rule_id": RULE,
        "unit": Unit.POINT.value,
        "purpose": "report",
        "source_kind": "issue",
        "area_code": AREA,
        "minutes": None,
        "facts": None,
        "notified": False,
        "occurred_at": now,
        "requested_at": now,
        "state": GrantState.PENDING.value,
        "next_at": now,
    }
    rows = [
        {**same, "source_id": new_id(), "recipient_id": f"{next(_numbers) * 7919 % RESIDENTS:032x}"}
        for _ in range(number)
    ]
    async with database.write() as db:
        for start in range(0, number, AT_ONCE):
            await db.execute(insert(table_of(GrantRequest)), rows[start : start + AT_ONCE])


_HISTORY: Final = (
    "INSERT INTO ledger_account (area_code, unit, kind, owner_id, posted, held, floor, earned, version, status) "
    "VALUES ('{area}', 'POINT', 'resident', '{owner}', {entries}, 0, 0, {entries}, {entries}, 'open')",
    "INSERT INTO ledger_transfer (id, area_code, unit, idempotency_key, request_hash, kind, source_kind, source_id, "
    "recipient_id, purpose, reason, effective_at, created_at) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {entries}) "
    "SELECT 'h' || i, '{area}', 'POINT', 'h' || i, '', 'adjustment', '', '', '{owner}', '', 'a bench', {now}, {now} "
    "FROM n",
    "INSERT INTO ledger_entry (transfer_id, line, account_id, amount, balance_after, account_seq) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {entries}) "
    "SELECT 'h' || i, 0, (SELECT id FROM ledger_account WHERE owner_id = '{owner}'), 1, i, i FROM n",
)
"""A wallet with a million entries of one point each; what stands opposite to them is left out."""


async def write_history(database: Database) -> None:
    said = {"area": AREA, "owner": OLD, "entries": ENTRIES, "now": "'2026-11-22 00:00:00.000000'"}
    async with database.write() as db:
        if not database.is_sqlite:
            said["now"] = "TIMESTAMPTZ '2026-11-22 00:00:00Z'"
            await db.execute(text("SET LOCAL session_replication_role = replica"))  # the triggers would refuse it
        for statement in _HISTORY:
            await db.execute(text(statement.format(**said)))
    async with database.write() as db:
        await db.execute(text("ANALYZE"))
