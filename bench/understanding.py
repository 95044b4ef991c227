"""`python -m bench.understanding`: how quickly one core understands messages, beside how quickly jieba only cuts them.

Both read the same sentences in turns; of each sentence the quickest of several readings counts, because machines have
moods. What it takes until the first answer, in seconds and memory, is measured in processes of its own.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from statistics import median, quantiles
from typing import Any, Final

from core.settings import ROOT
from nlp import understand

SENTENCES: Final = ROOT / "tests" / "nlp" / "unseen.jsonl"
ROUNDS: Final = 9
STARTS: Final = 5
NOW: Final = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
# Imports, models and one answer; prints the seconds, and the megabytes that came to those of Python alone.
_START: Final = """
import time
begin = time.perf_counter()
def resident():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024
bare = resident()
from datetime import datetime, UTC
from nlp import understand
understand("3栋2单元楼道灯坏了，明天能来修吗", now=datetime(2026, 11, 21, 2, 0, tzinfo=UTC))
print(time.perf_counter() - begin, resident() - bare)
"""


def measure() -> dict[str, float]:
    """Milliseconds a message, messages a second of one core, how many times as long as jieba, and the start."""
    texts = [json.loads(line)["text"] for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    ours, cutting = _in_turns(texts, partial(understand, now=NOW), _tokenizer().lcut)
    percentiles = quantiles(ours, n=100)
    seconds, megabytes = zip(*(_start() for _ in range(STARTS)), strict=True)
    return {
        "p50_milliseconds": round(percentiles[49] * 1000, 3),
        "p99_milliseconds": round(percentiles[98] * 1000, 3),
        "messages_per_second": round(len(ours) / sum(ours)),
        "times_jieba": round(sum(ours) / sum(cutting), 2),
        "ready_seconds": round(min(seconds), 2),
        "more_megabytes": round(median(megabytes), 1),
    }


def _in_turns(texts: list[str], *readers: Callable[[str], object]) -> list[list[float]]:
    """For each reader the seconds of each text, the least of all rounds."""
    least = [[float("inf")] * len(texts) for _ in readers]
    for _ in range(ROUNDS):
        for best, read in zip(least, readers, strict=True):
            for at, text in enumerate(texts):
                begin = time.perf_counter()
                read(text)
                best[at] = min(best[at], time.perf_counter() - begin)
    return least


def _tokenizer() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has escapes and imports that newer Pythons warn of
        import jieba  # noqa: PLC0415 - only under that filter
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory(prefix="hc-bench-") as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    return tokenizer


def _start() -> tuple[float, float]:
    ran = subprocess.run([sys.executable, "-c", _START], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, megabytes = ran.stdout.split()
    return float(seconds), float(megabytes)


if __name__ == "__main__":
    print(measure())
