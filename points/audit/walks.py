"""Walking a table in the order of a key, some thousand rows at a time, with queries that look at those rows only.

Each query compares rows with others that belong to them, so that every page is right or wrong by itself: an audit of
any length needs no query that grows with the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from points.audit.findings import Finding, found

FINDINGS_PER_CHECK: Final = 100

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """`checks` are queries over the alias `alias` of `table`, in which `{page}` stands for the rows of a page.

    `start` comes before every key. Rows with the same key are in one page.
    """

    name: str
    table: str
    alias: str
    keys: tuple[str, ...]
    start: Key
    checks: Mapping[str, str]
    size: int

    @property
    def page(self) -> str:
        """The condition that a row is in the page."""
        return f"{self._after(self.alias)} AND {self._key(self.alias)} <= ({self._binds('until')})"

    def _key(self, alias: str) -> str:
        return "(" + ", ".join(f"{alias}.{key}" for key in self.keys) + ")"

    def _binds(self, name: str) -> str:
        return ", ".join(f":{name}_{number}" for number in range(len(self.keys)))

    def _after(self, alias: str) -> str:
        return f"{self._key(alias)} > ({self._binds('after')})"

    async def until(self, db: AsyncSession, after: Key) -> Key | None:
        """The last key of the page that follows this key; None when nothing follows."""
        columns, order = ", ".join(self.keys), "{}" + ", {}" * (len(self.keys) - 1)
        rest = f"SELECT {columns} FROM {self.table} t WHERE {self._after('t')} ORDER BY "  # noqa: S608  our own names
        full = f"{rest}{order.format(*self.keys)} LIMIT 1 OFFSET {self.size - 1}"
        last = f"{rest}{order.format(*(f'{key} DESC' for key in self.keys))} LIMIT 1"
        for query in (full, last):
            row = (await db.execute(text(query), _named("after", after))).one_or_none()
            if row is not None:
                return tuple(row)
        return None

    async def look(self, db: AsyncSession, after: Key, until: Key) -> list[Finding]:
        """All contradictions of one page, at most FINDINGS_PER_CHECK of each kind."""
        findings: list[Finding] = []
        span = _named("after", after) | _named("until", until)
        for name, query in self.checks.items():
            rows = await db.execute(text(f"{query.format(page=self.page)} LIMIT {FINDINGS_PER_CHECK}"), span)
            findings += [found(name, row) for row in rows]
        return findings


def _named(name: str, key: Key) -> dict[str, Any]:
    return {f"{name}_{number}": value for number, value in enumerate(key)}
