"""Many callers in processes of their own, which start each turn together."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from subprocess import PIPE, Popen

from bench.ledger.caller import Order, Turn
from core.settings import ROOT


@dataclass(slots=True)
class Crowd:
    processes: list[Popen[str]]

    @classmethod
    @contextmanager
    def of(cls, number: int) -> Iterator[Crowd]:
        command = [sys.executable, "-m", "bench.ledger.caller"]
        crowd = cls([Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True, bufsize=1) for _ in range(number)])
        try:
            yield crowd
        finally:
            for process in crowd.processes:
                process.communicate()

    def start(self, orders: Sequence[Order]) -> None:
        """One order for each process; they begin when all are ready."""
        for process, order in zip(self.processes, orders, strict=True):
            _tell(process, json.dumps(asdict(order)))
        for process in self.processes:
            if (said := _hear(process)) != "ready":
                raise RuntimeError(f"a caller said {said!r}")
        for process in self.processes:
            _tell(process, "go")

    def results(self) -> list[Turn]:
        turns = [json.loads(_hear(process)) for process in self.processes]
        return [Turn(one["calls"], Counter(one["errors"]), one["longest_seconds"]) for one in turns]

    def turn(self, orders: Sequence[Order]) -> list[Turn]:
        self.start(orders)
        return self.results()


def _tell(process: Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")


def _hear(process: Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
