"""The resident's own things, read: reports, sign-ups, orders, registration, points, and what is on offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import qr, transcripts
from bot.api import own_points
from bot.api.paging import sliced
from bot.api.resident import who_of
from bot.http import SERVICE, json_response
from bot.media_links import photo_link
from bot.service import Service
from community import issues, members, orders, privacy, residents, volunteers
from community.residents import Who
from core import clock
from core.errors import Invalid, NotFound
from points import rewards
from points.models import Unit

MOST: Final = 100
USUAL: Final = 20
EXPORTED: Final = 2000
"""Lines of a conversation in an export; the inbox is kept for 30 days."""

Read = Callable[[Service, AsyncSession, Who, web.Request], Awaitable[Any]]


def _reading(read: Read) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A GET for the bearer's own data, in one read session."""

    async def handle(request: web.Request) -> web.Response:
        service, who = request.app[SERVICE], await who_of(request)
        async with service.database.read() as db:
            return json_response(_plain(await read(service, db, who, request)))

    return handle


def _plain(value: Any) -> Any:
    """JSON values; moments as ISO 8601 in Shanghai."""
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _limit(request: web.Request) -> int:
    given = request.query.get("limit", str(USUAL))
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= MOST:
        raise Invalid(fields={"limit": f"1..{MOST}"})
    return int(given)


def _page(items: list[Any], following: str | None = None) -> dict[str, Any]:
    return {"items": items, "next": following}


async def _area(db: AsyncSession, service: Service, who: Who) -> str | None:
    resident = await residents.get(db, resident_id=who.resident_id)
    return resident.area_code or service.conversations.account(who.account).area


async def list_issues(_service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    page = await issues.mine_page(
        db, resident_id=who.resident_id, cursor=request.query.get("cursor"), limit=_limit(request)
    )
    return _page(page.items, page.next)


async def show_issue(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    return await issues.view(
        db,
        service.vault,
        number=request.match_info["number"],
        viewer=issues.Actor.resident(who.resident_id),
        photo_url=lambda sha256: photo_link(service, sha256)[0],
    )


async def list_activities(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    area = await _area(db, service, who)
    coming = await volunteers.upcoming(db, area_code=area, now=clock.now(), limit=_limit(request))
    return _page([volunteers.show_activity(activity) for activity in coming])


async def list_signups(_service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    mine = await volunteers.my_signups(db, resident_id=who.resident_id, limit=_limit(request))
    served = await volunteers.hours(db, resident_id=who.resident_id)
    page = _page([volunteers.show_signup(signup, activity) for signup, activity in mine])
    return page | {"certified_minutes": served.minutes}


async def list_services(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    offered = await orders.available(db, area_code=await _area(db, service, who))
    names = ("id", "area_code", "kind", "title", "description", "price", "needs_address")
    return sliced(
        [{name: getattr(one, name) for name in names} for one in offered],
        limit=_limit(request),
        cursor=request.query.get("cursor"),
        key="id",
    )


async def list_orders(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    mine = await orders.my_orders(
        db, resident_id=who.resident_id, limit=_limit(request), after=request.query.get("cursor")
    )
    shown = [
        await orders.own_view(db, service.vault, number=order.number, resident_id=who.resident_id) for order in mine
    ]
    return _page(shown, mine[-1].number if len(mine) == _limit(request) else None)


async def show_registration(service: Service, db: AsyncSession, who: Who, _request: web.Request) -> Any:
    known = await members.status(db, resident_id=who.resident_id)
    if known is None:
        raise NotFound("registration_not_found")
    return await members.own_view(db, service.vault, registration_id=known.id, resident_id=who.resident_id)


async def show_points(service: Service, db: AsyncSession, who: Who, _request: web.Request) -> Any:
    area = await _area(db, service, who) or ""
    return await own_points.overview(db, area_code=area, resident_id=who.resident_id)


async def list_entries(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    cursor = request.query.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise Invalid(fields={"cursor": "number"})
    return await own_points.statement(
        db,
        area_code=await _area(db, service, who) or "",
        resident_id=who.resident_id,
        unit=request.query.get("unit", Unit.POINT.value),
        month=request.query.get("month"),
        before_seq=int(cursor) if cursor else None,
        limit=_limit(request),
    )


async def list_rewards(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    offered = await rewards.list_rewards(db, area_code=await _area(db, service, who) or "", now=clock.now())
    return sliced(
        [await own_points.reward(db, one) for one in offered],
        limit=_limit(request),
        cursor=request.query.get("cursor"),
        key="id",
    )


async def list_redemptions(service: Service, db: AsyncSession, who: Who, request: web.Request) -> Any:
    limit = _limit(request)
    mine = await own_points.redeemed(
        db, service.vault, resident_id=who.resident_id, after_id=request.query.get("cursor"), limit=limit
    )
    return _page(mine, mine[-1]["id"] if len(mine) == limit else None)


async def show_code(request: web.Request) -> web.Response:
    """`GET /redemptions/{id}/qr`: one's own code as a picture, by the bearer alone; nobody keeps a copy on the way."""
    service, who = request.app[SERVICE], await who_of(request)
    async with service.database.read() as db:
        drawn = await qr.of_redemption(
            db, service.vault, redemption_id=request.match_info["id"], resident_id=who.resident_id
        )
    return web.Response(body=drawn, content_type="image/png", headers={"Cache-Control": "no-store"})


async def show_me(service: Service, db: AsyncSession, who: Who, _request: web.Request) -> Any:
    shown = await privacy.show(db, service.vault, resident_id=who.resident_id)
    return shown | {"verified": who.verified}


async def export_me(service: Service, db: AsyncSession, who: Who, _request: web.Request) -> Any:
    exported = await privacy.export(db, service.vault, resident_id=who.resident_id)
    conversations = [
        {
            "account": identity.account,
            "lines": await transcripts.history(db, service.vault, identity_id=identity.identity_id, limit=EXPORTED),
        }
        for identity in await residents.identities(db, service.vault, resident_id=who.resident_id)
    ]
    return exported | {"conversations": conversations}


async def delete_me(request: web.Request) -> web.Response:
    """`DELETE /me`: erased within a minute, or as soon as open cases are closed; 202 says that it will be."""
    service, who = request.app[SERVICE], await who_of(request)
    async with service.database.write() as db:
        cases = await privacy.open_cases(db, service.vault, resident_id=who.resident_id)
        await privacy.request_erasure(db, resident_id=who.resident_id)
    return json_response({"open_cases": cases}, status=202)


def routes() -> Iterable[web.RouteDef]:
    return (
        web.get("/api/v1/issues", _reading(list_issues)),
        web.get("/api/v1/issues/{number}", _reading(show_issue)),
        web.get("/api/v1/activities", _reading(list_activities)),
        web.get("/api/v1/signups", _reading(list_signups)),
        web.get("/api/v1/services", _reading(list_services)),
        web.get("/api/v1/orders", _reading(list_orders)),
        web.get("/api/v1/registration", _reading(show_registration)),
        web.get("/api/v1/points", _reading(show_points)),
        web.get("/api/v1/points/entries", _reading(list_entries)),
        web.get("/api/v1/rewards", _reading(list_rewards)),
        web.get("/api/v1/redemptions", _reading(list_redemptions)),
        web.get("/api/v1/redemptions/{id}/qr", show_code),
        web.get("/api/v1/me", _reading(show_me)),
        web.get("/api/v1/me/export", _reading(export_me)),
        web.delete("/api/v1/me", delete_me),
    )
