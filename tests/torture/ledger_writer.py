"""One process that writes to the ledger until its stdin ends: `python -m tests.torture.ledger_writer`.

Its order is a line of JSON. Before each deed it says what it will do under which key, then what came of it. A lost
connection is no answer: the same deed is asked for again, under the same key. It begins with what others that were
killed left without an answer.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from dataclasses import asdict, dataclass
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError

from core.crypto import Ring, Vault
from core.db import Database, new_id
from core.errors import AppError
from tests.points.town import RING, Town

LOST: Final = (DBAPIError, OSError, asyncpg.PostgresError, TimeoutError)
PAUSE_SECONDS: Final = 0.05
PRICE: Final = 3
GRANT: Final = 1


@dataclass(frozen=True, slots=True)
class Deed:
    """Asked for under `key`; `amount` is signed, of a redemption the price, of a grant what the rule pays."""

    kind: str
    key: str
    resident_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Order:
    url: str
    seed: int
    residents: list[str]
    reward_id: str
    unanswered: list[dict[str, Any]]


class Writer:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._random = random.Random(order.seed)
        self._town = Town(Database(order.url, pool_size=2), Vault(Ring.parse(RING)))

    async def write(self) -> None:
        """Say each deed and its outcome until stdin ends; what is begun is finished."""
        stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        for left in self._order.unanswered:
            await self._until_answered(Deed(**left))
        while not stopped.done():
            deed = self._next()
            say({"asked": asdict(deed)})
            await self._until_answered(deed)
        await self._town.database.close()

    def _next(self) -> Deed:
        resident = self._random.choice(self._order.residents)
        kind = self._random.choice(("adjust", "adjust", "redeem", "grant"))
        amount = {"adjust": self._random.choice((-9, -4, 5, 7)), "redeem": -PRICE, "grant": GRANT}[kind]
        return Deed(kind, new_id(), resident, amount)

    async def _until_answered(self, deed: Deed) -> None:
        while True:
            try:
                outcome = await self._do(deed)
            except AppError as refusal:
                outcome = refusal.code
            except LOST:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            say({"key": deed.key, "outcome": outcome})
            return

    async def _do(self, deed: Deed) -> str:
        """What came of it: an id, which a retry gives again."""
        match deed.kind:
            case "adjust":
                return (await self._town.adjust(deed.resident_id, deed.amount, deed.key)).transfer_id
            case "redeem":
                return (await self._town.redeem(deed.resident_id, self._order.reward_id, deed.key)).id
            case _:
                await self._town.ask(deed.resident_id, deed.key, rule="report_followed")
                await self._town.pay(3)
                return deed.key


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


def main() -> None:
    asyncio.run(Writer(Order(**json.loads(sys.stdin.readline()))).write())


if __name__ == "__main__":
    main()
