from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.crypto import Ring, Vault
from core.values import RedemptionState
from points import codes, redemption_codes, redemption_views, redemptions
from points.caps import Period
from points.errors import (
    CodeAlreadyVerified,
    CodeElsewhere,
    CodeExpired,
    CodeMistyped,
    CodeUnknown,
    CodeVoid,
    InsufficientPoints,
    KeyReused,
    LimitReached,
    RewardUnknown,
)
from points.reward_models import RedemptionChange, RedemptionRow
from tests.points.town import RING, WORKER, Town, code_of

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
NEXT_KEY = "t2:YW5vdGhlci1yb290LWtleS0zMi1ieXRlcy1mb3ItdGU="


async def test_redeeming_holds_the_points_and_verifying_spends_them(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward(price=12, stock=5)
    held = await town.redeem(resident, reward)
    assert (await town.balance(resident)).available == 18
    assert (await town.balance(resident)).posted == 30
    verified = await town.verify(code_of(held))
    balance = await town.balance(resident)
    assert (balance.posted, balance.held) == (18, 0)
    assert (verified.state, verified.settled_by, verified.code) == (RedemptionState.VERIFIED, WORKER, None)
    assert await town.stock(reward) == 4
    assert await town.findings() == []


async def test_a_code_is_verified_once_and_the_second_hears_who_and_when(town: Town) -> None:
    code = code_of(await town.redeem(await town.resident(points=30), await town.reward()))
    with clock.frozen(NOON):
        first = await town.verify(code, worker_id="worker-7")
    with pytest.raises(CodeAlreadyVerified) as refused:
        await town.verify(code, worker_id="worker-8")
    assert refused.value.facts == {
        "redemption_id": first.id, "verified_at": NOON, "verified_by": "worker-7", "site_id": None,
        "area_code": town.area,
    }  # fmt: skip


async def test_the_same_key_gives_the_same_redemption_and_code(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward(stock=5)
    first = await town.redeem(resident, reward, key="k")
    assert await town.redeem(resident, reward, key="k") == first
    assert await town.stock(reward) == 4
    with pytest.raises(KeyReused):
        await town.redeem(resident, await town.reward(), key="k")
    with pytest.raises(KeyReused):
        await town.redeem(await town.resident(points=30), reward, key="k")


async def test_too_few_points_leave_the_shelf_and_the_limit_as_they_were(town: Town) -> None:
    resident = await town.resident(points=9)
    reward = await town.reward(price=10, stock=5, limit_per_person=1)
    async with town.database.write() as db:
        with pytest.raises(InsufficientPoints) as refused:
            await redemptions.redeem(
                db, town.vault, resident_id=resident, area_code=town.area, reward_id=reward, key="poor"
            )
    assert refused.value.facts == {"needed": 10, "available": 9}
    assert await town.stock(reward) == 5
    await town.adjust(resident, 1)
    await town.redeem(resident, reward)
    assert await town.findings() == []


async def test_held_points_cannot_be_spent_again(town: Town) -> None:
    resident, reward = await town.resident(points=15), await town.reward(price=10)
    await town.redeem(resident, reward)
    with pytest.raises(InsufficientPoints):
        await town.redeem(resident, reward)


async def test_the_limit_of_a_person_counts_in_its_period(town: Town) -> None:
    reward = await town.reward(price=1, stock=9, limit_per_person=1, limit_period=Period.MONTH)
    resident, other = await town.resident(points=9), await town.resident(points=9)
    with clock.frozen(NOON):
        first = await town.redeem(resident, reward)
        with pytest.raises(LimitReached) as refused:
            await town.redeem(resident, reward)
        await town.redeem(other, reward)
        await town.void(first.id)
        await town.redeem(resident, reward)
    assert refused.value.facts == {"limit": 1, "period": "month"}
    with clock.frozen(NOON + timedelta(days=10)):
        await town.redeem(resident, reward)
    assert await town.findings() == []


async def test_a_reward_of_another_community_is_unknown(town: Town) -> None:
    other = Town(town.database, town.vault, area="110101001002")
    with pytest.raises(RewardUnknown):
        await town.redeem(await town.resident(points=30), await other.reward())


async def test_void_gives_points_and_shelf_back(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward(stock=5)
    held = await town.redeem(resident, reward)
    assert (await town.void(held.id)).state is RedemptionState.VOID
    assert (await town.balance(resident)).available == 30
    assert await town.stock(reward) == 5
    with pytest.raises(CodeVoid):
        await town.verify(code_of(held))
    assert await town.findings() == []


async def test_an_expired_code_is_useless_from_the_second_it_expires(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward(stock=5, code_days=7)
    with clock.frozen(NOON):
        held = await town.redeem(resident, reward)
        in_time = await town.redeem(resident, reward)
    with clock.frozen(NOON + timedelta(days=7) - timedelta(microseconds=1)):
        await town.verify(code_of(in_time))
        assert await town.expire() == 0
    with clock.frozen(NOON + timedelta(days=7)):
        with pytest.raises(CodeExpired):
            await town.verify(code_of(held))
        assert [redemption.code for redemption in await town.redemptions(resident)] == [None, None]
        assert await town.expire() == 1
        assert await town.expire() == 0
        with pytest.raises(CodeExpired):
            await town.verify(code_of(held))
    assert (await town.balance(resident)).available == 20
    assert await town.stock(reward) == 4
    assert await town.findings() == []


async def test_a_worker_verifies_in_their_areas_and_below_only(town: Town) -> None:
    held = await town.redeem(await town.resident(points=30), await town.reward())
    for areas in ((), ("110102",), ("1101010010019",)):
        with pytest.raises(CodeElsewhere):
            await town.verify(code_of(held), area_codes=areas)
    await town.verify(code_of(held), area_codes=("9", "110101"))


async def test_codes_that_are_wrong_or_unknown(town: Town) -> None:
    with pytest.raises(CodeUnknown):
        await town.verify(codes.new_code())
    with pytest.raises(CodeMistyped):
        await town.verify("12AB")
    with pytest.raises(CodeUnknown):
        await town.void("0" * 32)


async def test_the_resident_sees_the_code_until_it_is_used(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward()
    held = await town.redeem(resident, reward)
    assert [mine.code for mine in await town.redemptions(resident)] == [held.code]
    await town.verify(code_of(held))
    assert [mine.code for mine in await town.redemptions(resident)] == [None]


async def test_the_database_holds_no_readable_code(town: Town) -> None:
    code = code_of(await town.redeem(await town.resident(points=30), await town.reward()))
    async with town.database.read() as db:
        row = (await db.execute(select(RedemptionRow))).scalar_one()
    plain = codes.normalise(code)
    assert plain not in (row.code_blind or "")
    assert plain.encode() not in (row.code_sealed or b"")


async def test_a_code_taken_by_somebody_else_is_drawn_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["8H2K7M4A", "8H2K7M4A", "8H2K7M4C"])
    monkeypatch.setattr(codes, "new_code", lambda: next(drawn))
    reward = await town.reward()
    first = await town.redeem(await town.resident(points=30), reward)
    second = await town.redeem(await town.resident(points=30), reward)
    assert (first.code, second.code) == ("8H2K-7M4A", "8H2K-7M4C")


async def test_a_code_made_under_the_former_root_key_is_still_found(town: Town) -> None:
    held = await town.redeem(await town.resident(points=30), await town.reward())
    ring = Ring.parse(f"{NEXT_KEY},{RING}")
    rotated = Town(town.database, Vault(ring))
    await rotated.verify(code_of(held))


async def test_after_reindexing_the_former_root_key_is_not_needed_for_the_index(town: Town) -> None:
    resident, erased = await town.resident(points=30), await town.resident(points=30)
    reward = await town.reward()
    held, lost = await town.redeem(resident, reward), await town.redeem(erased, reward)
    rotated = Vault(Ring.parse(f"{NEXT_KEY},{RING}"))
    async with town.database.write() as db:
        await rotated.rewrap(db)
        await rotated.destroy(db, erased)
        counts = [await redemption_codes.reindex(db, rotated) for _ in range(2)]
    assert counts == [2, 0]
    alone = Town(town.database, Vault(Ring.parse(NEXT_KEY)))
    assert [mine.code for mine in await alone.redemptions(resident)] == [held.code]
    await alone.verify(code_of(held))
    with pytest.raises(CodeUnknown):
        await alone.verify(code_of(lost))


async def test_every_step_is_recorded_with_who_and_why(town: Town) -> None:
    resident = await town.resident(points=30)
    held = await town.redeem(resident, await town.reward())
    await town.verify(code_of(held))
    async with town.database.read() as db:
        changes = (await db.execute(select(RedemptionChange).order_by(RedemptionChange.id))).scalars().all()
    assert [(c.from_state, c.to_state, c.actor_id, c.reason) for c in changes] == [
        (None, "held", resident, "redeemed"),
        ("held", "verified", WORKER, "verified"),
    ]


async def test_a_list_of_the_staff_ends_at_their_areas_and_pages(town: Town) -> None:
    other = Town(town.database, town.vault, area="110102009009")
    await other.redeem(await other.resident(points=10), await other.reward())
    resident, reward = await town.resident(points=90), await town.reward()
    made = [(await town.redeem(resident, reward)).id for _ in range(3)]
    await town.void(made[0])
    async with town.database.read() as db:
        everything = redemption_views.list_redemptions
        mine = await everything(db, area_codes=["110101"])
        assert [r.id for r in mine] == made[::-1]
        assert all(r.code is None for r in mine)
        held = await everything(db, area_codes=["110101"], state=RedemptionState.HELD)
        assert [r.id for r in held] == made[:0:-1]
        page = await everything(db, area_codes=["110101"], limit=2)
        rest = await everything(db, area_codes=["110101"], limit=2, after_id=page[-1].id)
        assert [r.id for r in [*page, *rest]] == made[::-1]
        assert await everything(db, area_codes=[]) == []
