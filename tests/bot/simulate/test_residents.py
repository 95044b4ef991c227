"""The residents' side against our own adapters: what they send is read, what is answered is checked and shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.wire import BodyFormat
from bot.simulate.alipay_resident import AlipayResident
from bot.simulate.opening import send_media_checks
from bot.simulate.said import Fault, NotHere, Patience, Unreachable
from core.messages import InboundKind, Reply
from core.settings import Account
from tests.bot.simulate.conftest import Both
from tests.scenarios.chat import NOTHING, Chat
from tests.servers import free_port

HASTY = Patience(wait_seconds=0.2)
PHOTO = b"\xff\xd8\xff\xe0 not looked into"


def plaintext(account: Account) -> Account:
    return account.model_copy(update={"aes_keys": ()})


@pytest.mark.parametrize("form", list(BodyFormat))
@pytest.mark.parametrize("safe", [True, False])
async def test_every_kind_of_wechat_message_is_understood_in_every_mode(
    both: Both, form: BodyFormat, *, safe: bool
) -> None:
    account = both.account("heping") if safe else plaintext(both.account("heping"))
    both.server.config = both.config.model_copy(update={"accounts": (account,)})
    async with Chat.open(both.server.url, account, platform=both.platform, form=form) as chat:
        assert (await chat.say("楼道灯坏了")).text == "text 楼道灯坏了"
        assert (await chat.choose("不是")).text == "text 2"
        assert (await chat.voice("井盖丢了")).text == "voice 井盖丢了"
        assert (await chat.location(116.4, 39.9, "和平里")).text == "location 116.4,39.9 gcj02 和平里"
        assert (await chat.follow("grid-1")).text == "event follow grid-1"
        assert (await chat.scan("grid-2")).text == "event scan grid-2"
        assert (await chat.click("REPORT")).text == "event click REPORT"
        assert (await chat.photo(PHOTO)).text == "image"
        assert (await chat.say("\x01]]>&<b>")).text == "text ]]>&<b>"


async def test_a_conversation_reads_as_it_was(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("heping")) as chat:
        await chat.say("你好")
        await chat.choose("1")
        choices = "\n　　1 是\n　　2 不是\n"
        assert chat.transcript + "\n" == f"居民：你好\n社区：text 你好{choices}居民：1\n社区：text 1{choices}"


async def test_a_slow_answer_is_asked_for_again_with_the_same_message(both: Both) -> None:
    both.server.slow, both.server.slow_seconds = 2, 1.0
    async with Chat.open(both.server.url, both.account("heping"), patience=HASTY) as chat:
        assert (await chat.say("慢")).text == "text 慢"
    assert len({said.dedupe_key for said in both.server.received}) == 1
    assert len(both.server.received) == 3


async def test_an_answer_that_never_comes_in_time_is_a_fault_after_three_retries(both: Both) -> None:
    both.server.slow, both.server.slow_seconds = 9, 1.0
    async with Chat.open(both.server.url, both.account("heping"), patience=HASTY) as chat:
        with pytest.raises(Fault, match="sent 4 times"):
            await chat.say("慢")
    assert len(both.server.received) == 4


async def test_where_nobody_listens_the_server_is_unreachable(both: Both) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with Chat.open(nowhere, both.account("heping")) as chat:
        with pytest.raises(Unreachable):
            await chat.say("在吗")


@pytest.mark.parametrize(
    "body",
    [
        b"<xml><ToUserName><![CDATA[x]]></ToUserName></xml>",
        b'{"Encrypt": "x", "MsgSignature": "y", "TimeStamp": "1", "Nonce": "2"}',
        b"<xml><Encrypt>x</Encrypt><MsgSignature>y</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>",
        b"fine, thank you",
    ],
)
async def test_what_wechat_would_not_show_is_a_fault(both: Both, body: bytes) -> None:
    both.server.tampered = body
    async with Chat.open(both.server.url, both.account("heping")) as chat:
        with pytest.raises(Fault):
            await chat.say("你好")


async def test_a_server_with_another_token_refuses_us(both: Both) -> None:
    stranger = both.account("heping").model_copy(update={"token": "another-token"})
    async with Chat.open(both.server.url, stranger) as chat:
        with pytest.raises(Fault, match="403"):
            await chat.say("你好")


async def test_success_shows_nothing(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("heping"), platform=both.platform, push_seconds=0.05) as chat:
        assert await chat.say("静") == NOTHING


async def test_a_message_sent_later_reaches_the_chat_and_its_buttons_work(both: Both) -> None:
    account = both.account("heping")
    api = both.server.wechat_api(account)
    async with Chat.open(both.server.url, account, platform=both.platform) as chat:
        await chat.say("静静")
        reply = both.server.answering(replace(both.server.received[-1], text="问"))
        assert reply
        await api.send(chat.identity, reply)
        assert (await chat.pushed()).whole == "text 问\n1 是\n2 不是"
        assert (await chat.choose("2")).text == "choice 不是 no-1"


async def test_without_a_platform_side_photos_cannot_be_sent(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("heping")) as chat:
        with pytest.raises(NotHere):
            await chat.photo(PHOTO)


async def test_alipay_hears_and_its_answer_is_pushed(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("heping-alipay"), platform=both.platform) as chat:
        assert (await chat.say("楼道灯坏了😀")).text == "text 楼道灯坏了😀"
        assert (await chat.choose("是")).text == "text 1"
        assert (await chat.click("REPORT")).text == "event click REPORT"
        assert (await chat.scan("grid-3")).text == "event scan grid-3"
        assert (await chat.photo(PHOTO)).text == "image"
        with pytest.raises(NotHere):
            await chat.location(116.4, 39.9)


async def test_alipay_checks_the_gateway_and_gets_the_apps_key(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("heping-alipay"), platform=both.platform) as chat:
        assert isinstance(chat.resident, AlipayResident)
        assert len(await chat.resident.check_gateway()) > 300


@pytest.mark.parametrize("body", [b"success", b"<alipay><response>x</response><sign>eA==</sign>"])
async def test_an_acknowledgement_that_is_not_signed_is_a_fault(both: Both, body: bytes) -> None:
    both.server.tampered = body
    async with Chat.open(both.server.url, both.account("heping-alipay"), platform=both.platform) as chat:
        with pytest.raises(Fault):
            await chat.say("你好")


@pytest.mark.parametrize("name", ["heping-mini", "heping-alipay-mini", "web"])
async def test_pages_log_in_and_talk_by_the_resident_api(both: Both, name: str) -> None:
    async with Chat.open(both.server.url, both.account(name), platform=both.platform) as chat:
        assert (await chat.say("报修")).text == "text 报修"
        assert (await chat.choose("不是")).text == "choice no-1"
        assert (await chat.location(116.4, 39.9)).text == "location 116.4,39.9 gcj02"
        assert (await chat.photo(PHOTO)).text == "image"
        assert (await chat.voice("你好")).text == "voice 你好"
        both.server.log.append(Reply("已受理").with_id("later").to_json())
        assert (await chat.pushed()).whole == "已受理"
        with pytest.raises(NotHere):
            await chat.scan("x")
    assert both.server.received[-1].sender == ("visitor" if name == "web" else chat.identity)


async def test_what_was_pushed_before_an_answer_is_not_lost_and_no_answer_shows_twice(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("web")) as chat:
        both.server.log.append(Reply("先来的").with_id("early").to_json())
        await chat.say("你好")
        assert (await chat.pushed()).whole == "先来的"
        assert chat.transcript.count("text 你好") == 1


async def test_an_answer_that_was_shown_does_not_end_the_waiting_for_news(both: Both) -> None:
    async with Chat.open(both.server.url, both.account("web")) as chat:
        await chat.say("你好")
        waiting = asyncio.create_task(chat.pushed(5.0))
        await asyncio.sleep(0.2)
        both.server.log.append(Reply("后来的").with_id("late").to_json())
        assert (await waiting).whole == "后来的"


async def test_a_yes_in_a_mini_program_reaches_service_and_platform(both: Both) -> None:
    account = both.account("heping-mini")
    async with Chat.open(both.server.url, account, platform=both.platform) as chat:
        await chat.consent(account.notices["issue"])
        await both.server.wechat_api(account).send_notice(chat.identity, account.notices["issue"], {"thing1": "已受理"})
        assert "已受理" in (await chat.pushed()).whole
    assert both.server.received[-1].kind is InboundKind.EVENT


async def test_the_same_user_has_another_id_at_every_account(both: Both) -> None:
    async with (
        Chat.open(both.server.url, both.account("heping"), user="li") as one,
        Chat.open(both.server.url, both.account("heping"), user="li") as again,
        Chat.open(both.server.url, both.account("heping"), user="o" + "x" * 27) as given,
        Chat.open(both.server.url, both.account("heping-alipay"), user="li") as other,
    ):
        assert one.identity == again.identity != other.identity
        assert given.identity == "o" + "x" * 27
        assert (len(one.identity), len(other.identity)) == (28, 16)


async def test_a_finished_picture_check_comes_back_as_an_event(both: Both) -> None:
    account = both.account("heping")
    send_media_checks(both.platform, both.server.url, both.server.http)
    async with Chat.open(both.server.url, account, platform=both.platform) as chat:
        await chat.say("你好")
        trace = await both.server.wechat_api(account).check_image(chat.identity, "http://127.0.0.1/x.jpg")
        await both.platform.wechat.checks_done()
    assert both.server.received[-1].dedupe_key == f"trace:{trace}"
