"""What a deed earns under rules of the database: version by its moment, limits, expiry, and the amount again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import clock
from core.db import new_id
from points import grants, ledger
from points.accounts import AccountRef
from points.errors import TransferUnknown
from points.grant_models import CapCounter, GrantRequest
from points.models import Account, AccountKind, Entry, Transfer, TransferKind, Unit
from points.postings import Posting, between
from points.rule_models import RuleVersion
from points.rules import recomputing, rehearsal, store
from points.rules.body import Facts, RuleBody
from points.rules.data import parse
from points.rules.judging import source_of
from points.rules.lifetimes import Expiry
from points.statements import Balance
from tests.points.town import AREA, Town

NOW = datetime(2026, 11, 10, 12, tzinfo=clock.SHANGHAI)
DAY = timedelta(days=1)
BODY: dict[str, Any] = {"title": "反映问题", "purpose": "report", "points": 20, "caps": {"day": 60}}
FAR = {"day": 10_000}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
async def funded(town: Town) -> Town:
    await town.fund(10_000)
    return town


async def activated(town: Town, rule_id: str = "report_verified", **changed: Any) -> RuleVersion:
    row = await drafted(town, rule_id, **changed)
    async with town.database.write() as db:
        return await store.activate(db, rule_id=rule_id, version=row.version, worker_id="two")


async def drafted(town: Town, rule_id: str = "report_verified", **changed: Any) -> RuleVersion:
    start, area = changed.pop("effective_from", clock.now()), changed.pop("area", AREA)
    body = changed.pop("body", BODY) | changed
    async with town.database.write() as db:
        return await store.draft(db, area_code=area, rule_id=rule_id, body=body, effective_from=start, worker_id="one")


async def ended(town: Town, row: RuleVersion, until: datetime) -> None:
    async with town.database.write() as db:
        await store.retire(db, rule_id=row.rule_id, version=row.version, until=until)


async def deed(town: Town, who: str, at: datetime, rule: str = "report_verified", **facts: Any) -> None:
    minutes = facts.pop("minutes", None)
    async with town.database.write() as db:
        await grants.request_grant(
            db, rule=rule, area_code=town.area, recipient_id=who, source_kind="issue", source_id=new_id(),
            occurred_at=at, minutes=minutes, facts=Facts(**facts),
        )  # fmt: skip


async def results(town: Town) -> list[tuple[Any, ...]]:
    query = select(GrantRequest.amount_points, GrantRequest.rule_version, GrantRequest.reason)
    async with town.database.read() as db:
        return [tuple(row) for row in await db.execute(query.order_by(GrantRequest.id))]


async def test_the_deeds_moment_decides_the_version_however_late_it_is_paid(funded: Town) -> None:
    who = await funded.resident()
    first = await activated(funded)
    await ended(funded, first, NOW + 5 * DAY)
    second = await activated(funded, points=30, effective_from=NOW + 5 * DAY)
    moments = [NOW - DAY, NOW, NOW + 5 * DAY - timedelta(microseconds=1), NOW + 5 * DAY]
    with clock.frozen(NOW + 90 * DAY):
        for moment in moments:
            await deed(funded, who, moment)
        await funded.pay()
    assert [row[:2] for row in await results(funded)] == [
        (10, 1), (20, first.version), (20, first.version), (30, second.version),
    ]  # fmt: skip


async def test_a_late_approval_counts_in_the_month_of_the_deed(funded: Town) -> None:
    await activated(funded, caps={"month": 40}, effective_from=NOW)
    who = await funded.resident()
    last = datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=clock.SHANGHAI)
    with clock.frozen(NOW + 60 * DAY):
        for moment in (last, last, last, last + timedelta(microseconds=1)):
            await deed(funded, who, moment)
        await funded.pay()
    assert [row[2] for row in await results(funded)] == [None, None, "cap:rule:2026-11", None]


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        ({}, 20), ({"category": "M09"}, 7), ({"category": "M10"}, 20), ({"stars": 1}, 10), ({"stars": 5}, 30),
        ({"category": "M09", "stars": 5}, 10), ({"stars": 3}, 20), ({"position": 3}, 20), ({"position": 4}, 0),
    ],
)  # fmt: skip
def test_an_amount_goes_by_category_stars_and_position(facts: dict[str, Any], amount: int) -> None:
    body = BODY | {"by_category": {"M09": 7}, "by_stars": {"1": 50, "5": 150}, "last_position": 3}
    assert parse(RuleBody, body).amount(Facts(**facts)) == amount


@given(points=st.integers(1, 1000), per=st.integers(1, 600), minutes=st.integers(0, 2000), percent=st.integers(0, 500))
def test_time_and_stars_are_rounded_down_once(points: int, per: int, minutes: int, percent: int) -> None:
    body = parse(
        RuleBody,
        BODY | {"purpose": "service", "points": points, "per_minutes": per, "by_stars": {"2": percent}},
    )
    assert body.amount(Facts(minutes=minutes, stars=2)) == points * minutes * percent // (per * 100)


@pytest.mark.parametrize(
    ("expiry", "granted", "first_day_without"),
    [
        ({"mode": "none"}, "2026-11-10", None),
        ({"mode": "days", "days": 30}, "2026-11-10 23:59", "2026-12-11"),
        ({"mode": "days", "days": 1}, "2026-12-31", "2027-01-02"),
        ({"mode": "quarter_end"}, "2026-11-10", "2027-01-01"),
        ({"mode": "quarter_end"}, "2026-09-30 23:59:59", "2026-10-01"),
        ({"mode": "quarter_end", "grace_days": 10}, "2026-01-01", "2026-04-11"),
        ({"mode": "year_end"}, "2026-12-31 23:59:59", "2027-01-01"),
        ({"mode": "year_end", "grace_days": 31}, "2026-01-01", "2027-02-01"),
    ],
)
def test_points_end_at_midnight_in_shanghai(
    expiry: dict[str, Any], granted: str, first_day_without: str | None
) -> None:
    ends = parse(Expiry, expiry).ends(clock.parse(granted))
    assert ends == (clock.parse(first_day_without) if first_day_without else None)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(0, 366))
def test_the_end_of_a_quarter_is_the_next_first_day(moment: datetime, grace: int) -> None:
    at = moment.replace(tzinfo=clock.SHANGHAI)
    ends = Expiry.model_validate({"mode": "quarter_end", "grace_days": grace}).ends(at)
    assert ends is not None
    first = clock.local(ends - timedelta(days=grace))
    assert (first.day, first.month % 3, first.hour) == (1, 1, 0)
    assert date(at.year, at.month, at.day) < first.date() <= at.date() + timedelta(days=93)


async def test_each_grant_expires_as_its_rule_or_else_the_scheme_says(funded: Town) -> None:
    await activated(funded, "scheme", body={"expiry": {"mode": "year_end", "grace_days": 31}})
    await activated(funded, "report_verified", expiry={"mode": "days", "days": 30})
    who = await funded.resident()
    with clock.frozen(NOW + DAY):
        await deed(funded, who, NOW)
        await deed(funded, who, NOW, "report_followed")
        await funded.pay()
    assert await funded.lots(who) == [(20, 0, clock.parse("2026-12-12")), (1, 0, clock.parse("2027-02-01"))]


async def test_the_limit_of_all_persons_together_and_of_the_fund(funded: Town) -> None:
    await activated(funded, caps=FAR, total_caps={"day": 40})
    await activated(funded, "scheme", body={"fund_caps": {"month": 61}})
    people = [await funded.resident() for _ in range(5)]
    with clock.frozen(NOW + DAY):
        for who in people:
            await deed(funded, who, NOW)
        for who in people[:3]:
            await deed(funded, who, NOW + timedelta(hours=13))
        await funded.pay()
    reasons = [row[2] for row in await results(funded)]
    total, fund = "cap:rule_total:2026-11-10", "cap:fund:2026-11"
    assert reasons == [None, None, total, total, total, None, fund, fund]
    async with funded.database.read() as db:
        spent = select(CapCounter.scope, func.sum(CapCounter.used)).where(CapCounter.resident_id == "")
        used = {row[0]: row[1] for row in await db.execute(spent.group_by(CapCounter.scope))}
    assert used == {"rule_total": 60, "fund": 60}
    assert await funded.findings() == []


async def test_minutes_are_a_unit_of_their_own_and_need_no_fund(town: Town) -> None:
    who = await town.resident()
    for rule in ("volunteer_time", "volunteer_minutes"):
        await deed(town, who, NOW, rule, minutes=600)
    await town.pay()
    assert await town.balance(who) == Balance(posted=0, held=0)
    async with town.database.read() as db:
        minutes = select(Account.posted).where(Account.owner_id == who, Account.unit == Unit.MINUTE.value)
        assert (await db.execute(minutes)).scalar_one() == 600
    assert [row[2] for row in await results(town)] == ["fund_exhausted", None]
    await town.fund(100)
    await town.pay()
    assert (await town.balance(who)).posted == 80
    assert await town.findings() == []


async def test_what_was_paid_is_computed_again_from_body_and_inputs(funded: Town) -> None:
    row = await activated(funded, by_category={"M09": 7}, by_stars={"5": 150})
    who = await funded.resident()
    await deed(funded, who, NOW, category="M09", stars=5, position=1)
    await deed(funded, who, NOW, "volunteer_time", minutes=90)
    await funded.pay()
    async with funded.database.read() as db:
        paid = select(Transfer).where(Transfer.kind == TransferKind.GRANT.value).order_by(Transfer.rule_id)
        first, second = (await db.execute(paid)).scalars().all()
        assert (first.rule_version, first.inputs) == (row.version, {"category": "M09", "stars": 5, "position": 1})
        again = await recomputing.recompute(db, transfer_id=second.id)
        assert (again.paid, again.due, again.inputs) == (15, 15, {"minutes": 90})
        assert again.agrees


@pytest.mark.parametrize(("version", "due"), [(1, 10), (99, None)])
async def test_an_amount_that_its_rule_does_not_give_is_found(funded: Town, version: int, due: int | None) -> None:
    source, target = source_of(AREA, Unit.POINT), AccountRef(AREA, AccountKind.RESIDENT, await funded.resident())
    async with funded.database.write() as db:
        wrong = await ledger.post(
            db,
            Posting(
                area_code=AREA,
                key="wrong",
                kind=TransferKind.GRANT,
                legs=between(source, target, 11),
                reason="report_verified",
                rule_id="report_verified",
                rule_version=version,
                inputs={"stars": 3},
            ),
        )
        found = await recomputing.recompute(db, transfer_id=wrong.transfer_id)
        with pytest.raises(TransferUnknown):
            await recomputing.recompute(db, transfer_id="nothing")
    assert (found.paid, found.due, found.agrees) == (11, due, False)


async def test_a_draft_is_tried_on_the_past_month_and_nothing_is_written(funded: Town) -> None:
    one, two = await funded.resident(), await funded.resident()
    for who, days in ((one, 1), (one, 1), (one, 1), (two, 1), (two, 2), (two, 40)):
        await deed(funded, who, NOW - days * DAY)
    await deed(funded, two, NOW - DAY, "report_followed")
    await funded.pay()
    row = await drafted(funded, points=30)
    before = await state(funded)
    async with funded.database.read() as db:
        tried = await rehearsal.rehearse(db, row=row)
    assert await state(funded) == before
    assert [(d.day, d.deeds, d.paid, d.amount, d.capped, d.capped_amount, d.paid_then) for d in tried.in_order()] == [
        ("2026-11-08", 1, 1, 30, 0, 0, 10), ("2026-11-09", 4, 3, 90, 1, 30, 40),
    ]  # fmt: skip
    assert (tried.amount, dict(tried.persons), dict(tried.reasons)) == (120, {one: 60, two: 60}, {"cap:rule": 1})


async def test_what_a_draft_would_have_paid_is_what_the_rule_pays(funded: Town) -> None:
    people = [await funded.resident() for _ in range(3)]
    row = await activated(funded, caps={"day": 40, "month": 100}, total_caps={"day": 90}, effective_from=NOW)
    later = NOW + 20 * DAY
    with clock.frozen(later):
        for number in range(60):
            await deed(funded, people[number % 3], NOW + (number % 7) * DAY, stars=number % 5 + 1)
        async with funded.database.read() as db:
            tried = await rehearsal.rehearse(db, row=row)
        await funded.pay()
    paid = [(await funded.balance(who)).posted for who in people]
    assert [tried.persons[who] for who in people] == paid
    assert tried.amount == sum(paid) > 0


async def state(town: Town) -> list[int]:
    async with town.database.read() as db:
        return [
            (await db.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (Transfer, Entry, GrantRequest, CapCounter, RuleVersion)
        ]
