from __future__ import annotations

import pytest

from points import statements
from points.errors import TransferUnknown
from points.statements import Balance
from tests.points.town import AREA, Town


async def test_who_never_had_points_has_zero(town: Town) -> None:
    resident = await town.resident()
    assert await town.balance(resident) == Balance(posted=0, held=0)
    assert (await town.statement(resident)).items == []


async def test_the_balance_tells_held_points_from_available_ones(town: Town) -> None:
    resident = await town.resident(points=30)
    await town.redeem(resident, await town.reward(price=12))
    balance = await town.balance(resident)
    assert (balance.posted, balance.held, balance.available) == (30, 12, 18)


async def test_pages_follow_each_other_without_gap_or_overlap(town: Town) -> None:
    resident = await town.resident()
    for points in range(1, 8):
        await town.adjust(resident, points)
    seen: list[int] = []
    cursor = None
    while True:
        page = await town.statement(resident, before_seq=cursor, limit=3)
        seen += [line.seq for line in page.items]
        cursor = page.next_seq
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_points_of_one_community_are_not_those_of_another(town: Town) -> None:
    other = Town(town.database, town.vault, area="110101001002")
    resident = await town.resident(points=5)
    await other.adjust(resident, 8)
    assert (await town.balance(resident)).posted == 5
    async with town.database.read() as db:
        wallets = await statements.wallets(db, resident_id=resident)
    assert {area: balance.posted for (area, _), balance in wallets.items()} == {AREA: 5, "110101001002": 8}


async def test_a_line_says_what_it_was_for(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident()
    await town.ask(resident, "20261121-7")
    await town.pay()
    line = (await town.statement(resident)).items[0]
    assert (line.kind, line.rule_id, line.source_kind, line.source_id) == (
        "grant", "report_verified", "issue", "20261121-7",
    )  # fmt: skip
    async with town.database.read() as db:
        assert await statements.awarded_points(db, source_kind="issue", source_id="20261121-7") == 10
        assert await statements.awarded_points(db, source_kind="issue", source_id="8") == 0


async def test_a_transfer_is_found_with_its_area(town: Town) -> None:
    posted = await town.adjust(await town.resident(), 5)
    async with town.database.read() as db:
        assert (await statements.find_transfer(db, transfer_id=posted.transfer_id)).area_code == AREA
        with pytest.raises(TransferUnknown):
            await statements.find_transfer(db, transfer_id="0" * 32)
