"""Codes that residents show: approved, verified once, handed out, or taken back. A code stands in bodies only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin.endpoint import Because, Call, Endpoint, InArea, Input, Json, Nothing, Reason, page
from community import counter, exchanges, workers
from community.permissions import Permission
from core import clock
from core.values import RedemptionState
from handlers import texts_points
from points import redemption_views
from points.errors import AlreadyHandedOut, CodeAlreadyVerified
from points.redemption_views import Redemption

_MOMENTS: Final = ("created_at", "expires_at", "settled_at", "approved_at", "verified_at", "handed_at")


class RedemptionQuery(InArea):
    state: RedemptionState | None = None


class Code(Input):
    code: Annotated[str, Field(min_length=1, max_length=40)]


class Verifying(Code):
    """With `handed_out` the reward goes over the counter in the same step."""

    handed_out: bool = False


class Voiding(Code):
    reason: Reason


async def listing(call: Call, query: RedemptionQuery) -> Json:
    """Of the areas that the worker may answer for, and of the sites that they keep."""
    call.areas(query.area)
    reach = await counter.reach_of(call.db, worker=call.worker)
    found = await redemption_views.list_redemptions(
        call.db,
        area_codes=reach.area_codes,
        site_ids=reach.site_ids,
        within=query.area,
        state=query.state,
        after_id=query.cursor,
        limit=query.limit,
    )
    return page([shown(one) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


async def verify(call: Call, said: Verifying) -> Json:
    async with _saying_who(call):
        done = await counter.verify(call.db, call.vault, worker=call.worker, code=said.code)
    call.about(done.id, done.area_code)
    if said.handed_out:
        done = await counter.hand_out(call.db, call.vault, worker=call.worker, redemption_id=done.id)
    return shown(done)


async def hand_out(call: Call, said: Code) -> Json:
    found = await _found(call, said.code)
    try:
        done = await counter.hand_out(call.db, call.vault, worker=call.worker, redemption_id=found.id)
    except AlreadyHandedOut as refusal:
        handed_by = str(refusal.facts["handed_by"])
        refusal.facts["by"] = await workers.name_of(call.db, call.vault, worker_id=handed_by)
        raise
    return shown(done)


async def approve(call: Call, _: Nothing) -> Json:
    async with _saying_who(call):
        done = await exchanges.approve(call.db, call.vault, redemption_id=call.path["id"], worker=call.worker)
    call.about(done.id, done.area_code)
    return shown(done)


async def refuse(call: Call, said: Because) -> Json:
    async with _saying_who(call):
        done = await exchanges.refuse(
            call.db, call.vault, redemption_id=call.path["id"], worker=call.worker, reason=said.reason
        )
    call.about(done.id, done.area_code)
    return shown(done)


async def void(call: Call, said: Voiding) -> Json:
    found = await _found(call, said.code)
    async with _saying_who(call):
        done = await exchanges.void(call.db, call.vault, redemption_id=found.id, worker=call.worker, reason=said.reason)
    return shown(done)


@asynccontextmanager
async def _saying_who(call: Call) -> AsyncIterator[None]:
    """A code that was verified before is refused with who did it and where."""
    try:
        yield
    except CodeAlreadyVerified as refusal:
        before = await counter.earlier(call.db, call.vault, redemption_id=str(refusal.facts["redemption_id"]))
        by = before.by or texts_points.VERIFY_BY_UNKNOWN
        refusal.facts["seen"] = texts_points.VERIFY_SEEN.format(by=by, where=before.where)
        raise


async def _found(call: Call, code: str) -> Redemption:
    reach = await counter.reach_of(call.db, worker=call.worker)
    found = await redemption_views.find(
        call.db, call.vault, code=code, area_codes=reach.area_codes, site_ids=reach.site_ids
    )
    call.about(found.id, found.area_code)
    return found


def shown(one: Redemption) -> Json:
    """The JSON of a redemption, without its code."""
    moments = {name: getattr(one, name) for name in _MOMENTS}
    return {
        "id": one.id,
        "area_code": one.area_code,
        "reward_id": one.reward_id,
        "reward_name": one.reward_name,
        "price_points": one.price_points,
        "state": one.state.value,
        "site_id": one.site_id,
        "pickup_by": one.pickup_by,
        **{name: clock.iso(at) if at else None for name, at in moments.items()},
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/redemptions", listing, Permission.VERIFY_CODES, RedemptionQuery, shapes.Page[shapes.Redemption],
        "Redemptions, newest first", "redemptions list",
    ),
    Endpoint(
        "POST", "/redemptions/verify", verify, Permission.VERIFY_CODES, Verifying, shapes.Redemption,
        "Spend the points of a code, once", "redemptions verify",
    ),
    Endpoint(
        "POST", "/redemptions/hand-out", hand_out, Permission.VERIFY_CODES, Code, shapes.Redemption,
        "The reward of a verified code went over the counter", "redemptions hand-out",
    ),
    Endpoint(
        "POST", "/redemptions/void", void, Permission.REDEMPTIONS, Voiding, shapes.Redemption,
        "Take a redemption back", "redemptions void",
    ),
    Endpoint(
        "POST", "/redemptions/{id}/approve", approve, Permission.REDEMPTIONS, Nothing, shapes.Redemption,
        "Give the code that a redemption waits for", "redemptions approve",
    ),
    Endpoint(
        "POST", "/redemptions/{id}/refuse", refuse, Permission.REDEMPTIONS, Because, shapes.Redemption,
        "Refuse one that waits; its points are free again", "redemptions refuse",
    ),
)  # fmt: skip
