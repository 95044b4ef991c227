"""Flags for the staff to look at, and what follows from one that is right."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import fairness_answers as answers
from bot.api.admin.decided import decided
from bot.api.admin.endpoint import Because, Call, Endpoint, InArea, Json, Nothing, page
from bot.api.admin.freezes import shown as shown_freeze
from bot.api.admin.whose import refs_of
from community import sanctions
from community.binding import surviving
from community.permissions import Permission
from core import clock
from points import clawback, flags, statements
from points.clawback import Deed, TakenBack
from points.fairness_models import FlagState
from points.flags import Flag, FlagKind
from points.freezes import LONGEST

Days = Annotated[int, Field(ge=1, le=LONGEST.days, strict=True)]


class FlagQuery(InArea):
    state: FlagState | None = None
    kind: FlagKind | None = None


class Confirming(Because):
    """Besides the reason: take back what the deeds brought, and stop spending for so many days."""

    claw_back: bool = False
    freeze_days: Days | None = None


async def listing(call: Call, query: FlagQuery) -> Json:
    found = await flags.listing(
        call.db,
        area_codes=call.areas(query.area),
        state=query.state,
        kind=query.kind,
        after_id=query.cursor,
        limit=query.limit,
    )
    refs = await refs_of(call.db, (one.resident_id for one in found))
    return page([_shown(one, refs) for one in found], limit=query.limit, cursor=found[-1].id if found else None)


async def show(call: Call, _: Nothing) -> Json:
    return await _now(call, await _flag(call))


async def dismiss(call: Call, said: Because) -> Json:
    await _flag(call)
    done = await sanctions.decide_flag(
        call.db, flag_id=call.path["id"], state=FlagState.DISMISSED, decision=said.reason, worker=call.worker
    )
    return await _now(call, done)


async def confirm(call: Call, said: Confirming) -> Json:
    flag = await _flag(call)
    done = await sanctions.decide_flag(
        call.db, flag_id=flag.id, state=FlagState.CONFIRMED, decision=said.reason, worker=call.worker
    )
    answer = {**await _now(call, done), "taken_back": None, "freeze": None}
    if said.claw_back:
        taken = await _claw_back(call, flag.area_code, flag.resident_id, sanctions.deeds_of(flag), said.reason)
        answer["taken_back"] = asdict(taken)
    if said.freeze_days is not None:
        resident_id = await surviving(call.db, resident_id=flag.resident_id)
        made = await sanctions.freeze(
            call.db,
            call.vault,
            area_code=flag.area_code,
            resident_id=resident_id,
            reason=said.reason,
            worker=call.worker,
            ends_at=clock.now() + timedelta(days=said.freeze_days),
        )
        answer["freeze"] = shown_freeze(made, await refs_of(call.db, [resident_id]))
    return answer


async def claw_back(call: Call, said: Because) -> Json:
    """Of the deed that one grant was paid for."""
    transfer = await statements.find_transfer(call.db, transfer_id=call.path["id"])
    call.require(transfer.area_code)
    deed = await clawback.deed_of(call.db, transfer_id=transfer.id)
    return asdict(await _claw_back(call, transfer.area_code, transfer.recipient_id, [deed], said.reason))


async def _claw_back(call: Call, area_code: str, resident_id: str, deeds: list[Deed], reason: str) -> TakenBack:
    return await sanctions.claw_back(
        call.db,
        call.vault,
        area_code=area_code,
        resident_id=await surviving(call.db, resident_id=resident_id),
        deeds=deeds,
        reason=reason,
        worker=call.worker,
        key=call.key,
    )


async def _flag(call: Call) -> Flag:
    """Raises FlagUnknown, NotYourTask."""
    found = await flags.get(call.db, flag_id=call.path["id"])
    call.require(found.area_code)
    return found


async def _now(call: Call, flag: Flag) -> Json:
    return _shown(flag, await refs_of(call.db, [flag.resident_id]))


def _shown(one: Flag, refs: dict[str, str]) -> Json:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "state": one.state.value,
        "area_code": one.area_code,
        "ref": refs.get(one.resident_id, ""),
        "subject_kind": one.subject_kind,
        "subject_id": one.subject_id,
        "facts": one.facts,
        "raised_at": clock.iso(one.raised_at),
        **decided(one),
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/flags", listing, Permission.POINTS, FlagQuery, shapes.Page[answers.Flag],
        "What looks unfair, newest first", "points flags list",
    ),
    Endpoint(
        "GET", "/points/flags/{id}", show, Permission.POINTS, Nothing, answers.Flag,
        "One flag with its reasons", "points flags show",
    ),
    Endpoint(
        "POST", "/points/flags/{id}/confirm", confirm, Permission.FAIRNESS, Confirming, answers.ConfirmedFlag,
        "A flag was right; take back or freeze", "points flags confirm",
    ),
    Endpoint(
        "POST", "/points/flags/{id}/dismiss", dismiss, Permission.FAIRNESS, Because, answers.Flag,
        "A flag was wrong", "points flags dismiss",
    ),
    Endpoint(
        "POST", "/transfers/{id}/clawback", claw_back, Permission.FAIRNESS, Because, answers.TakenBack,
        "Take back what a false deed earned", "points clawback",
    ),
)  # fmt: skip
