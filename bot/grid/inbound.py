"""`POST /grid/v1/{connector}/updates`: what a grid system tells us, checked in the order of CONTRACT 6."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.grid import nonces, signing, updates
from bot.http import SERVICE, body_of, json_response
from bot.service import Service
from community import issues
from community.issues import history, update_store
from core import clock
from core.errors import NotFound, Unauthenticated
from core.settings import GridConnector

MAX_BYTES = 64 * 1024


async def receive(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    connector = _connector(service, request.match_info["connector"])
    body = await body_of(request, MAX_BYTES)
    nonce = signing.verify(
        connector,
        method=request.method,
        path_qs=request.raw_path,
        headers=request.headers,
        body=body,
        now=clock.now(),
    )
    async with service.database.write() as db:
        applied = await _apply(service, db, connector, body, nonce)
    if applied is issues.Outcome.DUPLICATE:
        return json_response({"code": 0, "duplicate": True})
    status = 202 if applied is issues.Outcome.PARKED else 200
    return json_response({"code": 0}, status=status)


async def _apply(
    service: Service, db: AsyncSession, connector: GridConnector, body: bytes, nonce: str
) -> issues.Outcome:
    """Known update, then nonce, then unknown event, then unreadable: each in one transaction with the effect."""
    peeked = updates.peek(body)
    if peeked.update_id and await update_store.is_known(
        db, connector=connector.name, update_id=peeked.update_id, body_hash=peeked.body_hash
    ):
        return issues.Outcome.DUPLICATE
    if not await nonces.keep(db, connector=connector.name, nonce=nonce):
        raise Unauthenticated("nonce_used")
    if peeked.event_no:
        await history.find(db, number=peeked.event_no)
    update = updates.read_update(body)
    applied = await issues.apply_update(
        db,
        service.vault,
        service.config,
        connector=connector.name,
        update=issues.GridUpdate(
            update_id=update.update_id,
            body_hash=peeked.body_hash,
            event_no=update.event_no,
            external_no=update.external_no,
            round=update.round,
            status=update.status,
            occurred_at=update.occurred_at,
            text=update.text,
            photos=tuple(update.photos),
            org=update.handler.org if update.handler else "",
            handler_name=update.handler.name if update.handler else "",
            reason=update.reason,
            deadline_at=update.deadline_at,
        ),
    )
    return applied.kind


def _connector(service: Service, name: str) -> GridConnector:
    for connector in service.config.grid:
        if connector.name == name and connector.kind == "signed_json":
            return connector
    raise NotFound("unknown_connector")


def routes() -> Iterable[web.RouteDef]:
    return (web.post("/grid/v1/{connector}/updates", receive),)
