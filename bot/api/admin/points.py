"""Points of residents: balances, statements, corrections, and the ledger's check of itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from bot.api.admin.endpoint import AreaPrefix, Because, Call, Endpoint, Json, Listing, Nothing
from community.residents import Resident
from core import clock
from core.errors import Invalid, NotFound
from points import audit, reversals, statements
from points.models import Unit
from points.statements import Balance
from sqlalchemy import select

from bot.api import shapes
from bot.api.admin import answers
from community import residents
from community.permissions import NotYourTask, Permission


class StatementQuery(Listing):
    """`area` is the community's code; without it the resident's own community."""

    area: AreaPrefix = ""


async def balance(call: Call, _: Nothing) -> Json:
    """The wallets that lie in the worker's areas."""
    resident = await _resident(call)
    areas = call.areas()
    found = await statements.wallets(call.db, resident_id=resident.id)
    seen = {code: one for (code, unit), one in found.items() if unit is Unit.POINT and code.startswith(areas)}
    if not seen and not (resident.area_code or "").startswith(areas):
        raise NotYourTask
    call.about(resident.ref, resident.area_code or "")
    total = Balance(
        posted=sum(one.posted for one in seen.values()),
        held=sum(one.held for one in seen.values()),
        expired=sum(one.expired for one in seen.values()),
    )
    return {
        "ref": resident.ref,
        **_figures(total),
        "wallets": [{"area_code": code, **_figures(one)} for code, one in seen.items()],
    }


async def statement(call: Call, query: StatementQuery) -> Json:
    resident = await _resident(call)
    area_code = _area(call, resident, query.area)
    found = await statements.statement(
        call.db, area_code=area_code, resident_id=resident.id, before_seq=_seq(query.cursor), limit=query.limit
    )
    call.subject = resident.ref
    items = [asdict(line) | {"at": clock.iso(line.at)} for line in found.items]
    return {"items": items, "next": None if found.next_seq is None else str(found.next_seq)}


async def reverse(call: Call, said: Because) -> Json:
    transfer = await statements.find_transfer(call.db, transfer_id=call.path["id"])
    call.require(transfer.area_code)
    undone = await reversals.reverse(
        call.db, transfer_id=transfer.id, reason=said.reason, actor_id=call.worker.id, key=call.key
    )
    return {"transfer_id": undone.transfer_id, "created": undone.created}


async def check(call: Call, _: Nothing) -> Json:
    findings = await audit.check(call.db)
    return {"ok": not findings, "findings": [asdict(finding) for finding in findings]}


async def _resident(call: Call) -> Resident:
    """The resident of the reference in the path, or the one they were bound to. Raises NotFound."""
    query = select(Resident).where(Resident.ref == call.path["ref"].upper())
    found = (await call.db.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("resident_not_found")
    return await residents.get(call.db, resident_id=found.merged_into) if found.merged_into else found


def _area(call: Call, resident: Resident, wanted: str) -> str:
    """Which community's points are meant. Raises Invalid, NotYourTask."""
    area_code = wanted or resident.area_code
    if not area_code:
        raise Invalid(fields={"area": "required"})
    call.require(area_code)
    return area_code


def _seq(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 15:
        raise Invalid(fields={"cursor": "not one of ours"})
    return int(cursor)


def _figures(one: Balance) -> Json:
    return {"posted": one.posted, "held": one.held, "available": one.available}


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/audit", check, Permission.POINTS, Nothing, answers.LedgerReport,
        "The ledger derives every balance again", "points audit",
    ),
    Endpoint(
        "GET", "/points/{ref}", balance, Permission.POINTS, Nothing, answers.Wallets,
        "A resident's points by community", "points balance", personal=True,
    ),
    Endpoint(
        "GET", "/points/{ref}/statement", statement, Permission.POINTS, StatementQuery,
        shapes.Page[shapes.StatementLine], "A resident's entries, newest first", "points statement", personal=True,
    ),
    Endpoint(
        "POST", "/transfers/{id}/reverse", reverse, Permission.ADJUST_POINTS, Because, answers.Posted,
        "Undo a transfer by a new one", "points reverse",
    ),
)  # fmt: skip
