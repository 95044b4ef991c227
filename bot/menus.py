"""`menus`: give each account the menu of its settings. WeChat keeps it until the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp

from bot.adapters.tokens import TokenBroker
from bot.adapters.wechat_api import WeChatApi
from core.settings import Settings
from core.values import Platform


async def push(settings: Settings) -> AsyncIterator[str]:
    """The names of the accounts whose menu was set. Raises DeliveryError."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        for account in settings.config.accounts:
            if account.platform is Platform.WECHAT and account.menu:
                await WeChatApi(account, http, TokenBroker(account, http)).create_menu(account.menu)
                yield account.name
