"""A database from before there were lots: its wallets, reservations and redemptions go on as they were."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import migrate
from core import clock
from core.crypto import Ring, Vault
from core.db import Database, make_parent
from points import audit, holds, statements
from points.corrections import adjust
from points.lot_models import Lot
from points.models import Account, HoldState, Transfer
from points.reversals import reverse
from tests.points.town import AREA, RING, WORKER, Town
from tests.servers import PostgresServer

BEFORE: Final = "202611221313"
LONG_AGO: Final = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNTS: Final = ("treasury", "fund", "redeemed", "ann", "bob")
TRANSFERS: Final = (
    ("t1", "allocation", "", {"treasury": -100, "fund": 100}),
    ("t2", "grant", "ann", {"fund": -10, "ann": 10}),
    ("t3", "grant", "bob", {"fund": -10, "bob": 10}),
    ("t4", "move", "ann", {"bob": -10, "ann": 10}),
    ("t5", "adjustment", "ann", {"treasury": -10, "ann": 10}),
    ("t6", "redemption", "ann", {"ann": -5, "redeemed": 5}),
)


@pytest.fixture
async def old_url(
    database_url: str, backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    if backend == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'old' / 'old.db'}"
        await _fill(url)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"old_points_{uuid.uuid4().hex[:12]}"
    await asyncio.to_thread(server.execute, f"CREATE DATABASE {name}")
    await _fill(server.url(name))
    yield server.url(name)
    await asyncio.to_thread(server.execute, f"DROP DATABASE {name} WITH (FORCE)")


async def _fill(url: str) -> None:
    database = Database(url)
    make_parent(database.url)
    await database.close()
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(lambda here: command.upgrade(migrate._config(here), BEFORE))
        await connection.commit()
        await connection.run_sync(_live)
        await connection.commit()
    await engine.dispose()


def _live(connection: Connection) -> None:
    """Two identities that became one, with a code that was used and one that is out."""
    balance = dict.fromkeys(ACCOUNTS, 0)
    lines = dict.fromkeys(ACCOUNTS, 0)
    for name in ACCOUNTS:
        is_own = name in {"ann", "bob"}
        _insert(
            connection,
            "ledger_account",
            id=ACCOUNTS.index(name) + 1,
            area_code=AREA,
            unit="POINT",
            posted=0,
            held=0,
            kind="resident" if is_own else name,
            owner_id=name if is_own else "",
            version=0,
            status="open",
            floor=None if name == "treasury" else 0,
        )
    for number, (transfer_id, kind, recipient, legs) in enumerate(TRANSFERS):
        rule = "report_verified" if kind == "grant" else None
        at = LONG_AGO + timedelta(hours=number)
        _insert(
            connection,
            "ledger_transfer",
            id=transfer_id,
            area_code=AREA,
            unit="POINT",
            idempotency_key=transfer_id,
            request_hash="0" * 64,
            kind=kind,
            source_kind="resident" if kind == "move" else "issue",
            source_id="bob" if kind == "move" else "1",
            recipient_id=recipient,
            rule_id=rule,
            rule_version=1 if rule else None,
            actor_id=WORKER,
            reason="",
            effective_at=at,
            created_at=at,
        )
        for line, (name, amount) in enumerate(legs.items()):
            balance[name] += amount
            lines[name] += 1
            _insert(
                connection,
                "ledger_entry",
                transfer_id=transfer_id,
                line=line,
                account_id=ACCOUNTS.index(name) + 1,
                amount=amount,
                balance_after=balance[name],
                account_seq=lines[name],
            )
        if kind == "grant":
            _insert(
                connection,
                "grant_request",
                rule_id=rule,
                source_kind="issue",
                source_id="1",
                recipient_id=recipient,
                area_code=AREA,
                occurred_at=at,
                requested_at=at,
                next_at=at,
                state="paid",
                amount_points=10,
                rule_version=1,
                transfer_id=transfer_id,
                settled_at=at,
            )
            _use_limits(connection, recipient)
    for name in ACCOUNTS:
        connection.execute(
            text("UPDATE ledger_account SET posted = :posted, version = :lines WHERE id = :id"),
            {"posted": balance[name], "lines": lines[name], "id": ACCOUNTS.index(name) + 1},
        )
    connection.execute(text("UPDATE ledger_account SET held = 8 WHERE owner_id = 'ann'"))
    _insert(
        connection,
        "reward",
        id="w",
        area_code=AREA,
        name="米",
        pickup="",
        price_points=5,
        stock=3,
        limit_period="ever",
        code_days=7,
        status="open",
        created_at=LONG_AGO,
    )
    for hold, state, amount, spent in (("used", "posted", 5, "t6"), ("out", "pending", 8, None)):
        soon = LONG_AGO + timedelta(days=3000)
        _insert(
            connection,
            "ledger_hold",
            id=hold,
            account_id=ACCOUNTS.index("ann") + 1,
            amount=amount,
            state=state,
            transfer_id=spent,
            created_at=LONG_AGO,
            expires_at=soon,
        )
        _insert(
            connection,
            "redemption",
            id=hold,
            area_code=AREA,
            key=hold,
            reward_id="w",
            reward_name="米",
            resident_id="ann",
            limit_resident_id="ann",
            price_points=amount,
            code_blind=hold,
            code_ring_id="t1",
            code_sealed=b"x",
            state="verified" if spent else "held",
            created_at=LONG_AGO,
            expires_at=soon,
            settled_by=WORKER if spent else None,
            transfer_id=spent,
        )
        steps = [(None, "held"), ("held", "verified")] if spent else [(None, "held")]
        for before, after in steps:
            change = {"redemption_id": hold, "from_state": before, "to_state": after, "at": LONG_AGO}
            _insert(connection, "redemption_change", **change, actor_id=WORKER, reason="")


def _use_limits(connection: Connection, recipient: str) -> None:
    rule = f"{AREA}:report_verified"
    for scope, subject, period, most in (
        ("rule", rule, "2026-11-01", 50), ("rule", rule, "2026-11", 500), ("all_rules", AREA, "2026-11-01", 200),
    ):  # fmt: skip
        key = {"scope": scope, "subject_id": subject, "resident_id": recipient, "period_key": period}
        _insert(connection, "cap_counter", **key, used=10, ceiling=most)


def _insert(connection: Connection, table: str, **values: Any) -> None:
    stored = {
        name: value.replace(tzinfo=None).isoformat(" ")
        if isinstance(value, datetime) and connection.dialect.name == "sqlite"
        else value
        for name, value in values.items()
    }
    names = ", ".join(stored)
    marks = ", ".join(f":{name}" for name in stored)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), stored)


@pytest.fixture
async def upgraded(old_url: str) -> AsyncIterator[Town]:
    await migrate.migrate(old_url)
    database = Database(old_url)
    yield Town(database, Vault(Ring.parse(RING)))
    await database.close()


async def test_an_upgraded_ledger_holds(upgraded: Town) -> None:
    async with upgraded.database.read() as db:
        assert await audit.check(db) == []
        lot = (await db.execute(select(Lot))).scalar_one()
        assert (lot.remaining, lot.held, lot.expires_at) == (25, 8, None)
        balance = await statements.balance(db, area_code=AREA, resident_id="ann")
        assert (balance.posted, balance.held, balance.available) == (25, 8, 17)


async def test_what_was_earned_followed_the_wallet(upgraded: Town) -> None:
    async with upgraded.database.read() as db:
        rows = await db.execute(select(Account.owner_id, Account.earned).where(Account.kind == "resident"))
        purposes = (await db.execute(select(Transfer.purpose).where(Transfer.kind == "grant"))).scalars().all()
    assert {row.owner_id: row.earned for row in rows} == {"ann": 20, "bob": 0}
    assert list(purposes) == ["report", "report"]


async def test_what_was_granted_to_a_wallet_that_was_moved_is_taken_where_it_went(upgraded: Town) -> None:
    async with upgraded.database.write() as db:
        await reverse(db, transfer_id="t3", reason="test", actor_id=WORKER, key="undo")
        earned = await db.execute(select(Account.earned).where(Account.owner_id == "ann"))
        assert earned.scalar_one() == 10
    assert (await upgraded.balance("ann")).posted == 15
    assert await upgraded.findings() == []


async def test_reservations_and_old_transfers_can_be_settled(upgraded: Town) -> None:
    async with upgraded.database.write() as db:
        await holds.release(db, hold_ids=["out"], state=HoldState.VOID)
        await reverse(db, transfer_id="t6", reason="test", actor_id=WORKER, key="back")
        await reverse(db, transfer_id="t2", reason="test", actor_id=WORKER, key="undo")
        await adjust(
            db, area_code=AREA, resident_id="ann", amount_points=-18, reason="test", actor_id=WORKER, key="spend"
        )
    async with upgraded.database.write() as db:
        await db.execute(text("UPDATE redemption SET state = 'void' WHERE id = 'out'"))
        await db.execute(text("UPDATE reward SET stock = stock + 1 WHERE id = 'w'"))
    balance = await upgraded.balance("ann")
    assert (balance.posted, balance.held) == (2, 0)
    assert clock.now() > LONG_AGO
    assert {finding.check for finding in await upgraded.findings()} <= {
        "redemption_not_spent",
        "redemption_not_its_history",
    }
