"""Rules of areas: drafted by one, activated by another, the nearest area first, never rewritten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, IntegrityError

from core import clock
from points import rules
from points.reversal_plans import ClawBack
from points.rule_models import RuleVersion
from points.rules import errors, store
from points.rules.body import Facts
from points.rules.shipped import default
from tests.points.town import AREA, Town

STREET = AREA[:9]
NOW = datetime(2026, 11, 10, 12, tzinfo=clock.SHANGHAI)
DAY = timedelta(days=1)
BODY: dict[str, Any] = {"title": "反映问题", "purpose": "report", "points": 20, "caps": {"day": 60}}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
async def funded(town: Town) -> Town:
    await town.fund(1000)
    return town


async def draft(town: Town, area: str = AREA, rule_id: str = "report_verified", **changed: Any) -> RuleVersion:
    when = {name: changed.pop(name) for name in ("effective_from", "effective_until") if name in changed}
    body = changed.pop("body", BODY) | changed
    async with town.database.write() as db:
        return await store.draft(
            db, area_code=area, rule_id=rule_id, body=body, worker_id="one", **({"effective_from": NOW} | when)
        )


async def activate(town: Town, row: RuleVersion, worker_id: str = "two") -> RuleVersion:
    async with town.database.write() as db:
        return await store.activate(db, rule_id=row.rule_id, version=row.version, worker_id=worker_id)


async def retire(town: Town, row: RuleVersion, until: datetime | None = None) -> RuleVersion:
    async with town.database.write() as db:
        return await store.retire(db, rule_id=row.rule_id, version=row.version, until=until)


async def held(town: Town, moment: datetime, area: str = AREA) -> int:
    """The version that holds in an area at a moment."""
    async with town.database.read() as db:
        found = (await rules.in_force(db)).at("report_verified", moment, area)
    assert found is not None
    return found.version


async def test_a_draft_pays_nothing_until_another_person_activates_it(funded: Town) -> None:
    row = await draft(funded)
    assert row.version == 2, "after the shipped one"
    assert await held(funded, NOW + DAY) == 1
    with pytest.raises(errors.SamePerson):
        await activate(funded, row, "one")
    assert await held(funded, NOW + DAY) == 1
    active = await activate(funded, row)
    assert (active.status, active.created_by, active.approved_by) == ("active", "one", "two")
    assert await held(funded, NOW + DAY) == 2
    assert (await activate(funded, row)).activated_at == active.activated_at, "asked twice, done once"
    with pytest.raises(errors.RuleNotDraft):
        await activate(funded, row, "three")


async def test_the_database_refuses_one_person_for_both(funded: Town) -> None:
    await draft(funded)
    with pytest.raises(IntegrityError):
        async with funded.database.write() as db:
            await db.execute(update(RuleVersion).values(status="active", approved_by="one"))


@pytest.mark.parametrize(
    "values", [{"body": "{}"}, {"approved_by": "three"}, {"effective_from": NOW - DAY}, {"status": "draft"}]
)
async def test_an_active_rule_is_not_rewritten(funded: Town, values: dict[str, Any]) -> None:
    await activate(funded, await draft(funded))
    with pytest.raises(DBAPIError, match="not rewritten"):
        async with funded.database.write() as db:
            await db.execute(update(RuleVersion).values(**values))


async def test_the_nearest_area_holds_then_the_wider_one_then_what_ships(funded: Town) -> None:
    street = await activate(funded, await draft(funded, STREET))
    here = await activate(funded, await draft(funded, AREA))
    later = NOW + DAY
    neighbour, far = f"{STREET}999", "110102009009"
    assert [await held(funded, later, area) for area in (AREA, neighbour, far)] == [here.version, street.version, 1]
    await retire(funded, here, NOW + 2 * DAY)
    assert await held(funded, later) == here.version
    assert await held(funded, NOW + 2 * DAY) == street.version


async def test_a_rule_never_begins_before_it_was_activated(funded: Town) -> None:
    row = await activate(funded, await draft(funded, effective_from=NOW - 30 * DAY))
    assert row.effective_from == NOW
    assert await held(funded, NOW - timedelta(seconds=1)) == 1
    with pytest.raises(errors.RuleOver):
        await draft(funded, effective_until=NOW - DAY)
    ended = await draft(funded, effective_from=NOW - 9 * DAY, effective_until=NOW)
    with pytest.raises(errors.RuleOver):
        await activate(funded, ended)


async def test_versions_of_one_area_do_not_overlap(funded: Town) -> None:
    first = await activate(funded, await draft(funded))
    second = await draft(funded, points=30, effective_from=NOW + 20 * DAY)
    with pytest.raises(errors.RulesOverlap):
        await activate(funded, second)
    await retire(funded, first, NOW + 20 * DAY + timedelta(seconds=1))
    with pytest.raises(errors.RulesOverlap):
        await activate(funded, second)
    third = await activate(funded, await draft(funded, points=30, effective_from=NOW + 21 * DAY))
    assert await held(funded, NOW + 20 * DAY) == first.version
    assert await held(funded, NOW + 21 * DAY) == third.version


async def test_of_two_activated_at_once_one_holds(funded: Town) -> None:
    drafts = [await draft(funded, points=points) for points in (11, 12, 13)]
    done = await asyncio.gather(*(activate(funded, row) for row in drafts), return_exceptions=True)
    assert sorted(isinstance(one, errors.RulesOverlap) for one in done) == [False, True, True]


async def test_drafts_written_at_once_get_numbers_of_their_own(funded: Town) -> None:
    drafts = await asyncio.gather(*(draft(funded, points=points) for points in range(11, 16)))
    assert sorted(row.version for row in drafts) == [2, 3, 4, 5, 6]


async def test_an_end_that_stands_is_not_moved(funded: Town) -> None:
    row = await activate(funded, await draft(funded, effective_until=NOW + 5 * DAY))
    with pytest.raises(errors.RuleOver):
        await retire(funded, row)
    with pytest.raises(errors.RuleNotDraft):
        await retire(funded, await draft(funded, points=7))


async def test_a_rule_without_limit_is_refused_at_activation(funded: Town) -> None:
    with pytest.raises(errors.RuleUnlimited):
        await activate(funded, await draft(funded, caps={}))
    assert await held(funded, NOW + DAY) == 1


async def test_a_rule_needs_a_fund_with_a_budget(town: Town) -> None:
    row = await draft(town)
    with pytest.raises(errors.RuleUnfunded):
        await activate(town, row)
    await town.fund(1)
    assert (await activate(town, row)).status == "active"


@pytest.mark.parametrize(
    ("rule_id", "changed", "what"),
    [
        ("report_verified", {"purpose": "sharing"}, "sharing"),
        ("report_verified", {"purpose": "Invite"}, "invite"),
        ("report_verified", {"purpose": "membership"}, "membership"),
        ("award_sharing", {"purpose": "award"}, "award_sharing"),
        ("invite_friends", {"purpose": "award"}, "invite_friends"),
        ("award_friends", {"purpose": "award", "title": "邀请邻居"}, "邀请"),
        ("award_spread", {"purpose": "award", "title": "转发消息"}, "转发"),
        ("award_party", {"purpose": "award", "title": "党员身份"}, "党员身份"),
        ("report_verified", {"points": -5}, "negative"),
        ("report_verified", {"by_category": {"M09": -1}}, "negative"),
        ("report_verified", {"by_stars": {"1": -100}}, "negative"),
    ],
)
async def test_sharing_inviting_membership_and_taking_are_refused_at_draft(
    funded: Town, rule_id: str, changed: dict[str, Any], what: str
) -> None:
    with pytest.raises(errors.RuleForbidden) as refused:
        await draft(funded, rule_id=rule_id, **changed)
    assert refused.value.facts == {"what": what}


@pytest.mark.parametrize(
    ("rule_id", "changed", "where"),
    [
        ("report_verified", {"points": 0}, "points"),
        ("report_verified", {"points": 1.5}, "points"),
        ("report_verified", {"points": "10"}, "points"),
        ("report_verified", {"points": 10**12}, "points"),
        ("report_verified", {"points": True}, "points"),
        ("report_verified", {"caps": {"fortnight": 5}}, "caps.fortnight.[key]"),
        ("report_verified", {"by_stars": {"6": 100}}, "by_stars.6.[key]"),
        ("report_verified", {"unit": "YUAN"}, "unit"),
        ("report_verified", {"surprise": 1}, "surprise"),
        ("report_verified", {"expiry": {"mode": "days"}}, "expiry"),
        ("report_verified", {"expiry": {"mode": "none", "grace_days": 3}}, "expiry"),
        ("report_verified", {"purpose": "photo"}, "purpose"),
        ("somebody_else", {}, "purpose"),
        ("volunteer_minutes", {"purpose": "minutes", "per_minutes": 1}, "purpose"),
        ("scheme", {"body": {"claw_back": "prison"}}, "claw_back"),
    ],
)
async def test_a_draft_that_does_not_fit_is_told_where(
    funded: Town, rule_id: str, changed: dict[str, Any], where: str
) -> None:
    with pytest.raises(errors.RuleInvalid) as refused:
        await draft(funded, rule_id=rule_id, **changed)
    assert where in refused.value.fields


async def test_the_same_draft_is_written_once(funded: Town) -> None:
    first, again, other = await draft(funded), await draft(funded), await draft(funded, points=21)
    assert (first.version, again.version, other.version) == (2, 2, 3)


async def test_numbers_run_through_all_areas(funded: Town) -> None:
    assert [(await draft(funded, area)).version for area in (AREA, STREET, "")] == [2, 3, 4]


async def test_a_community_settles_its_scheme_like_a_rule(funded: Town) -> None:
    body = {"claw_back": "debt", "adjust_limit": 50, "windows": [{"months": [1, 4, 7, 10], "last_day": 10}]}
    await activate(funded, await draft(funded, rule_id="scheme", body=body))
    async with funded.database.read() as db:
        here = await rules.scheme(db, area_code=AREA)
        elsewhere = await rules.scheme(db, area_code="110102009009")
        before = await rules.scheme(db, area_code=AREA, moment=NOW - DAY)
    assert (here.claw_back, here.adjust_limit) == (ClawBack.DEBT, 50)
    assert elsewhere == before == default().scheme("", NOW)
    open_on = {"2026-09-30 23:59:59": False, "2026-10-01": True, "2026-10-10 23:59:59": True, "2026-10-11": False}
    assert {day: here.exchanges(clock.parse(day)) for day in open_on} == open_on
    assert elsewhere.exchanges(NOW)


def test_the_body_is_read_as_it_was_drafted() -> None:
    row = RuleVersion(
        area_code=AREA, rule_id="report_verified", version=2, effective_from=NOW, effective_until=None,
        body='{"by_stars":{"5":150},"caps":{"day":60},"points":20,"purpose":"report","title":"x"}',
    )  # fmt: skip
    assert store.rule_of(row).body.amount(Facts(stars=5)) == 30


async def test_the_scheme_of_the_nearest_area_holds_while_it_does(funded: Town) -> None:
    until = NOW + 2 * DAY
    await activate(funded, await draft(funded, rule_id="scheme", body={"adjust_limit": 70}, effective_until=until))
    for area, limit in (("", 90), (STREET, 80)):
        await activate(funded, await draft(funded, area, rule_id="scheme", body={"adjust_limit": limit}))
    async with funded.database.read() as db:
        book = await rules.in_force(db)
        for area, moment, limit in (
            (AREA, NOW, 70), (AREA, until, 80), (STREET + "999", NOW, 80), ("44", NOW, 90), (AREA, NOW - DAY, 500),
        ):  # fmt: skip
            found = await rules.scheme(db, area_code=area, moment=moment)
            assert (found.adjust_limit, found) == (limit, book.scheme(area, moment))
