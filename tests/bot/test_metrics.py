"""What happens is counted: messages, answers, deliveries, and the queues as they stand."""

from __future__ import annotations

from bot import metrics
from tests.house import House


def value(text: str, name: str) -> float:
    """The sample with this name and labels; 0 where there is none yet."""
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


async def figures(house: House) -> str:
    async with house.http.get(f"{house.url}/metrics") as answer:
        assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
        return await answer.text()


async def test_a_conversation_is_counted(house: House) -> None:
    before = await figures(house)
    async with house.chat("heping-alipay") as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        await chat.choose("1")
    after = await figures(house)
    for name, more in (
        ('hc_messages_total{platform="alipay"}', 2),
        ("hc_answer_seconds_count", 2),
        ('hc_deliveries_total{kind="reply.send",result="done"}', 1),  # the second is counted after it was read
    ):
        assert value(after, name) - value(before, name) >= more, name
    assert value(after, "hc_inbox_unanswered ") == 0
