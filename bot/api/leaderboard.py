"""The community's list of volunteers: seen by residents who are known, joined by who agrees, left at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import moderation
from bot.adapters.moderation import Suggestion
from bot.api.resident import who_of
from bot.http import SERVICE, body_of, json_response
from bot.service import Service
from community import consents, leaderboard, nicknames, residents
from community.consents import Purpose, Wording
from community.nicknames import NicknameRefused
from community.residents import Who
from core import clock
from core.errors import DeliveryError, Forbidden, Invalid, NotFound, Refused, Unavailable
from handlers import texts, texts_me, texts_points
from points import months

PATH: Final = "/api/v1/leaderboard"


class Place(BaseModel):
    """Residents with as many minutes share a rank: 1, 1, 3. Whose last service was certified earlier stands before."""

    rank: int
    nickname: str
    minutes: int
    is_mine: bool


class Agreement(BaseModel):
    """What a resident agrees to by joining, with the version to send along."""

    version: str
    text: str


class Leaderboard(BaseModel):
    """The first fifty by minutes of service certified in a month of Shanghai, and one's own place wherever it is.

    `nickname` is one's own, null for who is not on the list. Who is not known yet sees nobody.
    """

    area_code: str
    month: str
    items: list[Place]
    mine: Place | None
    nickname: str | None
    consent: Agreement


class Month(BaseModel):
    """`2026-11`; by default this one."""

    month: Annotated[str, Field(max_length=7)] | None = None


class Joining(BaseModel):
    """`consent` is the version of what was agreed to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nickname: Annotated[str, Field(max_length=100)]
    consent: Annotated[str, Field(max_length=20)]


async def show(request: web.Request) -> web.Response:
    """`GET /api/v1/leaderboard?month=`."""
    service, who = request.app[SERVICE], await who_of(request)
    async with service.database.read() as db:
        return json_response(await _shown(service, db, who, request.query.get("month")))


async def join(request: web.Request) -> web.Response:
    """`POST /api/v1/leaderboard {nickname, consent}`: on the list from now on, or under another name."""
    service, who = request.app[SERVICE], _known(await who_of(request))
    said = await _read(request)
    if said.consent != texts.CONSENT_VERSION:
        raise Refused("consent_outdated")
    nicknames.checked(said.nickname)  # before a platform is asked about it
    await _moderate(service, who, said.nickname)
    async with service.database.write() as db:
        area_code = await _area(service, db, who)
        await leaderboard.join(
            db,
            service.vault,
            resident_id=who.resident_id,
            area_code=area_code,
            nickname=said.nickname,
            wording=Wording(texts.CONSENT_VERSION, texts_points.LEADERBOARD_CONSENT, who.account),
        )
        return json_response(await _shown(service, db, who))


async def leave(request: web.Request) -> web.Response:
    """`DELETE /api/v1/leaderboard`: off every list at once; again it changes nothing."""
    service, who = request.app[SERVICE], await who_of(request)
    async with service.database.write() as db:
        if await leaderboard.leave(db, resident_id=who.resident_id):
            await consents.withdraw(
                db,
                resident_id=who.resident_id,
                purpose=Purpose.LEADERBOARD,
                wording=Wording(texts.CONSENT_VERSION, texts_me.CONSENT_SURE[Purpose.LEADERBOARD], who.account),
            )
        return json_response(await _shown(service, db, who))


async def _read(request: web.Request) -> Joining:
    """Raises Invalid, which names the fields and never what was in them."""
    try:
        return Joining.model_validate_json(await body_of(request))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise Invalid(fields={".".join(map(str, one["loc"])) or "body": one["type"] for one in faults}) from None


def _known(who: Who) -> Who:
    """Whom a platform vouches for. Raises Forbidden."""
    if not who.verified:
        raise Forbidden("identity_needed")
    return who


async def _moderate(service: Service, who: Who, nickname: str) -> None:
    """Ask the platform where the account says so; what it doubts is not shown. Raises NicknameRefused, Unavailable."""
    account = service.conversations.account(who.account)
    if account.moderation != "platform":
        return
    try:
        verdict = await moderation.asked(service.apis.get(account.name), who, nickname)
    except DeliveryError:
        raise Unavailable from None
    if verdict.suggestion is not Suggestion.CLEAN:
        raise NicknameRefused(why="platform")


async def _area(service: Service, db: AsyncSession, who: Who) -> str:
    """Where the resident lives. Raises NotFound for who never said so."""
    home = (await residents.home(db, resident_id=who.resident_id)).area_code
    found = home or service.conversations.account(who.account).area
    if found is None:
        raise NotFound("area_not_found")
    return found


async def _shown(service: Service, db: AsyncSession, who: Who, month: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "area_code": "",
        "month": month or months.name_of(clock.now()),
        "items": [],
        "mine": None,
        "nickname": None,
        "consent": {"version": texts.CONSENT_VERSION, "text": texts_points.LEADERBOARD_CONSENT},
    }
    if not who.verified:
        months.month(answer["month"])
        return answer
    area_code = await _area(service, db, who)
    found = await leaderboard.board(
        db, service.vault, area_code=area_code, month=answer["month"], resident_id=who.resident_id
    )
    mine = await leaderboard.nickname_of(db, service.vault, resident_id=who.resident_id, area_code=area_code)
    return answer | {
        "area_code": area_code,
        "items": [asdict(place) for place in found.items],
        "mine": None if found.mine is None else asdict(found.mine),
        "nickname": mine,
    }


def routes() -> Iterable[web.RouteDef]:
    return (web.get(PATH, show), web.post(PATH, join), web.delete(PATH, leave))
