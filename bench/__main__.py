"""`python -m bench`: what the service manages beside what the database and the webhook alone would.

Rounds are interleaved and the median of each figure counts, because machines have moods; the ratios are the result.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from bench import measures, servers, understanding
from bench.ledger import __main__ as ledger
from bench.measures import Figures

RESULTS: Final = Path(__file__).parent / "results" / "latest.json"
CONNECTIONS: Final = (16, 64)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    rounds: dict[str, list[Figures]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="hc-bench-") as made, servers.Postgres.started() as postgres:
        for number in range(arguments.rounds):
            for name, figures in measures.one_round(Path(made), postgres, CONNECTIONS, number):
                rounds[name].append(figures)
                print(f"round {number + 1}  {name:24} {figures}", flush=True)
        start = measures.start(Path(made) / "start")
    result = summary(rounds, start) | {"understanding": understanding.measure(), "ledger": ledger.measure()}
    arguments.output.parent.mkdir(exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(result))


def summary(rounds: dict[str, list[Figures]], start: dict[str, float]) -> dict[str, object]:
    """Medians over the rounds, and of the ratios within each round."""
    pgbench, prepared, echo = rounds["pgbench 16"], rounds["pgbench prepared 16"], rounds["echo 16"]
    figures = {}
    for name, each in rounds.items():
        figures[name] = {
            "messages_per_second": round(median(f.messages_per_second for f in each), 1),
            "messages_per_cpu_second": round(median(f.messages_per_cpu_second for f in each), 1),
            "p99_milliseconds": round(median(f.p99_milliseconds for f in each), 1),
            "late": sum(f.late for f in each),
            "of_pgbench": _ratio(each, pgbench),
            "of_prepared": _ratio(each, prepared),
            "of_echo": _ratio(each, echo),
        }
    return {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "rounds": len(pgbench),
        "figures": figures,
        "start": start,
    }


def _ratio(each: list[Figures], yardstick: list[Figures]) -> float:
    pairs = zip(each, yardstick, strict=True)
    return round(median(one.messages_per_second / other.messages_per_second for one, other in pairs), 3)


def table(result: dict[str, object]) -> str:
    figures = result["figures"]
    assert isinstance(figures, dict)
    lines = [
        "",
        f"{'':24}{'msg/s':>9}{'msg/CPU s':>11}{'p99 ms':>9}{'of pgbench':>12}{'of prepared':>13}{'of echo':>9}",
    ]
    for name, one in figures.items():
        lines.append(
            f"{name:24}{one['messages_per_second']:9}{one['messages_per_cpu_second']:11}"
            f"{one['p99_milliseconds']:9}{one['of_pgbench']:12}{one['of_prepared']:13}{one['of_echo']:9}"
        )
    return "\n".join([*lines, "", f"start: {result['start']}", f"understanding: {result['understanding']}"])


if __name__ == "__main__":
    main()
