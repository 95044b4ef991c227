"""The platforms' webhooks: WeChat and Alipay speak, the adapter verifies, the intake answers."""

from __future__ import annotations

import time
from collections.abc import Iterable

from aiohttp import web

from bot.http import SERVICE, body_of, unknown_account
from bot.inbox import Route
from bot.intake import PASSIVE_SECONDS


async def wechat_verify(request: web.Request) -> web.Response:
    """`GET /wechat/{account}`: the console asks whether we know the token."""
    adapter = request.app[SERVICE].wechat.get(request.match_info["account"])
    if adapter is None:
        raise unknown_account()
    echo = adapter.verify_get(request.query)
    if echo is None:
        raise web.HTTPForbidden
    return web.Response(text=echo, content_type="text/plain")


async def wechat(request: web.Request) -> web.Response:
    """`POST /wechat/{account}`: one message or event; the reply, or `success`."""
    started = time.monotonic()
    service = request.app[SERVICE]
    adapter = service.wechat.get(request.match_info["account"])
    if adapter is None:
        raise unknown_account()
    delivery = adapter.receive(request.query, await body_of(request))
    if delivery.inbound is None:
        rendered = adapter.render(delivery, None)
    else:
        taken = await service.intake.take(
            delivery.inbound,
            adapter.account,
            route=None if adapter.answers_passively else Route.OUTBOX,
            budget_seconds=PASSIVE_SECONDS - (time.monotonic() - started),
        )
        rendered = adapter.render(delivery, taken.reply)
    return web.Response(body=rendered.body, headers={"Content-Type": rendered.content_type})


async def alipay(request: web.Request) -> web.Response:
    """`POST /alipay/{account}`: a gateway message or a notification; always acknowledged, answered by the outbox."""
    service = request.app[SERVICE]
    adapter = service.alipay.get(request.match_info["account"])
    if adapter is None:
        raise unknown_account()
    delivery = adapter.receive(request.query, await body_of(request))
    if delivery.inbound is not None:
        await service.intake.take(delivery.inbound, adapter.account, route=Route.OUTBOX)
    rendered = adapter.render(delivery)
    return web.Response(body=rendered.body, headers={"Content-Type": rendered.content_type})


async def verify_file(request: web.Request) -> web.Response:
    """`/MP_verify_….txt` and its like, as the accounts say."""
    name = request.match_info["name"]
    for account in request.app[SERVICE].config.accounts:
        if name in account.verify_files:
            return web.Response(text=account.verify_files[name], content_type="text/plain")
    raise web.HTTPNotFound


def routes() -> Iterable[web.RouteDef]:
    return (
        web.get("/wechat/{account}", wechat_verify),
        web.post("/wechat/{account}", wechat),
        web.post("/alipay/{account}", alipay),
        web.get("/{name:[A-Za-z0-9_-]+\\.txt}", verify_file),
    )
