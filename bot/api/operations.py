"""Whether the server lives and is ready, and its figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.http import SERVICE, json_response


async def healthz(_request: web.Request) -> web.Response:
    return json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """200 when the database answers and the sample community, if any, is loaded; else 503 with what is missing."""
    service = request.app[SERVICE]
    faults = []
    try:
        await service.database.ping()
    except (SQLAlchemyError, OSError):
        faults.append("database")
    if not service.seeded.is_set():
        faults.append("seed")
    if not service.sender_runs():
        faults.append("sender")
    body = {"status": "ready" if not faults else "not ready", "waiting_for": faults}
    return json_response(body, status=503 if faults else 200)


async def show_metrics(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    text = await metrics.render(service.database)
    return web.Response(body=text, headers={"Content-Type": metrics.CONTENT_TYPE})


def routes() -> Iterable[web.RouteDef]:
    return (web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", show_metrics))
