"""Changes of state are kept for good; their reasons are sealed for whom they concern."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from community import history
from community.history import StateChange, Subject
from core.crypto import Vault
from core.db import Database
from core.values import OrderState
from tests.community.people import crowd


async def written(database: Database, vault: Vault, owner_id: str | None) -> None:
    async with database.write() as db:
        await history.record(
            db,
            vault,
            subject=Subject.ORDER,
            subject_id="o1",
            by=history.by_worker("w1"),
            from_state=OrderState.PLACED,
            to_state=OrderState.CANCELLED,
            owner_id=owner_id,
            reason="李桂花住院",
        )


async def test_a_reason_about_a_person_is_sealed_and_goes_with_their_key(database: Database, vault: Vault) -> None:
    (one,) = await crowd(database, vault, 1)
    await written(database, vault, one)
    async with database.write() as db:
        row = (await db.execute(select(StateChange))).scalar_one()
        (change,) = await history.of(db, vault, subject=Subject.ORDER, subject_id="o1")
        await vault.destroy(db, one)
        (later,) = await history.of(db, vault, subject=Subject.ORDER, subject_id="o1")
    assert row.reason is not None
    assert "李桂花".encode() not in row.reason
    assert (change.by, change.from_state, change.to_state) == ("worker:w1", "placed", "cancelled")
    assert (change.reason, later.reason) == ("李桂花住院", "")


async def test_a_reason_without_owner_is_public(database: Database, vault: Vault) -> None:
    await written(database, vault, None)
    async with database.read() as db:
        (change,) = await history.of(db, vault, subject=Subject.ORDER, subject_id="o1")
        assert await history.of(db, vault, subject=Subject.ORDER, subject_id="o2") == []
        assert await history.of(db, vault, subject=Subject.SIGNUP, subject_id="o1") == []
    assert change.reason == "李桂花住院"


@pytest.mark.parametrize("statement", [update(StateChange).values(to_state="served"), delete(StateChange)])
async def test_history_is_append_only(database: Database, vault: Vault, statement: object) -> None:
    await written(database, vault, None)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as db:
            await db.execute(statement)  # type: ignore[call-overload]
