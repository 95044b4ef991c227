"""What the state machines share: a database for each example, ids that an example has again, and how it is run.

Nothing of an example may come from outside of it, or it could fail once and never again: the clock is the machine's
own, the database is like new, and ids, by which rows are ordered and locked, come in the same order each time.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from core import db
from core.db import Database
from tests.databases import Shelf

Make = Callable[[asyncio.Runner, Database], RuleBasedStateMachine]


def run(make: Make, request: pytest.FixtureRequest, folder: Path, *, examples: int, steps: int) -> None:
    """Try so many sequences of so many deeds.

    One that fails is told as it was found, with all its deeds: to make it smaller takes longer than a test may.
    """
    tried = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    with asyncio.Runner() as runner, _like_new(request, folder) as database, _same_ids() as begin:

        def fresh() -> RuleBasedStateMachine:
            begin()
            return make(runner, database())

        run_state_machine_as_test(fresh, settings=tried)  # type: ignore[arg-type]  # a factory is allowed


@contextmanager
def _same_ids() -> Iterator[Callable[[], None]]:
    """What is called at the beginning of an example, so that it has the ids of every other."""
    source = random.Random()
    with pytest.MonkeyPatch.context() as patch:
        made = SimpleNamespace(uuid4=lambda: uuid.UUID(int=source.getrandbits(128), version=4))
        patch.setattr(db, "uuid", made)
        yield lambda: source.seed(1)


@contextmanager
def _like_new(request: pytest.FixtureRequest, folder: Path) -> Iterator[Callable[[], Database]]:
    """Makes a database with all tables and nothing in them, when the one before is closed."""
    template: str = request.getfixturevalue("template")
    if request.config.getoption("--backend") == "sqlite":
        yield lambda: Database(_copy(template, folder), synchronous="OFF")
        return
    shelf: Shelf = request.getfixturevalue("shelf")
    with ExitStack() as lent:

        def put_back_and_lend() -> Database:
            lent.close()
            return Database(shelf.server.url(lent.enter_context(shelf.lent(template))), pool_size=1)

        yield put_back_and_lend


def _copy(template: str, folder: Path) -> str:
    for old in folder.glob("example.db*"):
        old.unlink()
    return f"sqlite+aiosqlite:///{shutil.copy(template, folder / 'example.db')}"
