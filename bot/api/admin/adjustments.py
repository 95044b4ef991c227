"""What workers do to points by hand, and what of it a second person must agree to."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import fairness_answers as answers
from bot.api.admin.decided import decided
from bot.api.admin.endpoint import AreaPrefix, Because, Call, Endpoint, InArea, Input, Json, Reason, page
from bot.api.admin.points import area_of, resident_of
from bot.api.admin.whose import refs_of
from community import corrections
from community.permissions import Permission
from core import clock
from points import signing, statements
from points.fairness_models import AdjustmentState
from points.postings import MAX_POINTS
from points.signed import Done
from points.signing import Adjustment


class Adjusting(Input):
    """`amount` is signed; `area` is the community's code, without it the resident's own community."""

    amount: Annotated[int, Field(ge=-MAX_POINTS, le=MAX_POINTS, strict=True)]
    reason: Reason
    area: AreaPrefix = ""
    document_no: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Approving(Input):
    reason: Annotated[str, Field(max_length=1000)] = ""


class AdjustmentQuery(InArea):
    state: AdjustmentState | None = None


async def adjust(call: Call, said: Adjusting) -> Json:
    resident = await resident_of(call)
    made = await corrections.adjust(
        call.db,
        call.vault,
        area_code=await area_of(call, resident, said.area),
        resident_id=resident.id,
        amount_points=said.amount,
        reason=said.reason,
        document_no=said.document_no,
        worker=call.worker,
        key=call.key,
    )
    call.subject = resident.ref
    return answer_of(made)


async def reverse(call: Call, said: Because) -> Json:
    transfer = await statements.find_transfer(call.db, transfer_id=call.path["id"])
    call.require(transfer.area_code)
    made = await corrections.reverse(
        call.db,
        call.vault,
        area_code=transfer.area_code,
        transfer_id=transfer.id,
        reason=said.reason,
        worker=call.worker,
        key=call.key,
    )
    return answer_of(made)


def answer_of(made: Done | Adjustment) -> Json:
    """The JSON of what was done at once, or waits."""
    if isinstance(made, Adjustment):
        done = {"transfer_id": made.transfer_id, "request_id": made.id, "state": made.state.value}
        return {**done, "created": made.transfer_id is None}
    return {"transfer_id": made.transfer_id, "request_id": None, "state": "posted", "created": made.created}


async def listing(call: Call, query: AdjustmentQuery) -> Json:
    found = await signing.listing(
        call.db,
        area_codes=call.areas(query.area),
        state=query.state,
        after_id=query.cursor,
        limit=query.limit,
    )
    refs = await refs_of(call.db, (one.asked.resident_id for one in found))
    return page([_shown(one, refs) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


async def approve(call: Call, said: Approving) -> Json:
    asked = await _asked(call)
    done = await corrections.approve(
        call.db, call.vault, adjustment_id=asked.id, decision=said.reason, worker=call.worker
    )
    return _shown(done, await refs_of(call.db, [done.asked.resident_id]))


async def refuse(call: Call, said: Because) -> Json:
    asked = await _asked(call)
    done = await corrections.refuse(call.db, adjustment_id=asked.id, decision=said.reason, worker=call.worker)
    return _shown(done, await refs_of(call.db, [done.asked.resident_id]))


async def _asked(call: Call) -> Adjustment:
    """Raises AdjustmentUnknown, NotYourTask."""
    found = await signing.get(call.db, adjustment_id=call.path["id"])
    call.require(found.asked.area_code)
    return found


def _shown(one: Adjustment, refs: dict[str, str]) -> Json:
    asked = one.asked
    return {
        "id": one.id,
        "kind": asked.kind.value,
        "area_code": asked.area_code,
        "ref": refs.get(asked.resident_id, ""),
        "amount": asked.amount,
        "unit": asked.unit.value,
        "reason": asked.reason,
        "document_no": asked.document_no,
        "facts": asked.facts,
        "state": one.state.value,
        "asked_by": asked.asked_by,
        "asked_at": clock.iso(one.asked_at),
        **decided(one),
        "transfer_id": one.transfer_id,
    }


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/points/{ref}/adjust", adjust, Permission.ADJUST_POINTS, Adjusting, answers.Adjusted,
        "Correct a balance; above a limit a second person agrees", "points adjust",
    ),
    Endpoint(
        "POST", "/transfers/{id}/reverse", reverse, Permission.ADJUST_POINTS, Because, answers.Adjusted,
        "Undo a transfer by a new one; above a limit a second person agrees", "points reverse",
    ),
    Endpoint(
        "GET", "/points/adjustments", listing, Permission.POINTS, AdjustmentQuery, shapes.Page[answers.Adjustment],
        "What waits for a second person, and what one decided", "points adjustments list",
    ),
    Endpoint(
        "POST", "/points/adjustments/{id}/approve", approve, Permission.APPROVE_POINTS, Approving, answers.Adjustment,
        "Agree and do it, as a second person", "points adjustments approve",
    ),
    Endpoint(
        "POST", "/points/adjustments/{id}/refuse", refuse, Permission.APPROVE_POINTS, Because, answers.Adjustment,
        "Do not agree", "points adjustments refuse",
    ),
)  # fmt: skip
