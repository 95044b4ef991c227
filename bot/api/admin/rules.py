"""What earns points: drafted by one worker, tried on the past month, activated by another."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import rules_answers as answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing
from bot.api.admin.known_areas import require_area
from bot.api.paging import sliced
from community.permissions import NotYourTask, Permission
from core import clock
from core.errors import Invalid
from points import budgets, rules, statements
from points.models import Unit
from points.rule_models import RuleStatus, RuleVersion
from points.rules import recomputing, rehearsal, store
from points.rules.body import RuleBody
from points.rules.book import Rule, SchemeVersion
from points.rules.data import canonical
from points.rules.errors import RuleVersionNotFound
from points.rules.scheme import SCHEME, Scheme

Moment = Annotated[str, Field(min_length=10, max_length=40, description="A day or moment; without offset Shanghai.")]


class Draft(Input):
    """One version as it stands in a file; `body` holds all that is not about where and when."""

    area_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{0,20}$")]
    rule_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    effective_from: Annotated[Moment, Field(alias="from")]
    effective_until: Annotated[Moment | None, Field(alias="until")] = None
    body: dict[str, Any]


class Ending(Input):
    """Without `until` it ends at once."""

    until: Moment | None = None


async def listing(call: Call, query: InArea) -> Json:
    """Those for the worker's areas, those of wider areas, and what ships."""
    rows = await store.listing(call.db, areas=call.areas(query.area))
    items = [_line(row) for row in rows] + [_shipped(one) for one in _all_shipped()]
    return sliced(items, limit=query.limit, cursor=query.cursor, key="id")


async def show(call: Call, _: Nothing) -> Json:
    if shipped := _shipped_at(call):
        return _shipped(shipped) | {"body": json.loads(canonical(shipped.body)), "body_hash": None}
    row = await _visible(call)
    return _line(row) | {"body": json.loads(row.body), "body_hash": row.body_hash}


async def draft(call: Call, said: Draft) -> Json:
    call.require(said.area_code)
    await require_area(call, said.area_code)
    row = await store.draft(
        call.db,
        area_code=said.area_code,
        rule_id=said.rule_id,
        body=said.body,
        effective_from=_moment("from", said.effective_from),
        effective_until=_moment("until", said.effective_until) if said.effective_until else None,
        worker_id=call.worker.id,
    )
    call.about(_ref(row), said.area_code)
    return _line(row)


async def try_out(call: Call, _: Nothing) -> Json:
    """Over a month of deeds in the rule's own area, or the worker's for what ships; nothing is written."""
    if shipped := _shipped_at(call):
        areas = list(call.areas())
        tried = await rehearsal.rehearse_shipped(call.db, rule_id=shipped.id, areas=areas)
        line = _shipped(shipped)
    else:
        row = await _own(call)
        areas = [row.area_code]
        tried, line = await rehearsal.rehearse(call.db, row=row), _line(row)
    days = [asdict(day) for day in tried.in_order()]
    return {
        "id": line["id"],
        "unit": line["unit"],
        "since": clock.iso(tried.since),
        "until": clock.iso(tried.until),
        "amount": tried.amount,
        "capped_amount": sum(day["capped_amount"] for day in days),
        "paid_then": sum(day["paid_then"] for day in days),
        "persons": len(tried.persons),
        "most_of_one_person": max(tried.persons.values(), default=0),
        "fund_balance": sum(fund.balance for fund in await budgets.funds(call.db, areas=areas)),
        "reasons": dict(tried.reasons),
        "days": days,
    }


async def activate(call: Call, _: Nothing) -> Json:
    row = await _own(call)
    return _line(await store.activate(call.db, rule_id=row.rule_id, version=row.version, worker_id=call.worker.id))


async def retire(call: Call, said: Ending) -> Json:
    row = await _own(call)
    until = _moment("until", said.until) if said.until else None
    return _line(await store.retire(call.db, rule_id=row.rule_id, version=row.version, until=until))


async def recompute(call: Call, _: Nothing) -> Json:
    transfer = await statements.find_transfer(call.db, transfer_id=call.path["id"])
    call.require(transfer.area_code)
    found = await recomputing.recompute(call.db, transfer_id=transfer.id)
    return asdict(found) | {"agrees": found.agrees}


async def _own(call: Call) -> RuleVersion:
    """The version in the path, if the worker has the whole of its area. Raises RuleVersionNotFound, NotYourTask."""
    rule_id, version = _id(call)
    row = await store.find(call.db, rule_id=rule_id, version=version)
    call.require(row.area_code)
    return row


async def _visible(call: Call) -> RuleVersion:
    """The same, also of a wider area, whose rules hold in the worker's."""
    rule_id, version = _id(call)
    row = await store.find(call.db, rule_id=rule_id, version=version)
    if not any(row.area_code.startswith(held) or held.startswith(row.area_code) for held in call.areas()):
        raise NotYourTask
    return row


def _id(call: Call) -> tuple[str, int]:
    """`report_verified.2`. Raises RuleVersionNotFound."""
    rule_id, _, number = call.path["id"].rpartition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise RuleVersionNotFound
    return rule_id, int(number)


def _moment(name: str, said: str) -> datetime:
    try:
        return clock.parse(said)
    except ValueError:
        raise Invalid(fields={name: "2026-12-01 or 2026-12-01T08:00"}) from None


def _ref(row: RuleVersion) -> str:
    return f"{row.rule_id}.{row.version}"


def _line(row: RuleVersion) -> Json:
    return {
        "id": _ref(row),
        "rule_id": row.rule_id,
        "version": row.version,
        "area_code": row.area_code,
        "title": _title(store.scheme_of(row).body if row.rule_id == SCHEME else store.rule_of(row).body),
        "purpose": row.purpose,
        "unit": row.unit,
        "status": row.status,
        "from": clock.iso(row.effective_from),
        "until": clock.iso(row.effective_until) if row.effective_until else None,
        "created_by": row.created_by,
        "approved_by": row.approved_by,
    }


def _all_shipped() -> list[Rule | SchemeVersion]:
    book = rules.default()
    return [*book.rules, *book.schemes]


def _shipped_at(call: Call) -> Rule | SchemeVersion | None:
    """The version in the path, if it came with the service."""
    wanted = _id(call)
    return next((one for one in _all_shipped() if (one.id, one.version) == wanted), None)


def _shipped(one: Rule | SchemeVersion) -> Json:
    return {
        "id": f"{one.id}.{one.version}",
        "rule_id": one.id,
        "version": one.version,
        "area_code": "",
        "title": _title(one.body),
        "purpose": one.body.purpose.value if isinstance(one.body, RuleBody) else SCHEME,
        "unit": (one.body.unit if isinstance(one.body, RuleBody) else Unit.POINT).value,
        "status": RuleStatus.ACTIVE.value,
        "from": clock.iso(one.effective_from),
        "until": clock.iso(one.effective_until) if one.effective_until else None,
        "created_by": None,
        "approved_by": None,
    }


def _title(body: RuleBody | Scheme) -> str:
    """What people read; settings without a title have that of those that ship."""
    return body.title or rules.default().schemes[0].body.title


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/rules", listing, Permission.POINTS, InArea, shapes.Page[answers.RuleLine],
        "What earns points, with drafts", "points rules list",
    ),
    Endpoint(
        "GET", "/points/rules/{id}", show, Permission.POINTS, Nothing, answers.RuleVersionShown,
        "One version of a rule", "points rules show",
    ),
    Endpoint(
        "POST", "/points/rules", draft, Permission.DRAFT_RULES, Draft, answers.RuleLine,
        "Draft a version of a rule", "points rules draft",
    ),
    Endpoint(
        "GET", "/points/rules/{id}/test", try_out, Permission.DRAFT_RULES, Nothing, answers.Rehearsed,
        "What it would have paid over the past month", "points rules test",
    ),
    Endpoint(
        "POST", "/points/rules/{id}/activate", activate, Permission.ACTIVATE_RULES, Nothing, answers.RuleLine,
        "Let a draft of somebody else hold", "points rules activate",
    ),
    Endpoint(
        "POST", "/points/rules/{id}/retire", retire, Permission.ACTIVATE_RULES, Ending, answers.RuleLine,
        "End a version", "points rules retire",
    ),
    Endpoint(
        "GET", "/transfers/{id}/recomputed", recompute, Permission.POINTS, Nothing, answers.RecomputedAward,
        "An award's amount from its rule and inputs", "points rules recompute",
    ),
)  # fmt: skip
