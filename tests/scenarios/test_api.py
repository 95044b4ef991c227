"""The resident API as pages and mini-programs use it: visitors apart from each other, answers that repeat, lists."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from bot.sender import Sender
from bot.simulate.api_resident import ApiResident
from bot.simulate.people import login_code
from community import notices, residents
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_bad_input_api import Visitor, check_error
from tests.scenarios.test_report import photo
from tests.scenarios.untouched import untouched


async def reported(chat: Chat) -> str:
    await chat.say("3号楼2单元的楼道灯坏了")
    return (await chat.choose("1")).whole.split("编号")[1][:11]


def api(chat: Chat) -> ApiResident:
    assert isinstance(chat.resident, ApiResident)
    return chat.resident


async def test_the_same_id_gets_the_same_answer(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    first = await visitor.say(id="m1", type="text", text="垃圾没人收")
    async with untouched(quiet):
        again = await visitor.say(id="m1", type="text", text="something else by now")
    assert again[1]["replies"] == first[1]["replies"]
    other = await (await Visitor.of(quiet)).say(id="m1", type="text", text="你好")
    assert other[1]["replies"] != first[1]["replies"]


async def test_a_choice_of_an_older_question_asks_again(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    _, asked = await visitor.say(id="m1", type="text", text="3号楼2单元的楼道灯坏了")
    stale = asked["replies"][0]["choices"][0]["id"]
    await visitor.say(id="m2", type="text", text="改成5号楼西侧")
    await visitor.say(id="m3", type="text", text="取消")
    async with untouched(quiet, but=("inbox", "outgoing")):
        status, answer = await visitor.say(id="m4", type="choice", choice=stale)
    assert status == 200
    assert answer["replies"][0]["text"]
    assert "编号R" not in answer["replies"][0]["text"]


async def test_choices_of_two_questions_are_never_the_same(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    _, first = await visitor.say(id="m1", type="text", text="3号楼2单元的楼道灯坏了")
    _, second = await visitor.say(id="m2", type="text", text="3号楼2单元的楼道灯坏了")
    ids = [{one["id"] for one in answer["replies"][0]["choices"]} for answer in (first, second)]
    assert not ids[0] & ids[1]


async def test_a_page_that_waits_hears_at_once(house: House) -> None:
    async with house.chat("web") as chat:
        number = await reported(chat)
        visitor = Visitor(house, api(chat).token)
        _, before = await visitor.call("GET", "/api/v1/messages?after=0")
        waiting = asyncio.create_task(visitor.call("GET", f"/api/v1/messages?after={before['cursor']}&wait=20"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await house.admin("POST", f"/issues/{number}/verify")
        _, heard = await asyncio.wait_for(waiting, 15)
    assert heard["items"]
    assert int(heard["cursor"]) > int(before["cursor"])


async def test_the_log_of_what_was_sent_can_be_read_again_from_any_point(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for number in range(3):
        await visitor.say(id=f"m{number}", type="text", text="你好")
    _, whole = await visitor.call("GET", "/api/v1/messages?after=0")
    assert len(whole["items"]) == 3
    _, rest = await visitor.call("GET", f"/api/v1/messages?after={whole['cursor']}")
    assert (rest["items"], rest["cursor"]) == ([], whole["cursor"])


async def test_two_visitors_do_not_see_each_others_things(quiet: House) -> None:
    async with quiet.chat("web") as mine, quiet.chat("web") as theirs:
        number = await reported(mine)
        me, other = Visitor(quiet, api(mine).token), Visitor(quiet, api(theirs).token)
        assert (await me.call("GET", f"/api/v1/issues/{number}"))[0] == 200
        assert [item["number"] for item in (await me.call("GET", "/api/v1/issues"))[1]["items"]] == [number]
        status, answer = await other.call("GET", f"/api/v1/issues/{number}")
        assert status in (403, 404)
        check_error(answer)
        assert (await other.call("GET", "/api/v1/issues"))[1]["items"] == []
        assert (await other.call("GET", "/api/v1/messages?after=0"))[1]["items"] == []
        assert number not in str(await other.call("GET", "/api/v1/me/export"))


async def test_photos_of_others_cannot_be_used(quiet: House) -> None:
    mine, other = await Visitor.of(quiet), await Visitor.of(quiet)
    _, uploaded = await mine.upload(photo())
    async with untouched(quiet, but=("inbox", "outgoing", "conversation")):
        status, answer = await other.say(id="m1", type="image", media_id=uploaded["media_id"])
    assert status in (200, 404)
    assert "照片收到" not in str(answer)
    assert "照片收到" in str(await mine.say(id="m1", type="image", media_id=uploaded["media_id"]))


@pytest.mark.parametrize("account", ["heping-mini", "heping-alipay-mini"])
async def test_a_mini_program_is_logged_in_by_a_code_once(quiet: House, account: str) -> None:
    async with quiet.chat(account) as chat:
        assert api(chat).token
        number = await reported(chat)
        again = await login(quiet, account, login_code(chat.identity))
        shown = await Visitor(quiet, again["token"]).call("GET", f"/api/v1/issues/{number}")
        assert shown[0] == 200, "the same person by another code"
        assert again["resident"]["verified"]
        used = login_code(chat.identity)
        await login(quiet, account, used)
        for wrong in (used, "invented", ""):
            status, answer = await post_login(quiet, account, wrong)
            assert 400 <= status < 500, wrong
            check_error(answer)


async def login(house: House, account: str, code: str) -> Any:
    status, answer = await post_login(house, account, code)
    assert status == 200, answer
    return answer


async def post_login(house: House, account: str, code: str) -> tuple[int, Any]:
    body = {"account": account, "code": code}
    async with house.http.post(f"{house.url}/api/v1/login", json=body) as answer:
        return answer.status, await answer.json()


async def test_accounts_without_a_login_refuse_it(quiet: House) -> None:
    async with untouched(quiet):
        for account, expected in (("heping", 400), ("heping-alipay", 400), ("nobody", 404)):
            status, answer = await post_login(quiet, account, "x")
            assert status == expected, account
            check_error(answer)


async def test_a_platform_that_is_down_is_not_the_residents_fault(quiet: House) -> None:
    quiet.platform.fail_next("jscode2session", status=500, times=5)
    async with untouched(quiet):
        status, answer = await post_login(quiet, "heping-mini", login_code("o" + "a" * 27))
    assert status == 503
    check_error(answer, "unavailable")


async def test_lists_come_in_pages_that_lose_nothing(quiet: House) -> None:
    async with quiet.chat("web") as chat:
        numbers = [await reported(chat) for _ in range(5)]
        visitor = Visitor(quiet, api(chat).token)
        seen: list[str] = []
        cursor = None
        for _ in range(6):
            path = f"/api/v1/issues?limit=2{f'&cursor={cursor}' if cursor else ''}"
            _, page = await visitor.call("GET", path)
            assert len(page["items"]) <= 2
            seen += [item["number"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
    assert seen == numbers[::-1]


async def test_every_list_of_the_contract_answers_a_newcomer(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for name in ("issues", "activities", "signups", "services", "orders", "points/entries", "rewards", "redemptions"):
        status, page = await visitor.call("GET", f"/api/v1/{name}")
        assert status == 200, name
        assert isinstance(page["items"], list), name
        assert page["next"] is None, name
    assert (await visitor.call("GET", "/api/v1/points"))[1]["posted"] == 0
    assert (await visitor.call("GET", "/api/v1/registration"))[0] == 404
    assert (await visitor.call("GET", "/api/v1/me"))[1]["verified"] is False


@pytest.mark.parametrize("text", ["我要报名周末的清洁活动", "给我妈订明天的午饭", "党员报到", "我要兑换积分"])
async def test_a_visitor_is_told_what_only_known_people_can_do(quiet: House, text: str) -> None:
    """Seats, orders, registration and points need somebody whom a platform vouches for."""
    visitor = await Visitor.of(quiet)
    async with untouched(quiet, but=("inbox", "outgoing", "conversation")):
        _, answer = await visitor.say(id="m1", type="text", text=text)
        for number, choice in enumerate(answer["replies"][0]["choices"][:1]):
            _, answer = await visitor.say(id=f"c{number}", type="choice", choice=choice["id"])
    assert answer["replies"][0]["text"]


async def test_what_is_sent_to_one_visitor_is_not_seen_by_another(quiet: House) -> None:
    async with quiet.chat("web") as mine, quiet.chat("web") as theirs:
        await mine.say("你好")
        await theirs.say("你好")
        me, other = Visitor(quiet, api(mine).token), Visitor(quiet, api(theirs).token)
        _, shown = await me.call("GET", "/api/v1/me")
        vault = quiet.service.vault
        async with quiet.service.database.write() as db:
            found = await residents_by_ref(quiet, shown["ref"])
            await notices.tell_resident(
                db, vault, resident_id=found, notice="chat_answer", facts={"text": "只给您看"}, key="k"
            )
        await Sender(quiet.service).once()
        assert "只给您看" in str(await me.call("GET", "/api/v1/messages?after=0"))
        assert "只给您看" not in str(await other.call("GET", "/api/v1/messages?after=0"))


async def residents_by_ref(house: House, ref: str) -> str:
    async with house.service.database.read() as db:
        return (await db.execute(select(residents.Resident.id).where(residents.Resident.ref == ref))).scalar_one()
