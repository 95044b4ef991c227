"""Stopping a resident's spending for a while, and hearing what they say against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import fairness_answers as answers
from bot.api.admin.decided import decided
from bot.api.admin.endpoint import AreaPrefix, Because, Call, Endpoint, InArea, Json, Nothing, page
from bot.api.admin.points import area_of, resident_of
from bot.api.admin.whose import refs_of
from community import sanctions
from community.permissions import Permission
from core import clock
from points import appeals, freezes
from points.appeals import AppealView
from points.fairness_models import AppealState
from points.freezes import LONGEST, Frozen


class Unfreezing(Because):
    """`area` is the community's code; without it the resident's own community."""

    area: AreaPrefix = ""


class Freezing(Unfreezing):
    days: Annotated[int, Field(ge=1, le=LONGEST.days, strict=True)] = 30


class FreezeQuery(InArea):
    """`all` lists those that are over as well."""

    all: bool = False


class AppealQuery(InArea):
    state: AppealState | None = None


async def freeze(call: Call, said: Freezing) -> Json:
    resident = await resident_of(call)
    made = await sanctions.freeze(
        call.db,
        call.vault,
        area_code=area_of(call, resident, said.area),
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
        area_code=area_of(call, resident, said.area),
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


async def list_appeals(call: Call, query: AppealQuery) -> Json:
    found = await appeals.listing(
        call.db,
        area_codes=call.areas(query.area),
        state=query.state,
        after_id=query.cursor,
        limit=query.limit,
    )
    refs = await refs_of(call.db, (one.resident_id for one in found))
    return page([_appeal(one, refs) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


async def show_appeal(call: Call, _: Nothing) -> Json:
    found = await _asked(call)
    frozen = await freezes.get(call.db, freeze_id=found.freeze_id)
    refs = await refs_of(call.db, [found.resident_id, frozen.resident_id])
    return {**_appeal(found, refs), "words": found.words, "freeze": shown(frozen, refs)}


async def uphold(call: Call, said: Because) -> Json:
    return await _decide(call, AppealState.UPHELD, said.reason)


async def decline(call: Call, said: Because) -> Json:
    return await _decide(call, AppealState.DECLINED, said.reason)


async def _decide(call: Call, state: AppealState, reason: str) -> Json:
    asked = await _asked(call)
    done = await sanctions.decide_appeal(
        call.db, call.vault, appeal_id=asked.id, state=state, decision=reason, worker=call.worker
    )
    return _appeal(done, await refs_of(call.db, [done.resident_id]))


async def _asked(call: Call) -> AppealView:
    """Raises AppealUnknown, NotYourTask."""
    found = await appeals.get(call.db, call.vault, appeal_id=call.path["id"])
    call.require(found.area_code)
    return found


def _appeal(one: AppealView, refs: dict[str, str]) -> Json:
    return {
        "id": one.id,
        "area_code": one.area_code,
        "ref": refs.get(one.resident_id, ""),
        "freeze_id": one.freeze_id,
        "round": one.round,
        "state": one.state.value,
        "created_at": clock.iso(one.created_at),
        **decided(one),
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
    Endpoint(
        "GET", "/points/appeals", list_appeals, Permission.POINTS, AppealQuery, shapes.Page[answers.AppealLine],
        "Appeals against freezes, newest first", "points appeals list",
    ),
    Endpoint(
        "GET", "/points/appeals/{id}", show_appeal, Permission.FAIRNESS, Nothing, answers.Appeal,
        "One appeal with the resident's words", "points appeals show", personal=True,
    ),
    Endpoint(
        "POST", "/points/appeals/{id}/uphold", uphold, Permission.FAIRNESS, Because, answers.AppealLine,
        "The resident is right: lift the freeze", "points appeals uphold",
    ),
    Endpoint(
        "POST", "/points/appeals/{id}/decline", decline, Permission.FAIRNESS, Because, answers.AppealLine,
        "The freeze stands", "points appeals decline",
    ),
)  # fmt: skip
