"""Volunteer activities: planned from a file, published, cancelled, attended, certified."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing, page
from community.permissions import Permission
from community.volunteers import activities, certifying, views
from community.volunteers.activities import Plan
from community.volunteers.models import Activity
from core.values import ActivityState

_PERMISSION: Final = Permission.VOLUNTEERS


class ActivityQuery(InArea):
    state: ActivityState | None = None


class NewActivity(Input):
    """An activity as a worker writes it; `capacity` and `waiting_capacity` count persons."""

    area_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    place: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(max_length=2000)] = ""
    risks: Annotated[str, Field(max_length=1000)] = ""
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    capacity: int
    waiting_capacity: int = 20
    min_age: int | None = None


class Cancelling(Input):
    reason: Annotated[str, Field(max_length=1000)] = ""


async def listing(call: Call, query: ActivityQuery) -> Json:
    rows = await activities.listing(
        call.db, areas=call.areas(query.area), state=query.state, limit=query.limit, after=query.cursor
    )
    return page([views.show_activity(row) for row in rows], limit=query.limit, cursor=rows[-1].id if rows else None)


async def show(call: Call, _: Nothing) -> Json:
    return views.show_activity(await _activity(call))


async def create(call: Call, said: NewActivity) -> Json:
    call.require(said.area_code)
    plan = Plan(**said.model_dump())
    activity_id = await activities.create_activity(call.db, call.vault, plan=plan, worker_id=call.worker.id)
    call.about(activity_id, said.area_code)
    return views.show_activity(await activities.get_activity(call.db, activity_id=activity_id))


async def publish(call: Call, _: Nothing) -> Json:
    row = await _activity(call)
    await activities.publish_activity(call.db, call.vault, activity_id=row.id, worker_id=call.worker.id)
    return await show(call, _)


async def cancel(call: Call, said: Cancelling) -> Json:
    row = await _activity(call)
    count = await activities.cancel_activity(
        call.db, call.vault, activity_id=row.id, worker_id=call.worker.id, reason=said.reason
    )
    return {"id": row.id, "count": count}


async def code(call: Call, _: Nothing) -> Json:
    row = await _activity(call)
    return {"id": row.id, "code": activities.check_in_code(call.vault, activity_id=row.id)}


async def attendance(call: Call, _: Nothing) -> Json:
    row = await _activity(call)
    lines = await views.attendance(call.db, call.vault, activity_id=row.id, worker=call.worker)
    return {"items": lines, "next": None}


async def certify(call: Call, _: Nothing) -> Json:
    row = await _activity(call)
    count = await certifying.certify(call.db, call.vault, activity_id=row.id, worker_id=call.worker.id)
    return {"id": row.id, "count": count}


async def _activity(call: Call) -> Activity:
    """The activity in the path, if it lies in the worker's areas. Raises NotFound, NotYourTask."""
    row = await activities.get_activity(call.db, activity_id=call.path["id"])
    call.require(row.area_code)
    return row


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/activities", listing, _PERMISSION, ActivityQuery, shapes.Page[shapes.Activity],
        "Activities, newest first", "activities list",
    ),
    Endpoint(
        "POST", "/activities", create, _PERMISSION, NewActivity, shapes.Activity,
        "Write a draft", "activities create", status=201,
    ),
    Endpoint("GET", "/activities/{id}", show, _PERMISSION, Nothing, shapes.Activity, "One activity", "activities show"),
    Endpoint(
        "POST", "/activities/{id}/publish", publish, _PERMISSION, Nothing, shapes.Activity,
        "Open it for sign-up", "activities publish",
    ),
    Endpoint(
        "POST", "/activities/{id}/cancel", cancel, _PERMISSION, Cancelling, answers.Counted,
        "Cancel it and tell everybody who signed up", "activities cancel",
    ),
    Endpoint(
        "GET", "/activities/{id}/code", code, _PERMISSION, Nothing, answers.CheckInCode,
        "The six digits for check-in", "activities code",
    ),
    Endpoint(
        "GET", "/activities/{id}/attendance", attendance, _PERMISSION, Nothing, shapes.Page[answers.Attendance],
        "Who signed up and who came", "activities attendance", personal=True,
    ),
    Endpoint(
        "POST", "/activities/{id}/certify", certify, _PERMISSION, Nothing, answers.Counted,
        "Certify the hours of everybody who came", "activities certify",
    ),
)  # fmt: skip
