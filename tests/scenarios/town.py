"""What the scenarios need around a conversation: activities of their own, points, a worker's role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from bot.adapters.wire import text_of
from bot.simulate.wechat_wire import WeChatWire
from community import residents
from core import clock
from tests.house import House
from tests.scenarios.chat import Chat

AREA: Final = "110101001001"
PHONE: Final = "13800000000"


def far_day() -> datetime:
    """Nine in the morning of a day on which nothing of the sample happens."""
    return (clock.local(clock.now()) + timedelta(days=20)).replace(hour=9, minute=0, second=0, microsecond=0)


def spoken(day: datetime) -> str:
    """`12月3日`, which means that day whenever the test runs."""
    return f"{day.month}月{day.day}日"


async def activity(house: House, title: str, *, starts_at: datetime | None = None, **changed: Any) -> str:
    """The id of a published activity of two hours."""
    begin = starts_at or far_day()
    plan = {
        "area_code": AREA,
        "title": title,
        "place": "测试广场",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(hours=2)).isoformat(),
        "capacity": 10,
        **changed,
    }
    made = await house.admin("POST", "/activities", json=plan)
    await house.admin("POST", f"/activities/{made['id']}/publish", json={})
    return str(made["id"])


async def ref_of(house: House, chat: Chat, account: str = "heping") -> str:
    """What the staff call this resident."""
    async with house.service.database.read() as db:
        who = await residents.find(db, house.service.vault, account=account, sender=chat.identity)
        assert who is not None
        return (await residents.get(db, resident_id=who.resident_id)).ref


async def resident_of(house: House, chat: Chat, account: str = "heping") -> str:
    """The id of this resident."""
    async with house.service.database.read() as db:
        who = await residents.find(db, house.service.vault, account=account, sender=chat.identity)
        assert who is not None
        return who.resident_id


async def give_points(house: House, chat: Chat, amount: int, account: str = "heping") -> None:
    ref = await ref_of(house, chat, account)
    body = {"amount": amount, "reason": "测试"}
    await house.admin("POST", f"/points/{ref}/adjust", json=body)


async def delivered(house: House, chat: Chat, fields: dict[str, str], message_id: int) -> str:
    """The answer to a WeChat message of any type, as the platform would deliver it."""
    account = house.service.config.account("heping")
    assert account is not None
    wire = WeChatWire(account)
    whole: dict[str, Any] = {"CreateTime": 1700000000, "MsgId": str(77000000000000000 + message_id), **fields}
    query, body = wire.delivery(whole, sender=chat.identity)
    async with house.http.post(f"{house.url}/wechat/heping", params=query, data=body) as answer:
        opened = wire.opened(await answer.read(), sender=chat.identity)
    return text_of(opened, "Content") if opened else ""
