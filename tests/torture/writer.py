"""One process that plays WeChat for many residents: `python -m tests.torture.writer`, its order as a line of JSON
on stdin; when stdin ends, the residents finish what they began.

Every resident reports something and confirms it. A delivery that is not answered within five seconds, or meets no
server, is sent again under the same MsgId, twice at most; some answered ones are sent again all the same. What was
acknowledged, and with which words, is one line of JSON a resident, at the end.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import aiohttp

from bot.adapters.wire import text_of
from bot.simulate.people import platform_id
from bot.simulate.said import Fault
from bot.simulate.wechat_wire import WeChatWire
from core.settings import DEFAULT_CONFIG, Account, load_config

WAIT: Final = aiohttp.ClientTimeout(total=5)
DELIVERIES: Final = 3
PAUSE_SECONDS: Final = 2.0
REPEATED: Final = 0.15


@dataclass(frozen=True, slots=True)
class Order:
    """What the process is to do; `urls` are those of the web processes, as a balancer would know them."""

    seed: int
    urls: list[str]
    account: str
    sim_port: int
    at_once: int


@dataclass(slots=True)
class Heard:
    """One message: whether it was acknowledged, the words of its reply (none: `success`), and those that differ."""

    acknowledged: bool = False
    reply: str | None = None
    different: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """One resident with all they said, in order."""

    openid: str
    messages: list[Heard]


def openid_of(account: Account, seed: int, number: int) -> str:
    return platform_id(account, f"torture-{seed}-{number}")


class Platform:
    """WeChat's servers, as far as this process goes."""

    def __init__(self, order: Order, http: aiohttp.ClientSession) -> None:
        account = load_config(DEFAULT_CONFIG, {"SIM_PORT": str(order.sim_port)}).account(order.account)
        assert account is not None
        self._order = order
        self._account = account
        self._residents = 0
        self._wire = WeChatWire(account)
        self._http = http
        self._random = random.Random(order.seed)
        self._last_id = time.time_ns() + order.seed

    async def resident(self) -> Told:
        """One resident from first contact to the confirmed report; who hears nothing gives up."""
        told = Told(openid_of(self._account, self._order.seed, self._residents), [])
        self._residents += 1
        house = self._random.randrange(1, 40)
        for text in (f"{house}号楼{self._random.randrange(1, 6)}单元的楼道灯坏了", "1"):
            heard = await self._say(told.openid, text)
            told.messages.append(heard)
            if not heard.acknowledged:
                break
        return told

    async def _say(self, openid: str, text: str) -> Heard:
        self._last_id += 1
        fields = {"CreateTime": int(time.time()), "MsgType": "text", "Content": text, "MsgId": self._last_id}
        heard = Heard()
        for attempt in range(DELIVERIES):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS)
            answered, reply = await self._deliver(openid, fields)
            if answered:
                heard.acknowledged, heard.reply = True, reply
                break
        if heard.acknowledged and self._random.random() < REPEATED:
            answered, again = await self._deliver(openid, fields)
            if answered and again != heard.reply:
                heard.different.append(again or "")
        return heard

    async def _deliver(self, openid: str, fields: dict[str, Any]) -> tuple[bool, str | None]:
        """Whether it was answered in time, and the decrypted words, if any."""
        query, body = self._wire.delivery(fields, sender=openid)
        url = f"{self._random.choice(self._order.urls)}/wechat/{self._order.account}"
        try:
            async with self._http.post(url, params=query, data=body, timeout=WAIT) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return False, None
        if answer.status != 200:
            raise Fault(f"answered {answer.status}")
        opened = self._wire.opened(content, sender=openid)
        return True, text_of(opened, "Content") if opened else None


async def write(order: Order) -> list[Told]:
    """Residents, some at once, until stdin ends."""
    told: list[Told] = []
    stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    async with aiohttp.ClientSession() as http:
        platform = Platform(order, http)

        async def one_after_the_other() -> None:
            while not stopped.done():
                told.append(await platform.resident())

        await asyncio.gather(*(one_after_the_other() for _ in range(order.at_once)))
    return told


def main() -> None:
    order = Order(**json.loads(sys.stdin.readline()))
    for told in asyncio.run(write(order)):
        sys.stdout.write(json.dumps(asdict(told)) + "\n")


if __name__ == "__main__":
    main()
