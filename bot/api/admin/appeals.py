"""What residents say against freezes and claw-backs, and the answer of somebody else than who did it."""

from __future__ import annotations

from typing import Final

from bot.api import shapes
from bot.api.admin import fairness_answers as answers
from bot.api.admin.decided import decided
from bot.api.admin.endpoint import Because, Call, Endpoint, InArea, Json, Nothing, page
from bot.api.admin.freezes import shown as shown_freeze
from bot.api.admin.whose import refs_of
from community import sanctions
from community.permissions import Permission
from core import clock
from points import appeals, clawback, freezes
from points.appeals import Against, AppealView
from points.fairness_models import AppealState


class AppealQuery(InArea):
    state: AppealState | None = None


async def listing(call: Call, query: AppealQuery) -> Json:
    found = await appeals.listing(
        call.db,
        area_codes=call.areas(query.area),
        state=query.state,
        after_id=query.cursor,
        limit=query.limit,
    )
    refs = await refs_of(call.db, (one.resident_id for one in found))
    return page([_shown(one, refs) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


async def show(call: Call, _: Nothing) -> Json:
    found = await _asked(call)
    freeze, taken = None, None
    if found.against is Against.FREEZE:
        frozen = await freezes.get(call.db, freeze_id=found.subject_id)
        freeze = shown_freeze(frozen, await refs_of(call.db, [frozen.resident_id]))
    else:
        taken = await _claw_back(call, found.subject_id)
    refs = await refs_of(call.db, [found.resident_id])
    return {**_shown(found, refs), "words": found.words, "freeze": freeze, "clawback": taken}


async def _claw_back(call: Call, clawback_id: str) -> Json:
    taken = await clawback.get(call.db, clawback_id=clawback_id)
    return {
        "id": taken.id,
        "reason": taken.reason,
        "taken_by": taken.taken_by,
        "taken_at": clock.iso(taken.taken_at),
        "deeds": [{"source_kind": kind, "source_id": source} for kind, source in taken.deeds],
        "transfers": taken.transfers,
        "taken_points": taken.taken_points,
        "owed_points": taken.owed_points,
    }


async def uphold(call: Call, said: Because) -> Json:
    return await _decide(call, AppealState.UPHELD, said.reason)


async def decline(call: Call, said: Because) -> Json:
    return await _decide(call, AppealState.DECLINED, said.reason)


async def _decide(call: Call, state: AppealState, reason: str) -> Json:
    asked = await _asked(call)
    done = await sanctions.decide_appeal(
        call.db, call.vault, appeal_id=asked.id, state=state, decision=reason, worker=call.worker
    )
    return _shown(done, await refs_of(call.db, [done.resident_id]))


async def _asked(call: Call) -> AppealView:
    """Raises AppealUnknown, NotYourTask."""
    found = await appeals.get(call.db, call.vault, appeal_id=call.path["id"])
    call.require(found.area_code)
    return found


def _shown(one: AppealView, refs: dict[str, str]) -> Json:
    return {
        "id": one.id,
        "area_code": one.area_code,
        "ref": refs.get(one.resident_id, ""),
        "against": one.against.value,
        "freeze_id": one.subject_id if one.against is Against.FREEZE else None,
        "clawback_id": one.subject_id if one.against is Against.CLAWBACK else None,
        "round": one.round,
        "state": one.state.value,
        "created_at": clock.iso(one.created_at),
        **decided(one),
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/appeals", listing, Permission.POINTS, AppealQuery, shapes.Page[answers.AppealLine],
        "Appeals against freezes and claw-backs, newest first", "points appeals list",
    ),
    Endpoint(
        "GET", "/points/appeals/{id}", show, Permission.FAIRNESS, Nothing, answers.Appeal,
        "One appeal with the resident's words", "points appeals show", personal=True,
    ),
    Endpoint(
        "POST", "/points/appeals/{id}/uphold", uphold, Permission.FAIRNESS, Because, answers.AppealLine,
        "The resident is right: lift the freeze, or give back what was taken", "points appeals uphold",
    ),
    Endpoint(
        "POST", "/points/appeals/{id}/decline", decline, Permission.FAIRNESS, Because, answers.AppealLine,
        "The freeze or claw-back stands", "points appeals decline",
    ),
)  # fmt: skip
