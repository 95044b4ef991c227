"""Staff and duty officers are told, signed and without personal data; a robot's error inside a 200 is an error."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot import alerts
from bot.alerts import Page, ack_token, ack_url, check_ack_token, notice_text, page_text, send_notice, send_page, wants
from core import clock
from core.crypto import Vault
from core.errors import DeliveryError
from core.settings import ROOT, Duty, Notify
from core.values import EmergencyKind

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PAGE = Page(id="p1", emergency="fire", number="HC1", area="和平里社区", at=NOW)


class Receiver:
    """Keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: object = {"errcode": 0, "errmsg": "ok"}
        self.delay_seconds = 0.0
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        await asyncio.sleep(self.delay_seconds)
        if 300 <= self.status < 400:
            return web.Response(status=self.status, headers={"Location": self.url})
        return web.Response(status=self.status, text=self.answer if isinstance(self.answer, str)
                            else json.dumps(self.answer))  # fmt: skip

    @property
    def last(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.bodies[-1])
        return parsed


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    made.url = str(server.make_url("/hook"))
    yield made
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def test_a_webhook_is_signed_over_time_and_body(http: ClientSession, receiver: Receiver) -> None:
    target = Notify(url=receiver.url, secret="topsecret")
    await send_notice(http, target, event="issue.submitted", facts={"number": "HC1"}, key="k1")
    headers, body = receiver.headers[0], receiver.bodies[0]
    expected = hmac.new(b"topsecret", headers["X-Timestamp"].encode() + b"\n" + body, hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == expected
    assert (headers["Idempotency-Key"], receiver.last["event"]) == ("k1", "issue.submitted")


async def test_without_a_secret_nothing_is_signed(http: ClientSession, receiver: Receiver) -> None:
    await send_notice(http, Notify(url=receiver.url), event="chat.waiting", facts={}, key="k1")
    assert "X-Signature" not in receiver.headers[0]


async def test_a_page_says_how_to_acknowledge(http: ClientSession, receiver: Receiver) -> None:
    await send_page(http, Duty(url=receiver.url), PAGE, ack_url="https://c.example/duty/ack?page=p1&token=t")
    assert receiver.last["ack_command"] == "hc duty ack p1"
    assert receiver.last["ack_url"].startswith("https://c.example/duty/ack")
    assert receiver.last["level"] == 1


async def test_a_robot_gets_markdown_with_the_link(http: ClientSession, receiver: Receiver) -> None:
    await send_page(http, Duty(kind="wecom_robot", url=receiver.url), PAGE, ack_url="https://c.example/a")
    assert receiver.last["msgtype"] == "markdown"
    assert receiver.last["markdown"]["content"].endswith("](https://c.example/a)")


@pytest.mark.parametrize(
    ("answer", "retryable"),
    [({"errcode": 45009}, True), ({"errcode": -1}, True), ({"errcode": 93000}, False), ({"errcode": 40058}, False),
     ("<html>", True), ([], True)],
)  # fmt: skip
async def test_an_error_code_inside_a_200_is_an_error(
    http: ClientSession, receiver: Receiver, answer: object, retryable: bool
) -> None:
    receiver.answer = answer
    with pytest.raises(DeliveryError) as caught:
        await send_notice(http, Notify(kind="wecom_robot", url=receiver.url), event="x", facts={}, key="k")
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(("status", "retryable"), [(500, True), (429, True), (404, False), (302, False)])
async def test_http_failures_say_whether_to_try_again(
    http: ClientSession, receiver: Receiver, status: int, retryable: bool
) -> None:
    receiver.status = status
    with pytest.raises(DeliveryError) as caught:
        await send_page(http, Duty(url=receiver.url), PAGE, ack_url=None)
    assert caught.value.retryable is retryable
    assert len(receiver.bodies) == 1


async def test_a_silent_receiver_is_given_up(
    http: ClientSession, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "TOTAL_SECONDS", 0.05)
    receiver.delay_seconds = 1.0
    with pytest.raises(DeliveryError) as caught:
        await send_page(http, Duty(url=receiver.url), PAGE, ack_url=None)
    assert caught.value.retryable


async def test_a_long_text_fits_into_a_robots_message(http: ClientSession, receiver: Receiver) -> None:
    target = Notify(kind="wecom_robot", url=receiver.url)
    await send_notice(http, target, event="grid.unknown_status", facts={"status": "很" * 3000}, key="k")
    assert len(receiver.last["markdown"]["content"].encode()) <= 4096


def test_a_fact_cannot_mention_everybody_or_break_the_line() -> None:
    text = notice_text("grid.unknown_status", {"number": "HC1", "status": "<@all>\n# 假的"})
    assert "<@all>" not in text
    assert "\n" not in text


def test_missing_facts_and_unknown_events_still_make_a_sentence() -> None:
    assert "—" in notice_text("issue.submitted", {})
    assert "party.started" in notice_text("party.started", {})


def events_in_the_sources() -> set[str]:
    sources = [path for name in ("community", "handlers", "bot") for path in (ROOT / name).rglob("*.py")]
    return {event for path in sources for event in re.findall(r'event="([a-z]+\.[a-z_]+)"', path.read_text("utf-8"))}


def test_every_event_that_is_told_has_a_wording() -> None:
    assert events_in_the_sources() >= {"issue.submitted", "chat.waiting"}
    assert events_in_the_sources() <= set(alerts.TEXTS["notice"])


def test_facts_read_as_people_say_them() -> None:
    facts = {"number": "HC1", "category": "井盖", "urgency": 3, "emergency": None, "grid_code": None,
             "deadline": "2026-11-21T18:00:00+08:00"}  # fmt: skip
    assert "井盖，紧急，网格 —" in notice_text("issue.submitted", facts)
    assert "11-21 18:00" in notice_text("issue.urged", facts)
    assert "火情" in notice_text("issue.submitted", facts | {"emergency": "fire"})


def test_the_end_of_a_chat_says_who_ended_it() -> None:
    told = [notice_text("chat.ended", {"chat": "c1"} | by) for by in ({}, {"by": "resident"}, {"by": "nobody"})]
    assert all("c1" in text for text in told)
    assert ["居民结束" in text for text in told] == [False, True, False]
    assert "没人接" in told[2]


def test_braces_in_a_fact_are_plain_text() -> None:
    assert "{0.__class__}" in notice_text("grid.unknown_status", {"status": "{0.__class__}"})


def test_every_kind_of_emergency_has_a_name() -> None:
    names = {alerts.emergency_name(kind.value) for kind in EmergencyKind}
    assert len(names) == len(EmergencyKind)


def test_a_later_page_says_that_nobody_answered() -> None:
    assert "没有确认" not in page_text(PAGE)
    assert "没有确认" in page_text(Page("p1", "fire", "HC1", "和平里社区", NOW, level=2))


@pytest.mark.parametrize(
    ("events", "event", "wanted"),
    [(("*",), "issue.submitted", True), (("issue.*",), "issue.urged", True), (("issue.*",), "issued", False),
     (("chat.waiting",), "chat.waiting", True), (("chat.waiting",), "chat.closed", False), ((), "issue.urged", False)],
)  # fmt: skip
def test_targets_choose_their_events(events: tuple[str, ...], event: str, wanted: bool) -> None:
    assert wants(Notify(url="http://127.0.0.1", events=events), event) is wanted


def test_a_token_acknowledges_its_page_only_and_for_a_day(vault: Vault) -> None:
    with clock.frozen(NOW):
        token = ack_token(vault, "p1")
        assert check_ack_token(vault, "p1", token)
        assert not check_ack_token(vault, "p2", token)
    with clock.frozen(NOW + timedelta(hours=25)):
        assert not check_ack_token(vault, "p1", token)


@pytest.mark.parametrize("token", ["", ".", "9999999999.", "9999999999." + "0" * 64, "x.y", "９.a", "9" * 40 + ".a"])
def test_a_forged_token_is_refused(vault: Vault, token: str) -> None:
    assert not check_ack_token(vault, "p1", token)


def test_the_link_needs_a_public_address(vault: Vault) -> None:
    assert ack_url("", vault, "p1") is None
    assert (ack_url("https://c.example/", vault, "p1") or "").startswith("https://c.example/duty/ack?page=p1&token=")
