"""Numbers of reports: `R`, the day in Shanghai as yymmdd, and four digits or more.

A day has ten counters, and the last digit names the counter, so that people who report in the same moment do not
wait for one another's transaction. Numbers are unique, but not without gaps.
"""

from __future__ import annotations

import random
from typing import Final

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues.models import IssueCounter
from core import clock
from core.db import table_of
from core.statements import Statement

SHARDS: Final = 10


_COUNTER: Final = table_of(IssueCounter)
_RAISE: Final = Statement(
    {
        name: make(_COUNTER)
        .on_conflict_do_update(index_elements=["day", "shard"], set_={"last": _COUNTER.c.last + 1})
        .returning(_COUNTER.c.last)
        for name, make in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
    },
    columns=("day", "shard", "last"),
)


async def next_number(db: AsyncSession) -> str:
    day = f"{clock.today():%y%m%d}"
    shard = random.randrange(SHARDS)  # noqa: S311  spreads load, keeps no secret
    last = (await _RAISE.first(db, day=day, shard=shard, last=1)).last
    return f"R{day}{last * SHARDS + shard:04d}"
