from __future__ import annotations

import pytest

from points.errors import AlreadyReversed, InsufficientPoints, KeyReused, NotReversible, TransferUnknown
from tests.points.town import Town


async def test_a_reversal_is_a_new_transfer_that_names_the_old_one(town: Town) -> None:
    resident = await town.resident()
    given = await town.adjust(resident, 10)
    undone = await town.reverse(given.transfer_id)
    lines = (await town.statement(resident)).items
    assert [(line.amount_points, line.reverses_id) for line in lines] == [
        (-10, given.transfer_id), (10, None),
    ]  # fmt: skip
    assert undone.transfer_id != given.transfer_id
    assert await town.findings() == []


async def test_a_transfer_is_reversed_once(town: Town) -> None:
    given = await town.adjust(await town.resident(), 10)
    first = await town.reverse(given.transfer_id)
    with pytest.raises(AlreadyReversed) as refused:
        await town.reverse(given.transfer_id)
    assert refused.value.facts["by"] == first.transfer_id


async def test_a_repeated_reversal_under_its_key_is_the_same_one(town: Town) -> None:
    given = await town.adjust(await town.resident(), 10)
    first = await town.reverse(given.transfer_id, key="undo")
    again = await town.reverse(given.transfer_id, key="undo")
    assert (again.transfer_id, again.created) == (first.transfer_id, False)


async def test_a_key_of_another_reversal_is_a_conflict(town: Town) -> None:
    resident = await town.resident()
    first, second = await town.adjust(resident, 10), await town.adjust(resident, 10)
    await town.reverse(first.transfer_id, key="undo")
    with pytest.raises(KeyReused):
        await town.reverse(second.transfer_id, key="undo")


async def test_a_reversal_is_not_reversed(town: Town) -> None:
    given = await town.adjust(await town.resident(), 10)
    undone = await town.reverse(given.transfer_id)
    with pytest.raises(NotReversible):
        await town.reverse(undone.transfer_id)


async def test_points_that_are_spent_or_held_cannot_be_taken_back(town: Town) -> None:
    resident = await town.resident()
    given = await town.adjust(resident, 10)
    await town.redeem(resident, await town.reward(price=1))
    with pytest.raises(InsufficientPoints):
        await town.reverse(given.transfer_id)
    assert (await town.balance(resident)).posted == 10


async def test_what_was_never_posted_cannot_be_reversed(town: Town) -> None:
    with pytest.raises(TransferUnknown):
        await town.reverse("0" * 32)


async def test_the_reversal_of_a_grant_goes_back_to_the_fund(town: Town) -> None:
    await town.fund(10)
    resident = await town.resident()
    await town.ask(resident, "1")
    await town.pay()
    line = (await town.statement(resident)).items[0]
    await town.reverse(line.transfer_id)
    assert await town.fund_balance() == 10
    assert (await town.balance(resident)).posted == 0
