"""From a request to an endpoint's handler and back: who calls, may they, what do they say, and the audit row."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.admin.endpoint import Call, Endpoint, Input
from bot.api.admin.reading import read
from bot.http import SERVICE, Handler, json_response
from bot.service import Service
from bot.wakeups import POSTER
from community import audit, workers
from community.permissions import NotYourTask, Worker
from core import logs
from core.db import new_id
from core.errors import Forbidden, Unauthenticated

KEY_HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 100


def serve(endpoint: Endpoint[Any]) -> Handler:
    """The aiohttp handler of an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        service = request.app[SERVICE]
        worker = await _authenticate(service, request)
        try:
            answer = await _answer(service, endpoint, worker, request)
        except Forbidden:
            await _note_refusal(service, endpoint, worker, request)
            raise
        if endpoint.method != "GET":
            await service.wakeups.nudge(endpoint.wakes)
            await service.wakeups.nudge(POSTER)
        response = json_response(answer, status=endpoint.status)
        response.headers["Cache-Control"] = "no-store"  # what is shown to a worker stays in no cache on the way
        return response

    return handle


async def _authenticate(service: Service, request: web.Request) -> Worker:
    """Whose bearer token this is. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    async with service.database.read() as db:
        worker = await workers.authenticate(db, service.vault, token=token.strip())
    if worker is None:
        raise Unauthenticated
    return worker


async def _answer(service: Service, endpoint: Endpoint[Any], worker: Worker, request: web.Request) -> Any:
    if endpoint.permission is not None and not worker.areas_for(endpoint.permission):
        raise NotYourTask
    said, photos = await read(request, endpoint, service.media)
    async with _session(service, endpoint) as db:
        call = Call(
            service=service,
            db=db,
            worker=worker,
            permission=endpoint.permission,
            path=request.match_info,
            key=_key(request, worker),
            photos=photos,
            subject=next(iter(request.match_info.values()), ""),
        )
        answer = await endpoint.handler(call, said)
        if endpoint.audited:
            await _note(
                db,
                service,
                worker,
                action=action_name(endpoint),
                subject=call.subject,
                area_code=call.area_code,
                said=said,
            )
    return answer


async def _note(
    db: AsyncSession,
    service: Service,
    worker: Worker,
    *,
    action: str,
    subject: str,
    area_code: str = "",
    said: Input | None = None,
) -> None:
    """The audit row. Of what was said only a commitment is kept; without an area it counts as the worker's own."""
    await audit.record(
        db,
        service.vault,
        worker_id=worker.id,
        action=action,
        subject=subject,
        area_code=area_code or worker.grants[0].area_code,
        detail="" if said is None else said.model_dump_json(),
        request_id=logs.correlation_id.get(),
    )


async def _note_refusal(service: Service, endpoint: Endpoint[Any], worker: Worker, request: web.Request) -> None:
    """Somebody tried what they may not: that is kept as well, in a transaction of its own."""
    subject = next(iter(request.match_info.values()), "")
    async with service.database.write() as db:
        await _note(db, service, worker, action=f"{action_name(endpoint)}.refused", subject=subject)


@asynccontextmanager
async def _session(service: Service, endpoint: Endpoint[Any]) -> AsyncIterator[AsyncSession]:
    async with service.database.write() if endpoint.audited else service.database.read() as db:
        yield db


def action_name(endpoint: Endpoint[Any]) -> str:
    """How the audit log names an endpoint: `issues.verify`, or its method and path where no command calls it."""
    return endpoint.command.replace(" ", ".") or f"{endpoint.method} {endpoint.path}"


def _key(request: web.Request, worker: Worker) -> str:
    given = request.headers.get(KEY_HEADER, "")[:LONGEST_KEY]
    return f"worker:{worker.id}:{given or new_id()}"
