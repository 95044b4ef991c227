"""What residents donated, and giving it to those in need.

Whoever donated agreed to one use: what was meant for neighbours goes to neighbours, and what was meant for the
community is not given to one of them.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import fairness_answers as answers
from bot.api.admin.adjustments import answer_of
from bot.api.admin.endpoint import AreaPrefix, Call, Endpoint, InArea, Input, Json, Reason
from bot.api.admin.points import area_of, resident_of
from bot.api.paging import sliced
from community import corrections
from community.permissions import Permission
from points import donations
from points.postings import MAX_POINTS
from points.sharing import DonationFund


class Giving(Input):
    """`area` is the community's code, without it the resident's own community."""

    amount: Annotated[int, Field(ge=1, le=MAX_POINTS, strict=True)]
    reason: Reason
    area: AreaPrefix = ""


async def listing(call: Call, query: InArea) -> Json:
    found = await donations.pots(call.db, area_codes=call.areas(query.area))
    items = [
        {
            "id": f"{one.area_code}:{one.fund}:{one.unit}",
            "area_code": one.area_code,
            "unit": one.unit.value,
            "fund": one.fund.value,
            "balance": one.balance,
            "donated": one.donated,
            "given": one.given,
        }
        for one in found
    ]
    return sliced(items, limit=query.limit, cursor=query.cursor, key="id")


async def give(call: Call, said: Giving) -> Json:
    resident = await resident_of(call)
    made = await corrections.give(
        call.db,
        call.vault,
        area_code=await area_of(call, resident, said.area),
        resident_id=resident.id,
        fund=DonationFund.NEIGHBOURS,
        amount_points=said.amount,
        reason=said.reason,
        worker=call.worker,
        key=call.key,
    )
    call.subject = resident.ref
    return answer_of(made)


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/donations", listing, Permission.POINTS, InArea, shapes.Page[answers.Pot],
        "What was donated, given and is left", "points donations list",
    ),
    Endpoint(
        "POST", "/points/{ref}/give", give, Permission.ADJUST_POINTS, Giving, answers.Adjusted,
        "Give donated points to a resident in need; above a limit a second person agrees", "points donations give",
    ),
)  # fmt: skip
