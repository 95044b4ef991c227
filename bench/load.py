"""WeChat's side of a measurement: keeps a number of connections busy, one delivery after another on each.

`python -m bench.load`, its order as JSON on stdin. All bodies are signed and encrypted beforehand and the answers are
opened afterwards, so that the measured time is the server's; connections are plain sockets for the same reason.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from bench.scene import ACCOUNT, WECHAT
from bot.adapters.wire import text_of
from bot.simulate.people import platform_id
from bot.simulate.wechat_wire import WeChatWire

WIRE: Final = WeChatWire(WECHAT)
GREETING: Final = "你好"
CONFIRMED: Final = "编号R"


@dataclass(frozen=True, slots=True)
class Order:
    """`connections` are dealt to the `urls` in turn; each has `residents` of its own, who report `reports` times.

    With `confirmed` every second answer must name the number of a report; an echo answers with the same words.
    """

    urls: list[str]
    connections: int
    residents: int
    reports: int
    confirmed: bool


@dataclass(slots=True)
class Exchange:
    """One delivery as it lies on the wire, and what came back."""

    openid: str
    request: bytes
    answer: bytes = b""
    seconds: float = 0.0


def exchange(url: str, openid: str, text: str) -> Exchange:
    message_id = time.time_ns() // 1000 * 1000 + secrets.randbelow(1000)
    fields = {"CreateTime": int(time.time()), "MsgType": "text", "Content": text, "MsgId": message_id}
    query, body = WIRE.delivery(fields, sender=openid)
    head = (
        f"POST /wechat/{ACCOUNT}?{urlencode(query)} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Exchange(openid, head.encode() + body)


def script(order: Order, number: int) -> tuple[list[Exchange], list[Exchange]]:
    """What one connection says: greetings, by which everybody becomes known, and the reports that are measured."""
    url = order.urls[number % len(order.urls)]
    people = [platform_id(WECHAT, secrets.token_hex(8)) for _ in range(order.residents)]
    greetings = [exchange(url, openid, GREETING) for openid in people]
    reports: list[Exchange] = []
    for turn in range(order.reports):
        for openid in people:
            house = 1 + (turn * 7 + number) % 60
            reports.append(exchange(url, openid, f"{house}号楼{1 + turn % 6}单元的楼道灯坏了三天了，晚上很黑"))
            reports.append(exchange(url, openid, "1"))
    return greetings, reports


async def say(url: str, exchanges: Iterable[Exchange]) -> None:
    """All of them over one connection, each after the answer to the one before."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for one in exchanges:
        began = time.perf_counter()
        writer.write(one.request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        one.answer = await reader.readexactly(int(length.partition(b":")[2]))
        one.seconds = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the server answered {head[:40]!r}")
    writer.close()


def check(order: Order, reports: list[Exchange]) -> int:
    """Every second answer confirms a report; how many answers will come later, as messages. Raises RuntimeError."""
    late = 0
    for one in reports[1::2]:
        opened = WIRE.opened(one.answer, sender=one.openid)
        if opened is None:
            late += 1
        elif order.confirmed and CONFIRMED not in (words := text_of(opened, "Content")):
            raise RuntimeError(f"not the confirmation of a report: {words!r}")
    return late


async def run(order: Order) -> dict[str, float]:
    scripts = [script(order, number) for number in range(order.connections)]
    urls = [order.urls[number % len(order.urls)] for number in range(order.connections)]
    await asyncio.gather(*(say(url, greetings) for url, (greetings, _) in zip(urls, scripts, strict=True)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    began = time.perf_counter()
    await asyncio.gather(*(say(url, reports) for url, (_, reports) in zip(urls, scripts, strict=True)))
    seconds = time.perf_counter() - began
    late = sum(check(order, reports) for _, reports in scripts)
    took = sorted(one.seconds for _, reports in scripts for one in reports)
    return {"messages": len(took), "seconds": seconds, "p99_seconds": took[int(len(took) * 0.99)], "late": late}


if __name__ == "__main__":
    ordered = Order(**json.loads(sys.stdin.readline()))
    sys.stdout.write(json.dumps(asyncio.run(run(ordered))) + "\n")
