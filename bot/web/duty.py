"""`/duty/ack`: a duty officer opens the signed link of a page and answers for it by pressing its button."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

from aiohttp import web

from bot import alerts
from bot.http import SERVICE, body_of
from bot.web.pages import ACK_PATH, ack_page, short_page
from community import duty
from community.duty import DutyPage, PageNotFound

MAX_BODY_BYTES = 4096
BY_LINK = "link"


async def show(request: web.Request) -> web.Response:
    """Shows the page and its button; nothing is acknowledged yet."""
    page_id, token = request.query.get("page", ""), request.query.get("token", "")
    found = await _signed(request, page_id, token)
    if found is None:
        return _invalid()
    if found.acked_at is not None:
        return _already()
    return ack_page(page_id=page_id, token=token, text=_text(found))


async def acknowledge(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    try:
        form = parse_qs((await body_of(request, MAX_BODY_BYTES)).decode())
    except UnicodeDecodeError:
        return _invalid()
    page_id, token = form.get("page", [""])[0], form.get("token", [""])[0]
    if await _signed(request, page_id, token) is None:
        return _invalid()
    async with service.database.write() as db:
        is_first = await duty.acknowledge(db, service.vault, page_id=page_id, by=BY_LINK)
    if not is_first:
        return _already()
    return short_page("已确认收到", "已告诉居民值班人员收到了。请立即核实并联系现场。")


async def _signed(request: web.Request, page_id: str, token: str) -> DutyPage | None:
    """The page that a valid link names."""
    service = request.app[SERVICE]
    if not alerts.check_ack_token(service.vault, page_id, token):
        return None
    async with service.database.read() as db:
        try:
            return await duty.get(db, page_id=page_id)
        except PageNotFound:
            return None


def _text(page: DutyPage) -> str:
    kind = alerts.emergency_name(page.emergency)
    return f"{kind}\n工单 {page.issue_number}\n请确认收到，并立即核实、联系现场。"


def _already() -> web.Response:
    return short_page("已有人确认", "这条值班通知已经有人确认收到。")


def _invalid() -> web.Response:
    return short_page("链接无效", "链接不完整或已过期。请用 hc duty list 查看值班通知。", status=403)


def routes() -> Iterable[web.RouteDef]:
    return (web.get(ACK_PATH, show), web.post(ACK_PATH, acknowledge))
