"""The whole audit, or as much of it as fits into one request: steps that are made of pages, in a fixed order.

Every page is looked at in one snapshot and is complete in itself. So writers cause no false findings, whether one
snapshot holds for the whole audit or each page has its own.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.crypto import Vault
from core.db import dump_json
from points import anchors
from points.audit import chain, recount
from points.audit.deed_checks import COUNTERS, HOLDS, LOTS, REDEMPTIONS, REQUESTS, REWARDS
from points.audit.findings import Finding, found
from points.audit.ledger_checks import ACCOUNTS, AREAS, ENTRIES, SNAPSHOTS, TRANSFERS
from points.audit.walks import Key, Walk
from points.rules.book import RuleBook
from points.rules.store import in_force


@dataclass(frozen=True, slots=True)
class Against:
    """What the ledger is held against besides itself; without a vault, signatures are not looked at.

    `book` are the rules by which was paid, those in force and before when it is None. `anchored` is the file of
    seals that were noted outside the database.
    """

    vault: Vault | None = None
    book: RuleBook | None = None
    anchored: Path | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where an audit goes on: after this key of this step."""

    step: str
    after: Key

    def __str__(self) -> str:
        return dump_json([self.step, *self.after])

    @classmethod
    def parse(cls, said: str) -> Cursor:
        """From the text of one. Raises ValueError."""
        match json.loads(said):
            case [str(step), *after] if step in STEPS:
                start, _ = STEPS[step]
                if [type(part) for part in after] == [type(part) for part in start]:
                    return cls(step, tuple(after))
        raise ValueError("not a cursor of the audit")


@dataclass(slots=True)
class Part:
    """What one page showed, and where the next begins; None at the end of the audit."""

    following: Cursor | None
    findings: list[Finding] = field(default_factory=list)


Looked = tuple[list[Finding], Key | None]
Step = Callable[[AsyncSession, Against, Key], Awaitable[Looked]]


def _walking(walk: Walk) -> Step:
    async def look(db: AsyncSession, _: Against, after: Key) -> Looked:
        until = await walk.until(db, after)
        return ([], None) if until is None else (await walk.look(db, after, until), until)

    return look


async def _counters(db: AsyncSession, against: Against, after: Key) -> Looked:
    until = await COUNTERS.until(db, after)
    if until is None:
        return [], None
    found = await COUNTERS.look(db, after, until)
    return found + await recount.count_totals(db, against.book or await in_force(db), after, until), until


async def _persons(db: AsyncSession, against: Against, after: Key) -> Looked:
    return await recount.walk_persons(db, against.book or await in_force(db), after)


async def _seals(db: AsyncSession, against: Against, after: Key) -> Looked:
    return await chain.walk_seals(db, against.vault, after)


async def _unsealed(db: AsyncSession, _: Against, after: Key) -> Looked:
    return await chain.walk_unsealed(db, after)


async def _anchors(db: AsyncSession, against: Against, _: Key) -> Looked:
    known = anchors.known(against.anchored) if against.anchored else iter(())
    return await chain.against(db, known), None


WALKS: Final = (ENTRIES, SNAPSHOTS, TRANSFERS, ACCOUNTS, AREAS, LOTS, HOLDS, REQUESTS, REDEMPTIONS, REWARDS)
QUERIES: Final = frozenset(name for walk in (*WALKS, COUNTERS) for name in walk.checks)

STEPS: Final[dict[str, tuple[Key, Step]]] = {
    "anchors": ((), _anchors),
    "seals": (chain.START, _seals),
    "unsealed": (TRANSFERS.start, _unsealed),
    **{walk.name: (walk.start, _walking(walk)) for walk in WALKS},
    COUNTERS.name: (COUNTERS.start, _counters),
    recount.PERSONS.name: (recount.PERSONS.start, _persons),
}
_ORDER: Final = list(STEPS)
FIRST: Final = Cursor(_ORDER[0], STEPS[_ORDER[0]][0])


async def look(db: AsyncSession, *, at: Cursor = FIRST, against: Against | None = None) -> Part:
    """One page of the audit; `db` is a snapshot, or a session that asks one query at a time."""
    _, step = STEPS[at.step]
    findings, until = await step(db, against or Against(), at.after)
    if until is not None:
        return Part(Cursor(at.step, until), findings)
    number = _ORDER.index(at.step) + 1
    following = Cursor(_ORDER[number], STEPS[_ORDER[number]][0]) if number < len(_ORDER) else None
    return Part(following, findings)


async def check(db: AsyncSession, *, against: Against | None = None) -> list[Finding]:
    """All contradictions, some of each kind and page; an empty list means that the ledger holds.

    `db` is a snapshot: then all pages see the same moment.
    """
    findings: list[Finding] = []
    at: Cursor | None = FIRST
    while at is not None:
        part = await look(db, at=at, against=against)
        findings += part.findings
        at = part.following
    return findings


async def glance(db: AsyncSession, *, anchored: Path) -> list[Finding]:
    """What takes no time even on a large ledger: the sums of the communities, and the file of anchors."""
    findings = await chain.against(db, anchors.known(anchored))
    rows = await db.execute(text(AREAS.checks["community_not_balanced"].format(page="1 = 1")))
    return findings + [found("community_not_balanced", row) for row in rows]
