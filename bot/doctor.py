"""`doctor`: is this installation sound? One line for each thing that is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot import migrate
from bot.adapters.tokens import TokenBroker
from community import calendar
from core import clock, triggers
from core.crypto import load_ring
from core.db import Database
from core.errors import ConfigError, DeliveryError
from core.settings import Account, Settings
from core.values import Platform
from migrations import tables
from points import anchors, audit, seals


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its subject, whether it is good, and what to do if it is not."""

    subject: str
    is_good: bool
    detail: str = ""

    def __str__(self) -> str:
        mark = "ok   " if self.is_good else "FAULT"
        return f"{mark} {self.subject}" + (f": {self.detail}" if self.detail else "")


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Settings were read already: whoever calls could load them."""
    yield Finding("settings", is_good=True, detail=f"{len(settings.config.accounts)} accounts")
    yield _keys(settings)
    async for finding in _database(settings):
        yield finding
    yield await _ledger(settings)
    yield await _redis(settings)
    yield _duty(settings)
    yield _calendar()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        for account in settings.config.accounts:
            if account.platform is not Platform.WEB:
                yield await _account(http, account)
        for connector in settings.config.grid:
            if connector.kind == "signed_json":
                yield await _reachable(http, f"grid {connector.name}", connector.url)


def _keys(settings: Settings) -> Finding:
    try:
        ring = load_ring(settings.secret_key, embedded=settings.embedded, var=settings.var)
    except ConfigError as error:
        return Finding("SECRET_KEY", is_good=False, detail=str(error))
    return Finding("SECRET_KEY", is_good=True, detail=f"current key {ring.current_id}")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    engine = create_async_engine(settings.database_url)
    try:
        async with engine.connect() as connection:
            missing = await connection.run_sync(_missing)
            behind = await connection.run_sync(migrate.pending)
    except (SQLAlchemyError, OSError) as error:
        yield Finding("database", is_good=False, detail=f"cannot be reached ({type(error).__name__})")
        return
    finally:
        await engine.dispose()
    yield Finding("database", is_good=not behind, detail="run `python -m bot migrate`" if behind else "")
    yield Finding("triggers", is_good=not missing, detail=f"missing: {', '.join(missing)}" if missing else "")


def _missing(connection: Connection) -> list[str]:
    if not tables.METADATA.tables:
        raise AssertionError("no tables are known")
    return triggers.missing(connection)


async def _ledger(settings: Settings) -> Finding:
    """Only what is quickly seen: the sum of each community, and the chain against what was noted outside of it."""
    anchored = settings.var / anchors.NAME
    database = Database(settings.database_url)
    try:
        async with database.snapshot() as db:
            wrong = await audit.glance(db, anchored=anchored)
            newest = await seals.newest(db)
    except (SQLAlchemyError, OSError) as error:
        return Finding("ledger", is_good=False, detail=f"cannot be read ({type(error).__name__})")
    finally:
        await database.close()
    if wrong:
        said = ", ".join(sorted({one.check for one in wrong}))
        return Finding("ledger", is_good=False, detail=f"{said}: run `hc points audit`")
    return Finding("ledger", is_good=True, detail=f"sealed up to {newest.seq}" if newest else "not sealed yet")


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("Redis", is_good=True, detail="none; its roles are played inside the process")
    try:
        async with Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=5) as redis:
            await redis.ping()
    except (RedisError, OSError) as error:
        return Finding("Redis", is_good=False, detail=f"cannot be reached ({type(error).__name__})")
    return Finding("Redis", is_good=True)


def _duty(settings: Settings) -> Finding:
    count = len(settings.config.duty)
    detail = f"{count} in the chain" if count else "no [[duty]]: nobody would hear of an emergency"
    return Finding("duty channel", is_good=count > 0, detail=detail)


def _calendar() -> Finding:
    year = clock.today().year
    known = calendar.knows(year)
    detail = "" if known else f"the statutory calendar of {year} is unknown: update chinesecalendar"
    return Finding("working days", is_good=known, detail=detail)


async def _account(http: aiohttp.ClientSession, account: Account) -> Finding:
    subject = f"account {account.name}"
    if account.platform in (Platform.ALIPAY, Platform.ALIPAY_MINI):
        return await _reachable(http, subject, account.gateway)
    if not account.secret:
        return Finding(subject, is_good=True, detail="no secret: it can answer, but not send")
    try:
        await TokenBroker(account, http).token()
    except DeliveryError as error:
        return Finding(subject, is_good=False, detail=f"no access token ({error.reason})")
    return Finding(subject, is_good=True, detail="access token obtained")


async def _reachable(http: aiohttp.ClientSession, subject: str, url: str) -> Finding:
    """Whether anything answers there; what it says does not matter."""
    try:
        async with http.get(url, allow_redirects=False):
            return Finding(subject, is_good=True, detail="reachable")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding(subject, is_good=False, detail=f"cannot be reached ({type(error).__name__})")
