"""Understanding from the command line: read messages, explain readings, train, evaluate, benchmark, check."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from core import clock
from nlp import benchmark, corpus, evaluation, examples
from nlp.corpus import BrokenCorpus
from nlp.curve import learning_curve
from nlp.evaluation import BrokenData
from nlp.explaining import explain
from nlp.learning import learn
from nlp.linear import BrokenModel
from nlp.models import Models, shipped
from nlp.pipeline import understand


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code: 2 where a file cannot be used."""
    chosen = _parser().parse_args(arguments)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except (BrokenCorpus, BrokenData, BrokenModel, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reading = commands.add_parser("understand", help="read messages from stdin, print their meaning as JSON lines")
    reading.add_argument("--now", type=_moment, help="ISO 8601; without offset it is Shanghai time")
    reading.add_argument("--models", type=Path, help="a folder that `train` wrote; the shipped models else")
    explaining = commands.add_parser("explain", help="say why a message is read as it is")
    explaining.add_argument("text")
    explaining.add_argument("--models", type=Path)
    training = commands.add_parser("train", help="train the models and their gate from labelled sentences")
    training.add_argument("--data", type=Path, required=True, help="a CSV of sentences, or a folder of such")
    training.add_argument("--out", type=Path, required=True, help="the folder for the models")
    training.add_argument(
        "--gate", type=Path, nargs="+", default=[], help="JSON lines, apart from the sentences, for the threshold"
    )
    judging = commands.add_parser("evaluate", help="judge the readings of labelled messages, print a report as JSON")
    judging.add_argument("--data", type=Path, required=True, help="JSON lines")
    judging.add_argument("--models", type=Path)
    judging.add_argument("--learning-curve", action="store_true", help="train on parts of the sentences as well")
    judging.add_argument("--sentences", type=Path, default=corpus.FOLDER, help="for the learning curve")
    measuring = commands.add_parser("benchmark", help="train and measure the category model on any labelled texts")
    measuring.add_argument("--train", type=Path, required=True, help="a CSV with the columns text and label")
    measuring.add_argument("--test", type=Path, required=True)
    checking = commands.add_parser("check", help="validate labelled sentences; balance and near-duplicates as JSON")
    checking.add_argument("--data", type=Path, default=corpus.FOLDER, help="a CSV or a folder")
    for command, run in (
        (reading, _understand), (explaining, _explain), (training, _train),
        (judging, _evaluate), (measuring, _benchmark), (checking, _check),
    ):  # fmt: skip
        command.set_defaults(run=run)
    return parser


def _moment(text: str) -> datetime:
    try:
        return clock.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a time in ISO 8601: {text}") from error


def _models(chosen: argparse.Namespace) -> Models:
    return Models.load(chosen.models) if chosen.models else shipped()


def _understand(chosen: argparse.Namespace) -> int:
    models = _models(chosen)
    for line in sys.stdin:
        seen = understand(line.rstrip("\r\n"), now=chosen.now or clock.now(), models=models)
        print(json.dumps(seen.to_json(), ensure_ascii=False), flush=True)
    return 0


def _explain(chosen: argparse.Namespace) -> int:
    for line in explain(chosen.text, _models(chosen)):
        print(line)
    return 0


def _train(chosen: argparse.Namespace) -> int:
    learnt = learn(corpus.read_all(chosen.data), [item for path in chosen.gate for item in evaluation.read(path)])
    learnt.models.save(chosen.out)
    _print({"unseen": {name: seen.accuracy() for name, seen in learnt.unseen.items()},
            "thresholds": [asdict(point) for point in learnt.curve], "gate": learnt.models.gate.to_json()})  # fmt: skip
    return 0


def _evaluate(chosen: argparse.Namespace) -> int:
    models, now = _models(chosen), clock.now()
    report = evaluation.evaluate(evaluation.read(chosen.data), lambda text: understand(text, now=now, models=models))
    if chosen.learning_curve:
        report["learning_curve"] = learning_curve(examples.read(corpus.read_all(chosen.sentences)))
    _print(report)
    return 0


def _benchmark(chosen: argparse.Namespace) -> int:
    _print(benchmark.benchmark(benchmark.read(chosen.train), benchmark.read(chosen.test)))
    return 0


def _check(chosen: argparse.Namespace) -> int:
    """1 where sentences say the same."""
    report = corpus.report(corpus.read_all(chosen.data))
    _print(report)
    return 1 if report["near_duplicates"] else 0


def _print(report: dict[str, Any]) -> None:
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    sys.exit(main())
