"""A report on its way through a grid event system and back: once there, told at each step, confirmed at the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from tests.bot.grid.fake_grid import FakeGrid, Fault
from tests.house import House
from tests.scenarios.chat import Chat


async def filed(chat: Chat) -> str:
    await chat.say("3号楼2单元的楼道灯坏了")
    done = await chat.choose("1")
    return done.whole.split("编号")[1][:11]


async def until_there(grid: FakeGrid, number: str, seconds: float = 20.0) -> dict[str, Any]:
    for _ in range(int(seconds * 20)):
        if number in grid.events:
            return grid.events[number]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{number} never reached the grid system: {grid.calls}")


async def update(house: House, grid: FakeGrid, number: str, status: str, key: str, **more: Any) -> Any:
    body = {"update_id": key, "event_no": number, "status": status, "occurred_at": clock.iso(clock.now()), **more}
    return await grid.update(f"{house.url}/grid/v1/district/updates", body, connector=grid.connector())


async def test_there_and_back(gridded: House, grid: FakeGrid) -> None:
    async with gridded.chat() as chat:
        number = await filed(chat)
        event = await until_there(grid, number)
        assert event["category"]["name"] == "路灯照明"
        assert event["source"] == "wechat"
        assert "phone" not in event.get("reporter", {})

        assert await update(gridded, grid, number, "accepted", "u1") == (200, {"code": 0})
        assert "已受理" in (await chat.hears("已受理")).whole
        handler = {"org": "市政维护队", "name": "工人甲"}
        await update(gridded, grid, number, "dispatched", "u2", handler=handler)
        assert "市政维护队" in (await chat.hears("已派人")).whole
        await update(gridded, grid, number, "handled", "u3", text="换了灯泡")
        asked = await chat.hears("修好了吗")
        assert [choice.label for choice in asked.choices] == ["修好了", "还没修好"]
        assert "几分" in (await chat.choose("1")).whole
        assert "谢谢" in (await chat.choose("1")).whole

    shown = await gridded.admin("GET", f"/issues/{number}")
    assert shown["rating"] == 5
    assert shown["deliveries"][0]["state"] == "delivered"


async def test_repeated_updates_change_nothing(gridded: House, grid: FakeGrid) -> None:
    async with gridded.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
        occurred = clock.iso(clock.now())
        first = await update(gridded, grid, number, "in_progress", "u1", occurred_at=occurred)
        again = await update(gridded, grid, number, "in_progress", "u1", occurred_at=occurred)
        other = await update(gridded, grid, number, "closed", "u1", occurred_at=occurred)
    assert first == (200, {"code": 0})
    assert again == (200, {"code": 0, "duplicate": True})
    assert other[0] == 409
    assert (await gridded.admin("GET", f"/issues/{number}"))["state"] == "in_progress"


async def test_an_older_update_is_kept_and_changes_nothing(gridded: House, grid: FakeGrid) -> None:
    async with gridded.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
        await update(gridded, grid, number, "handled", "u2")
        await update(gridded, grid, number, "dispatched", "u1", occurred_at="2026-01-01T08:00:00+08:00")
    assert (await gridded.admin("GET", f"/issues/{number}"))["state"] == "handled"


async def test_an_unknown_word_is_shown_to_staff(gridded: House, grid: FakeGrid) -> None:
    async with gridded.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
        assert (await update(gridded, grid, number, "九号状态", "u1"))[0] == 200
    shown = await gridded.admin("GET", f"/issues/{number}")
    assert shown["state"] == "filed"
    assert "九号状态" in str(shown)


async def test_an_extension_moves_the_deadline_to_what_they_name(gridded: House, grid: FakeGrid) -> None:
    async with gridded.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
        before = clock.parse((await gridded.admin("GET", f"/issues/{number}"))["deadline_at"])
        named = before + timedelta(days=9)
        wrong = await update(gridded, grid, number, "extended", "u1", deadline_at="下周五")
        assert (wrong[0], wrong[1]["error"]["code"]) == (400, "unreadable_update")
        await update(gridded, grid, number, "extended", "u2", deadline_at=clock.iso(named), reason="等配件")
    after = clock.parse((await gridded.admin("GET", f"/issues/{number}"))["deadline_at"])
    assert after == named


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER_ACCEPT, Fault.ERROR_500, Fault.HTML, Fault.CUT])
async def test_one_event_whatever_goes_wrong(gridded: House, grid: FakeGrid, fault: Fault) -> None:
    """After a failure that may have been a success, we look before we create."""
    grid.faults.append(fault)
    async with gridded.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
        for _ in range(200):
            if (await gridded.admin("GET", f"/issues/{number}"))["deliveries"][0]["state"] == "delivered":
                break
            await asyncio.sleep(0.05)
    shown = await gridded.admin("GET", f"/issues/{number}")
    assert shown["deliveries"][0]["state"] == "delivered"
    assert grid.repeated == 0
    assert grid.look_ups >= 1


async def test_an_unsigned_update_is_refused(gridded: House, grid: FakeGrid) -> None:
    body = {"update_id": "u", "event_no": "R1", "status": "closed", "occurred_at": clock.iso(clock.now())}
    async with gridded.http.post(f"{gridded.url}/grid/v1/district/updates", json=body) as answer:
        assert answer.status == 401
    status, _ = await update(gridded, grid, "R0000000000", "closed", "u1")
    assert status == 404


async def test_not_fixed_begins_the_next_round(gridded: House, grid: FakeGrid) -> None:
    async with gridded.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
        await update(gridded, grid, number, "handled", "u1")
        await chat.hears("修好了吗")
        await chat.choose("2")
        assert "重新打开" in (await chat.say("还是不亮")).whole
        for _ in range(200):
            if any(action["kind"] == "reopen" for action in grid.actions.values()):
                break
            await asyncio.sleep(0.05)
    action = next(action for action in grid.actions.values() if action["kind"] == "reopen")
    assert action["round"] == 2
    assert "还是不亮" in action["text"]
