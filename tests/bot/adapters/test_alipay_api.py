"""Calls to Alipay: how they are signed, and what an answer must be before it is believed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest

from bot.adapters import alipay_answers
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.failures import LoginCodeInvalid
from bot.adapters.moderation import Suggestion
from core import clock
from core.errors import DeliveryError, DeliveryHeld
from core.messages import Choice, Reply, ReplyKind
from core.values import Platform
from tests.bot.adapters import alipay_side as side
from tests.bot.adapters.platform_server import PlatformServer, running

GATEWAY = "/gateway.do"


@pytest.fixture
async def platform() -> AsyncIterator[PlatformServer]:
    async with running() as server:
        yield server


@pytest.fixture
async def api(platform: PlatformServer) -> AsyncIterator[AlipayApi]:
    account = side.account(platform.url + GATEWAY, Platform.ALIPAY_MINI)
    async with aiohttp.ClientSession() as http:
        yield AlipayApi(account, http)


def answers(platform: PlatformServer, node: str, *, name: str = "", who: str = "alipay") -> None:
    """Let the platform say `node` as its answer to whatever method is called, signed."""

    def answer(_call: Any) -> bytes:
        method = asked(platform)["method"].replace(".", "_") + "_response"
        signature = side.sign(node.encode(), who)
        return f'{{"{name or method}":{node},"sign":"{signature}"}}'.encode()

    platform.answers[GATEWAY] = answer


def asked(platform: PlatformServer) -> dict[str, str]:
    fields = parse_qs(platform.calls[-1].body.decode(), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


async def test_a_call_is_posted_signed_and_in_shanghais_time(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, '{"code":"10000","msg":"Success"}')
    with clock.frozen(clock.parse("2026-11-21T16:30:05+00:00")):
        await api.send(side.USER_ID, Reply("好" * 700))
    fields = asked(platform)
    assert fields["timestamp"] == "2026-11-22 00:30:05"
    assert (fields["app_id"], fields["method"]) == (side.APP_ID, "alipay.open.public.message.custom.send")
    signature = fields.pop("sign")
    side.check("&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode(), signature, "app")
    assert platform.calls[0].method == "POST"
    assert platform.calls[0].query == {"charset": "utf-8"}


async def test_user_ids_and_open_ids_go_into_fields_of_their_own(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, '{"code":"10000"}')
    await api.send(side.USER_ID, Reply("修好了吗？", (Choice("a", "是"),)))
    content = json.loads(asked(platform)["biz_content"])
    assert content == {
        "to_user_id": side.USER_ID,
        "chat": "0",
        "msg_type": "text",
        "text": {"content": "修好了吗？\n1 是"},
    }
    await api.send(side.OPEN_ID, Reply("看", type=ReplyKind.LINK, url="https://community.example/1"))
    content = json.loads(asked(platform)["biz_content"])
    assert content["open_id"] == side.OPEN_ID
    assert content["articles"][0]["url"] == "https://community.example/1"


async def test_login_parameters_stand_at_the_top(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, f'{{"open_id":"{side.OPEN_ID}","access_token":"x"}}')
    login = await api.login("auth-code-1")
    assert (login.user_id, login.open_id) == ("", side.OPEN_ID)
    fields = asked(platform)
    assert (fields["grant_type"], fields["code"]) == ("authorization_code", "auth-code-1")
    assert fields["biz_content"] == "{}"


async def test_a_used_login_code(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, '{"code":"40002","sub_code":"isv.code-invalid"}', name="error_response")
    with pytest.raises(LoginCodeInvalid):
        await api.login("auth-code-1")


async def test_a_login_without_anybody_is_no_answer(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, '{"access_token":"x"}')
    with pytest.raises(DeliveryError, match="unreadable_answer"):
        await api.login("auth-code-1")


async def test_notices(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, '{"code":"10000"}')
    await api.send_notice(side.OPEN_ID, "T1", {"keyword1": "楼道灯"}, page="p/q")
    assert json.loads(asked(platform)["biz_content"]) == {
        "to_open_id": side.OPEN_ID,
        "user_template_id": "T1",
        "page": "p/q",
        "data": {"keyword1": {"value": "楼道灯"}},
    }


@pytest.mark.parametrize(
    ("action", "suggestion"),
    [
        ("PASSED", Suggestion.CLEAN),
        ("REJECTED", Suggestion.RISKY),
        ("REVIEW", Suggestion.REVIEW),
        ("?", Suggestion.REVIEW),
    ],
)
async def test_the_text_check(api: AlipayApi, platform: PlatformServer, action: str, suggestion: Suggestion) -> None:
    answers(platform, f'{{"code":"10000","action":"{action}","keywords":["k"],"unique_id":"1"}}')
    verdict = await api.check_text("好")
    assert (verdict.suggestion, verdict.label) == (suggestion, "k")


@pytest.mark.parametrize(
    ("code", "sub_code", "expected"),
    [
        ("20000", "isp.unknow-error", ("busy", True, False)),
        ("40004", "MSG_SD_OVER_TIME", ("window_closed", False, True)),
        ("40004", "PUB.MSG_BATCH_SD_OVER", ("quota_day", False, True)),
        ("40004", "USER_TEMPLATE_ILLEGAL", ("configuration", False, False)),
        ("40004", "FORM_ID_OVER_TIME", ("not_subscribed", False, False)),
        ("40006", "isv.insufficient-isv-permissions", ("configuration", False, False)),
        ("40005", "isv.app-call-limited", ("quota_minute", True, False)),
        ("40004", "NEW_TROUBLE", ("alipay_NEW_TROUBLE", False, False)),
    ],
)
async def test_business_errors_are_raised(
    api: AlipayApi,
    platform: PlatformServer,
    code: str,
    sub_code: str,
    expected: tuple[str, bool, bool],
) -> None:
    answers(platform, f'{{"code":"{code}","msg":"?","sub_code":"{sub_code}"}}')
    with pytest.raises(DeliveryError) as caught:
        await api.send(side.USER_ID, Reply("好"))
    error = caught.value
    assert (error.reason, error.retryable, isinstance(error, DeliveryHeld)) == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff",
        b'{"alipay_open_public_message_custom_send_response":{"code":"10000"}}',
        b'{"alipay_open_public_message_custom_send_response":{"code":"10000"},"sign":"AAAA"}',
        b'{"alipay_open_public_message_custom_send_response":{"code":"10000"},"sign":null}',
        b'{"alipay_open_public_message_custom_send_response":7,"sign":""}',
        b'{"alipay_open_public_message_custom_send_response":' + b"[" * 200 + b"]" * 200 + b',"sign":""}',
        b'{"alipay_open_public_message_custom_send_response":' + b"[" * 20000 + b"]" * 20000 + b',"sign":""}',
    ],
)
async def test_only_a_signed_answer_is_believed(api: AlipayApi, platform: PlatformServer, answer: bytes) -> None:
    platform.answers[GATEWAY] = answer
    with pytest.raises(DeliveryError):
        await api.send(side.USER_ID, Reply("好"))


async def test_an_answer_signed_by_another_is_refused(api: AlipayApi, platform: PlatformServer) -> None:
    answers(platform, '{"code":"10000"}', who="stranger")
    with pytest.raises(DeliveryError, match="unreadable_answer"):
        await api.send(side.USER_ID, Reply("好"))


@pytest.mark.parametrize(
    "node",
    ['{"code":"10000","msg":"a}b"}', '{"code":"10000","msg":"a{b"}', '{"code":"10000","msg":"a\\"}b"}'],
)
async def test_braces_in_a_text_do_not_spoil_an_answer(api: AlipayApi, platform: PlatformServer, node: str) -> None:
    answers(platform, node)
    await api.send(side.USER_ID, Reply("好"))


def test_of_two_equal_nodes_the_first_is_the_signed_one() -> None:
    assert alipay_answers.parts('{ "r" : {"a": 1} , "r":{"a":2}, "sign":"S"}')["r"] == '{"a": 1}'
