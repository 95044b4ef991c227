"""`python -m bot COMMAND`: the server and what is done on its machine."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Final

import uvloop

from core import garbage, logs, settings
from core.errors import AppError, ConfigError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands_ = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in _HELP.items():
        sub = commands_.add_parser(name, help=text, description=text)
        if name in ("backup", "restore"):
            sub.add_argument("file", type=Path)
    return parser


_HELP: Final = {
    "serve": "web and sender in one process",
    "web": "the web server alone",
    "worker": "the sender and the timers alone",
    "migrate": "bring the database to the newest migration",
    "seed": "load the sample community into an empty database",
    "init": "make the first administrator and print their token once",
    "doctor": "check settings, database, Redis, duty channel, credentials and connectors",
    "backup": "write database and media into one file",
    "restore": "read them back into an empty database",
    "rotate-keys": "wrap every data key under the current root key",
    "menus": "give each WeChat account the menu of its settings",
    "simulate": "chat from a terminal as a resident; see `simulate --help`",
}


def main(argv: list[str]) -> int:
    """Run one command; its exit code."""
    if argv[:1] == ["simulate"]:
        from bot.simulate import main as simulate  # noqa: PLC0415  the server does not need its client side

        return simulate(argv[1:])
    arguments = _parser().parse_args(argv)
    # To look for garbage while everything is loaded takes a third of the start.
    gc.disable()
    from bot import commands  # noqa: PLC0415  the server's parts are loaded only where they run

    garbage.leave_what_is_loaded()
    try:
        loaded = settings.load()
        logs.configure(loaded.log_format, loaded.log_level)
        return uvloop.run(commands.COMMANDS[arguments.command](loaded, arguments))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except AppError as error:
        print(f"{error.code} {dict(error.facts) or ''}".strip(), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
