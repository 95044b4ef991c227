"""`python -m nlp understand [--now ISO]`: one message a line on stdin, one JSON object a line on stdout."""

from __future__ import annotations

import argparse
import io
import json
import sys
from datetime import datetime

from core import clock
from nlp.pipeline import understand


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nlp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    reading = commands.add_parser("understand", help="read messages from stdin, print their meaning as JSON lines")
    reading.add_argument("--now", type=_moment, help="ISO 8601; without offset it is Shanghai time")
    chosen = parser.parse_args(arguments)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    for line in sys.stdin:
        seen = understand(line.rstrip("\r\n"), now=chosen.now or clock.now())
        print(json.dumps(seen.to_json(), ensure_ascii=False), flush=True)


def _moment(text: str) -> datetime:
    try:
        return clock.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a time in ISO 8601: {text}") from error


if __name__ == "__main__":
    main()
