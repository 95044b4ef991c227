"""The server's commands, one function each."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from aiohttp import web

from bot import app, backups, doctor, keys, menus, migrate, seed
from bot.service import Service
from community import workers
from core import logs
from core.db import Database
from core.errors import ConfigError, DeliveryError
from core.settings import Settings
from core.values import Role

STOP_SECONDS: Final = 25.0

log = logs.get(__name__)


async def serve(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Migrate and seed an embedded database, then web and sender together."""
    return await _run(settings, with_worker=True)


async def web_only(settings: Settings, _arguments: argparse.Namespace) -> int:
    return await _run(settings, with_worker=False)


async def worker_only(settings: Settings, _arguments: argparse.Namespace) -> int:
    """The sender, the timers and the trainer; no port is opened."""
    service = await Service.open(settings)
    service.seeded.set()
    stopped = _stop_signal()
    tasks = [asyncio.create_task(work) for work in (*app.background(service), service.learning.run())]
    try:
        await asyncio.wait([*tasks, asyncio.create_task(_until(stopped))], return_when=asyncio.FIRST_COMPLETED)
        service.wakeups.stop()
        await app.finish(tasks)  # a fault of the work itself is raised here and ends the process
    finally:
        await asyncio.wait_for(service.close(), STOP_SECONDS)
    return 0


async def _until(stopped: asyncio.Event) -> None:
    await stopped.wait()


def _stop_signal() -> asyncio.Event:
    """Set by SIGINT and SIGTERM."""
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped


async def _run(settings: Settings, *, with_worker: bool) -> int:
    if settings.embedded:
        await migrate.migrate(settings.database_url)
    service = await Service.open(settings)
    runner = web.AppRunner(app.build(service, with_worker=with_worker), access_log=None, shutdown_timeout=5.0)
    stopped = _stop_signal()
    try:
        await runner.setup()
        await _listen(runner, settings)
        seeding = asyncio.create_task(_seed(service))
        await stopped.wait()
        service.wakeups.stop()
        await app.finish([seeding])
    finally:
        await runner.cleanup()
        await asyncio.wait_for(service.close(), STOP_SECONDS)
    return 0


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise ConfigError(f"environment: PORT: {settings.port} cannot be listened on ({error.strerror})") from None


async def _seed(service: Service) -> None:
    """An embedded, empty database gets the sample community; the addresses are printed when all is ready."""
    if service.settings.embedded:
        if seed.is_broken(service.settings):
            log.warning("sample_incomplete", remedy=f"stop, remove {service.settings.var}, start again")
        try:
            await seed.load_if_empty(service)
        except Exception as error:  # the server lives on without the sample; /readyz says so
            log.exception("seed_failed", error=type(error).__name__)
            return
        sys.stdout.write(seed.addresses(service.settings))
        sys.stdout.flush()
    await service.conversations.learn_places()
    service.seeded.set()


async def run_migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    await migrate.migrate(settings.database_url)
    return 0


async def run_seed(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Load the sample community; refuses a database that is not empty."""
    await migrate.migrate(settings.database_url)
    service = await Service.open(settings)
    try:
        await seed.load(service)
    finally:
        await service.close()
    return 0


async def run_init(settings: Settings, _arguments: argparse.Namespace) -> int:
    """The first administrator; the token is shown this once."""
    await migrate.migrate(settings.database_url)
    service = await Service.open(settings)
    try:
        async with service.database.write() as db:
            made = await workers.create_first(db, service.vault, role=Role.ADMIN)
    finally:
        await service.close()
    sys.stdout.write(f"{made}\n")
    return 0


async def run_doctor(settings: Settings, _arguments: argparse.Namespace) -> int:
    """A line for each check; 1 when one failed."""
    faults = 0
    async for finding in doctor.examine(settings):
        faults += not finding.is_good
        sys.stdout.write(f"{finding}\n")
    return 1 if faults else 0


async def run_backup(settings: Settings, arguments: argparse.Namespace) -> int:
    await backups.write(settings, arguments.file)
    return 0


async def run_restore(settings: Settings, arguments: argparse.Namespace) -> int:
    await migrate.migrate(settings.database_url)
    await backups.read(settings, arguments.file)
    return 0


async def run_rotate_keys(settings: Settings, _arguments: argparse.Namespace) -> int:
    database = Database(settings.database_url)
    try:
        count = await keys.rotate(database, settings)
    finally:
        await database.close()
    sys.stdout.write(f"{count} data keys wrapped anew\n")
    return 0


async def run_menus(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Give each WeChat account its menu."""
    try:
        async for name in menus.push(settings):
            sys.stdout.write(f"{name}: menu set\n")
    except DeliveryError as error:
        sys.stderr.write(f"{error.reason}\n")
        return 1
    return 0


COMMANDS: Final[Mapping[str, Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]]] = {
    "serve": serve,
    "web": web_only,
    "worker": worker_only,
    "migrate": run_migrate,
    "seed": run_seed,
    "init": run_init,
    "doctor": run_doctor,
    "backup": run_backup,
    "restore": run_restore,
    "rotate-keys": run_rotate_keys,
    "menus": run_menus,
}
