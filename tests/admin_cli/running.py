"""Runs `hc` in this process, as a worker of a town, and catches what it prints and how it ends."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from admin_cli.main import run
from core.values import Role
from tests.bot.api.town import Town


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


async def hc(town: Town, *arguments: str, role: Role = Role.ADMIN, token: str | None = None, typed: str = "") -> Ended:
    """Run one command; `typed` is what stands on its standard input."""
    login = {"HC_SERVER": town.url, "HC_TOKEN": town.tokens[role] if token is None else token}
    return await asyncio.to_thread(run_here, arguments, login, typed)


def run_here(arguments: tuple[str, ...], environment: dict[str, str], typed: str = "") -> Ended:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        _environment(environment),
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            run(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return Ended(code, out.getvalue(), err.getvalue())


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    with patch.dict(os.environ, {"COLUMNS": "200", "TERM": "dumb", **values}):
        yield
