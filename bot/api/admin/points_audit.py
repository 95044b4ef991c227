"""The ledger checks itself over the API: as much of it in one answer as fits into a moment, and where it goes on.

Whoever noted a seal before asks for it by its number, and compares its root with their own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, Input, Json
from community.permissions import Permission
from community.residents import Resident
from core.chains import Link
from core.errors import Invalid
from points import anchors, audit, seals
from points.audit import FIRST, Against, Cursor, Finding

SECONDS_AT_ONCE: Final = 2.0
"""An answer comes long before a proxy or `hc` loses patience, whatever the size of the ledger."""

MOST_FINDINGS: Final = 500


class LedgerQuery(Input):
    """`cursor` is the `next` of the answer before; `seal` the number of a seal whose root is asked for."""

    cursor: Annotated[str, Field(max_length=400)] | None = None
    seal: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


async def check(call: Call, query: LedgerQuery) -> Json:
    """Each answer comes from one snapshot, and so is right by itself. Raises Invalid for a strange cursor."""
    anchored = call.service.settings.var / anchors.NAME
    async with call.service.database.snapshot() as db:
        findings, following = await _look(db, _at(query.cursor), Against(vault=call.vault, anchored=anchored))
        refs = await _refs(db, findings)
        newest = await seals.newest(db)
        asked = await seals.at(db, query.seal) if query.seal else None
    return {
        "ok": not findings,
        "findings": [_shown(one, refs) for one in findings],
        "next": None if following is None else str(following),
        "newest": _link(newest),
        "asked": _link(asked),
    }


def _at(cursor: str | None) -> Cursor:
    try:
        return FIRST if cursor is None else Cursor.parse(cursor)
    except ValueError:
        raise Invalid("bad_cursor", fields={"cursor": "not one of ours"}) from None


async def _look(db: AsyncSession, at: Cursor | None, against: Against) -> tuple[list[Finding], Cursor | None]:
    findings: list[Finding] = []
    until = time.monotonic() + SECONDS_AT_ONCE
    while at is not None:
        part = await audit.look(db, at=at, against=against)
        findings += part.findings
        at = part.following
        if time.monotonic() > until or len(findings) >= MOST_FINDINGS:
            break
    return findings, at


async def _refs(db: AsyncSession, findings: Sequence[Finding]) -> dict[str, str]:
    """The references of the residents whom a proposal is about."""
    ids = {one.mend.subject for one in findings if one.mend is not None}
    rows = await db.execute(select(Resident.id, Resident.ref).where(Resident.id.in_(ids))) if ids else ()
    return {row.id: row.ref for row in rows}


def _shown(one: Finding, refs: dict[str, str]) -> Json:
    return {
        "check": one.check,
        "ref": one.ref,
        "expected": one.expected,
        "found": one.found,
        "proposal": audit.proposal(one, refs),
    }


def _link(link: Link | None) -> Json | None:
    return None if link is None else {"seq": link.seq, "root": link.root}


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/points/audit", check, Permission.POINTS, LedgerQuery, answers.LedgerReport,
        "The ledger derives every balance again", "points audit",
    ),
)  # fmt: skip
