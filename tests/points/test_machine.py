"""Any sequence of deeds: the database and the model agree after each, and a refusal changes nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from core import clock
from core.crypto import Ring, Vault
from core.db import Database, new_id
from core.errors import AppError
from points import rules
from points.errors import KeyReused
from points.grant_models import GrantRequest
from points.models import Account, Transfer
from points.reward_models import RedemptionRow, Reward
from points.rules import RuleBook
from tests.points.model import CODE_DAYS, DAY_CAP, DAY_CAPS, LIMIT, POINTS, TREASURY, Model
from tests.points.town import RING, Town, code_of
from tests.servers import PostgresServer

START = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
"""Half an hour before a day and a month end in Shanghai."""

AMOUNTS = st.integers(1, 40)
WHO = st.integers(0, 2)
NUMBER = st.integers(0, 1000)


def book(folder: Path) -> RuleBook:
    text = f"[scheme]\ncaps = {{ day = {DAY_CAP} }}\n" + "".join(
        f'[[rule]]\nid = "{name}"\nversion = 1\ntitle = "测试"\npurpose = "report"\nfrom = 2026-01-01\n'
        f"points = {points}\n"
        f"caps = {{ day = {DAY_CAPS[name]} }}\n"
        for name, points in POINTS.items()
    )
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return rules.load(path)


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self, runner: asyncio.Runner, database: Database, rule_book: RuleBook) -> None:
        super().__init__()
        self.runner = runner
        self.book = rule_book
        self.town = Town(database, Vault(Ring.parse(RING)))
        self.model = Model()
        self.now = START
        self.ids: list[str] = []
        self.keys: dict[str, tuple[int, int]] = {}
        self.codes: list[tuple[str, str]] = []
        self.residents = [self.do(self.town.resident()) for _ in range(3)]
        self.rewards = [self._reward(price=5, stock=2), self._reward(price=12, stock=4)]

    def do(self, deed: Coroutine[Any, Any, Any]) -> Any:
        with clock.frozen(self.now):
            return self.runner.run(deed)

    def _reward(self, price: int, stock: int) -> str:
        reward: str = self.do(self.town.reward(price=price, stock=stock, limit_per_person=LIMIT, code_days=CODE_DAYS))
        self.model.price[reward], self.model.stock[reward] = price, stock
        return reward

    def both(self, expected: Callable[[], Any], deed: Coroutine[Any, Any, Any]) -> Any:
        """Do it here and there; the same refusal, or the same success. None after a refusal."""
        self.model.now = self.now
        refusal: type[AppError] | None = None
        try:
            expected()
        except AppError as error:
            refusal = type(error)
        if refusal is None:
            return self.do(deed)
        with pytest.raises(refusal):
            self.do(deed)
        return None

    @rule(points=AMOUNTS)
    def fund(self, points: int) -> None:
        done = self.both(lambda: self.model.fund(points, self.now), self.town.fund(points))
        self.ids.append(done.transfer_id)

    @rule(who=WHO, points=st.integers(-40, 40).filter(bool))
    def adjust(self, who: int, points: int) -> None:
        resident, key = self.residents[who], new_id()
        legs = {resident: points, TREASURY: -points}
        done = self.both(lambda: self.model.move(legs), self.town.adjust(resident, points, key))
        if done:
            self.ids.append(done.transfer_id)
            self.keys[key] = (who, points)

    @precondition(lambda self: self.keys)
    @rule(number=NUMBER, other=st.booleans())
    def repeat(self, number: int, *, other: bool) -> None:
        """The same key again: the same transfer for the same request, a conflict for another one."""
        key = sorted(self.keys)[number % len(self.keys)]
        who, points = self.keys[key]
        if other:
            with suppress(KeyReused):
                self.do(self.town.adjust(self.residents[who], points + (1 if points != -1 else 2), key))
                raise AssertionError("another request was taken for the same")
        else:
            again = self.do(self.town.adjust(self.residents[who], points, key))
            assert again.transfer_id in self.ids
            assert not again.created

    @rule(who=WHO, name=st.sampled_from(sorted(POINTS)), source=st.integers(0, 5))
    def ask(self, who: int, name: str, source: int) -> None:
        resident = self.residents[who]
        expected = self.model.ask(name, resident, str(source), self.now)
        assert self.do(self.town.ask(resident, str(source), rule=name, book=self.book)) is expected

    @rule(limit=st.integers(1, 6))
    def pay(self, limit: int) -> None:
        expected = self.model.pay(limit, self.now)
        assert self.do(self.town.pay(limit, self.book)) == expected
        self.ids += self.do(self._new_transfers())

    @precondition(lambda self: self.ids)
    @rule(number=NUMBER)
    def reverse(self, number: int) -> None:
        number %= len(self.ids)
        done = self.both(lambda: self.model.reverse(number), self.town.reverse(self.ids[number]))
        if done:
            self.ids.append(done.transfer_id)

    @rule(who=WHO, which=st.integers(0, 1))
    def redeem(self, who: int, which: int) -> None:
        resident, reward = self.residents[who], self.rewards[which]
        done = self.both(lambda: self.model.redeem(resident, reward, self.now), self.town.redeem(resident, reward))
        if done:
            self.codes.append((done.id, code_of(done)))

    @precondition(lambda self: self.codes)
    @rule(number=NUMBER)
    def verify(self, number: int) -> None:
        number %= len(self.codes)
        done = self.both(
            lambda: self.model.verify(number, self.now),
            self.town.verify(self.codes[number][1], area_codes=[self.town.area]),
        )
        if done:
            self.ids.append(done.transfer_id)

    @precondition(lambda self: self.codes)
    @rule(number=NUMBER)
    def void(self, number: int) -> None:
        number %= len(self.codes)
        self.both(lambda: self.model.void(number), self.town.void(self.codes[number][0]))

    @rule()
    def expire(self) -> None:
        assert self.do(self._expire_here()) == self.model.expire(self.now)

    @rule(former=WHO, kept=WHO)
    def merge(self, former: int, kept: int) -> None:
        if former == kept:
            return
        first, second = self.residents[former], self.residents[kept]
        expected = self.model.merge(first, second)
        assert self.do(self.town.merge(first, second)) == expected
        self.ids += self.do(self._new_transfers())

    @rule(step=st.sampled_from([timedelta(minutes=6), timedelta(minutes=40), timedelta(days=1), timedelta(days=3)]))
    def wait(self, step: timedelta) -> None:
        self.now += step

    @invariant()
    def agree(self) -> None:
        self.do(self._compare())

    def teardown(self) -> None:
        assert self.do(self.town.findings(self.book)) == []
        self.do(self.town.database.close())

    async def _compare(self) -> None:
        async with self.town.database.read() as db:
            here = Account.area_code == self.town.area
            accounts = (await db.execute(select(Account).where(here))).scalars().all()
            stock = (await db.execute(select(Reward).where(Reward.area_code == self.town.area))).scalars().all()
            states = (
                await db.execute(
                    select(GrantRequest.state).where(GrantRequest.area_code == self.town.area).order_by(GrantRequest.id)
                )
            ).scalars()
            transfers = await db.execute(
                select(func.count()).select_from(Transfer).where(Transfer.area_code == self.town.area)
            )
            assert list(states) == [asked.state for asked in self.model.asked]
            assert transfers.scalar_one() == len(self.model.transfers) == len(self.ids)
        for account in accounts:
            name = account.owner_id or account.kind
            assert (account.posted, account.held) == (self.model.posted[name], self.model.held[name]), name
        assert sum(account.posted for account in accounts) == 0
        assert {reward.id: reward.stock for reward in stock} == dict(self.model.stock)

    async def _new_transfers(self) -> list[str]:
        """Of what was posted in a batch: the ids in the order of the requests."""
        async with self.town.database.read() as db:
            rows = await db.execute(
                select(Transfer.id)
                .outerjoin(GrantRequest, GrantRequest.transfer_id == Transfer.id)
                .where(Transfer.area_code == self.town.area, Transfer.id.not_in(self.ids))
                .order_by(GrantRequest.id)
            )
            return list(rows.scalars())

    async def _expire_here(self) -> int:
        expired = 0
        while found := await self.town.expire():
            expired += found
        async with self.town.database.read() as db:
            late = select(func.count()).select_from(RedemptionRow)
            late = late.where(RedemptionRow.state == "held", RedemptionRow.expires_at <= clock.now())
            assert (await db.execute(late)).scalar_one() == 0
        return expired


def copies(request: pytest.FixtureRequest, folder: Path) -> Callable[[], Database]:
    """A function that makes an empty database with all tables."""
    template: str = request.getfixturevalue("template")
    number = count()
    if request.config.getoption("--backend") == "sqlite":
        return lambda: Database(
            f"sqlite+aiosqlite:///{shutil.copy(template, folder / f'{next(number)}.db')}", synchronous="OFF"
        )
    server: PostgresServer = request.getfixturevalue("postgres")

    def create() -> Database:
        name = f"machine_{next(number)}"
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return Database(server.url(name), pool_size=1)

    return create


@pytest.mark.usefixtures("database_url")
def test_the_ledger_agrees_with_the_model(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> None:
    create, rule_book = copies(request, tmp_path), book(tmp_path)
    few = settings(
        max_examples=30 if backend == "sqlite" else 10,
        stateful_step_count=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with asyncio.Runner() as runner:
        run_state_machine_as_test(
            lambda: LedgerMachine(runner, create(), rule_book),  # type: ignore[arg-type]  # a factory is allowed
            settings=few,
        )
