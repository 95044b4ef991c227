"""The measurements, one function each; every one starts what it measures and leaves nothing running."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench import servers
from bench.load import Order
from bench.servers import HERE, Postgres
from core.settings import ROOT
from tests.servers import free_port
from tests.torture.processes import ServerProcess, cpu_seconds

PGBENCH_SECONDS: Final = 6
MESSAGES_A_REPORT: Final = 2
REPORTS: Final = 4
"""Of each resident; with the greeting they stay within the rate limit of an identity."""

RESIDENTS: Final = 320
"""Over all connections, but at least two on each."""

IDLE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU seconds are those of everything that serves: our processes and the database, not the platform's side."""

    messages_per_second: float
    messages_per_cpu_second: float
    p99_milliseconds: float = 0.0
    late: int = 0
    """Confirmations that were not ready within the platform's budget and leave as messages."""

    def __str__(self) -> str:
        return (
            f"{self.messages_per_second:8.1f} msg/s {self.messages_per_cpu_second:8.1f} msg/CPU s "
            f"p99 {self.p99_milliseconds:7.1f} ms, {self.late} late"
        )


def one_round(
    folder: Path, postgres: Postgres, connections: tuple[int, ...], number: int
) -> Iterator[tuple[str, Figures]]:
    """Everything once, by name."""
    for count in connections:
        yield f"pgbench {count}", pgbench(folder, postgres, clients=count, protocol="simple")
        yield f"pgbench prepared {count}", pgbench(folder, postgres, clients=count, protocol="prepared")
        yield f"echo {count}", echo(count)
        yield f"SQLite {count}", on_sqlite(folder / f"sqlite-{count}-{number}", count)
        yield f"PostgreSQL {count}", on_postgres(folder / f"postgres-{count}-{number}", postgres, count)


def pgbench(folder: Path, postgres: Postgres, *, clients: int, protocol: str) -> Figures:
    """The same writes from pgbench into the same tables; `simple` is how pgbench comes, `prepared` its fastest way."""
    name = f"pgbench_{uuid.uuid4().hex[:8]}"
    environ = servers.environment(folder, postgres.create(name))
    servers.migrate(environ)
    postgres.execute(name, (HERE / "people.sql").read_text(encoding="utf-8"))
    before = postgres.cpu_seconds()
    rate = postgres.pgbench(name, HERE / "report.sql", clients=clients, seconds=PGBENCH_SECONDS, protocol=protocol)
    rate *= MESSAGES_A_REPORT
    used = postgres.cpu_seconds() - before
    return Figures(rate, rate * PGBENCH_SECONDS / used)


def echo(connections: int) -> Figures:
    with servers.echoing() as (url, process):
        return _load(_order([url], connections, confirmed=False), lambda: cpu_seconds(process.pid))


def on_sqlite(folder: Path, connections: int) -> Figures:
    """`serve`: one process for everything, as it is started by `make run`."""
    folder.mkdir(parents=True)
    environ = servers.environment(folder, f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    with servers.running(["serve"], environ, folder) as (server,):
        return _load(_order([server.url], connections), server.cpu_seconds)


def on_postgres(folder: Path, postgres: Postgres, connections: int) -> Figures:
    """Two web processes and a worker."""
    folder.mkdir(parents=True)
    environ = servers.environment(folder, postgres.create(f"bench_{uuid.uuid4().hex[:8]}"))
    servers.migrate(environ)
    with servers.running(["web", "web", "worker"], environ, folder) as started:

        def used() -> float:
            return sum(server.cpu_seconds() for server in started) + postgres.cpu_seconds()

        return _load(_order([server.url for server in started[:2]], connections), used)


def _order(urls: list[str], connections: int, *, confirmed: bool = True) -> Order:
    return Order(urls, connections, max(RESIDENTS // connections, 2), REPORTS, confirmed)


def _load(order: Order, used: Callable[[], float]) -> Figures:
    """Let the platform's side run; greetings and sealing are over before the clock starts."""
    command = [sys.executable, "-m", "bench.load"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as platform:
        assert platform.stdin is not None
        assert platform.stdout is not None
        platform.stdin.write(json.dumps(asdict(order)) + "\n")
        platform.stdin.flush()
        if platform.stdout.readline() != "ready\n":
            raise RuntimeError("the platform's side ended early")
        before = used()
        platform.stdin.write("go\n")
        platform.stdin.flush()
        ran = json.loads(platform.stdout.readline())
        spent = used() - before
    return Figures(ran["messages"] / ran["seconds"], ran["messages"] / spent, ran["p99_seconds"] * 1000, ran["late"])


def start(folder: Path) -> dict[str, float]:
    """Seconds until `/healthz` answers, the second time and later; megabytes in use when idle."""
    folder.mkdir(parents=True)
    environ = servers.environment(folder, f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    seconds, cpu, memory = [], [], []
    for _ in range(3):
        server = ServerProcess("serve", {**environ, "PORT": str(port := free_port())}, port=port,
                               log=folder / "serve.log")  # fmt: skip
        server.start()
        try:
            seconds.append(server.wait_until("/healthz"))
            cpu.append(server.cpu_seconds())
            server.wait_until("/readyz")
            time.sleep(IDLE_SECONDS)
            memory.append(server.memory_megabytes())
        finally:
            server.stop()
    return {
        "healthz_seconds": round(min(seconds[1:]), 2),
        "healthz_cpu_seconds": round(min(cpu[1:]), 2),
        "idle_megabytes": round(max(memory[1:]), 1),
    }
