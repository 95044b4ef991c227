"""The platform's content check holds nobody up: staff get everything at once, and its verdict beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot import picture_checks
from bot.moderation import CHECK
from bot.sender import Sender
from bot.simulate.opening import send_media_checks
from bot.simulate.wechat_side import REVIEW_WORD, RISKY_WORD
from core.messages import Event, EventKind
from core.outbox import OutboxRow
from tests.house import House
from tests.scenarios.test_report import photo


def moderated(house: House) -> None:
    """The account's setting, as if it stood in the file."""
    accounts = house.service.conversations._reader._accounts
    for name, account in list(accounts.items()):
        accounts[name] = account.model_copy(update={"moderation": "platform"})


async def reported(house: House, words: str, account: str = "heping") -> str:
    async with house.chat(account) as chat:
        await chat.say(f"3号楼2单元的楼道灯坏了，{words}")
        return (await chat.choose("1")).whole.split("编号")[1][:11]


@pytest.mark.parametrize(
    ("words", "suggestion", "held_back"),
    [("很黑", "pass", False), (REVIEW_WORD, "review", True), (RISKY_WORD, "risky", True)],
)
async def test_staff_have_the_report_first_and_the_verdict_beside_it(
    quiet: House, words: str, suggestion: str, held_back: bool
) -> None:
    moderated(quiet)
    number = await reported(quiet, words)
    before = await quiet.admin("GET", f"/issues/{number}")
    assert words in before["description"]
    assert before["moderation"] is None
    await Sender(quiet.service).once()
    after = await quiet.admin("GET", f"/issues/{number}")
    assert (after["moderation"]["suggestion"], after["moderation"]["held_back"]) == (suggestion, held_back)
    assert after["state"] == before["state"]
    assert after["description"] == before["description"]
    assert quiet.platform.staff_messages, "staff were told in the same round"


async def shown(house: House, number: str) -> tuple[str, str, bool]:
    """What staff see of the check: suggestion, label, and whether it is held back."""
    found = (await house.admin("GET", f"/issues/{number}"))["moderation"]
    return found["suggestion"], found["label"], found["held_back"]


async def send(house: House) -> None:
    while await Sender(house.service).once():
        pass


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_risky_picture_is_known_by_the_event_that_follows(quiet: House, when: str) -> None:
    moderated(quiet)
    send_media_checks(quiet.platform, quiet.url, quiet.http, suggest="risky", label=20002)
    async with quiet.chat() as chat:
        if when == "before":
            await chat.photo(photo())
            await Sender(quiet.service).once()
        await chat.say("3号楼2单元的楼道灯坏了")
        number = (await chat.choose("1")).whole.split("编号")[1][:11]
        if when == "after":
            await chat.photo(photo())
    await send(quiet)
    await quiet.platform.wechat.checks_done()
    assert await shown(quiet, number) == ("risky", "20002", True)
    (picture,) = (await quiet.admin("GET", f"/issues/{number}"))["moderation"]["pictures"]
    (sent,) = (await quiet.admin("GET", f"/issues/{number}"))["photos"]
    assert picture["sha256"] == sent["sha256"]
    assert quiet.platform.calls("media_check_async") == 1


async def test_until_the_event_a_picture_is_for_a_person(quiet: House) -> None:
    moderated(quiet)
    async with quiet.chat() as chat:
        await chat.photo(photo())
        await chat.say("3号楼2单元的楼道灯坏了")
        number = (await chat.choose("1")).whole.split("编号")[1][:11]
        await send(quiet)
        assert await shown(quiet, number) == ("review", "pending", True)


async def test_an_event_that_is_quicker_than_the_answer_counts(quiet: House) -> None:
    event = Event(EventKind.MEDIA_CHECKED, "wxa_media_check", "t1", (("suggest", "pass"), ("label", "100")))
    async with quiet.service.database.write() as db:
        await picture_checks.heard(db, event)
        await picture_checks.requested(db, trace_id="t1", number="R1", sha256="a" * 64)
        (found,) = await picture_checks.of(db, number="R1")
    assert (found["suggestion"], found["label"]) == ("pass", "100")


async def test_a_picture_that_the_platform_will_not_judge_is_for_a_person(quiet: House) -> None:
    moderated(quiet)
    quiet.platform.fail_next("media_check_async", errcode=61010, times=3)
    async with quiet.chat() as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        number = (await chat.choose("1")).whole.split("编号")[1][:11]
        await chat.photo(photo())
        await send(quiet)
    suggestion, label, held_back = await shown(quiet, number)
    assert (suggestion, held_back) == ("review", True)
    assert label != "pending"


async def test_pictures_from_the_page_have_no_platform_to_judge_them(quiet: House) -> None:
    moderated(quiet)
    async with quiet.chat("web") as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        number = (await chat.choose("1")).whole.split("编号")[1][:11]
        await chat.photo(photo())
        await send(quiet)
    (picture,) = (await quiet.admin("GET", f"/issues/{number}"))["moderation"]["pictures"]
    assert (picture["suggestion"], picture["label"]) == ("review", "no_check")


async def test_what_the_platform_will_not_judge_is_for_a_person(quiet: House) -> None:
    moderated(quiet)
    quiet.platform.fail_next("msg_sec_check", errcode=61010, times=3)
    number = await reported(quiet, "很黑")
    await Sender(quiet.service).once()
    verdict = (await quiet.admin("GET", f"/issues/{number}"))["moderation"]
    assert verdict["suggestion"] == "review"
    assert verdict["held_back"]


async def test_without_the_setting_nothing_is_asked(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.photo(photo())
    number = await reported(quiet, RISKY_WORD)
    await send(quiet)
    assert quiet.platform.calls("msg_sec_check") == quiet.platform.calls("media_check_async") == 0
    assert (await quiet.admin("GET", f"/issues/{number}"))["moderation"] is None


async def test_an_emergency_waits_for_no_check(quiet: House) -> None:
    moderated(quiet)
    async with quiet.chat() as chat:
        assert "119" in (await chat.say(f"着火了{RISKY_WORD}")).whole
    async with quiet.service.database.read() as db:
        query = select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == CHECK)
        assert (await db.execute(query)).scalar_one() == 0
