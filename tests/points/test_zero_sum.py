"""Whoever writes past the posting function cannot leave a transfer that does not sum to zero, in whatever way.

SQLite has no deferred triggers: there the posting function refuses, and the audit finds what others wrote.
"""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from points.models import Entry, Transfer
from tests.points.town import AREA, Town

EVEN = [(0, 5), (1, -5)]
"""Lines with their amounts."""

WAYS: dict[str, list[list[tuple[int, int]]]] = {
    "no entry": [[]],
    "one entry": [[(0, 5)]],
    "unequal": [[(0, 5), (1, -4)]],
    "a third entry": [[*EVEN, (2, 3)]],
    "an entry later": [EVEN, [(2, 3)]],
    "an entry later, before the first": [EVEN, [(-1, 3)]],
    "two entries later": [EVEN, [(2, 3), (3, -2)]],
}


def transfer() -> dict[str, object]:
    now = clock.now()
    texts = ("request_hash", "source_kind", "source_id", "recipient_id", "reason")
    return {
        "id": new_id(),
        "area_code": AREA,
        "unit": "POINT",
        "kind": "adjustment",
        "idempotency_key": "raw",
        **dict.fromkeys(texts, ""),
        "effective_at": now,
        "created_at": now,
    }


async def write(db: AsyncSession, transfer_id: object, entries: list[tuple[int, int]]) -> None:
    for line, amount in entries:
        row = {"account_id": 1, "balance_after": 0, "account_seq": 1000 + line}
        await db.execute(insert(Entry).values(transfer_id=transfer_id, line=line, amount=amount, **row))


async def is_refused(town: Town, made: dict[str, object], transactions: list[list[tuple[int, int]]]) -> bool:
    """Whether the last of these transactions is; the first writes the transfer too."""
    for number, entries in enumerate(transactions, 1):
        try:
            async with town.database.write() as db:
                if number == 1:
                    await db.execute(insert(Transfer).values(made))
                await write(db, made["id"], entries)
        except DBAPIError as error:
            assert number == len(transactions)
            return "does not sum to zero" in str(error)
    return False


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_of_unbalancing_is_refused_or_found(town: Town, backend: str, way: str) -> None:
    await town.fund(100)
    made = transfer()
    assert await is_refused(town, made, WAYS[way]) is (backend == "postgres")
    found = {(finding.check, finding.ref) for finding in await town.findings()}
    assert (("transfer_unbalanced", made["id"]) in found) is (backend == "sqlite")


async def test_entries_that_a_savepoint_took_back_do_not_count(town: Town, backend: str) -> None:
    await town.fund(100)
    made = transfer()
    was_refused = False
    try:
        async with town.database.write() as db:
            await db.execute(insert(Transfer).values(made))
            undone = await db.begin_nested()
            await write(db, made["id"], EVEN)
            await undone.rollback()
    except DBAPIError as error:
        was_refused = "does not sum to zero" in str(error)
    assert was_refused is (backend == "postgres")


@pytest.mark.parametrize("lines", [(0, 2), (1, 2), (2, 3), (-1, 0)])
async def test_a_transfer_without_its_first_lines_is_refused(town: Town, backend: str, lines: tuple[int, int]) -> None:
    """Or entries could take those lines later, and nobody would look."""
    await town.fund(100)
    assert await is_refused(town, transfer(), [[(lines[0], 5), (lines[1], -5)]]) is (backend == "postgres")


async def test_the_first_lines_are_taken_for_good(town: Town) -> None:
    await town.fund(100)
    made = transfer()
    assert not await is_refused(town, made, [EVEN])
    for line in (0, 1):
        with pytest.raises(IntegrityError):
            async with town.database.write() as db:
                await write(db, made["id"], [(line, 3)])
        with pytest.raises(IntegrityError, match="append-only"):
            async with town.database.write() as db:
                await db.execute(text("DELETE FROM ledger_entry WHERE line = :line"), {"line": line})


async def test_it_can_be_checked_before_the_end(town: Town, backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("no deferred triggers")
    await town.fund(100)
    made = transfer()
    async with town.database.write() as db:
        await db.execute(insert(Transfer).values(made))
        await write(db, made["id"], EVEN)
        await db.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        more = await db.begin_nested()
        with pytest.raises(DBAPIError, match="does not sum to zero"):
            await write(db, made["id"], [(2, 3)])
        await more.rollback()
