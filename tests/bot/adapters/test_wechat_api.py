"""Calls to WeChat: shapes, errors inside a 200, one retry, limits; against a server on this machine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters import http_json, wechat_api
from bot.adapters.failures import LoginCodeInvalid
from bot.adapters.http_json import TooMuch
from bot.adapters.moderation import Suggestion
from bot.adapters.tokens import TokenBroker
from bot.adapters.wechat_api import WeChatApi
from core.errors import DeliveryError, DeliveryHeld
from core.messages import Choice, Reply, ReplyKind
from core.settings import Account
from core.values import Platform
from tests.bot.adapters.platform_server import Call, PlatformServer, running
from tests.bot.adapters.test_tokens import TOKEN_PATH, Issuer

SEND = "/cgi-bin/message/custom/send"
OPENID = "oTestResident0000000000000001"
FINE = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
async def platform() -> AsyncIterator[PlatformServer]:
    async with running() as server:
        server.answers[TOKEN_PATH] = Issuer()
        server.answers[SEND] = FINE
        yield server


async def _api(platform: PlatformServer, kind: Platform) -> AsyncIterator[WeChatApi]:
    account = Account(
        name="acc",
        platform=kind,
        app_id="wx1",
        token="callback-token",
        secret="the-app-secret",
        api_base=platform.url,
    )
    async with aiohttp.ClientSession() as http:
        yield WeChatApi(account, http, TokenBroker(account, http))


@pytest.fixture
async def api(platform: PlatformServer) -> AsyncIterator[WeChatApi]:
    async for made in _api(platform, Platform.WECHAT):
        yield made


@pytest.fixture
async def mini(platform: PlatformServer) -> AsyncIterator[WeChatApi]:
    async for made in _api(platform, Platform.WECHAT_MINI):
        yield made


async def _sent(api: WeChatApi, platform: PlatformServer, reply: Reply, **more: str) -> Any:
    await api.send(OPENID, reply, **more)
    body = platform.asked(SEND)[-1].json
    assert body.pop("touser") == OPENID
    return body


async def test_a_text_is_sent_with_its_characters_unescaped(api: WeChatApi, platform: PlatformServer) -> None:
    body = await _sent(api, platform, Reply("修好了👍"))
    assert body == {"msgtype": "text", "text": {"content": "修好了👍"}}
    call = platform.asked(SEND)[0]
    assert "修好了👍".encode() in call.body
    assert call.query == {"access_token": "token-1"}


async def test_choices_become_a_menu_to_press(api: WeChatApi, platform: PlatformServer) -> None:
    reply = Reply("修好了吗？", (Choice("fixed.yes", "是"), Choice("fixed.no", "不是")))
    body = await _sent(api, platform, reply)
    assert body["msgmenu"] == {
        "head_content": "修好了吗？",
        "list": [{"id": "fixed.yes", "content": "1 是"}, {"id": "fixed.no", "content": "2 不是"}],
        "tail_content": "",
    }


async def test_links_and_pictures(api: WeChatApi, platform: PlatformServer) -> None:
    link = Reply("点开看", type=ReplyKind.LINK, title="工单", url="https://community.example/1")
    body = await _sent(api, platform, link)
    assert body["news"]["articles"][0]["url"] == "https://community.example/1"
    picture = Reply("码", type=ReplyKind.IMAGE)
    body = await _sent(api, platform, picture, media_id="M")
    assert body == {"msgtype": "image", "image": {"media_id": "M"}}


async def test_a_mini_program_gets_what_it_can_show(mini: WeChatApi, platform: PlatformServer) -> None:
    body = await _sent(mini, platform, Reply("修好了吗？", (Choice("a", "是"),)))
    assert body == {"msgtype": "text", "text": {"content": "修好了吗？\n1 是"}}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, ("busy", True, False)),
        (45015, ("window_closed", False, True)),
        (45047, ("quota_used", False, True)),
        (45009, ("quota_day", False, True)),
        (45011, ("quota_minute", True, False)),
        (48001, ("configuration", False, False)),
        (40164, ("configuration", False, False)),
        (40003, ("bad_recipient", False, False)),
        (40226, ("recipient_blocked", False, False)),
        (43101, ("not_subscribed", False, False)),
        (99999, ("wechat_99999", False, False)),
    ],
)
async def test_a_code_inside_a_200_is_an_error(
    api: WeChatApi, platform: PlatformServer, code: int, expected: tuple[str, bool, bool]
) -> None:
    platform.answers[SEND] = {"errcode": code, "errmsg": "?"}
    with pytest.raises(DeliveryError) as caught:
        await api.send(OPENID, Reply("好"))
    error = caught.value
    assert (error.reason, error.retryable, isinstance(error, DeliveryHeld)) == expected
    assert len(platform.asked(SEND)) == 1


@pytest.mark.parametrize(
    "answer", [web.Response(status=502), b"<html>", b"[]", b'{"errcode": "x"}', web.Response(status=302)]
)
async def test_what_is_no_answer_can_be_tried_again(api: WeChatApi, platform: PlatformServer, answer: Any) -> None:
    platform.answers[SEND] = answer
    with pytest.raises(DeliveryError) as caught:
        await api.send(OPENID, Reply("好"))
    assert caught.value.retryable


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_replaced_once(api: WeChatApi, platform: PlatformServer, code: int) -> None:
    def strict(call: Call) -> Any:
        return FINE if call.query["access_token"] == "token-2" else {"errcode": code}

    platform.answers[SEND] = strict
    await api.send(OPENID, Reply("好"))
    assert [call.query["access_token"] for call in platform.asked(SEND)] == ["token-1", "token-2"]


async def test_a_platform_that_refuses_every_token_causes_no_storm(api: WeChatApi, platform: PlatformServer) -> None:
    platform.answers[SEND] = {"errcode": 40001}
    for _ in range(5):
        with pytest.raises(DeliveryError, match="token_rejected") as caught:
            await api.send(OPENID, Reply("好"))
        assert caught.value.retryable
    assert len(platform.asked(SEND)) == 10
    assert len(platform.asked(TOKEN_PATH)) <= 12
    assert sum(call.json["force_refresh"] for call in platform.asked(TOKEN_PATH)) <= 1


async def test_notices(api: WeChatApi, mini: WeChatApi, platform: PlatformServer) -> None:
    for name, sender in (("bizsend", api), ("send", mini)):
        path = f"/cgi-bin/message/subscribe/{name}"
        platform.answers[path] = FINE
        await sender.send_notice(OPENID, "T1", {"thing1": "楼道灯"}, page="p/q")
        assert platform.asked(path)[0].json == {
            "touser": OPENID,
            "template_id": "T1",
            "data": {"thing1": {"value": "楼道灯"}},
            "page": "p/q",
        }


async def test_download(api: WeChatApi, platform: PlatformServer) -> None:
    path = "/cgi-bin/media/get"
    platform.answers[path] = web.Response(body=b"\xff\xd8JPEG", content_type="image/jpeg")
    assert (await api.download("M1")).content == b"\xff\xd8JPEG"
    assert platform.asked(path)[0].query["media_id"] == "M1"
    platform.answers[path] = {"video_url": "http://127.0.0.1/v"}
    assert (await api.download("M1")).video_url == "http://127.0.0.1/v"
    platform.answers[path] = web.Response(text='{"errcode": 40007}', content_type="text/plain")
    with pytest.raises(DeliveryError, match="media_gone"):
        await api.download("M1")


async def test_a_download_ends_at_its_limit(api: WeChatApi, platform: PlatformServer) -> None:
    platform.answers["/cgi-bin/media/get"] = web.Response(body=b"x" * 200_000, content_type="image/jpeg")
    with pytest.raises(TooMuch):
        await api.download("M1", limit_bytes=100_000)


async def test_upload(api: WeChatApi, platform: PlatformServer) -> None:
    path = "/cgi-bin/media/upload"
    tries: list[bytes] = []

    def strict(call: Call) -> Any:
        tries.append(call.body)
        return {"errcode": 40001} if len(tries) == 1 else {"media_id": "M9"}

    platform.answers[path] = strict
    assert await api.upload_image(b"PNGPNG", "image/png") == "M9"
    assert all(b"PNGPNG" in body and b'filename="image.png"' in body for body in tries)
    assert platform.asked(path)[0].query["type"] == "image"


async def test_menu(api: WeChatApi, platform: PlatformServer) -> None:
    platform.answers["/cgi-bin/menu/create"] = FINE
    await api.create_menu([{"type": "click", "name": "上报", "key": "report"}])
    assert platform.asked("/cgi-bin/menu/create")[0].json["button"][0]["name"] == "上报"


async def test_login(mini: WeChatApi, platform: PlatformServer) -> None:
    path = "/sns/jscode2session"
    platform.answers[path] = b'{"openid": "o1", "session_key": "k", "unionid": "u"}'
    assert await mini.login("code-1") == "o1"
    assert platform.asked(path)[0].query["js_code"] == "code-1"
    for code in (40029, 40163):
        platform.answers[path] = {"errcode": code}
        with pytest.raises(LoginCodeInvalid):
            await mini.login("code-1")
    platform.answers[path] = {"errcode": -1}
    with pytest.raises(DeliveryError, match="busy"):
        await mini.login("code-1")


async def test_the_login_address_with_its_secret_is_in_no_log_and_no_error(
    mini: WeChatApi, platform: PlatformServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.answers["/sns/jscode2session"] = web.Response(status=500)
    with pytest.raises(DeliveryError) as caught:
        await mini.login("code-1")
    assert "the-app-secret" not in repr(caught.getrepr(style="long", showlocals=False))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "the-app-secret" not in caplog.text


async def test_the_text_check_takes_long_texts_in_parts(mini: WeChatApi, platform: PlatformServer) -> None:
    path = "/wxa/msg_sec_check"

    def judge(call: Call) -> Any:
        risky = "坏" in call.json["content"]
        return {"errcode": 0, "result": {"suggest": "risky" if risky else "pass", "label": 20002}}

    platform.answers[path] = judge
    verdict = await mini.check_text(OPENID, "好" * 2600 + "坏" + "好" * 2600)
    assert (verdict.suggestion, verdict.label) == (Suggestion.RISKY, "20002")
    asked = [call.json for call in platform.asked(path)]
    assert [len(body["content"]) for body in asked] == [2500, 2500, 201]
    assert all(body["version"] == 2 and body["openid"] == OPENID for body in asked)
    assert (await mini.check_text(OPENID, "")).suggestion is Suggestion.CLEAN


async def test_an_unknown_suggestion_is_for_people_to_judge(mini: WeChatApi, platform: PlatformServer) -> None:
    platform.answers["/wxa/msg_sec_check"] = {"errcode": 0, "result": {"suggest": "maybe"}}
    assert (await mini.check_text(OPENID, "好")).suggestion is Suggestion.REVIEW


async def test_the_picture_check_is_of_version_two(mini: WeChatApi, platform: PlatformServer) -> None:
    path = "/wxa/media_check_async"
    platform.answers[path] = {"errcode": 0, "trace_id": "t1"}
    assert await mini.check_image(OPENID, "https://community.example/p") == "t1"
    body = platform.asked(path)[0].json
    assert (body["version"], body["media_type"], body["openid"]) == (2, 2, OPENID)


async def test_a_platform_that_does_not_answer_is_given_up(
    api: WeChatApi, platform: PlatformServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.send(OPENID, Reply("好"))
    platform.delay_seconds = 5
    monkeypatch.setattr(http_json, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(DeliveryError, match="unreachable") as caught:
        await api.send(OPENID, Reply("好"))
    assert caught.value.retryable
    monkeypatch.setattr(http_json, "TIMEOUT", aiohttp.ClientTimeout(total=60))
    monkeypatch.setattr(wechat_api, "CALL_SECONDS", 0.05)
    with pytest.raises(DeliveryError, match="unreachable"):
        await api.send(OPENID, Reply("好"))
