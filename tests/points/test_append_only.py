"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from core import clock
from core.db import new_id
from points.grant_models import CapCounter
from points.models import Account, Entry, Transfer
from points.reward_models import Reward
from tests.points.town import AREA, Town, code_of


@pytest.mark.parametrize("table", ["ledger_transfer", "ledger_entry", "redemption_change"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
async def test_what_was_written_is_not_changed(town: Town, table: str, statement: str) -> None:
    resident = await town.resident(points=30)
    await town.verify(code_of(await town.redeem(resident, await town.reward())))
    column = {"ledger_transfer": "reason", "ledger_entry": "amount", "redemption_change": "reason"}[table]
    with pytest.raises(DBAPIError, match="append-only"):
        async with town.database.write() as db:
            await db.execute(text(statement.format(table, column)))


def _transfer() -> dict[str, object]:
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


@pytest.mark.parametrize("amounts", [(), (5,), (5, -4)])
async def test_postgresql_refuses_a_transfer_that_does_not_sum_to_zero(
    town: Town, backend: str, amounts: tuple[int, ...]
) -> None:
    """SQLite has no deferred triggers: there the posting function refuses, and the audit would find it."""
    await town.fund(100)
    transfer = _transfer()
    entries = [
        {
            "transfer_id": transfer["id"],
            "line": line,
            "account_id": 1,
            "amount": amount,
            "balance_after": 0,
            "account_seq": 1000 + line,
        }
        for line, amount in enumerate(amounts)
    ]
    refused = False
    try:
        async with town.database.write() as db:
            await db.execute(insert(Transfer).values(transfer))
            for entry in entries:
                await db.execute(insert(Entry).values(entry))
    except DBAPIError as error:
        refused = "does not sum to zero" in str(error)
    assert refused is (backend == "postgres")
    found = {(finding.check, finding.ref) for finding in await town.findings()}
    assert (("transfer_unbalanced", transfer["id"]) in found) is (backend == "sqlite")


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Account, {"posted": -1, "held": 0}),
        (Account, {"posted": 5, "held": 6}),
        (Account, {"held": -1}),
        (Reward, {"stock": -1}),
        (CapCounter, {"used": 2, "ceiling": 1}),
        (CapCounter, {"used": -1}),
    ],
)
async def test_columns_keep_their_bounds(town: Town, table: type, values: dict[str, int]) -> None:
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
