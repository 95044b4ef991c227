"""From waiting to handed out: every step of the table, who took it and when, and what cannot be."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core import clock
from core.errors import AppError
from core.values import RedemptionState
from points import codes, redemption_codes, redemption_expiry
from points.errors import (
    AlreadyApproved,
    AlreadyHandedOut,
    CodeAlreadyVerified,
    CodeExpired,
    CodeNotVerified,
    RedemptionNotApproved,
    RedemptionRefused,
)
from points.lot_models import Lot, LotUse
from points.models import Hold
from points.redemption_views import Redemption
from points.reward_models import TRANSITIONS, RedemptionChange, RedemptionRow
from tests.points.town import WORKER, Town, code_of

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
WEEK = timedelta(days=7)
S = RedemptionState

WAYS: dict[RedemptionState, tuple[RedemptionState, ...]] = {
    S.WAITING: (),
    S.HELD: (S.HELD,),
    S.VERIFIED: (S.HELD, S.VERIFIED),
    S.HANDED_OUT: (S.HELD, S.VERIFIED, S.HANDED_OUT),
    S.REFUSED: (S.REFUSED,),
    S.VOID: (S.VOID,),
    S.EXPIRED: (S.EXPIRED,),
}


async def waiting(town: Town, **terms: Any) -> Redemption:
    """One that waits for approval, of somebody with thirty points."""
    reward = await town.reward(needs_approval=True, code_days=7, **terms)
    return await town.redeem(await town.resident(points=30), reward)


async def step(town: Town, redemption: Redemption, to: RedemptionState) -> None:
    """Take it, the way that staff or the clock do."""
    match to:
        case S.HELD:
            await town.approve(redemption.id)
        case S.VERIFIED:
            await town.verify(await secret(town, redemption))
        case S.HANDED_OUT:
            await town.hand_out(redemption.id)
        case S.REFUSED:
            await town.refuse(redemption.id)
        case S.VOID:
            await town.void(redemption.id)
        case _:
            with clock.frozen(clock.now() + WEEK):
                await town.expire()


async def secret(town: Town, redemption: Redemption) -> str:
    """Its code, also when it is of no use any more, or that of another one that waits."""
    async with town.database.read() as db:
        row = (await db.execute(select(RedemptionRow).where(RedemptionRow.id == redemption.id))).scalar_one()
        if row.code_sealed is None:
            return codes.new_code()
        return await town.vault.open_for(db, row.resident_id, redemption_codes.PURPOSE, row.code_sealed)


async def state_of(town: Town, redemption: Redemption) -> RedemptionState:
    async with town.database.read() as db:
        query = select(RedemptionRow.state).where(RedemptionRow.id == redemption.id)
        return S((await db.execute(query)).scalar_one())


async def brought_to(town: Town, start: RedemptionState) -> Redemption:
    redemption = await waiting(town)
    for past in WAYS[start]:
        await step(town, redemption, past)
    assert await state_of(town, redemption) is start
    return redemption


async def holds_together(town: Town, redemption: Redemption) -> None:
    """Points are spent where the code was used, and nowhere else."""
    is_spent = await state_of(town, redemption) in (S.VERIFIED, S.HANDED_OUT)
    assert (await town.balance(redemption.resident_id)).posted == (20 if is_spent else 30)
    assert await town.findings() == []


@pytest.mark.parametrize(("start", "to"), [(start, to) for start in S for to in S if to in TRANSITIONS[start]])
async def test_every_step_of_the_table_can_be_taken(town: Town, start: RedemptionState, to: RedemptionState) -> None:
    redemption = await brought_to(town, start)
    await step(town, redemption, to)
    assert await state_of(town, redemption) is to
    await holds_together(town, redemption)


@pytest.mark.parametrize("start", S)
async def test_the_table_is_all_that_happens(town: Town, start: RedemptionState) -> None:
    redemption = await brought_to(town, start)
    for to in S:
        if to is not S.WAITING and to not in TRANSITIONS[start]:
            with suppress(AppError):
                await step(town, redemption, to)
            assert await state_of(town, redemption) is start, to
    await holds_together(town, redemption)


async def test_nothing_comes_back_to_waiting() -> None:
    assert all(S.WAITING not in targets for targets in TRANSITIONS.values())
    assert set(TRANSITIONS) == set(S)


async def test_what_waits_has_points_reserved_and_no_code(town: Town) -> None:
    redemption = await waiting(town)
    assert (redemption.state, redemption.code) == (S.WAITING, None)
    assert (await town.balance(redemption.resident_id)).held == 10
    with pytest.raises(RedemptionNotApproved):
        await town.hand_out(redemption.id)


async def test_approval_gives_the_code_and_all_the_time_that_a_code_has(town: Town) -> None:
    with clock.frozen(NOON):
        redemption = await waiting(town)
    with clock.frozen(NOON + WEEK - timedelta(seconds=1)):
        approved = await town.approve(redemption.id)
        assert approved.code is None
        (mine,) = await town.redemptions(redemption.resident_id)
        assert mine.expires_at == clock.now() + WEEK
        with pytest.raises(AlreadyApproved):
            await town.approve(redemption.id)
    with clock.frozen(NOON + 2 * WEEK - timedelta(seconds=2)):
        assert await town.expire() == 0
        assert (await town.verify(code_of(mine))).state is S.VERIFIED
    assert await town.findings() == []


async def test_nobody_approves_what_is_too_late(town: Town) -> None:
    with clock.frozen(NOON):
        redemption = await waiting(town)
    with clock.frozen(NOON + WEEK):
        with pytest.raises(CodeExpired):
            await town.approve(redemption.id)
        assert await town.expire() == 1
    assert (await town.balance(redemption.resident_id)).available == 30


async def test_a_refusal_gives_everything_back(town: Town) -> None:
    redemption = await waiting(town, limit_per_person=1, stock=1)
    assert (await town.refuse(redemption.id)).state is S.REFUSED
    assert (await town.balance(redemption.resident_id)).available == 30
    again = await town.redeem(redemption.resident_id, redemption.reward_id)
    with pytest.raises(RedemptionRefused):
        await town.approve(redemption.id)
    await town.approve(again.id)
    with pytest.raises(AlreadyApproved):
        await town.refuse(again.id)
    assert await town.findings() == []


async def test_a_reward_is_handed_out_with_the_verification_or_later_and_once(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward()
    at_once, later = await town.redeem(resident, reward), await town.redeem(resident, reward)
    with pytest.raises(CodeNotVerified):
        await town.hand_out(later.id)
    done = await town.verify(code_of(at_once), handed_out=True)
    assert (done.state, done.handed_by, done.verified_by) == (S.HANDED_OUT, WORKER, WORKER)
    await town.verify(code_of(later))
    with clock.frozen(NOON):
        assert (await town.hand_out(later.id)).handed_at == NOON
    with pytest.raises(AlreadyHandedOut) as refused:
        await town.hand_out(later.id)
    assert refused.value.facts == {"redemption_id": later.id, "handed_at": NOON, "handed_by": WORKER}
    with pytest.raises(CodeAlreadyVerified):
        await town.verify(code_of(at_once))
    assert await town.findings() == []


async def test_every_step_is_recorded_from_where_it_came(town: Town) -> None:
    redemption = await waiting(town)
    for to in WAYS[S.HANDED_OUT]:
        await step(town, redemption, to)
    await step(town, await waiting(town), S.VOID)
    held = await town.redeem(await town.resident(points=30), await town.reward())
    await town.void(held.id)
    async with town.database.read() as db:
        changes = (await db.execute(select(RedemptionChange).order_by(RedemptionChange.id))).scalars().all()
    assert [(c.from_state, c.to_state) for c in changes] == [
        (None, "waiting"), ("waiting", "held"), ("held", "verified"), ("verified", "handed_out"),
        (None, "waiting"), ("waiting", "void"), (None, "held"), ("held", "void"),
    ]  # fmt: skip


async def test_a_row_that_cannot_be_given_back_stands_in_nobodys_way(town: Town) -> None:
    reward = await town.reward(code_days=7)
    with clock.frozen(NOON):
        first, bad, broken, last = [await town.redeem(await town.resident(points=10), reward) for _ in range(4)]
        async with town.database.write() as db:
            await db.execute(update(Hold).where(Hold.id == bad.id).values(state="void"))
            used = select(LotUse.lot_id).where(LotUse.hold_id == broken.id)
            await db.execute(update(Lot).where(Lot.id.in_(used)).values(held=0))
    with clock.frozen(NOON + WEEK):
        async with town.database.write() as db:
            expired = await redemption_expiry.expire_due(db)
        assert {one.id for one in expired} == {first.id, last.id}
    assert [await state_of(town, one) for one in (bad, broken)] == [S.HELD, S.HELD]
    assert (await town.balance(last.resident_id)).available == 10


async def test_a_frozen_wallet_gets_back_what_was_not_collected(town: Town) -> None:
    reward = await town.reward(code_days=7)
    with clock.frozen(NOON):
        held = await town.redeem(await town.resident(points=10), reward)
        await town.freeze(held.resident_id)
    with clock.frozen(NOON + WEEK):
        assert await town.expire() == 1
    assert (await town.balance(held.resident_id)).held == 0


async def test_points_go_back_to_their_lots_which_keep_their_own_expiry(town: Town) -> None:
    resident = await town.resident()
    with clock.frozen(NOON):
        await town.adjust(resident, 6, expires_at=NOON + timedelta(days=3))
        await town.adjust(resident, 9, expires_at=NOON + timedelta(days=30))
        before = await town.lots(resident)
        held = await town.redeem(resident, await town.reward(price=10, code_days=7))
        assert [reserved for _, reserved, _ in await town.lots(resident)] == [6, 4]
        await town.void(held.id)
        assert await town.lots(resident) == before
        await town.redeem(resident, await town.reward(price=10, code_days=7))
    with clock.frozen(NOON + WEEK):
        assert await town.expire() == 1
        assert (await town.balance(resident)).available == 9


async def test_an_old_code_of_eight_digits_is_read_until_it_expires(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "new_code", lambda: "57200001")
    held = await town.redeem(await town.resident(points=30), await town.reward())
    assert held.code == "5720-0001"
    assert (await town.verify("5720 0001")).state is S.VERIFIED
