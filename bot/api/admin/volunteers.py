"""Residents who want to be asked to help."""

from __future__ import annotations

from typing import Final

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, Json, Listing, Nothing, page
from community.permissions import Permission
from community.volunteers import profiles

_PERMISSION: Final = Permission.VOLUNTEERS


async def listing(call: Call, query: Listing) -> Json:
    items = await profiles.listing(
        call.db, call.vault, worker=call.worker, limit=query.limit, after=query.cursor
    )  # fmt: skip
    return page(items, limit=query.limit, cursor=items[-1]["ref"] if items else None)


async def show(call: Call, _: Nothing) -> Json:
    found = await profiles.staff_view(call.db, call.vault, ref=call.path["ref"], worker=call.worker)
    call.about(found["ref"], found["area_code"])
    return found


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/volunteers", listing, _PERMISSION, Listing, shapes.Page[answers.Volunteer],
        "Volunteers by their reference", "volunteers list", personal=True,
    ),
    Endpoint(
        "GET", "/volunteers/{ref}", show, _PERMISSION, Nothing, answers.Volunteer,
        "One volunteer", "volunteers show", personal=True,
    ),
)  # fmt: skip
