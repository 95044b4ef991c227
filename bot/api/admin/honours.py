"""Tiers of volunteers, for who certifies them: one resident at a time, never a ranking."""

from __future__ import annotations

from typing import Final

from bot.api.admin import points_answers
from bot.api.admin.endpoint import AreaPrefix, Call, Endpoint, Input, Json
from bot.api.admin.points import area_of, resident_of
from community import honours
from community.permissions import Permission
from core import clock
from points.honours import Standing


class HonoursQuery(Input):
    """`area` is the community's code; without it the resident's own community."""

    area: AreaPrefix = ""


async def show(call: Call, query: HonoursQuery) -> Json:
    resident = await resident_of(call)
    area_code = await area_of(call, resident, query.area)
    call.subject = resident.ref
    found = await honours.standing(call.db, resident_id=resident.id, area_code=area_code)
    return {"ref": resident.ref, "area_code": area_code, **shown(found)}


def shown(found: Standing) -> Json:
    """For either API."""
    return {
        "minutes": found.minutes,
        "points": found.points,
        "tier": found.tier and found.tier.model_dump(),
        "following": found.following and found.following.model_dump(),
        "missing_minutes": found.missing_minutes,
        "missing_points": found.missing_points,
        "reached": [
            {"tier": one.tier.model_dump(), "version": one.version, "reached_at": clock.iso(one.reached_at)}
            for one in found.reached
        ],
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/{ref}/honours", show, Permission.POINTS, HonoursQuery, points_answers.Honours,
        "A volunteer's tier and what is missing to the next", "points honours", personal=True,
    ),
)  # fmt: skip
