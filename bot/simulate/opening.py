"""A resident for an account: which client plays them, and under which id."""

from __future__ import annotations

from typing import TypeAlias

import aiohttp

from bot.adapters.wire import BodyFormat
from bot.simulate.alipay_resident import AlipayResident
from bot.simulate.api_resident import ApiResident
from bot.simulate.people import DEFAULT_USER, platform_id
from bot.simulate.platform_api import PlatformSimulator
from bot.simulate.said import Patience, Unreachable
from bot.simulate.state import Observer
from bot.simulate.wechat_resident import WeChatResident
from core.settings import Account
from core.values import Platform

Resident: TypeAlias = WeChatResident | AlipayResident | ApiResident


async def open_resident(
    account: Account,
    url: str,
    http: aiohttp.ClientSession,
    *,
    user: str = DEFAULT_USER,
    platform: PlatformSimulator | None = None,
    form: BodyFormat = BodyFormat.XML,
    patience: Patience | None = None,
    observer: Observer | None = None,
) -> Resident:
    """`user` is any name, always the same id for the same name, or an id of the platform. Logs in where one does.
    `observer` hears, in a line each, of what the resident does not see.

    Raises what the resident API may: RefusedByServer, Fault, Unreachable.
    """
    identity = platform_id(account, user)
    match account.platform:
        case Platform.WECHAT:
            wechat = WeChatResident(
                account, url, http, openid=identity, platform=platform, form=form, patience=patience
            )
            wechat.webhook.observer = observer
            return wechat
        case Platform.ALIPAY:
            key = platform.alipay_key if platform else PlatformSimulator.sample_key()
            alipay = AlipayResident(account, url, http, user_id=identity, key=key, platform=platform, patience=patience)
            alipay.webhook.observer = observer
            return alipay
        case Platform.WECHAT_MINI | Platform.ALIPAY_MINI | Platform.WEB:
            resident = ApiResident(account, url, http, identity=identity, platform=platform)
            await resident.login()
            return resident


def send_media_checks(
    platform: PlatformSimulator, url: str, http: aiohttp.ClientSession, *, suggest: str = "pass", label: int = 100
) -> None:
    """Let finished picture checks reach the server at `url` as the event that WeChat sends, all with this verdict."""

    async def media_checked(account: Account, openid: str, trace_id: str) -> None:
        teller = WeChatResident(account, url, http, openid=openid, platform=platform)
        await teller.deliver(
            {
                "MsgType": "event",
                "Event": "wxa_media_check",
                "appid": account.app_id,
                "trace_id": trace_id,
                "version": 2,
                "errcode": 0,
                "errmsg": "ok",
                "result": {"suggest": suggest, "label": label},
            }
        )

    platform.wechat.media_checked = media_checked


async def check_reachable(url: str, http: aiohttp.ClientSession) -> None:
    """Raises Unreachable if nothing answers there at all."""
    try:
        async with http.get(f"{url}/healthz", timeout=aiohttp.ClientTimeout(total=5)):
            return
    except (aiohttp.ClientError, TimeoutError):
        raise Unreachable(url) from None
