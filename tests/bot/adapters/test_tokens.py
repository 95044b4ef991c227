"""One token for all who ask, and no storm when the platform complains."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from bot.adapters.shared_tokens import RedisTokens
from bot.adapters.tokens import TokenBroker
from core import clock
from core.errors import DeliveryError
from core.settings import Account
from core.values import Platform
from tests.bot.adapters.platform_server import Call, PlatformServer, running
from tests.servers import RedisServer, free_port

TOKEN_PATH = "/cgi-bin/stable_token"


class Issuer:
    """The platform's side: the same token to everybody until a forced refresh."""

    def __init__(self) -> None:
        self.version = 1
        self.expires_in = 7200

    def __call__(self, call: Call) -> Any:
        self.version += bool(call.json["force_refresh"])
        return {"access_token": f"token-{self.version}", "expires_in": self.expires_in}


@pytest.fixture
async def platform() -> AsyncIterator[PlatformServer]:
    async with running() as server:
        server.answers[TOKEN_PATH] = Issuer()
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    with RedisServer.started() as server:
        client = Redis.from_url(server.url)
        yield client
        await client.aclose()


def account(platform: PlatformServer) -> Account:
    return Account(
        name="acc",
        platform=Platform.WECHAT,
        app_id="wx1",
        token="callback-token",
        secret="app-secret",
        api_base=platform.url,
    )


async def test_twenty_cold_callers_cause_one_fetch(platform: PlatformServer, http: aiohttp.ClientSession) -> None:
    platform.delay_seconds = 0.02
    broker = TokenBroker(account(platform), http)
    assert set(await asyncio.gather(*(broker.token() for _ in range(20)))) == {"token-1"}
    assert len(platform.calls) == 1
    assert platform.calls[0].json == {
        "grant_type": "client_credential",
        "appid": "wx1",
        "secret": "app-secret",
        "force_refresh": False,
    }


async def test_a_token_is_refreshed_five_minutes_early(platform: PlatformServer, http: aiohttp.ClientSession) -> None:
    broker = TokenBroker(account(platform), http)
    start = clock.now()
    for after, fetches in ((0, 1), (6890, 1), (6910, 2)):
        with clock.frozen(start + timedelta(seconds=after)):
            await broker.token()
        assert len(platform.calls) == fetches


async def test_a_token_near_its_end_is_not_fetched_again_and_again(
    platform: PlatformServer, http: aiohttp.ClientSession
) -> None:
    platform.answers[TOKEN_PATH].expires_in = 200
    broker = TokenBroker(account(platform), http)
    for _ in range(5):
        await broker.token()
    assert len(platform.calls) == 1


async def test_only_the_token_that_failed_is_expired(platform: PlatformServer, http: aiohttp.ClientSession) -> None:
    broker = TokenBroker(account(platform), http)
    first = await broker.token()
    await broker.expire("somebody-else's")
    assert await broker.token() == first
    assert len(platform.calls) == 1
    await broker.expire(first)
    assert await broker.token() == "token-2"
    await broker.expire(first)
    assert await broker.token() == "token-2"


async def test_force_is_used_only_against_a_token_that_stays_bad_and_twice_a_minute_at_most(
    platform: PlatformServer, http: aiohttp.ClientSession
) -> None:
    broker = TokenBroker(account(platform), http)
    start = clock.now()
    with clock.frozen(start):
        await broker.expire(await broker.token())
        await broker.expire(await broker.token())
        await broker.token()
    forced = [call.json["force_refresh"] for call in platform.calls]
    assert forced == [False, False, True, False]
    with clock.frozen(start + timedelta(seconds=31)):
        await broker.expire(await broker.token())
        assert await broker.token() == "token-3"


@pytest.mark.parametrize(
    ("answer", "reason", "retryable"),
    [
        ({"errcode": 40164, "errmsg": "invalid ip"}, "configuration", False),
        ({"errcode": -1}, "busy", True),
        ({"access_token": ""}, "unreadable_answer", True),
        (b"<html>", "unreadable_answer", True),
        (b"[]", "unreadable_answer", True),
    ],
)
async def test_what_the_platform_refuses_is_named(
    platform: PlatformServer,
    http: aiohttp.ClientSession,
    answer: Any,
    reason: str,
    retryable: bool,
) -> None:
    platform.answers[TOKEN_PATH] = answer
    with pytest.raises(DeliveryError) as caught:
        await TokenBroker(account(platform), http).token()
    assert (caught.value.reason, caught.value.retryable) == (reason, retryable)


async def test_a_platform_that_is_not_there_is_unreachable(http: aiohttp.ClientSession) -> None:
    gone = PlatformServer(url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(DeliveryError, match="unreachable"):
        await TokenBroker(account(gone), http).token()


async def test_processes_share_one_token_through_redis(
    platform: PlatformServer, http: aiohttp.ClientSession, redis: Redis
) -> None:
    platform.delay_seconds = 0.02
    brokers = [TokenBroker(account(platform), http, RedisTokens(redis)) for _ in range(6)]
    assert set(await asyncio.gather(*(broker.token() for broker in brokers))) == {"token-1"}
    assert len(platform.calls) == 1
    await brokers[0].expire("token-1")
    assert await brokers[0].token() == "token-2"
    await brokers[1].expire("token-1")
    assert await brokers[1].token() == "token-2"
    assert [call.json["force_refresh"] for call in platform.calls] == [False, False, True]


async def test_a_redis_that_is_not_there_costs_nothing_but_fetches(
    platform: PlatformServer, http: aiohttp.ClientSession
) -> None:
    client = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0")
    broker = TokenBroker(account(platform), http, RedisTokens(client))
    assert await broker.token() == "token-1"
    await broker.expire("token-1")
    assert await broker.token() == "token-2"
    await client.aclose()


async def test_rubbish_in_redis_is_ignored(platform: PlatformServer, http: aiohttp.ClientSession, redis: Redis) -> None:
    await redis.set("hc:token:acc", "rubbish")
    assert await TokenBroker(account(platform), http, RedisTokens(redis)).token() == "token-1"
