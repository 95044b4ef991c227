"""What a report earns: first and followers of one matter, photos added later, the worker's stars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from community import issues
from community.issues import Action, follow_ups
from core import clock
from core.errors import Invalid
from core.values import Role
from points import corrections, grants
from points.grant_models import GrantRequest
from tests.community.issues.conftest import Staff, World, a_lamp
from tests.community.people import AREA, crowd

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 2, 4, tzinfo=UTC)


async def reported(world: World, resident_id: str, at: datetime) -> str:
    """The number of a report that another resident made."""
    with clock.at(at):
        async with world.database.write() as db:
            filed = await issues.report(
                db, world.vault, world.config, resident_id=resident_id, draft=a_lamp(), source="wechat"
            )
    return filed.number


async def asked(world: World, *columns: str) -> list[tuple[Any, ...]]:
    wanted = [getattr(GrantRequest, name) for name in columns]
    async with world.database.read() as db:
        return [tuple(row) for row in await db.execute(select(*wanted).order_by(GrantRequest.id))]


async def shown(world: World, number: str) -> int:
    async with world.database.read() as db:
        issue = await world.issue(number)
        return await issues.awards.points_of(db, issue)


async def paid(world: World) -> None:
    async with world.database.write() as db:
        await corrections.fund_community(db, area_code=AREA, amount_points=100, actor_id="w", reason="test", key="fund")
        await grants.post_due(db)


async def test_who_reported_first_earns_as_first_and_followers_as_followers(world: World, staff: Staff) -> None:
    one, two, three = await crowd(world.database, world.vault, 3)
    numbers = [await reported(world, who, FIRST + n * DAY) for n, who in enumerate((one, two, three))]
    admin = staff(Role.ADMIN)
    await world.move(numbers[1], admin, Action.MERGE, into=numbers[0])
    await world.move(numbers[0], admin, Action.VERIFY)
    await world.move(numbers[2], admin, Action.MERGE, into=numbers[0])
    assert await asked(world, "recipient_id", "rule_id", "source_id", "occurred_at", "facts") == [
        (one, "report_verified", numbers[0], FIRST, {"category": "M09", "position": 1}),
        (two, "report_followed", numbers[0], FIRST + DAY, {"category": "M09", "position": 2}),
        (three, "report_followed", numbers[0], FIRST + 2 * DAY, {"category": "M09", "position": 3}),
    ]


async def test_an_older_report_is_the_first_unless_the_newer_one_was_asked_for(world: World, staff: Staff) -> None:
    one, two, three = await crowd(world.database, world.vault, 3)
    oldest, older, target = [await reported(world, who, FIRST + n * DAY) for n, who in enumerate((one, two, three))]
    admin = staff(Role.ADMIN)
    await world.move(older, admin, Action.MERGE, into=target)
    await world.move(target, admin, Action.VERIFY)
    await world.move(oldest, admin, Action.MERGE, into=target)
    assert await asked(world, "recipient_id", "rule_id") == [
        (two, "report_verified"), (three, "report_followed"), (one, "report_followed"),
    ]  # fmt: skip


async def test_nobody_earns_twice_for_one_matter(world: World, staff: Staff) -> None:
    first, again = await world.report(), await world.report()
    admin = staff(Role.ADMIN)
    await world.move(first, admin, Action.VERIFY)
    await world.move(again, admin, Action.MERGE, into=first)
    assert await asked(world, "rule_id") == [("report_verified",)]


async def test_who_was_asked_for_before_the_merge_does_not_earn_as_a_follower(world: World, staff: Staff) -> None:
    one, two = await crowd(world.database, world.vault, 2)
    numbers = [await reported(world, who, FIRST + n * DAY) for n, who in enumerate((one, two))]
    admin = staff(Role.ADMIN)
    for number in numbers:
        await world.move(number, admin, Action.VERIFY)
    await world.move(numbers[1], admin, Action.MERGE, into=numbers[0])
    assert await asked(world, "recipient_id", "rule_id", "source_id") == [
        (one, "report_verified", numbers[0]), (two, "report_verified", numbers[1]),
    ]  # fmt: skip
    await paid(world)
    assert [await shown(world, number) for number in numbers] == [10, 10]


async def test_a_chain_of_merged_reports_is_one_matter(world: World, staff: Staff) -> None:
    people = await crowd(world.database, world.vault, 3)
    one, two, three = [await reported(world, who, FIRST + n * DAY) for n, who in enumerate(people)]
    admin = staff(Role.ADMIN)
    await world.move(three, admin, Action.MERGE, into=two)
    await world.move(two, admin, Action.MERGE, into=one)
    assert await asked(world, "rule_id") == []
    await world.move(one, admin, Action.VERIFY)
    assert {source for (source,) in await asked(world, "source_id")} == {one}
    assert len(await asked(world, "id")) == 3


async def test_a_report_shows_what_its_own_resident_got(world: World, staff: Staff) -> None:
    one, two = await crowd(world.database, world.vault, 2)
    numbers = [await reported(world, who, FIRST + n * DAY) for n, who in enumerate((one, two))]
    admin = staff(Role.ADMIN)
    await world.move(numbers[0], admin, Action.VERIFY, stars=5)
    await world.move(numbers[1], admin, Action.MERGE, into=numbers[0])
    await paid(world)
    assert [await shown(world, number) for number in numbers] == [15, 1]


@pytest.mark.parametrize("stars", [0, 6])
async def test_stars_are_one_to_five(world: World, staff: Staff, stars: int) -> None:
    number = await world.report()
    with pytest.raises(Invalid):
        await world.move(number, staff(Role.ADMIN), Action.VERIFY, stars=stars)


async def test_a_photo_added_later_earns_once_and_only_when_the_report_proved_right(world: World, staff: Staff) -> None:
    number, other = await world.report(), await world.report()
    for sha256 in ("a" * 64, "b" * 64):
        await world.do(follow_ups.add_photo, number, sha256=sha256)
    assert await asked(world, "rule_id") == []
    await world.move(number, staff(Role.ADMIN), Action.VERIFY)
    await world.do(follow_ups.add_photo, number, sha256="c" * 64)
    await world.move(other, staff(Role.ADMIN), Action.VERIFY)
    await world.do(follow_ups.add_photo, other, sha256="d" * 64)
    assert await asked(world, "rule_id", "purpose", "source_id") == [
        ("report_verified", "report", number), ("report_photo", "photo", number),
        ("report_verified", "report", other), ("report_photo", "photo", other),
    ]  # fmt: skip


async def test_a_photo_of_a_report_that_was_rejected_earns_nothing(world: World, staff: Staff) -> None:
    number = await world.report()
    await world.do(follow_ups.add_photo, number, sha256="a" * 64)
    await world.move(number, staff(Role.ADMIN), Action.REJECT, reason="不属实")
    assert await asked(world, "rule_id") == []
