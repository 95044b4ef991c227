"""Whatever is done in whatever order, the history of a report stays whole and nothing settled rises again."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from community import issues, residents
from community.issues import Action, Actor
from community.issues.workflow import SETTLED, TRANSITIONS
from community.permissions import Grant, Worker
from core import clock
from core.crypto import Ring, Vault
from core.db import Database
from core.errors import AppError
from core.settings import Config
from core.values import IssueState, Platform, Role
from tests.community.issues.conftest import GRID_AREA, World
from tests.house import TEST_RING

T = TypeVar("T")
STAFF = Actor.staff(Worker("w1", "测试员", "路灯所", (Grant(Role.ADMIN),)))
STAFF_ACTIONS = sorted({action for (_, action), rule in TRANSITIONS.items() if rule.roles} - {Action.MERGE})
FOLLOW_UPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "text": (issues.add_text, {"text": "就在门口"}),
    "urge": (issues.urge, {}),
    "withdraw": (issues.withdraw, {}),
    "reopen": (issues.reopen, {"reason": "还是不亮"}),
    "fixed": (issues.confirm_fixed, {"fixed": True}),
    "not fixed": (issues.confirm_fixed, {"fixed": False}),
    "rate": (issues.rate, {"stars": 3}),
}
WORDS = sorted(action.value.removeprefix("grid_") for action in Action if action.value.startswith("grid_"))


class Life(RuleBasedStateMachine):
    """One report of a grid area, and everybody who may touch it."""

    template = ""
    config = Config()

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="hc-life-")
        path = Path(self.folder) / "test.db"
        shutil.copy(self.template, path)
        self.runner = asyncio.Runner()
        database = Database(f"sqlite+aiosqlite:///{path}", synchronous="OFF")
        self.world = World(database, Vault(Ring.parse(TEST_RING)), self.config, "")
        self.world = World(database, self.world.vault, self.config, self._run(self._resident()))
        self.number = self._run(self.world.report(GRID_AREA))
        self.start = clock.now()
        self.before = self._run(self.world.issue(self.number))

    def teardown(self) -> None:
        self._run(self.world.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    async def _resident(self) -> str:
        async with self.world.database.write() as db:
            who = await residents.identify(
                db, self.world.vault, account="heping", platform=Platform.WECHAT, sender="sender"
            )
        return who.resident_id

    def _run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.runner.run(wait())

    def _try(self, work: Awaitable[Any]) -> None:
        """Refusals are answers too; any other exception fails the test."""
        try:
            self._run(work)
        except AppError:
            after = self._run(self.world.issue(self.number))
            assert (after.state, after.version) == (self.before.state, self.before.version)

    @rule(action=st.sampled_from(STAFF_ACTIONS))
    def staff_move(self, action: Action) -> None:
        details = {"reason": "有理由", "unit": "路灯所", "text": "换了灯泡", "until": clock.now() + timedelta(days=60)}
        self._try(self.world.move(self.number, STAFF, action, **details, category_code="M09"))

    @rule(name=st.sampled_from(sorted(FOLLOW_UPS)))
    def resident_acts(self, name: str) -> None:
        follow_up, said = FOLLOW_UPS[name]
        self._try(self.world.do(follow_up, self.number, **said))

    @rule(
        word=st.sampled_from(WORDS),
        minutes=st.integers(min_value=-3, max_value=0),
        round_=st.none() | st.integers(min_value=1, max_value=3),
        update_id=st.integers(min_value=0, max_value=30),
    )
    def grid_speaks(self, word: str, minutes: int, round_: int | None, update_id: int) -> None:
        self._try(
            self.world.tell(
                self.number,
                word,
                update_id=str(update_id),
                body_hash=f"{update_id}",
                occurred_at=self.start + timedelta(minutes=minutes),
                round=round_,
            )
        )

    @invariant()
    def history_is_whole_and_allowed(self) -> None:
        issue = self._run(self.world.issue(self.number))
        states = self._run(self.world.states(self.number))
        assert len(states) == issue.version
        assert states[-1] == issue.state
        moves = {(state, rule.to) for (state, _), rule in TRANSITIONS.items()}
        pairs = pairwise(states)
        assert all((IssueState(a), IssueState(b)) in moves for a, b in pairs)

    @invariant()
    def nothing_settled_rises_but_by_a_reopening(self) -> None:
        issue = self._run(self.world.issue(self.number))
        if IssueState(self.before.state) in SETTLED and IssueState(issue.state) not in SETTLED:
            assert (self.before.state, issue.state, issue.round) == ("closed", "filed", self.before.round + 1)
        assert issue.round >= self.before.round
        self.before = issue


def test_a_report_lives_through_anything(backend: str, template: str, config: Config) -> None:
    if backend != "sqlite":
        pytest.skip("the machine makes a database file for each of its lives")
    Life.template, Life.config = template, config
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
