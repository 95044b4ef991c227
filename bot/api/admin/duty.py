"""Pages of emergencies: who was called, and the acknowledgement that the resident hears of."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Json, Nothing
from bot.api.paging import sliced
from community import duty
from community.permissions import Permission

_PERMISSION: Final = Permission.DUTY
MOST: Final = 1000
"""Older pages are looked up by their report."""


class DutyQuery(InArea):
    """`open`: only pages that nobody answered for."""

    waiting: Annotated[bool, Field(alias="open")] = False


async def listing(call: Call, query: DutyQuery) -> Json:
    found = await duty.listing(call.db, areas=call.areas(query.area), waiting=query.waiting, limit=MOST)
    return sliced(found, limit=query.limit, cursor=query.cursor, key="id")


async def acknowledge(call: Call, _: Nothing) -> Json:
    """The first who answers has it; for everybody later nothing changes."""
    page = await duty.get(call.db, page_id=call.path["id"])
    call.require(page.area_code)
    await duty.acknowledge(call.db, call.vault, page_id=page.id, by=call.worker.id)
    return duty.show(await duty.get(call.db, page_id=page.id))


ENDPOINTS: Final = (
    Endpoint("GET", "/duty", listing, _PERMISSION, DutyQuery, shapes.Page[answers.DutyPage], "Pages", "duty list"),
    Endpoint(
        "POST", "/duty/{id}/ack", acknowledge, _PERMISSION, Nothing, answers.DutyPage, "I answer for it", "duty ack"
    ),
)
