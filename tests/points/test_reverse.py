"""Taking back what was given: from its own lot first, and what is spent by the community's choice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from points import statements
from points.errors import InsufficientPoints, KeyReused
from points.models import Account, AccountKind
from points.reversal_plans import ClawBack
from tests.points.town import AREA, Town


async def granted(town: Town, resident: str, source_id: str) -> str:
    """The transfer of a grant of ten points."""
    await town.ask(resident, source_id)
    await town.pay()
    return (await town.statement(resident)).items[0].transfer_id


async def earned(town: Town, resident: str) -> int:
    async with town.database.read() as db:
        mine = select(Account.earned).where(Account.owner_id == resident, Account.kind == AccountKind.RESIDENT.value)
        return (await db.execute(mine)).scalar_one()


@pytest.fixture
async def rich(town: Town) -> Town:
    await town.fund(100)
    return town


async def test_the_lot_that_was_given_is_taken_before_others(rich: Town) -> None:
    resident = await rich.resident()
    await rich.adjust(resident, 5, expires_at=clock.now() + timedelta(days=1))
    transfer = await granted(rich, resident, "1")
    await rich.reverse(transfer)
    assert [left for left, _, _ in await rich.lots(resident)] == [5, 0]
    assert await rich.findings() == []


async def test_without_a_policy_what_is_spent_is_not_taken(rich: Town) -> None:
    resident = await rich.resident()
    transfer = await granted(rich, resident, "1")
    await rich.adjust(resident, -4)
    with pytest.raises(InsufficientPoints) as refused:
        await rich.reverse(transfer)
    assert refused.value.facts == {"needed": 10, "available": 6}


async def test_a_clamped_claw_back_says_what_it_let_go(rich: Town) -> None:
    resident = await rich.resident()
    transfer = await granted(rich, resident, "1")
    await rich.adjust(resident, -4)
    done = await rich.reverse(transfer, key="K", claw_back=ClawBack.CLAMP)
    assert (done.taken_points, done.owed_points, done.forgiven_points) == (6, 0, 4)
    again = await rich.reverse(transfer, key="K", claw_back=ClawBack.CLAMP)
    assert (again.transfer_id, again.created, again.forgiven_points) == (done.transfer_id, False, 4)
    assert (await rich.balance(resident)).posted == 0
    assert await rich.fund_balance() == 96
    assert await rich.findings() == []


async def test_a_key_stands_for_one_reversal(rich: Town) -> None:
    resident = await rich.resident()
    first, second = await granted(rich, resident, "1"), await granted(rich, resident, "2")
    await rich.reverse(first, key="K")
    with pytest.raises(KeyReused):
        await rich.reverse(second, key="K")
    assert (await rich.balance(resident)).posted == 10


async def test_nothing_to_take_is_refused_not_pretended(rich: Town) -> None:
    resident = await rich.resident()
    transfer = await granted(rich, resident, "1")
    await rich.adjust(resident, -10)
    with pytest.raises(InsufficientPoints):
        await rich.reverse(transfer, claw_back=ClawBack.CLAMP)


async def test_a_debt_is_settled_first_from_what_comes_later(rich: Town) -> None:
    resident = await rich.resident()
    transfer = await granted(rich, resident, "1")
    await rich.adjust(resident, -7)
    done = await rich.reverse(transfer, claw_back=ClawBack.DEBT)
    assert (done.taken_points, done.owed_points, done.forgiven_points) == (3, 7, 0)
    assert (await rich.balance(resident)).posted == 0
    assert await rich.owed(resident) == 7
    assert await rich.fund_balance() == 100
    await granted(rich, resident, "2")
    assert await rich.owed(resident) == 0
    assert [(line.kind, line.amount_points) for line in (await rich.statement(resident)).items[:2]] == [
        ("settlement", -7), ("grant", 10),
    ]  # fmt: skip
    assert await rich.findings() == []


async def test_a_debt_is_settled_in_parts(rich: Town) -> None:
    resident = await rich.resident()
    transfer = await granted(rich, resident, "1")
    await rich.adjust(resident, -10)
    await rich.reverse(transfer, claw_back=ClawBack.DEBT)
    await rich.adjust(resident, 4)
    assert (await rich.owed(resident), (await rich.balance(resident)).posted) == (6, 0)
    await rich.adjust(resident, 9)
    assert (await rich.owed(resident), (await rich.balance(resident)).posted) == (0, 3)
    assert await rich.findings() == []


async def test_a_debt_follows_a_wallet_that_is_merged(rich: Town) -> None:
    source, target = await rich.resident(), await rich.resident()
    transfer = await granted(rich, source, "1")
    await rich.adjust(source, -10)
    await rich.reverse(transfer, claw_back=ClawBack.DEBT)
    await rich.merge(source, target)
    assert (await rich.owed(source), await rich.owed(target)) == (0, 10)
    await rich.adjust(target, 12)
    assert (await rich.balance(target)).posted == 2
    assert await rich.findings() == []


async def test_what_expired_of_a_grant_comes_back_from_the_expired(rich: Town) -> None:
    resident = await rich.resident()
    day = clock.now() + timedelta(days=1)
    given = await rich.adjust(resident, 10, expires_at=day)
    await rich.adjust(resident, 10)
    with clock.frozen(day):
        await rich.write_off()
        await rich.reverse(given.transfer_id)
        assert (await rich.balance(resident)).posted == 10
        assert await rich.findings() == []


async def test_a_reversed_grant_was_not_earned_and_not_awarded(rich: Town) -> None:
    resident = await rich.resident()
    first = await granted(rich, resident, "1")
    await granted(rich, resident, "2")
    await rich.adjust(resident, -15)
    assert await earned(rich, resident) == 20
    await rich.reverse(first, claw_back=ClawBack.CLAMP)
    assert await earned(rich, resident) == 10
    async with rich.database.read() as db:
        assert await statements.awarded_points(db, source_kind="issue", source_id="1") == 0
        assert await statements.awarded_points(db, source_kind="issue", source_id="2") == 10


async def test_a_reversal_after_a_merge_takes_from_the_wallet_that_is_left(rich: Town) -> None:
    source, target = await rich.resident(), await rich.resident(points=1)
    transfer = await granted(rich, source, "1")
    await rich.merge(source, target)
    await rich.reverse(transfer)
    assert (await rich.balance(target)).posted == 1
    assert await earned(rich, target) == 0
    assert await rich.findings() == []


async def test_a_balance_in_one_unit_is_not_spent_in_the_other(rich: Town) -> None:
    resident = await rich.resident(points=5)
    async with rich.database.read() as db:
        assert [unit for _, unit in await statements.wallets(db, resident_id=resident)] == ["POINT"]
        assert await statements.debt(db, area_code=AREA, resident_id=resident) == 0
