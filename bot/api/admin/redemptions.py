"""Codes that residents show: verified once, or taken back. A code stands in bodies only, never in an address."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Reason, page
from community.permissions import Permission
from core import clock
from core.values import RedemptionState
from points import redemption_views, redemptions
from points.redemption_views import Redemption

_PERMISSION: Final = Permission.REDEMPTIONS


class RedemptionQuery(InArea):
    state: RedemptionState | None = None


class Code(Input):
    code: Annotated[str, Field(min_length=1, max_length=20)]


class Voiding(Code):
    reason: Reason


async def listing(call: Call, query: RedemptionQuery) -> Json:
    found = await redemption_views.list_redemptions(
        call.db, area_codes=call.areas(query.area), state=query.state, after_id=query.cursor, limit=query.limit
    )
    return page([shown(one) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


async def verify(call: Call, said: Code) -> Json:
    done = await redemptions.verify(
        call.db, call.vault, code=said.code, worker_id=call.worker.id, area_codes=call.areas()
    )
    call.about(done.id, done.area_code)
    return shown(done)


async def void(call: Call, said: Voiding) -> Json:
    found = await redemption_views.find(call.db, call.vault, code=said.code, area_codes=call.areas())
    done = await redemptions.void(
        call.db, redemption_id=found.id, actor_id=call.worker.id, reason=said.reason
    )  # fmt: skip
    call.about(done.id, done.area_code)
    return shown(done)


def shown(one: Redemption) -> Json:
    """The JSON of a redemption, without its code."""
    return {
        "id": one.id,
        "area_code": one.area_code,
        "reward_id": one.reward_id,
        "reward_name": one.reward_name,
        "price_points": one.price_points,
        "state": one.state.value,
        "created_at": clock.iso(one.created_at),
        "expires_at": clock.iso(one.expires_at),
        "settled_at": clock.iso(one.settled_at) if one.settled_at else None,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/redemptions", listing, _PERMISSION, RedemptionQuery, shapes.Page[shapes.Redemption],
        "Redemptions, newest first", "redemptions list",
    ),
    Endpoint(
        "POST", "/redemptions/verify", verify, _PERMISSION, Code, shapes.Redemption,
        "Spend the points of a code, once", "redemptions verify",
    ),
    Endpoint(
        "POST", "/redemptions/void", void, _PERMISSION, Voiding, shapes.Redemption,
        "Take a redemption back", "redemptions void",
    ),
)  # fmt: skip
