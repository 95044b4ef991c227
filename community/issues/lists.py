"""Lists of reports, the newest first, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues.actors import Actor
from community.issues.models import Issue
from community.issues.views import brief, view
from community.issues.workflow import OPEN
from community.permissions import Permission, Worker
from core import clock
from core.crypto import Vault
from core.errors import Invalid
from core.values import IssueState

MAX_LIMIT: Final = 200
_UNHANDLED: Final = [state.value for state in OPEN - {IssueState.HANDLED}]


class BadCursor(Invalid):
    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Query:
    """Which reports of those that a worker may see. `mine`: given to them, or to their unit and nobody in particular.

    `unhandled`: somebody still has to do something about them. `words` must all stand in the summary.
    """

    state: IssueState | None = None
    area_prefix: str = ""
    overdue: bool = False
    mine: bool = False
    unhandled: bool = False
    emergency: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the cursor of the page that follows, None on the last one."""

    items: list[dict[str, Any]]
    next: str | None


async def listing(
    db: AsyncSession, *, worker: Worker, query: Query, cursor: str | None = None, limit: int = 50
) -> Page:
    """Reports within the worker's areas. Raises BadCursor."""
    rules = [*_within(worker.areas_for(Permission.READ_ISSUES)), *_rules(query, worker)]
    return await _page(db, rules, cursor, limit)


async def of_resident(db: AsyncSession, *, resident_id: str, cursor: str | None = None, limit: int = 20) -> Page:
    """The reports of a resident. Raises BadCursor."""
    return await _page(db, [Issue.resident_id == resident_id], cursor, limit)


async def mine(
    db: AsyncSession, vault: Vault, *, resident_id: str, number: str = "", limit: int = 20
) -> list[dict[str, Any]]:
    """The resident's newest reports in full, or the one of this number; photos without addresses."""
    rules = [Issue.resident_id == resident_id] + ([Issue.number == number] if number else [])
    page = await _page(db, rules, None, limit)
    reader = Actor.resident(resident_id)
    return [await view(db, vault, number=one["number"], viewer=reader, photo_url=_without) for one in page.items]


async def mine_page(db: AsyncSession, *, resident_id: str, cursor: str | None, limit: int) -> Page:
    """The resident's reports in brief. Raises BadCursor."""
    return await _page(db, [Issue.resident_id == resident_id], cursor, limit)


def _without(_sha256: str) -> str:
    return ""


async def counts(db: AsyncSession, *, worker: Worker, since: datetime) -> dict[str, int]:
    """How many reports made since then are in each state, within the worker's areas."""
    rows = await db.execute(
        select(Issue.state, func.count())
        .where(Issue.created_at >= since, *_within(worker.areas_for(Permission.STATISTICS)))
        .group_by(Issue.state)
    )
    return dict(sorted((state, count) for state, count in rows))


def _within(areas: Sequence[str]) -> list[ColumnElement[bool]]:
    """Reports whose community or grid begins with one of these codes; without any, none."""
    if "" in areas:
        return [true()]
    return [or_(*(_below(area) for area in areas))] if areas else [~true()]


def _below(area: str) -> ColumnElement[bool]:
    return or_(Issue.area_code.startswith(area, autoescape=True), Issue.grid_code.startswith(area, autoescape=True))


def _rules(query: Query, worker: Worker) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if query.state is not None:
        rules.append(Issue.state == query.state.value)
    if query.area_prefix:
        rules.append(_below(query.area_prefix))
    if query.overdue:
        rules += [Issue.deadline_at < clock.now(), Issue.state.in_(_UNHANDLED)]
    if query.mine:
        to_unit = and_(Issue.handler_id.is_(None), Issue.unit == worker.unit) if worker.unit else ~true()
        rules.append(or_(Issue.handler_id == worker.id, to_unit))
    if query.unhandled:
        rules.append(Issue.state.in_(_UNHANDLED))
    if query.emergency:
        rules.append(Issue.emergency.is_not(None))
    rules += [Issue.summary.contains(word, autoescape=True) for word in query.words]
    return rules


async def _page(db: AsyncSession, rules: Sequence[ColumnElement[bool]], cursor: str | None, limit: int) -> Page:
    size = max(1, min(limit, MAX_LIMIT))
    after = [_after(cursor)] if cursor else []
    rows = await db.execute(
        select(Issue).where(*rules, *after).order_by(Issue.created_at.desc(), Issue.number.desc()).limit(size + 1)
    )
    found = list(rows.scalars())
    last = found[size - 1] if len(found) > size else None
    following = f"{last.created_at.timestamp():.6f}~{last.number}" if last else None
    return Page([brief(issue) for issue in found[:size]], following)


def _after(cursor: str) -> ColumnElement[bool]:
    moment, _, number = cursor.partition("~")
    try:
        created_at = datetime.fromtimestamp(float(moment), clock.SHANGHAI)
    except (ValueError, OverflowError, OSError):
        raise BadCursor(fields={"cursor": "not one of ours"}) from None
    return or_(Issue.created_at < created_at, and_(Issue.created_at == created_at, Issue.number < number))
