"""The log cannot be changed, and whoever gets around that is found out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from community import audit
from community.audit.models import AuditRow, AuditSeal
from core import clock, triggers
from core.crypto import Vault
from core.db import Database

LONG_AGO = datetime(2020, 3, 1, 9, 0, tzinfo=UTC)


async def _write(database: Database, vault: Vault, count: int, *, at: datetime) -> None:
    with clock.frozen(at):
        async with database.write() as db:
            for number in range(count):
                await audit.record(
                    db,
                    vault,
                    worker_id="w1",
                    action="issues.verify",
                    subject=f"R{number}",
                    area_code="110101",
                    detail="真的",
                )


async def _seal(database: Database, vault: Vault, *, at: datetime) -> int:
    with clock.frozen(at):
        async with database.write() as db:
            return await audit.seal_due(db, vault)


async def _chain(database: Database, vault: Vault, *, seals: int = 3) -> datetime:
    """Three rows a seal, an hour apart; the time of the last seal."""
    at = LONG_AGO
    for _ in range(seals):
        await _write(database, vault, 3, at=at)
        at += timedelta(hours=1)
        assert await _seal(database, vault, at=at) == 3
    return at


async def _findings(database: Database, vault: Vault) -> set[tuple[str, str]]:
    async with database.read() as db:
        return {(found.kind, found.where) for found in await audit.verify(db, vault)}


async def _tamper(database: Database, *statements: str) -> None:
    """Change the tables as somebody would who owns the database: without its triggers."""
    async with database.write() as db:
        for trigger in triggers.REGISTERED.values():
            if trigger.table.startswith("audit"):
                on = "" if database.is_sqlite else f" ON {trigger.table}"
                await db.execute(text(f"DROP TRIGGER IF EXISTS {trigger.name}{on}"))
        for statement in statements:
            await db.execute(text(statement))


async def test_an_honest_log_has_no_findings(database: Database, vault: Vault) -> None:
    at = await _chain(database, vault)
    await _write(database, vault, 2, at=at)
    assert await _findings(database, vault) == set()
    assert await _seal(database, vault, at=at + timedelta(seconds=29)) == 0
    assert await _seal(database, vault, at=at + timedelta(seconds=31)) == 2
    assert await _findings(database, vault) == set()


async def test_an_empty_log_has_no_findings(database: Database, vault: Vault) -> None:
    assert await _seal(database, vault, at=LONG_AGO) == 0
    assert await _findings(database, vault) == set()


async def test_two_sealers_at_once_make_one_chain(database: Database, vault: Vault) -> None:
    await _write(database, vault, 3, at=LONG_AGO)
    with clock.frozen(LONG_AGO + timedelta(minutes=1)):

        async def seal() -> int:
            async with database.write() as db:
                return await audit.seal_due(db, vault)

        assert sorted(await asyncio.gather(seal(), seal())) == [0, 3]
    assert await _findings(database, vault) == set()


async def test_a_row_that_commits_late_is_sealed_with_the_next(database: Database, vault: Vault) -> None:
    at = await _chain(database, vault)
    await _write(database, vault, 1, at=at - timedelta(minutes=2))
    assert await _seal(database, vault, at=at + timedelta(minutes=1)) == 1
    assert await _findings(database, vault) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor_id = 'w2'",
        "DELETE FROM audit_log",
        "UPDATE audit_seal SET count = 1",
        "DELETE FROM audit_seal",
        "UPDATE audit_seal_entry SET position = 0",
    ],
)
async def test_young_rows_can_be_neither_changed_nor_deleted(database: Database, vault: Vault, statement: str) -> None:
    await _write(database, vault, 1, at=clock.now())
    await _seal(database, vault, at=clock.now() + timedelta(minutes=1))
    with pytest.raises(DBAPIError, match=r"append-only|kept for"):
        async with database.write() as db:
            await db.execute(text(statement))


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit_log SET actor_id = 'w2' WHERE id = 5"], ("row_changed", "row 5")),
        (["UPDATE audit_log SET action = 'issues.verifyR', subject = '1' WHERE id = 5"], ("row_changed", "row 5")),
        (["DELETE FROM audit_log WHERE id = 5"], ("row_missing", "row 5")),
        (["UPDATE audit_seal_entry SET position = 5 - position WHERE seal_seq = 2"], ("seal_changed", "seal 2")),
        (["DELETE FROM audit_seal_entry WHERE log_id = 5"], ("seal_entries_missing", "seal 2")),
        (["UPDATE audit_seal SET root = previous WHERE seq = 2"], ("seal_forged", "seal 2")),
        (
            [
                "DELETE FROM audit_log WHERE id > 6",
                "DELETE FROM audit_seal_entry WHERE seal_seq = 3",
                "DELETE FROM audit_seal WHERE seq = 3",
            ],
            ("tail_missing", "seal 3"),
        ),
        (
            [
                "DELETE FROM audit_log WHERE id < 4",
                "DELETE FROM audit_seal_entry WHERE seal_seq = 1",
                "DELETE FROM audit_seal WHERE seq = 1",
            ],
            ("seal_missing", "seal 1"),
        ),
        (["DELETE FROM audit_head"], ("head_missing", "seal 3")),
        (["UPDATE audit_head SET seq = 2"], ("head_forged", "seal 2")),
    ],
)
async def test_tampering_is_found(
    database: Database, vault: Vault, statements: list[str], found: tuple[str, str]
) -> None:
    await _chain(database, vault)
    await _tamper(database, *statements)
    assert found in await _findings(database, vault)


async def test_a_row_put_in_for_an_earlier_time_is_found_sealed_or_not(database: Database, vault: Vault) -> None:
    at = await _chain(database, vault)
    await _write(database, vault, 1, at=LONG_AGO + timedelta(minutes=5))
    assert await _findings(database, vault) == {("row_inserted", "row 10")}
    await _seal(database, vault, at=at + timedelta(hours=1))
    assert await _findings(database, vault) == {("row_inserted", "row 10")}


async def test_purging_leaves_a_signed_checkpoint_from_which_the_chain_goes_on(
    database: Database, vault: Vault
) -> None:
    await _chain(database, vault)
    async with database.write() as db:
        assert await audit.purge(db, vault, before=LONG_AGO + timedelta(hours=2, minutes=1)) == 6
    async with database.read() as db:
        assert list((await db.execute(select(AuditSeal.seq))).scalars()) == [3]
    assert await _findings(database, vault) == set()
    await _tamper(database, "UPDATE audit_checkpoint SET count = 1")
    assert ("checkpoint_forged", "checkpoint 2") in await _findings(database, vault)


async def test_a_log_that_was_purged_whole_goes_on(database: Database, vault: Vault) -> None:
    at = await _chain(database, vault)
    async with database.write() as db:
        assert await audit.purge(db, vault, before=at + timedelta(days=1)) == 9
    await _write(database, vault, 1, at=at + timedelta(days=2))
    await _seal(database, vault, at=at + timedelta(days=3))
    assert await _findings(database, vault) == set()


async def test_nothing_is_purged_before_its_time(database: Database, vault: Vault) -> None:
    await _chain(database, vault)
    with pytest.raises(audit.TooYoung):
        async with database.write() as db:
            await audit.purge(db, vault, before=clock.now() - timedelta(days=179))


async def test_the_detail_is_proved_but_not_kept(database: Database, vault: Vault) -> None:
    await _write(database, vault, 1, at=LONG_AGO)
    async with database.read() as db:
        row = (await db.execute(select(AuditRow))).scalar_one()
        values = (await db.execute(select(AuditRow.__table__))).mappings().one().values()
    assert audit.matches(vault, row, "真的")
    assert not audit.matches(vault, row, "假的")
    assert "真的" not in [str(value) for value in values]


async def test_the_log_is_read_in_pages_within_ones_areas(database: Database, vault: Vault) -> None:
    await _write(database, vault, 3, at=LONG_AGO)
    async with database.read() as db:
        first = await audit.listing(db, areas=["1101"], limit=2)
        rest = await audit.listing(db, areas=["1101"], limit=2, cursor=first["next"])
        assert (await audit.listing(db, areas=["2201"]))["items"] == []
        assert (await audit.listing(db, areas=[]))["items"] == []
    assert [item["subject"] for item in first["items"] + rest["items"]] == ["R2", "R1", "R0"]
    assert rest["next"] is None
