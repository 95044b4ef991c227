"""`python -m bot simulate`: who chats with which account, and where the platform side listens."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from bot.adapters import alipay_keys
from bot.adapters.wire import BodyFormat
from bot.simulate import script
from bot.simulate.conversation import Conversation
from bot.simulate.opening import check_reachable, open_resident, send_media_checks
from bot.simulate.people import DEFAULT_USER
from bot.simulate.platform_api import PlatformSimulator, PortTaken
from bot.simulate.said import Fault, RefusedByServer, Unreachable
from bot.simulate.terminal import chat, typed_lines
from core import settings
from core.errors import ConfigError
from core.settings import Account, Settings
from core.values import Platform

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 4


def main(argv: list[str]) -> int:
    """Chat, or run a script. 0 done, 1 an expectation not met or a fault, 2 wrong usage, 4 no server there."""
    arguments = _parser().parse_args(argv)
    try:
        loaded = settings.load()
        account = _account(loaded, arguments.account)
        lines = script.read(arguments.script) if arguments.script else None
        return asyncio.run(_run(loaded, account, arguments, lines))
    except (ConfigError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return USAGE
    except Unreachable as error:
        print(f"nobody answers at {error}: start the server with `make run`, or name it with --url", file=sys.stderr)
        return UNREACHABLE
    except (script.ScriptFailed, Fault, RefusedByServer) as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot simulate", description="Chat as a resident of an account.")
    parser.add_argument("--account", required=True, metavar="NAME", help="an account of the settings, such as heping")
    parser.add_argument("--url", help="the server; by default http://127.0.0.1:PORT")
    parser.add_argument("--user", default=DEFAULT_USER, metavar="ID", help="any name, or an id of the platform")
    parser.add_argument("--script", type=Path, metavar="FILE", help="run the conversation in a file")
    parser.add_argument("--json", action="store_true", help="deliver to WeChat accounts in JSON instead of XML")
    return parser


def _account(loaded: Settings, name: str) -> Account:
    account = loaded.config.account(name)
    if account is None:
        names = ", ".join(one.name for one in loaded.config.accounts)
        raise ConfigError(f"--account: {name!r} is no account of the settings; there are: {names}")
    if account.platform in (Platform.ALIPAY, Platform.ALIPAY_MINI):
        expected = alipay_keys.public_base64(PlatformSimulator.sample_key().public_key())
        if alipay_keys.public_base64(alipay_keys.public_key(account.alipay_public_key)) != expected:
            raise ConfigError(
                f"--account: {name!r} has a key that is not the sample's; the simulator cannot sign for it"
            )
    return account


async def _run(
    loaded: Settings, account: Account, arguments: argparse.Namespace, lines: list[script.Line] | None
) -> int:
    url = (arguments.url or f"http://127.0.0.1:{loaded.port}").rstrip("/")
    async with aiohttp.ClientSession() as http, _platform(loaded) as platform:
        await check_reachable(url, http)
        if platform is not None:
            send_media_checks(platform, url, http)
        form = BodyFormat.JSON if arguments.json else BodyFormat.XML
        resident = await open_resident(
            account, url, http, user=arguments.user, platform=platform, form=form, observer=_observe
        )
        is_typed = lines is None and sys.stdin.isatty()
        conversation = Conversation(resident, name=loaded.config.service.name, listener=_show, echo=not is_typed)
        if lines is not None:
            await script.run(lines, conversation)
            return DONE
        print(f"{account.name} ({account.platform}) at {url}; /help lists the commands, /quit ends")
        await chat(conversation, typed_lines(), waits=not is_typed)
    return DONE


@asynccontextmanager
async def _platform(loaded: Settings) -> AsyncIterator[PlatformSimulator | None]:
    """The platform side, or None where another simulator plays it already."""
    async with AsyncExitStack() as stack:
        mine = PlatformSimulator(loaded.config, observer=_observe)
        platform: PlatformSimulator | None = None
        try:
            platform = await stack.enter_async_context(mine.started(loaded.sim_port))
        except PortTaken:
            print(
                f"port {loaded.sim_port} is in use, most likely by another simulator: what the service sends by itself"
                " is shown there, and photos cannot be sent from here",
                file=sys.stderr,
            )
        yield platform


def _show(line: str) -> None:
    print(line, flush=True)


def _observe(line: str) -> None:
    _show(f"[{line}]")
