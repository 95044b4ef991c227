"""The platform's content check holds nobody up: staff get everything at once, and its verdict beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.moderation import CHECK
from bot.sender import Sender
from bot.simulate.wechat_side import REVIEW_WORD, RISKY_WORD
from core.outbox import OutboxRow
from tests.house import House


def check_texts(house: House) -> None:
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
    check_texts(quiet)
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


async def test_what_the_platform_will_not_judge_is_for_a_person(quiet: House) -> None:
    check_texts(quiet)
    quiet.platform.fail_next("msg_sec_check", errcode=61010, times=3)
    number = await reported(quiet, "很黑")
    await Sender(quiet.service).once()
    verdict = (await quiet.admin("GET", f"/issues/{number}"))["moderation"]
    assert verdict["suggestion"] == "review"
    assert verdict["held_back"]


async def test_without_the_setting_nothing_is_asked(quiet: House) -> None:
    number = await reported(quiet, RISKY_WORD)
    await Sender(quiet.service).once()
    assert quiet.platform.calls("msg_sec_check") == 0
    assert (await quiet.admin("GET", f"/issues/{number}"))["moderation"] is None


async def test_an_emergency_waits_for_no_check(quiet: House) -> None:
    check_texts(quiet)
    async with quiet.chat() as chat:
        assert "119" in (await chat.say(f"着火了{RISKY_WORD}")).whole
    async with quiet.service.database.read() as db:
        query = select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == CHECK)
        assert (await db.execute(query)).scalar_one() == 0
