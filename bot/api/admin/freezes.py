"""Stopping a resident's spending for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import fairness_answers as answers
from bot.api.admin.endpoint import AreaPrefix, Because, Call, Endpoint, InArea, Json, page
from bot.api.admin.points import area_of, resident_of
from bot.api.admin.whose import refs_of
from community import sanctions
from community.permissions import Permission
from core import clock
from points import freezes
from points.freezes import LONGEST, Frozen


class Unfreezing(Because):
    """`area` is the community's code; without it the resident's own community."""

    area: AreaPrefix = ""


class Freezing(Unfreezing):
    days: Annotated[int, Field(ge=1, le=LONGEST.days, strict=True)] = 30


class FreezeQuery(InArea):
    """`all` lists those that are over as well."""

    all: bool = False


async def freeze(call: Call, said: Freezing) -> Json:
    resident = await resident_of(call)
    made = await sanctions.freeze(
        call.db,
        call.vault,
        area_code=await area_of(call, resident, said.area),
        resident_id=resident.id,
        reason=said.reason,
        worker=call.worker,
        ends_at=clock.now() + timedelta(days=said.days),
    )
    call.subject = resident.ref
    return shown(made, {resident.id: resident.ref})


async def unfreeze(call: Call, said: Unfreezing) -> Json:
    resident = await resident_of(call)
    lifted = await sanctions.lift(
        call.db,
        call.vault,
        area_code=await area_of(call, resident, said.area),
        resident_id=resident.id,
        because=said.reason,
        worker=call.worker,
    )
    call.subject = resident.ref
    return shown(lifted, {resident.id: resident.ref})


async def listing(call: Call, query: FreezeQuery) -> Json:
    found = await freezes.listing(
        call.db,
        area_codes=call.areas(query.area),
        only_current=not query.all,
        after_id=query.cursor,
        limit=query.limit,
    )
    refs = await refs_of(call.db, (one.resident_id for one in found))
    return page([shown(one, refs) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


def shown(one: Frozen, refs: dict[str, str]) -> Json:
    """The JSON of a freeze."""
    return {
        "id": one.id,
        "area_code": one.area_code,
        "ref": refs.get(one.resident_id, ""),
        "reason": one.reason,
        "frozen_by": one.frozen_by,
        "frozen_at": clock.iso(one.frozen_at),
        "ends_at": clock.iso(one.ends_at),
        "lifted_at": clock.iso(one.lifted_at) if one.lifted_at else None,
        "lifted_by": one.lifted_by,
        "lifted_because": one.lifted_because,
    }


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/points/{ref}/freeze", freeze, Permission.FAIRNESS, Freezing, answers.Freeze,
        "Stop spending for a while, with a reason", "points freeze",
    ),
    Endpoint(
        "POST", "/points/{ref}/unfreeze", unfreeze, Permission.FAIRNESS, Unfreezing, answers.Freeze,
        "Let the resident spend again", "points unfreeze",
    ),
    Endpoint(
        "GET", "/points/freezes", listing, Permission.POINTS, FreezeQuery, shapes.Page[answers.Freeze],
        "Who cannot spend just now", "points freezes",
    ),
)  # fmt: skip
