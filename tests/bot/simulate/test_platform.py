"""The platforms' side against our own callers: windows, codes and signatures as the platforms have them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot import alerts
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.failures import LoginCodeInvalid
from bot.adapters.moderation import Suggestion
from bot.alerts import Page
from bot.simulate.people import Act, login_code, platform_id
from bot.simulate.platform_api import PlatformSimulator, PortTaken
from bot.simulate.wechat_side import REVIEW_WORD, RISKY_WORD
from core import clock
from core.errors import DeliveryError, DeliveryHeld
from core.messages import Reply
from tests.bot.adapters.alipay_side import private_text
from tests.bot.simulate.conftest import Both

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
USER = "o" + "u" * 27
HELLO = Reply("您好")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Iterator[Clock]:
    made = Clock()
    with clock.frozen(made):
        yield made


@contextmanager
def refused(reason: str) -> Iterator[None]:
    with pytest.raises(DeliveryError) as caught:
        yield
    assert caught.value.reason == reason


def act(both: Both, account: str, user: str, done: Act) -> None:
    both.platform.state.person(both.account(account), user).act(done)


@pytest.mark.parametrize(
    ("account", "done", "window"),
    [
        ("heping", Act.MESSAGE, (timedelta(hours=48), 5)),
        ("heping", Act.CLICK, (timedelta(minutes=1), 3)),
        ("heping", Act.FOLLOW, (timedelta(minutes=1), 3)),
        ("heping", Act.SCAN, (timedelta(minutes=1), 3)),
        ("heping-mini", Act.MESSAGE, (timedelta(hours=48), 5)),
        ("heping-mini", Act.ENTER, (timedelta(minutes=1), 2)),
    ],
)
async def test_a_window_lets_so_many_messages_through_for_so_long(
    both: Both, time: Clock, account: str, done: Act, window: tuple[timedelta, int]
) -> None:
    length, most = window
    api = both.server.wechat_api(both.account(account))
    with refused("window_closed"):
        await api.send(USER, HELLO)
    act(both, account, USER, done)
    for _ in range(most):
        await api.send(USER, HELLO)
    with refused("quota_used"):
        await api.send(USER, HELLO)
    act(both, account, USER, done)
    time.now += length - timedelta(seconds=1)
    await api.send(USER, HELLO)
    time.now += timedelta(seconds=1)
    with refused("window_closed"):
        await api.send(USER, HELLO)
    assert len(both.platform.custom_messages(USER)) == most + 1


async def test_who_unfollowed_gets_nothing(both: Both) -> None:
    act(both, "heping", USER, Act.MESSAGE)
    both.platform.state.person(both.account("heping"), USER).unfollow()
    with refused("window_closed"):
        await both.server.wechat_api(both.account("heping")).send(USER, HELLO)


@pytest.mark.parametrize("name", ["heping", "heping-mini"])
async def test_one_consent_pays_for_one_notice(both: Both, name: str) -> None:
    account = both.account(name)
    api, template = both.server.wechat_api(account), account.notices["issue"]
    both.platform.state.person(account, USER).consents[template] += 1
    with refused("configuration"):
        await api.send_notice(USER, "NO-SUCH-TEMPLATE", {"thing1": "x"})
    with refused("template_mismatch"):
        await api.send_notice(USER, template, {"thing1": ""})
    await api.send_notice(USER, template, {"thing1": "楼道灯"})
    with refused("not_subscribed"):
        await api.send_notice(USER, template, {"thing1": "楼道灯"})
    assert [notice.shown.text for notice in both.platform.notices(USER)] == [f"[服务通知 {template}]\nthing1：楼道灯"]


async def test_tokens_last_two_hours_and_a_lost_one_is_replaced(both: Both, time: Clock) -> None:
    act(both, "heping", USER, Act.MESSAGE)
    api = both.server.wechat_api(both.account("heping"))
    await api.send(USER, HELLO)
    await api.send(USER, HELLO)
    assert both.platform.calls("stable_token") == 1
    time.now += timedelta(hours=2)
    await api.send(USER, HELLO)
    assert both.platform.calls("stable_token") == 2
    both.platform.wechat.tokens["heping"].revoke()
    await api.send(USER, HELLO)
    assert both.platform.calls("stable_token") == 3


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("invented", 40001)])
async def test_a_call_without_a_good_token_is_refused(both: Both, token: str, code: int) -> None:
    url = f"http://127.0.0.1:{both.port}/cgi-bin/message/custom/send"
    async with both.server.http.post(url, params={"access_token": token}, json={}) as response:
        assert (await response.json())["errcode"] == code


async def test_an_expired_token_has_a_code_of_its_own(both: Both, time: Clock) -> None:
    value = both.platform.wechat.tokens["heping"].plain_token().value
    time.now += timedelta(hours=2)
    url = f"http://127.0.0.1:{both.port}/cgi-bin/message/custom/send"
    async with both.server.http.post(url, params={"access_token": value}, json={}) as response:
        assert (await response.json())["errcode"] == 42001


async def test_a_wrong_secret_gets_no_token(both: Both) -> None:
    stranger = both.account("heping").model_copy(update={"secret": "guessed"})
    with refused("configuration"):
        await both.server.wechat_api(stranger).create_menu([])


@pytest.mark.parametrize("name", ["heping-mini", "heping-alipay-mini"])
async def test_a_login_code_serves_once_and_for_five_minutes(both: Both, time: Clock, name: str) -> None:
    account = both.account(name)
    user = platform_id(account, "li")
    code, late = login_code(user), login_code(user)
    api = AlipayApi(account, both.server.http) if "alipay" in name else both.server.wechat_api(account)
    found = await api.login(code)
    assert user in (found, getattr(found, "open_id", ""))
    time.now += timedelta(minutes=5, seconds=1)
    for bad in (code, late, "invented"):
        with pytest.raises(LoginCodeInvalid):
            await api.login(bad)


async def test_files_are_kept_and_served(both: Both) -> None:
    api = both.server.wechat_api(both.account("heping"))
    media_id = await api.upload_image(b"\x89PNG...", "image/png")
    assert (await api.download(media_id)).content == b"\x89PNG..."
    with refused("media_gone"):
        await api.download("gone")


async def test_menu(both: Both) -> None:
    api = both.server.wechat_api(both.account("heping"))
    await api.create_menu([{"type": "click", "name": "上报", "key": "REPORT"}])
    assert both.platform.state.menus["heping"][0]["key"] == "REPORT"


async def test_texts_are_checked_for_people_who_were_active(both: Both) -> None:
    api = both.server.wechat_api(both.account("heping"))
    with refused("recipient_inactive"):
        await api.check_text(USER, "你好")
    act(both, "heping", USER, Act.MESSAGE)
    verdicts = [(await api.check_text(USER, text)).suggestion for text in ("你好", REVIEW_WORD, RISKY_WORD)]
    assert verdicts == [Suggestion.CLEAN, Suggestion.REVIEW, Suggestion.RISKY]


async def test_alipay_takes_what_the_app_signed_and_keeps_its_window(both: Both, time: Clock) -> None:
    account = both.account("heping-alipay")
    api, user = AlipayApi(account, both.server.http), platform_id(account, "li")
    with pytest.raises(DeliveryHeld, match="window_closed"):
        await api.send(user, HELLO)
    act(both, "heping-alipay", user, Act.MESSAGE)
    await api.send(user, HELLO)
    time.now += timedelta(minutes=5)
    with pytest.raises(DeliveryHeld, match="window_closed"):
        await api.send(user, HELLO)
    assert [sent.shown.text for sent in both.platform.custom_messages(user)] == ["您好"]
    verdicts = [(await api.check_text(text)).suggestion for text in ("你好", REVIEW_WORD, RISKY_WORD)]
    assert verdicts == [Suggestion.CLEAN, Suggestion.REVIEW, Suggestion.RISKY]


async def test_alipay_refuses_another_apps_signature(both: Both) -> None:
    stranger = both.account("heping-alipay").model_copy(update={"private_key": private_text("stranger")})
    with refused("alipay_isv.invalid-signature"):
        await AlipayApi(stranger, both.server.http).check_text("你好")


async def test_an_alipay_notice_needs_consent(both: Both) -> None:
    account = both.account("heping-alipay-mini")
    api, user, template = AlipayApi(account, both.server.http), platform_id(account, "li"), account.notices["order"]
    with refused("not_subscribed"):
        await api.send_notice(user, template, {"keyword1": "已派单"})
    both.platform.state.person(account, user).consents[template] += 1
    await api.send_notice(user, template, {"keyword1": "已派单"})
    with refused("configuration"):
        await api.send_notice(user, "NO-SUCH-TEMPLATE", {"keyword1": "已派单"})


async def test_planned_faults_happen_as_often_as_planned(both: Both) -> None:
    act(both, "heping", USER, Act.MESSAGE)
    api = both.server.wechat_api(both.account("heping"))
    both.platform.fail_next("custom/send", errcode=-1, times=2)
    for _ in range(2):
        with refused("busy"):
            await api.send(USER, HELLO)
    await api.send(USER, HELLO)
    both.platform.fail_next("custom/send", status=502, done=True)
    with refused("busy"):
        await api.send(USER, HELLO)
    assert len(both.platform.custom_messages(USER)) == 2


async def test_a_planned_fault_of_alipay_is_signed_like_any_answer(both: Both) -> None:
    both.platform.fail_next("content.detect", sub_code="PUB.MSG_BATCH_SD_OVER")
    with pytest.raises(DeliveryHeld, match="quota_day"):
        await AlipayApi(both.account("heping-alipay"), both.server.http).check_text("你好")


async def test_pages_and_notices_to_staff_are_kept_if_signed(both: Both) -> None:
    heard: list[str] = []
    both.platform.state.observer = heard.append
    page = Page(id="p1", emergency="fire", number="HC1", area="和平里社区", at=NOW)
    for duty in both.config.duty:
        await alerts.send_page(both.server.http, duty, page, ack_url="http://127.0.0.1/duty/ack?page=p1")
    await alerts.send_notice(
        both.server.http, both.config.notify[0], event="issue.submitted", facts={"number": "HC1"}, key="k1"
    )
    assert [(page.path, page.payload["number"]) for page in both.platform.pages] == [
        ("/duty", "HC1"),
        ("/duty/second", "HC1"),
    ]
    assert [message.key for message in both.platform.staff_messages] == ["k1"]
    assert any("http://127.0.0.1/duty/ack?page=p1" in line for line in heard)
    forged = both.config.duty[0].model_copy(update={"secret": "guessed"})
    with pytest.raises(DeliveryError, match="401"):
        await alerts.send_page(both.server.http, forged, page, ack_url=None)


async def test_a_second_simulator_finds_the_port_taken(both: Both) -> None:
    with pytest.raises(PortTaken):
        async with PlatformSimulator(both.config).started(both.port):
            pytest.fail("two simulators on one port")


async def test_unreadable_calls_are_refused_and_not_a_crash(both: Both) -> None:
    token = both.platform.wechat.tokens["heping"].plain_token().value
    url = f"http://127.0.0.1:{both.port}/cgi-bin/message/custom/send"
    for body, code in ((b"no json", 47001), (b"[]", 47001), (json.dumps({"msgtype": "text"}).encode(), 40008)):
        async with both.server.http.post(url, params={"access_token": token}, data=body) as response:
            assert (await response.json())["errcode"] == code
