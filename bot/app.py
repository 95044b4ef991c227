"""The HTTP server: which paths there are, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Final

from aiohttp import web

from bot import gateway, media_links
from bot.api import leaderboard, openapi, operations, resident, things
from bot.api.admin.table import routes as admin_routes
from bot.grid import inbound
from bot.http import LARGEST_UPLOAD, SERVICE, errors
from bot.points_timers import PointsTimers
from bot.poster import Poster
from bot.sealing import Sealer
from bot.sender import Sender
from bot.service import Service
from bot.timers import Timers
from bot.trainer import Trainer
from bot.web import code_page, duty
from bot.web.pages import routes as page_routes
from core.stopping import cancelled

STOPPING_SECONDS: Final = 8.0


def build(service: Service, *, with_worker: bool = True) -> web.Application:
    """An application with everything that this process is to do."""
    app = web.Application(middlewares=[errors], client_max_size=LARGEST_UPLOAD)
    app[SERVICE] = service
    app.add_routes(
        [
            *operations.routes(),
            *resident.routes(),
            *things.routes(),
            *leaderboard.routes(),
            *admin_routes(),
            *openapi.routes(),
            *inbound.routes(),
            *media_links.routes(),
            *page_routes(),
            *duty.routes(),
            *code_page.routes(),
            *gateway.routes(),
        ]
    )
    app.on_shutdown.append(_stop_waiting)
    app.cleanup_ctx.append(_learning)
    if with_worker:
        app.cleanup_ctx.append(_worker)
    return app


async def _learning(app: web.Application) -> AsyncIterator[None]:
    """Whoever answers follows the version that serves and counts what was read."""
    service = app[SERVICE]
    task = asyncio.create_task(service.learning.run())
    yield
    service.wakeups.stop()
    await finish([task])


async def _worker(app: web.Application) -> AsyncIterator[None]:
    """The sender, the poster, the timers and the trainer run beside the server and stop with it."""
    service = app[SERVICE]
    tasks = [asyncio.create_task(work) for work in background(service)]
    service.worker_tasks.extend(tasks)
    yield
    service.wakeups.stop()
    await finish(tasks)
    service.worker_tasks.clear()


def background(service: Service) -> tuple[Coroutine[None, None, None], ...]:
    """What a process does that sends; as many processes as like may."""
    poster = Poster(service.database, service.vault, service.wakeups)
    points = PointsTimers(service.database, service.vault, service.wakeups)
    loops = (Sender(service), poster, Timers(service), points, Sealer(service), Trainer(service))
    return tuple(loop.run() for loop in loops)


async def finish(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Let loops that were told to stop end their round; one that takes too long is cancelled. Raises their faults."""
    await asyncio.wait(tasks, timeout=STOPPING_SECONDS)
    for task in tasks:
        await cancelled(task)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _stop_waiting(app: web.Application) -> None:
    """Pages that wait for news get their answer before connections are closed."""
    app[SERVICE].wakeups.stop()
