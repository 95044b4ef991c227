"""Server processes of their own, which can be killed and started again; and what they cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from core.settings import ROOT

HEALTHY_WITHIN_SECONDS: Final = 120.0
STOPS_WITHIN_SECONDS: Final = 30.0
TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


class Running(Protocol):
    """What a process of `subprocess` can be asked."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def send_signal(self, number: signal.Signals, /) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


Start: TypeAlias = Callable[[str, Mapping[str, str], Path], Running]
"""Starts a command with all these environment variables, and adds what it says to the file."""


def from_nothing(command: str, environ: Mapping[str, str], log: Path) -> Running:
    """`python -m bot COMMAND`, as it is deployed."""
    with log.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", command], cwd=ROOT, env=environ, stdout=written, stderr=written
        )


class ServerProcess:
    """`python -m bot COMMAND` with these settings; `port` is where it answers `/healthz`."""

    def __init__(
        self, command: str, environ: Mapping[str, str], *, port: int, log: Path, start: Start = from_nothing
    ) -> None:
        self.command = command
        self._start = start
        self.port = port
        self._environ = {**os.environ, **environ}
        self._log = log
        self._process: Running | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> Running:
        assert self._process is not None, "not started"
        return self._process

    def start(self) -> None:
        """Returns at once; see `wait_until`."""
        self._process = self._start(self.command, self._environ, self._log)

    def wait_until(self, path: str = "/healthz") -> float:
        """Seconds until it answered there with 200. Raises RuntimeError, with the end of its log."""
        began = time.monotonic()
        while time.monotonic() - began < HEALTHY_WITHIN_SECONDS:
            if self.answers(path):
                return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        written = self._log.read_text(encoding="utf-8")[-2000:]
        raise RuntimeError(f"{self.command} does not answer (exit code {self.process.poll()}):\n{written}")

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=2) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """`kill -9`: no instruction more is executed."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As a supervisor stops it; after a while by force."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def cpu_seconds(self) -> float:
        """User and system time that it used so far."""
        return cpu_seconds(self.process.pid)

    def memory_megabytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def cpu_seconds(pid: int, *, with_ended: bool = False) -> float:
    """Of one process by its id, without its children; or with those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11 : 15 if with_ended else 13]) / TICKS_PER_SECOND
