"""Points of residents: balances and statements; what became of the communities' funds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import select

from bot.api.admin import points_answers
from bot.api.admin.endpoint import AreaPrefix, Call, Endpoint, Input, Json, Listing, Nothing
from bot.api.admin.known_areas import require_community
from community import residents
from community.permissions import NotYourTask, Permission
from community.residents import Resident
from core import clock
from core.errors import Invalid, NotFound
from handlers import reasons
from points import monthly, months, reports, statements
from points.models import Unit
from points.statements import Balance


class StatementQuery(Listing):
    """`area` is the community's code; without it the resident's own community. `month` is `2026-11`, of Shanghai."""

    area: AreaPrefix = ""
    unit: Unit = Unit.POINT
    month: Annotated[str, Field(max_length=7)] | None = None


class ReportQuery(Input):
    """Days of Shanghai, the last included, by default this month's until today; the funds of all below `area`."""

    area: AreaPrefix = ""
    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    unit: Unit = Unit.POINT


async def balance(call: Call, _: Nothing) -> Json:
    """The wallets that lie in the worker's areas."""
    resident = await resident_of(call)
    areas = call.areas()
    found = await statements.wallets(call.db, resident_id=resident.id)
    seen = {code: one for (code, unit), one in found.items() if unit is Unit.POINT and code.startswith(areas)}
    served = {code: one for (code, unit), one in found.items() if unit is Unit.MINUTE and code.startswith(areas)}
    if not seen and not served and not (resident.area_code or "").startswith(areas):
        raise NotYourTask
    call.about(resident.ref, resident.area_code or "")
    total = Balance(
        posted=sum(one.posted for one in seen.values()),
        held=sum(one.held for one in seen.values()),
        expired=sum(one.expired for one in seen.values()),
    )
    nothing = Balance(posted=0, held=0)
    return {
        "ref": resident.ref,
        **_figures(total),
        "minutes": sum(one.available for one in served.values()),
        "wallets": [
            _wallet(code, seen.get(code, nothing), served.get(code, nothing)) for code in sorted({*seen, *served})
        ],
    }


async def statement(call: Call, query: StatementQuery) -> Json:
    """Entries with their reasons; of one month also what there was before and behind it."""
    resident = await resident_of(call)
    area_code = await area_of(call, resident, query.area)
    call.subject = resident.ref
    page, sums = await monthly.page(
        call.db,
        area_code=area_code,
        resident_id=resident.id,
        unit=query.unit,
        month=query.month,
        before_seq=_seq(query.cursor),
        limit=query.limit,
    )
    why = await reasons.plain(call.db, page.items)
    return {
        "area_code": area_code,
        "unit": query.unit,
        "month": query.month,
        "sums": sums and asdict(sums),
        "items": [asdict(line) | {"at": clock.iso(line.at), "why": why[line.seq]} for line in page.items],
        "next": None if page.next_seq is None else str(page.next_seq),
    }


async def report(call: Call, query: ReportQuery) -> Json:
    """One snapshot for all figures, so that they agree with each other."""
    areas = call.areas(query.area)
    first, last = query.first or clock.today().replace(day=1), query.last or clock.today()
    span = months.days(first, last)
    async with call.service.database.snapshot() as db:
        found = await reports.fund_reports(db, area_codes=areas, span=span, unit=query.unit)
    return {"from": first.isoformat(), "to": last.isoformat(), "items": [asdict(one) for one in found]}


async def resident_of(call: Call) -> Resident:
    """The resident of the reference in the path, or the one they were bound to. Raises NotFound."""
    query = select(Resident).where(Resident.ref == call.path["ref"].upper())
    found = (await call.db.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("resident_not_found")
    return await residents.get(call.db, resident_id=found.merged_into) if found.merged_into else found


async def area_of(call: Call, resident: Resident, wanted: str) -> str:
    """Which community's points are meant: one that is known, or in which the resident has some.

    Raises Invalid, NotYourTask, AreaNotFound.
    """
    area_code = wanted or resident.area_code
    if not area_code:
        raise Invalid(fields={"area": "required"})
    call.require(area_code)
    if wanted and wanted not in {code for code, _ in await statements.wallets(call.db, resident_id=resident.id)}:
        await require_community(call, wanted)
    return area_code


def _seq(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 15:
        raise Invalid(fields={"cursor": "not one of ours"})
    return int(cursor)


def _figures(one: Balance) -> Json:
    return {"posted": one.posted, "held": one.held, "available": one.available}


def _wallet(area_code: str, points: Balance, minutes: Balance) -> Json:
    following = points.next_expiry
    return {
        "area_code": area_code,
        **_figures(points),
        "next_expiry": following and {"amount_points": following.amount_points, "at": clock.iso(following.at)},
        "minutes": minutes.available,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/report", report, Permission.POINTS, ReportQuery, points_answers.FundReports,
        "What became of the communities' funds, against their budgets", "points report",
    ),
    Endpoint(
        "GET", "/points/{ref}", balance, Permission.POINTS, Nothing, points_answers.Wallets,
        "A resident's points by community", "points balance", personal=True,
    ),
    Endpoint(
        "GET", "/points/{ref}/statement", statement, Permission.POINTS, StatementQuery,
        points_answers.Statement, "A resident's entries, newest first", "points statement", personal=True,
    ),
)  # fmt: skip
