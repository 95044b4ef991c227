"""Budgets of the communities' funds, and awards that the staff give by a rule."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import rules_answers as answers
from bot.api.admin.endpoint import AreaPrefix, Call, Endpoint, InArea, Input, Json
from bot.api.admin.known_areas import require_community
from bot.api.admin.points import area_of, resident_of
from bot.api.paging import sliced
from community import awarding
from community.permissions import Permission
from core import clock
from core.errors import Invalid
from points import budgets
from points.budgets import Fund
from points.postings import MAX_POINTS
from points.rule_models import Budget


class Allocation(Input):
    """`period` is a year, a quarter or a month: `2026`, `2026-Q4`, `2026-11`."""

    area_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")]
    amount: Annotated[int, Field(ge=1, le=MAX_POINTS, strict=True)]
    period: Annotated[str, Field(min_length=4, max_length=7)]
    document_no: Annotated[str, Field(min_length=1, max_length=100)]


class Award(Input):
    """`occasion` names the deed: one resident is awarded once for it. `on` is its day, today if left out."""

    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    occasion: Annotated[str, Field(min_length=1, max_length=100)]
    minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] | None = None
    stars: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    on: Annotated[str, Field(min_length=10, max_length=40)] | None = None
    area: AreaPrefix = ""


async def listing(call: Call, query: InArea) -> Json:
    found = await budgets.funds(call.db, areas=call.areas(query.area))
    return sliced([_fund(fund) for fund in found], limit=query.limit, cursor=query.cursor, key="area_code")


async def allocate(call: Call, said: Allocation) -> Json:
    call.require(said.area_code)
    await require_community(call, said.area_code)
    done = await budgets.allocate(
        call.db,
        area_code=said.area_code,
        amount_points=said.amount,
        period=budgets.period(said.period),
        document_no=said.document_no,
        actor_id=call.worker.id,
    )
    call.about(said.document_no, said.area_code)
    return asdict(done)


async def award(call: Call, said: Award) -> Json:
    resident = await resident_of(call)
    area_code = await area_of(call, resident, said.area)
    try:
        occurred_at = clock.parse(said.on) if said.on else clock.now()
    except ValueError:
        raise Invalid(fields={"on": "2026-12-01"}) from None
    given = await awarding.award(
        call.db,
        worker=call.worker,
        resident_id=resident.id,
        area_code=area_code,
        rule_id=said.rule,
        occasion=said.occasion,
        occurred_at=occurred_at,
        key=call.key,
        minutes=said.minutes,
        stars=said.stars,
    )
    call.subject = resident.ref
    return {
        "ref": resident.ref,
        "rule": said.rule,
        "title": given.title,
        "created": given.created,
        "request_id": given.waits and given.waits.id,
    }


def _fund(fund: Fund) -> Json:
    return {"area_code": fund.area_code, "balance": fund.balance, "budgets": [_budget(one) for one in fund.budgets]}


def _budget(row: Budget) -> Json:
    return {
        "document_no": row.document_no,
        "amount": row.amount,
        "from": clock.iso(row.period_from),
        "until": clock.iso(row.period_until),
        "created_by": row.created_by,
        "created_at": clock.iso(row.created_at),
        "transfer_id": row.transfer_id,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/funds", listing, Permission.POINTS, InArea, shapes.Page[answers.FundLine],
        "The communities' funds with their budgets", "points funds list",
    ),
    Endpoint(
        "POST", "/points/funds", allocate, Permission.BUDGETS, Allocation, answers.AllocatedBudget,
        "Move a budget to a fund, once per document", "points funds allocate",
    ),
    Endpoint(
        "POST", "/points/{ref}/award", award, Permission.ADJUST_POINTS, Award, answers.Awarded,
        "Award a deed by a rule", "points award",
    ),
)  # fmt: skip
