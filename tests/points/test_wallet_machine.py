"""Any sequence of what can happen to wallets: after each deed the audit derives everything again, and the lots of a
wallet that only spends, reserves and gives are those of the replay; a refusal leaves every row as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core import clock
from core.crypto import Ring, Vault
from core.db import Database, new_id
from core.errors import AppError
from points import accounts, holds, sharing
from points.accounts import AccountRef
from points.models import AccountKind, HoldState
from points.reversal_plans import ClawBack
from points.rules.scheme import SCHEME
from tests.points import machine
from tests.points.lot_replay import MODES, NEVER, Replay, good_until
from tests.points.rows import rows
from tests.points.town import RING, WORKER, Town

START = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
"""A second before a year ends in Shanghai."""

AMOUNTS = st.integers(1, 12)
NUMBER = st.integers(0, 1000)
DAYS = st.sampled_from([None, 1, 2, 7])
HOLD = timedelta(days=3)
STEPS = [timedelta(seconds=1), timedelta(days=1), timedelta(days=3), timedelta(days=30)]
JUMPS = [timedelta(days=90), timedelta(days=400)]

LOOK_EVERY = 5

DEED_POINTS = 3
DEED = {"title": "测试", "purpose": "report", "points": DEED_POINTS, "caps": {"year": 1000}}


class WalletMachine(RuleBasedStateMachine):
    """One wallet is replayed; another is given to, spends, and has things taken back, with debts."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner = runner
        self.town = Town(database, Vault(Ring.parse(RING)))
        self.now = START
        self.replay = Replay()
        self.frozen = False
        self.spent: list[tuple[int, str]] = []
        self.pending: dict[int, tuple[str, int, datetime]] = {}
        self.given: list[str] = []
        self.deeds = self.steps = 0
        self.mode = "none"
        self.scheme: int | None = None
        self.unpaid: list[str] = []
        self.saver, self.owner = [self.do(self.town.resident()) for _ in range(2)]
        self.do(self.town.fund(1000))
        self.do(self.town.change_rule("report_verified", DEED, since=self.now))

    def do(self, deed: Coroutine[Any, Any, Any]) -> Any:
        with clock.frozen(self.now):
            return self.runner.run(deed)

    @property
    def wallet(self) -> AccountRef:
        return AccountRef(self.town.area, AccountKind.RESIDENT, self.saver)

    def refused(self, deed: Coroutine[Any, Any, Any], *codes: str) -> None:
        before = self.do(rows(self.town.database))
        with pytest.raises(AppError) as refusal:
            self.do(deed)
        assert refusal.value.code in codes
        assert self.do(rows(self.town.database)) == before

    def spend_or_refused(self, amount: int, deed: Coroutine[Any, Any, Any]) -> Any:
        """What only the owner of an open wallet can do, with points that are neither held nor expired."""
        self._end_overdue()
        reasons = {"account_frozen": self.frozen, "insufficient_points": self.replay.available(self.now) < amount}
        if codes := [code for code, holds_here in reasons.items() if holds_here]:
            return self.refused(deed, *codes)
        return self.do(deed)

    def _end_overdue(self) -> None:
        for number, (_, _, ends) in list(self.pending.items()):
            if ends <= self.now:
                self.replay.release(number)
                del self.pending[number]

    @rule(amount=AMOUNTS, days=DAYS)
    def earn(self, amount: int, days: int | None) -> None:
        ends = None if days is None else self.now + timedelta(days=days)
        self.do(self.town.adjust(self.saver, amount, expires_at=ends))
        self.replay.earn(amount, ends)

    @rule()
    def do_deed(self) -> None:
        """Its mode is that of its moment, its days are counted from when it is paid."""
        self.deeds += 1
        self.do(self.town.ask(self.saver, str(self.deeds)))
        self.unpaid.append(self.mode)

    @rule()
    def pay(self) -> None:
        self.do(self.town.pay())
        for mode in self.unpaid:
            self.replay.earn(DEED_POINTS, good_until(mode, self.now))
        self.unpaid.clear()

    @rule(mode=st.sampled_from(sorted(MODES)))
    def change_scheme(self, mode: str) -> None:
        """A second later, so that the deeds of before were done before."""
        self.now += timedelta(seconds=1)
        body = {"expiry": {"mode": mode, **MODES[mode]}}
        self.scheme = self.do(self.town.change_rule(SCHEME, body, since=self.now, ends=self.scheme))
        self.mode = mode

    @rule(amount=AMOUNTS)
    def take(self, amount: int) -> None:
        """By the staff: a freeze does not hinder it."""
        self._end_overdue()
        deed = self.town.adjust(self.saver, -amount)
        if self.replay.available(self.now) < amount:
            self.refused(deed, "insufficient_points")
            return
        self._spent(amount, self.do(deed).transfer_id)

    @rule(amount=AMOUNTS)
    def donate(self, amount: int) -> None:
        done = self.spend_or_refused(amount, self._in_transaction(lambda db: self._donate(db, amount)))
        if done is not None:
            self._spent(amount, done.transfer_id)

    def _spent(self, amount: int, transfer_id: str) -> None:
        self.deeds += 1
        self.replay.spend(self.deeds, amount, self.now)
        self.spent.append((self.deeds, transfer_id))

    @precondition(lambda self: self.spent)
    @rule(number=NUMBER)
    def undo(self, number: int) -> None:
        deed, transfer_id = self.spent.pop(number % len(self.spent))
        self._end_overdue()
        self.do(self.town.reverse(transfer_id))
        self.replay.undo(deed, self.now)
        self.refused(self.town.reverse(transfer_id), "already_reversed")

    @rule(amount=AMOUNTS)
    def reserve(self, amount: int) -> None:
        hold_id = new_id()
        place = self._in_transaction(lambda db: self._place(db, hold_id, amount))
        free = not self.frozen and self._is_free(amount)
        self.spend_or_refused(amount, place)
        if free:
            self.deeds += 1
            self.replay.reserve(self.deeds, amount, self.now)
            self.pending[self.deeds] = (hold_id, amount, self.now + HOLD)

    def _is_free(self, amount: int) -> bool:
        self._end_overdue()
        return self.replay.available(self.now) >= amount

    @precondition(lambda self: self.pending)
    @rule(number=NUMBER, part=AMOUNTS)
    def post(self, number: int, part: int) -> None:
        deed = sorted(self.pending)[number % len(self.pending)]
        hold_id, amount, ends = self.pending[deed]
        settle = self._in_transaction(lambda db: self._settle(db, hold_id, min(part, amount)))
        if ends <= self.now or self.frozen:
            self.refused(settle, "hold_settled" if ends <= self.now else "account_frozen")
            return
        self.do(settle)
        self.replay.post(deed, min(part, amount))
        del self.pending[deed]

    @precondition(lambda self: self.pending)
    @rule(number=NUMBER)
    def void(self, number: int) -> None:
        deed = sorted(self.pending)[number % len(self.pending)]
        hold_id, _, _ = self.pending.pop(deed)
        self.do(self._in_transaction(lambda db: holds.release(db, hold_ids=[hold_id], state=HoldState.VOID)))
        self.replay.release(deed)

    @rule()
    def write_off(self) -> None:
        while self.do(self.town.write_off()):
            pass
        self.replay.write_off(self.now)

    @rule()
    def freeze(self) -> None:
        change = accounts.unfreeze if self.frozen else accounts.freeze
        self.do(self._in_transaction(lambda db: change(db, account=self.wallet)))
        self.frozen = not self.frozen

    @rule(step=st.sampled_from(STEPS + JUMPS))
    def wait(self, step: timedelta) -> None:
        self.now += step

    @rule(amount=AMOUNTS, days=DAYS)
    def give(self, amount: int, days: int | None) -> None:
        ends = None if days is None else self.now + timedelta(days=days)
        self.given.append(self.do(self.town.adjust(self.owner, amount, expires_at=ends)).transfer_id)

    @rule(amount=AMOUNTS)
    def use(self, amount: int) -> None:
        deed = self.town.adjust(self.owner, -amount)
        if self.do(self.town.balance(self.owner)).available < amount:
            self.refused(deed, "insufficient_points")
        else:
            self.do(deed)

    @precondition(lambda self: self.given)
    @rule(number=NUMBER, by=st.sampled_from(ClawBack))
    def claw_back(self, number: int, by: ClawBack) -> None:
        """Whatever of it is spent is owed or let go; where all is, there is nothing to post."""
        transfer_id, key = self.given.pop(number % len(self.given)), new_id()
        owed = self.do(self.town.owed(self.owner))
        try:
            done = self.do(self.town.reverse(transfer_id, key, by))
        except AppError as error:
            assert (error.code, by) == ("insufficient_points", ClawBack.CLAMP)  # noqa: PT017  either may come
            return
        again = self.do(self.town.reverse(transfer_id, key, by))
        assert (again.transfer_id, again.created) == (done.transfer_id, False)
        assert self.do(self.town.owed(self.owner)) == owed + done.owed_points
        assert self.do(self.town.balance(self.owner)).posted >= 0

    @invariant()
    def holds_together(self) -> None:
        """Damage stays, so it is enough to look every few steps and at the end."""
        self.steps += 1
        if self.steps % LOOK_EVERY == 0:
            assert self.do(self.town.findings()) == []

    @invariant()
    def lots_are_those_of_the_replay(self) -> None:
        self._end_overdue()
        assert self.do(self.town.balance(self.saver)).available == self.replay.available(self.now)
        kept = [(left, ends or NEVER) for left, _, ends in self.do(self.town.lots(self.saver)) if left]
        self_kept = [(one.left, one.expires_at) for one in self.replay.parcels if one.left]
        alive = [sorted(one for one in some if one[1] > self.now) for some in (kept, self_kept)]
        assert alive[0] == alive[1]

    def teardown(self) -> None:
        try:
            assert self.do(self.town.findings()) == []
        finally:
            self.do(self.town.database.close())

    async def _in_transaction(self, deed: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        async with self.town.database.write() as db:
            return await deed(db)

    async def _place(self, db: Any, hold_id: str, amount: int) -> None:
        ends = clock.now() + HOLD
        async with db.begin_nested():
            await holds.place(db, hold_id=hold_id, account=self.wallet, amount_points=amount, expires_at=ends)

    async def _settle(self, db: Any, hold_id: str, amount: int) -> None:
        await holds.settle(
            db, hold_id=hold_id, source_kind="test", source_id=hold_id, actor_id=WORKER, amount_points=amount
        )

    async def _donate(self, db: Any, amount: int) -> Any:
        return await sharing.donate(
            db,
            area_code=self.town.area,
            resident_id=self.saver,
            fund=sharing.DonationFund.COMMUNITY,
            amount_points=amount,
            key=new_id(),
        )


@pytest.mark.usefixtures("database_url")
def test_wallets_hold_together_whatever_happens(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> None:
    examples, steps = (8, 30) if backend == "sqlite" else (3, 30)
    machine.run(WalletMachine, request, tmp_path, examples=examples, steps=steps)
