"""In-service party members: registrations reviewed, exported; service certified. A duty of its own, also to read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import answers, member_answers
from bot.api.admin.endpoint import Because, Call, Endpoint, Input, Json, Listing, Nothing, page
from bot.api.paging import sliced
from community.members import registrations, serving, views
from community.permissions import Permission
from core import clock
from core.values import PartyServiceKind, RegistrationState

_PERMISSION: Final = Permission.MEMBERS


class MemberQuery(Listing):
    state: RegistrationState | None = None


class Approval(Input):
    grid_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")] | None = None


class Service(Input):
    """`on` is the day of Shanghai, today if left out; `minutes` where the time was counted."""

    kind: PartyServiceKind
    on: date | None = None
    minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] | None = None


async def listing(call: Call, query: MemberQuery) -> Json:
    rows = await views.listing(
        call.db, worker=call.worker, state=query.state, limit=query.limit, after=query.cursor
    )  # fmt: skip
    return page([views.summary(row) for row in rows], limit=query.limit, cursor=rows[-1].id if rows else None)


async def show(call: Call, _: Nothing) -> Json:
    registration_id = await _registration(call)
    return await views.staff_view(call.db, call.vault, registration_id=registration_id, worker=call.worker)


async def approve(call: Call, said: Approval) -> Json:
    registration_id = await _registration(call)
    state = await registrations.approve(
        call.db, call.vault, registration_id=registration_id, worker_id=call.worker.id, grid_code=said.grid_code
    )
    return {"id": registration_id, "state": state.value}


async def return_(call: Call, said: Because) -> Json:
    registration_id = await _registration(call)
    state = await registrations.return_(
        call.db, call.vault, registration_id=registration_id, worker_id=call.worker.id, reason=said.reason
    )
    return {"id": registration_id, "state": state.value}


async def revoke(call: Call, said: Because) -> Json:
    registration_id = await _registration(call)
    state = await registrations.revoke(
        call.db, call.vault, registration_id=registration_id, worker_id=call.worker.id, reason=said.reason
    )
    return {"id": registration_id, "state": state.value}


async def serve(call: Call, said: Service) -> Json:
    registration_id = await _registration(call)
    served = await serving.serve(
        call.db,
        call.vault,
        registration_id=registration_id,
        kind=said.kind,
        day=said.on or clock.today(),
        minutes=said.minutes,
        worker=call.worker,
    )
    return {"id": served.id, "created": served.created}


async def services(call: Call, query: Listing) -> Json:
    found = await views.services(call.db, registration_id=await _registration(call))
    return sliced(found, limit=query.limit, cursor=query.cursor, key="id")


async def export(call: Call, _: Nothing) -> Json:
    """The register of approved members, whole: it is what goes to their organisations."""
    call.subject = "register"
    return {"items": await views.export_rows(call.db, call.vault, worker=call.worker), "next": None}


async def _registration(call: Call) -> str:
    """The id in the path, if it lies in the worker's areas. Raises NotFound, NotYourTask."""
    row = await registrations.get(call.db, registration_id=call.path["id"])
    call.require(row.area_code)
    return row.id


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/members", listing, _PERMISSION, MemberQuery, shapes.Page[shapes.RegistrationLine],
        "Registrations, newest first", "members list", personal=True,
    ),
    Endpoint(
        "GET", "/members/export", export, _PERMISSION, Nothing, shapes.Page[shapes.Registration],
        "The register of approved members", "members export", personal=True,
    ),
    Endpoint(
        "GET", "/members/{id}", show, _PERMISSION, Nothing, shapes.Registration,
        "One registration", "members show", personal=True,
    ),
    Endpoint(
        "POST", "/members/{id}/approve", approve, _PERMISSION, Approval, answers.Done,
        "Approve it and assign a grid", "members approve",
    ),
    Endpoint(
        "POST", "/members/{id}/return", return_, _PERMISSION, Because, answers.Done,
        "Ask for a correction", "members return",
    ),
    Endpoint(
        "POST", "/members/{id}/revoke", revoke, _PERMISSION, Because, answers.Done,
        "End an approved registration", "members revoke",
    ),
    Endpoint(
        "POST", "/members/{id}/serve", serve, _PERMISSION, Service, member_answers.Served,
        "Certify what a member did, once for a day and kind", "members serve",
    ),
    Endpoint(
        "GET", "/members/{id}/services", services, _PERMISSION, Listing, shapes.Page[member_answers.PartyService],
        "What a member did, newest first", "members services", personal=True,
    ),
)  # fmt: skip
