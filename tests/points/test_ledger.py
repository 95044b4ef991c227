from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.db import Database, dump_json, new_id
from points.accounts import AccountRef
from points.errors import AmountInvalid, FundExhausted, InsufficientPoints, KeyReused, SourceAlreadyPaid
from points.ledger import post, post_many
from points.models import AccountKind, Entry, Transfer, TransferKind, Unit
from points.postings import MAX_POINTS, Leg, Posting, between
from tests.points.town import AREA, Town


def give(resident_id: str, points: int, key: str, kind: AccountKind = AccountKind.TREASURY) -> Posting:
    legs = between(AccountRef(AREA, kind), AccountRef(AREA, AccountKind.RESIDENT, resident_id), points)
    return Posting(area_code=AREA, key=key, kind=TransferKind.ADJUSTMENT, legs=legs, reason="test")


async def test_a_transfer_moves_points_and_keeps_the_sum_at_zero(town: Town) -> None:
    resident = await town.resident(points=30)
    await town.adjust(resident, -12)
    assert (await town.balance(resident)).available == 18
    async with town.database.read() as db:
        assert (await db.execute(select(func.sum(Entry.amount)))).scalar_one() == 0
    assert await town.findings() == []


async def test_entries_carry_the_running_balance_and_a_gapless_number(town: Town) -> None:
    resident = await town.resident()
    for points in (5, 7, -2):
        await town.adjust(resident, points)
    lines = (await town.statement(resident)).items
    assert [(line.seq, line.amount_points, line.balance_after) for line in lines] == [
        (3, -2, 10), (2, 7, 12), (1, 5, 5),
    ]  # fmt: skip


async def test_many_transfers_in_one_posting_keep_each_its_own_running_balance(town: Town) -> None:
    first, second = await town.resident(), await town.resident()
    async with town.database.write() as db:
        await post_many(db, [give(first, 1, "a"), give(second, 2, "b"), give(first, 4, "c")])
    lines = (await town.statement(first)).items
    assert [(line.seq, line.balance_after) for line in lines] == [(2, 5), (1, 1)]
    assert await town.findings() == []


async def test_the_same_key_and_request_gives_the_same_transfer(town: Town) -> None:
    resident = await town.resident()
    first = await town.adjust(resident, 5, key="k")
    again = await town.adjust(resident, 5, key="k")
    assert (first.created, again.created) == (True, False)
    assert again.transfer_id == first.transfer_id
    assert (await town.balance(resident)).posted == 5


async def test_the_same_key_twice_in_one_posting_moves_once(town: Town) -> None:
    resident = await town.resident()
    async with town.database.write() as db:
        done = await post_many(db, [give(resident, 3, "k"), give(resident, 3, "k")])
    assert [posted.created for posted in done] == [True, False]
    assert (await town.balance(resident)).posted == 3


async def test_the_same_key_for_another_request_is_a_conflict(town: Town) -> None:
    resident = await town.resident()
    await town.adjust(resident, 5, key="k")
    with pytest.raises(KeyReused):
        await town.adjust(resident, 6, key="k")
    assert (await town.balance(resident)).posted == 5


async def test_a_key_is_unique_in_its_community_only(town: Town, database: Database) -> None:
    other = Town(database, town.vault, area="110101001002")
    await town.adjust(await town.resident(), 5, key="k")
    assert (await other.adjust(await other.resident(), 6, key="k")).created


async def test_no_wallet_goes_below_zero(town: Town) -> None:
    resident = await town.resident(points=10)
    with pytest.raises(InsufficientPoints) as refused:
        await town.adjust(resident, -11)
    assert refused.value.facts == {"needed": 11, "available": 10}


async def test_no_fund_goes_below_zero(town: Town) -> None:
    await town.fund(5)
    resident = await town.resident()
    async with town.database.write() as db:
        with pytest.raises(FundExhausted):
            await post(db, give(resident, 6, "k", kind=AccountKind.FUND))


async def test_a_refused_posting_changes_nothing_even_if_the_transaction_goes_on(town: Town) -> None:
    resident = await town.resident(points=10)
    async with town.database.write() as db:
        with pytest.raises(InsufficientPoints):
            await post_many(db, [give(resident, 1, "fine"), give(new_id(), -5, "poor")])
    assert (await town.balance(resident)).posted == 10
    async with town.database.read() as db:
        keys = (await db.execute(select(Transfer.idempotency_key))).scalars().all()
    assert not {"fine", "poor"} & set(keys)
    assert await town.findings() == []


@pytest.mark.parametrize("amount", [0, MAX_POINTS + 1, -MAX_POINTS - 1, 1.5, True, "5"])
async def test_absurd_amounts_are_refused(town: Town, amount: int) -> None:
    with pytest.raises(AmountInvalid):
        await town.adjust(await town.resident(), amount)


async def test_a_posting_that_does_not_sum_to_zero_is_refused(town: Town) -> None:
    resident = await town.resident()
    legs = (
        Leg(AccountRef(AREA, AccountKind.TREASURY), -5),
        Leg(AccountRef(AREA, AccountKind.RESIDENT, resident), 6),
    )
    posting = Posting(area_code=AREA, key="k", kind=TransferKind.ADJUSTMENT, legs=legs, reason="test")
    async with town.database.write() as db:
        with pytest.raises(ValueError, match="sum to zero"):
            await post(db, posting)


async def test_a_retry_across_an_upgrade_is_the_same_request(town: Town) -> None:
    """An earlier release stored a hash of fewer fields, without a version before it."""
    resident = await town.resident()
    posting = give(resident, 5, "k")
    former = posting._said()
    async with town.database.write() as db:
        await post(db, posting)
    digest = hashlib.sha256(dump_json(former).encode()).hexdigest()
    assert posting.is_hashed_as(digest)
    assert posting.is_hashed_as(posting.hash())
    assert not posting._replace(reason="other").is_hashed_as(digest)
    assert not posting._replace(purpose="other").is_hashed_as(posting.hash())
    assert not posting._replace(approver_id="other").is_hashed_as(posting.hash())


async def test_who_asks_does_not_approve(town: Town) -> None:
    posting = give(await town.resident(), 5, "k")._replace(actor_id="worker-1", approver_id="worker-1")
    with pytest.raises(IntegrityError):
        async with town.database.write() as db:
            await post(db, posting)


async def test_units_are_never_mixed(town: Town) -> None:
    resident = AccountRef(AREA, AccountKind.RESIDENT, await town.resident(), Unit.MINUTE)
    legs = (Leg(AccountRef(AREA, AccountKind.TREASURY), -5), Leg(resident, 5))
    async with town.database.write() as db:
        with pytest.raises(ValueError, match="never converted"):
            await post(db, Posting(AREA, "k", TransferKind.ADJUSTMENT, legs, "test"))


async def test_one_deed_is_paid_once_for_one_purpose_whatever_the_rule(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident()
    paid = give(resident, 5, "first", AccountKind.FUND)._replace(
        kind=TransferKind.GRANT, purpose="report",
        source_kind="issue", source_id="1", recipient_id=resident, rule_id="report_verified",
    )  # fmt: skip
    async with town.database.write() as db:
        await post(db, paid)
        with pytest.raises(SourceAlreadyPaid):
            await post(db, paid._replace(key="second", rule_id="report_followed"))
        await post(db, paid._replace(key="third", purpose="photo"))
    assert (await town.balance(resident)).posted == 10
