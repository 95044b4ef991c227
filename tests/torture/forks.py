"""Processes that are forks of one that has imported everything already: starting one costs nothing.

To kill one is what it always is. That the service starts from nothing is shown in `tests/bot/test_commands.py`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Self

from bot.__main__ import main

FINISHED_WITHIN_SECONDS: Final = 120.0

_FORKING: Final = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["bot.commands", "tests.torture.writer", "tests.torture.ledger_writer"])


class Fork:
    """A process that runs one function and ends, to be handled as one of `subprocess`."""

    def __init__(self, run: Callable[..., None], *arguments: Any) -> None:
        self._process = _FORKING.Process(target=run, args=arguments, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return self._process.exitcode


def server(command: str, environ: Mapping[str, str], log: Path) -> Fork:
    """`python -m bot COMMAND` with these settings; what it says is added to the log."""
    return Fork(_serve, command, dict(environ), log)


def _serve(command: str, environ: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environ)
    with log.open("ab") as written:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(written.fileno(), stream.fileno())
    sys.exit(main([command]))


@dataclass(slots=True)
class Talking:
    """A process whose standard input and output are here, on two sockets: what it said outlives it."""

    process: Fork
    heard: asyncio.StreamReader
    said: asyncio.StreamWriter
    _hearing: asyncio.StreamWriter

    @classmethod
    async def started(cls, run: Callable[[], None], line: bytes) -> Self:
        """It is told this line first."""
        (told, its_input), (hears, its_output) = socket.socketpair(), socket.socketpair()
        with Connection(its_input.detach()) as given, Connection(its_output.detach()) as taken:
            process = Fork(_talk, run, given, taken)
        _, said = await asyncio.open_connection(sock=told)
        heard, hearing = await asyncio.open_connection(sock=hears)
        said.write(line)
        return cls(process, heard, said, hearing)

    def end(self) -> None:
        """The end of its input."""
        self.said.write_eof()

    async def exit_code(self) -> int:
        """When it has ended, and all it said has been heard."""
        code = await asyncio.to_thread(self.process.wait, FINISHED_WITHIN_SECONDS)
        for stream in (self.said, self._hearing):
            stream.close()
        return code


def _talk(run: Callable[[], None], given: Connection, taken: Connection) -> None:
    with (
        open(given.fileno(), encoding="utf-8", closefd=False) as sys.stdin,
        open(taken.fileno(), "w", encoding="utf-8", closefd=False) as sys.stdout,
    ):
        run()
