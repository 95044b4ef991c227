"""Everything that a running server holds, made once and closed in the opposite order."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Self

import aiohttp

from bot.accepting import Acceptor
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.alipay_gateway import AlipayAdapter
from bot.adapters.media import MediaStore
from bot.adapters.shared_tokens import RedisTokens
from bot.adapters.tokens import TokenBroker
from bot.adapters.wechat import WeChatAdapter
from bot.adapters.wechat_api import WeChatApi
from bot.conversations import Conversations
from bot.first_messages import FirstMessages
from bot.intake import Intake
from bot.learning import Learning
from bot.limits import Limits
from bot.understanding import Reader
from bot.wakeups import Wakeups
from core import logs
from core.crypto import Vault, load_ring
from core.db import Database
from core.settings import Account, Config, Settings
from core.values import Platform
from handlers.dialogues import router
from handlers.wishes import Wishes

OUTBOUND_SECONDS = 30.0


@dataclass(slots=True)
class Service:
    """The parts, by name. `adapters` and `apis` are by account name."""

    settings: Settings
    database: Database
    vault: Vault
    limits: Limits
    wakeups: Wakeups
    http: aiohttp.ClientSession
    media: MediaStore
    intake: Intake
    conversations: Conversations
    reader: Reader
    learning: Learning
    wechat: dict[str, WeChatAdapter]
    alipay: dict[str, AlipayAdapter]
    apis: dict[str, WeChatApi | AlipayApi]
    seeded: asyncio.Event = field(default_factory=asyncio.Event)
    worker_tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def config(self) -> Config:
        return self.settings.config

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Connect to everything. Raises ConfigError."""
        exits = AsyncExitStack()
        config = settings.config
        vault = Vault(load_ring(settings.secret_key, embedded=settings.embedded, var=settings.var))
        database = Database(settings.database_url)
        exits.push_async_callback(database.close)
        timeout = aiohttp.ClientTimeout(total=OUTBOUND_SECONDS, sock_connect=10)
        http = await exits.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        wakeups = Wakeups(settings.redis_url)
        exits.push_async_callback(wakeups.close)
        limits = Limits(settings.redis_url)
        exits.push_async_callback(limits.close)
        reader = Reader(config)
        answering = router()
        seen = FirstMessages(Wishes(answering.dialogues))
        conversations = Conversations(
            database, vault, config, router=answering, reader=reader, wakeups=wakeups, first_messages=seen
        )
        intake = Intake(database, vault, conversations, Acceptor(database, vault), limits)
        exits.push_async_callback(intake.stop)
        logs.declare_secrets(config.secrets())
        return cls(
            settings=settings,
            database=database,
            vault=vault,
            limits=limits,
            wakeups=wakeups,
            http=http,
            media=MediaStore(settings.var / "media"),
            intake=intake,
            conversations=conversations,
            reader=reader,
            learning=Learning(database, vault, reader, wakeups, seen),
            wechat={a.name: WeChatAdapter(a) for a in config.accounts if a.platform in _WECHAT and a.token},
            alipay={a.name: AlipayAdapter(a) for a in config.accounts if a.platform in _ALIPAY},
            apis={a.name: _api(a, http, wakeups) for a in config.accounts if a.platform is not Platform.WEB},
            _exits=exits,
        )

    def sender_runs(self) -> bool:
        """Whether the sender and the timers of this process are alive; a web-only process has none to ask for."""
        return not any(task.done() for task in self.worker_tasks)

    async def close(self) -> None:
        await self._exits.aclose()


_WECHAT = (Platform.WECHAT, Platform.WECHAT_MINI)
_ALIPAY = (Platform.ALIPAY, Platform.ALIPAY_MINI)


def _api(account: Account, http: aiohttp.ClientSession, wakeups: Wakeups) -> WeChatApi | AlipayApi:
    if account.platform in _ALIPAY:
        return AlipayApi(account, http)
    shared = RedisTokens(wakeups.redis) if wakeups.redis else None
    return WeChatApi(account, http, TokenBroker(account, http, shared))
