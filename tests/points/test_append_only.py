"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from core import clock
from points.errors import InsufficientPoints
from points.grant_models import CapCounter
from points.lot_models import Lot
from points.models import Account
from points.reward_models import Reward
from points.rule_models import RuleVersion
from tests.points.town import AREA, Town, code_of

WRITTEN = {
    "ledger_transfer": "reason",
    "ledger_entry": "amount",
    "redemption_change": "reason",
    "lot_use": "amount",
    "ledger_attempt": "code",
}
WHOLE = ("lot", "rule_version", "ledger_seal", "ledger_seal_entry", "balance_snapshot", "ledger_account")


async def lived(town: Town) -> None:
    """Something in each of these tables."""
    resident = await town.resident(points=30)
    await town.verify(code_of(await town.redeem(resident, await town.reward())))
    with pytest.raises(InsufficientPoints):
        await town.adjust(resident, -100)


async def refused(town: Town, statement: str, said: str) -> None:
    with pytest.raises(DBAPIError, match=said):
        async with town.database.write() as db:
            await db.execute(text(statement))


async def test_what_was_written_is_not_changed(town: Town) -> None:
    await lived(town)
    for table, column in WRITTEN.items():
        await refused(town, f"UPDATE {table} SET {column} = {column}", f"{table} is append-only")
        await refused(town, f"DELETE FROM {table}", f"{table} is append-only")


async def test_postgresql_does_not_empty_these_tables_at_once(town: Town, backend: str) -> None:
    """SQLite has no TRUNCATE: there it is a DELETE, which the triggers of the rows refuse."""
    for table in (*WRITTEN, *WHOLE) if backend == "postgres" else ():
        await refused(town, f"TRUNCATE {table} CASCADE", f"{table} is append-only")


async def test_a_lot_keeps_its_transfer_its_amount_and_its_dates(town: Town) -> None:
    await lived(town)
    whence = ("transfer_id = 'another'", "transfer_id = NULL")
    for change in (*whence, "amount = amount + 1", "earned_at = '2020-01-01'", "expires_at = '2030-01-01'"):
        await refused(town, f"UPDATE lot SET {change}", "keeps its transfer, its amount")


async def test_an_account_stays_and_keeps_its_id(town: Town) -> None:
    await lived(town)
    await refused(town, "UPDATE ledger_account SET id = id + 1000000", "keeps its id")
    await refused(town, "DELETE FROM ledger_account", "not deleted")


@pytest.mark.parametrize(("account", "transfer"), [("MAX(id) + 1", "'{}'"), ("MAX(id)", "'nowhere'")])
async def test_entries_and_lots_refer_to_what_is_there(town: Town, account: str, transfer: str) -> None:
    await lived(town)
    async with town.database.read() as db:
        known = (await db.execute(text("SELECT MAX(id) FROM ledger_transfer"))).scalar_one()
    rows = f"SELECT {account}, {transfer.format(known)}, {{}} FROM ledger_account"
    entry = "INSERT INTO ledger_entry (account_id, transfer_id, line, amount, balance_after, account_seq) "
    lot = "INSERT INTO lot (account_id, transfer_id, amount, remaining, held, earned_at) "
    for insertion, rest in ((entry, "7, 1, 1, 1000"), (lot, "1, 1, 0, CURRENT_TIMESTAMP")):
        with pytest.raises(IntegrityError, match=r"refers to what is not there|FOREIGN KEY|foreign key"):
            async with town.database.write() as db:
                await db.execute(text(insertion + rows.format(rest)))


async def test_a_settled_hold_is_final(town: Town) -> None:
    await lived(town)
    await refused(town, "UPDATE ledger_hold SET state = 'pending'", "final")
    await refused(town, "DELETE FROM ledger_hold", "not deleted")


async def draft(town: Town, **more: object) -> None:
    async with town.database.write() as db:
        await db.execute(
            insert(RuleVersion).values(
                {
                    "area_code": AREA,
                    "rule_id": "report_verified",
                    "version": 1,
                    "unit": "POINT",
                    "purpose": "report",
                    "effective_from": clock.now(),
                    "body": "{}",
                    "body_hash": "0",
                    "status": "draft",
                    "created_by": "worker-1",
                    "created_at": clock.now(),
                }
                | more
            )
        )


ACTIVE = {"status": "active", "approved_by": "worker-2"}


@pytest.mark.parametrize(
    "change",
    ["body = '[]'", "purpose = 'photo'", "effective_from = '2020-01-01'", "status = 'draft', approved_by = NULL"],
)
async def test_an_active_rule_is_not_rewritten(town: Town, change: str) -> None:
    await draft(town, **ACTIVE)
    await refused(town, f"UPDATE rule_version SET {change}", "not rewritten")
    await refused(town, "DELETE FROM rule_version", "not deleted")


async def test_a_draft_can_be_changed_and_an_active_rule_ends_once(town: Town) -> None:
    await draft(town)
    async with town.database.write() as db:
        for change in ("body = '[1]'", "status = 'active', approved_by = 'worker-2'", "effective_until = '2030-01-01'"):
            await db.execute(text(f"UPDATE rule_version SET {change}"))
    await refused(town, "UPDATE rule_version SET effective_until = '2040-01-01'", "not rewritten")


@pytest.mark.parametrize("more", [ACTIVE | {"approved_by": "worker-1"}, {"status": "active"}, {"unit": "YUAN"}])
async def test_a_rule_is_activated_by_two(town: Town, more: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        await draft(town, **more)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Account, {"posted": -1, "held": 0}),
        (Account, {"posted": 5, "held": 6}),
        (Account, {"held": -1}),
        (Account, {"ceiling": 1}),
        (Account, {"earned": -1}),
        (Account, {"unit": "YUAN"}),
        (Account, {"status": "gone"}),
        (Lot, {"remaining": -1}),
        (Lot, {"remaining": 31}),
        (Lot, {"held": 31}),
        (Reward, {"stock": -1}),
        (CapCounter, {"used": 2, "ceiling": 1}),
        (CapCounter, {"used": -1}),
    ],
)
async def test_columns_keep_their_bounds(town: Town, table: type, values: dict[str, object]) -> None:
    await town.redeem(await town.resident(points=30), await town.reward(limit_per_person=1))
    query = update(table).values(values)
    if table is Account:
        query = query.where(Account.kind == "resident")
    with pytest.raises(IntegrityError):
        async with town.database.write() as db:
            await db.execute(query)


async def test_an_entry_number_is_used_once(town: Town) -> None:
    """Two writers that both believed to be next: the second fails instead of losing an update."""
    posted = await town.adjust(await town.resident(), 5)
    with pytest.raises(IntegrityError):
        async with town.database.write() as db:
            await db.execute(
                text(
                    "INSERT INTO ledger_entry (transfer_id, line, account_id, amount, balance_after, account_seq) "
                    "SELECT transfer_id, line + 10, account_id, amount, balance_after, account_seq "
                    "FROM ledger_entry WHERE transfer_id = :id"
                ),
                {"id": posted.transfer_id},
            )
