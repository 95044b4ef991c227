"""`python -m bench.ledger`: the ledger beside TPC-B, in a crowd, in a district, and with a long history."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import uvloop

from bench.ledger import measures
from bench.servers import Postgres

RESULTS: Final = Path(__file__).parents[1] / "results" / "ledger.json"
ROUNDS: Final = 7
SQLITE_SECONDS: Final = 30.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sqlite-seconds", type=float, default=SQLITE_SECONDS)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    result = measure(rounds=arguments.rounds, sqlite_seconds=arguments.sqlite_seconds)
    arguments.output.parent.mkdir(exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def measure(*, rounds: int = ROUNDS, sqlite_seconds: float = SQLITE_SECONDS) -> dict[str, Any]:
    """Everything once; the medians of what is measured in rounds."""
    result: dict[str, Any] = {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "rounds": rounds,
    }

    def note(name: str, figures: object) -> None:
        result[name] = figures
        print(f"{name:24} {figures}", flush=True)

    with tempfile.TemporaryDirectory(prefix="hc-ledger-") as made, Postgres.started() as postgres:
        note("grants", grants(postgres, rounds))
        ratios = list(measures.redemption_rounds(postgres, rounds))
        note("one_reward_of_eight", {"median": round(median(ratios), 3), "each": [round(one, 3) for one in ratios]})
        note("sqlite", measures.together_on_sqlite(Path(made), sqlite_seconds))
        note("district", measures.district(postgres))
        note("history_postgresql", uvloop.run(measures.first_page(postgres.create("history"))))
        note("history_sqlite", uvloop.run(measures.first_page(f"sqlite+aiosqlite:///{made}/history.db")))
    return result


def grants(postgres: Postgres, rounds: int) -> dict[str, Any]:
    each = []
    for one in measures.grant_rounds(postgres, rounds):
        each.append(one)
        print(f"round {len(each)}  {one} ratio {one.ratio:.2f}", flush=True)
    return {
        "per_second": round(median(one.grants_per_second for one in each), 1),
        "tpcb_per_second": round(median(one.tpcb_per_second for one in each), 1),
        "ratio": round(median(one.ratio for one in each), 3),
        "ratios": [round(one.ratio, 3) for one in each],
        "cpu_ratio": round(median(one.cpu_ratio for one in each), 3),
        "cpu_ms": round(median(one.grant_cpu_ms for one in each), 3),
        "tpcb_cpu_ms": round(median(one.tpcb_cpu_ms for one in each), 3),
    }


if __name__ == "__main__":
    main()
