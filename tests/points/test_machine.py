"""Any sequence of deeds: the database and the model agree after each, and a refusal changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from core import clock
from core.crypto import Ring, Vault
from core.db import Database, new_id
from core.errors import AppError
from points.errors import KeyReused
from points.grant_models import GrantRequest
from points.models import Account, Transfer
from points.reward_models import RedemptionRow, Reward
from points.rules.scheme import SCHEME
from tests.points import machine
from tests.points.model import CODE_DAYS, DAY_CAP, LIMIT, SHIPPED, TREASURY, Model, Terms
from tests.points.town import RING, Town, code_of

START = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
"""Half an hour before a day and a month end in Shanghai."""

AMOUNTS = st.integers(1, 40)
WHO = st.integers(0, 2)
NUMBER = st.integers(0, 1000)
RULES = st.sampled_from(sorted(SHIPPED))
STEPS = [timedelta(minutes=6), timedelta(minutes=40), timedelta(days=1), timedelta(days=3)]
JUMPS = [timedelta(hours=-1), timedelta(days=-2), timedelta(days=40), timedelta(days=400)]


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner = runner
        self.town = Town(database, Vault(Ring.parse(RING)))
        self.model = Model(START)
        self.ids: list[str] = []
        self.keys: list[tuple[str, int, int, type[AppError] | None]] = []
        self.codes: list[tuple[str, str]] = []
        self.endless: dict[str, int] = {}
        self.residents = [self.do(self.town.resident()) for _ in range(3)]
        self.rewards = [self._reward(price=5, stock=2), self._reward(price=12, stock=4)]
        self.do(self.town.change_rule(SCHEME, {"caps": {"day": DAY_CAP}}, since=START))

    def do(self, deed: Coroutine[Any, Any, Any]) -> Any:
        with clock.frozen(self.model.now):
            return self.runner.run(deed)

    def _reward(self, price: int, stock: int) -> str:
        reward: str = self.do(self.town.reward(price=price, stock=stock, limit_per_person=LIMIT, code_days=CODE_DAYS))
        self.model.price[reward], self.model.stock[reward] = price, stock
        return reward

    def both(self, expected: Callable[[], Any], deed: Coroutine[Any, Any, Any]) -> Any:
        """Do it here and there; the same refusal, or the same success. None after a refusal."""
        return self.told(_refusal(expected), deed)

    def told(self, refusal: type[AppError] | None, deed: Coroutine[Any, Any, Any]) -> Any:
        if refusal is None:
            return self.do(deed)
        with pytest.raises(refusal):
            self.do(deed)
        return None

    @rule(points=AMOUNTS)
    def fund(self, points: int) -> None:
        done = self.both(lambda: self.model.fund(points), self.town.fund(points))
        self.ids.append(done.transfer_id)

    @rule(who=WHO, points=st.integers(-40, 40).filter(bool))
    def adjust(self, who: int, points: int) -> None:
        resident, key = self.residents[who], new_id()
        legs = {resident: points, TREASURY: -points}
        refusal = _refusal(lambda: self.model.move(legs))
        done = self.told(refusal, self.town.adjust(resident, points, key))
        if done:
            self.ids.append(done.transfer_id)
        self.keys.append((key, who, points, refusal))

    @precondition(lambda self: self.keys)
    @rule(number=NUMBER, other=st.booleans())
    def repeat(self, number: int, *, other: bool) -> None:
        """The same key again: the same outcome for the same request, a conflict for another one."""
        key, who, points, refusal = self.keys[number % len(self.keys)]
        if other:
            points, refusal = points + (1 if points != -1 else 2), KeyReused
        done = self.told(refusal, self.town.adjust(self.residents[who], points, key))
        assert done is None or (done.transfer_id in self.ids and not done.created)

    @rule(who=WHO, name=RULES, source=st.integers(0, 5))
    def ask(self, who: int, name: str, source: int) -> None:
        resident = self.residents[who]
        expected = self.model.ask(name, resident, str(source))
        assert self.do(self.town.ask(resident, str(source), rule=name)) is expected

    @rule(limit=st.integers(1, 6))
    def pay(self, limit: int) -> None:
        expected = self.model.pay(limit)
        assert self.do(self.town.pay(limit)) == expected
        self.ids += self.do(self._new_transfers())

    @rule(name=RULES, points=st.sampled_from([1, 4, 10]), cap=st.sampled_from([3, 30]), later=st.integers(0, 1))
    def change_rule(self, name: str, points: int, cap: int, later: int) -> None:
        """Deeds of before are paid as it was when they were done, however late."""
        terms = Terms(points, cap, self.model.now + timedelta(days=later))
        body = {"title": "测试", "purpose": "report", "points": points, "caps": {"day": cap}}
        changed = self.both(
            lambda: self.model.change_rule(name, terms),
            self.town.change_rule(name, body, since=terms.since, ends=self.endless.get(name)),
        )
        if changed:
            self.endless[name] = changed

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
        done = self.both(lambda: self.model.redeem(resident, reward), self.town.redeem(resident, reward))
        if done:
            self.codes.append((done.id, code_of(done)))

    @precondition(lambda self: self.codes)
    @rule(number=NUMBER)
    def verify(self, number: int) -> None:
        number %= len(self.codes)
        done = self.both(
            lambda: self.model.verify(number),
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
        assert self.do(self._expire_here()) == self.model.expire()

    @rule(former=WHO, kept=WHO)
    def merge(self, former: int, kept: int) -> None:
        if former == kept:
            return
        first, second = self.residents[former], self.residents[kept]
        expected = self.model.merge(first, second)
        assert self.do(self.town.merge(first, second)) == expected
        self.ids += self.do(self._new_transfers())

    @rule(step=st.sampled_from(STEPS))
    def wait(self, step: timedelta) -> None:
        self.model.now += step

    @rule(step=st.sampled_from(JUMPS))
    def jump(self, step: timedelta) -> None:
        """A clock that was set, also back."""
        self.model.now += step

    @invariant()
    def agree(self) -> None:
        self.do(self._compare())

    def teardown(self) -> None:
        try:
            assert self.do(self.town.findings()) == []
        finally:
            self.do(self.town.database.close())

    async def _compare(self) -> None:
        area = self.town.area
        sums = select(Account.owner_id, Account.kind, Account.posted, Account.held).where(Account.area_code == area)
        shelves = select(Reward.id, Reward.stock).where(Reward.area_code == area)
        states = select(GrantRequest.state).where(GrantRequest.area_code == area).order_by(GrantRequest.id)
        transfers = select(func.count()).select_from(Transfer).where(Transfer.area_code == area)
        async with self.town.database.read() as db:
            accounts = (await db.execute(sums)).all()
            assert {row.id: row.stock for row in await db.execute(shelves)} == dict(self.model.stock)
            assert list((await db.execute(states)).scalars()) == [asked.state for asked in self.model.asked]
            assert (await db.execute(transfers)).scalar_one() == len(self.model.transfers) == len(self.ids)
        for owner_id, kind, posted, held in accounts:
            name = owner_id or kind
            assert (posted, held) == (self.model.posted[name], self.model.held[name]), name
        assert sum(account.posted for account in accounts) == 0

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


def _refusal(deed: Callable[[], Any]) -> type[AppError] | None:
    try:
        deed()
    except AppError as error:
        return type(error)
    return None


@pytest.mark.usefixtures("database_url")
def test_the_ledger_agrees_with_the_model(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> None:
    examples, steps = (12, 40) if backend == "sqlite" else (5, 40)
    machine.run(LedgerMachine, request, tmp_path, examples=examples, steps=steps)
