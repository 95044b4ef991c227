"""Looking for what a worker should look at: the same report twice, hardly a report, somebody who verifies their own,
two who always go together, many in a short time.

A flag is raised once. What is too much stands in `data/fairness.toml`. Numbers of reports begin with
their day, so that a look reads the last days only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Bundle, aliased

from community import notices
from community.coordinates import distance_metres
from community.fairness_limits import Burst, Collusion, Duplicate, Thresholds, Trivial, thresholds
from community.issues.models import Issue, IssueEvent, IssuePhoto
from community.issues.workflow import Action
from community.residents import Resident
from community.volunteers.models import Activity, Attendance
from community.workers import WorkerRow
from core import clock
from core.values import Crs, IssueState, Point
from points import flags
from points.flags import FlagKind, Found
from points.grant_models import GrantRequest, GrantState

LOOKED_BACK: Final = timedelta(days=7)
"""So long may nobody have looked, without anything being missed."""

NAMED: Final = 100
"""So many reports of a burst or a pair are named in the flag."""

ISSUE: Final = "issue"
ATTENDANCE: Final = "attendance"


async def find(db: AsyncSession, limits: Thresholds | None = None) -> list[Found]:
    """Everything of the last days that needs a flag, whether or not it has one; it only reads."""
    said = limits or thresholds()
    return [
        *await _self_verified(db),
        *await _self_certified(db),
        *await _false(db),
        *await _duplicates(db, said.duplicate),
        *await _trivial(db, said.trivial),
        *await _bursts(db, said.burst),
        *await _pairs(db, said.collusion),
    ]


async def report(db: AsyncSession, found: Sequence[Found]) -> list[Found]:
    """Raise the flags that are new, with one word to the staff of each community; what was new."""
    new = await flags.raise_flags(db, found)
    hour = f"{clock.now():%Y%m%d%H}"
    for area_code, count in sorted(Counter(one.area_code for one in new).items()):
        await notices.tell_staff(
            db, event="points.flags", area_code=area_code, facts={"count": count}, key=f"flags:{area_code}:{hour}"
        )
    return new


def _since(span: timedelta) -> ColumnElement[bool]:
    return Issue.number >= f"R{clock.local(clock.now() - span):%y%m%d}"


def _paid(issue: Any) -> ColumnElement[bool]:
    """An award was asked for and not refused."""
    return exists().where(
        GrantRequest.source_kind == ISSUE,
        GrantRequest.source_id == issue.number,
        GrantRequest.recipient_id == issue.resident_id,
        GrantRequest.state.in_([GrantState.PENDING.value, GrantState.UNFUNDED.value, GrantState.PAID.value]),
    )


def _verified_by_worker() -> ColumnElement[bool]:
    return and_(
        IssueEvent.issue_id == Issue.id, IssueEvent.action == Action.VERIFY.value, IssueEvent.by_kind == "worker"
    )


def _themself() -> Any:
    """The resident that a worker is, also when their account joined another later."""
    return func.coalesce(Resident.merged_into, Resident.id)


def _of_issue(kind: FlagKind, issue: Any, **facts: Any) -> Found:
    return Found(kind, issue.area_code, ISSUE, issue.number, issue.resident_id, facts)


async def _self_verified(db: AsyncSession) -> list[Found]:
    rows = await db.execute(
        select(Issue.number, Issue.area_code, Issue.resident_id, IssueEvent.by_id)
        .join(IssueEvent, _verified_by_worker())
        .join(WorkerRow, WorkerRow.id == IssueEvent.by_id)
        .join(Resident, Resident.id == WorkerRow.resident_id)
        .where(_since(LOOKED_BACK), _themself() == Issue.resident_id)
    )
    return [_of_issue(FlagKind.SELF_VERIFIED, row, worker_id=row.by_id) for row in rows]


async def _self_certified(db: AsyncSession) -> list[Found]:
    """Hours that a worker certified, or entered by hand, for themself."""
    rows = await db.execute(
        select(Attendance.id, Attendance.resident_id, Activity.area_code, WorkerRow.id.label("worker_id"))
        .join(Activity, Activity.id == Attendance.activity_id)
        .join(WorkerRow, WorkerRow.id.in_([Attendance.certified_by, Attendance.entered_by]))
        .join(Resident, Resident.id == WorkerRow.resident_id)
        .where(Attendance.certified_at >= clock.now() - LOOKED_BACK, _themself() == Attendance.resident_id)
    )
    return [
        Found(FlagKind.SELF_VERIFIED, row.area_code, ATTENDANCE, row.id, row.resident_id, {"worker_id": row.worker_id})
        for row in rows
    ]


async def _false(db: AsyncSession) -> list[Found]:
    """Paid, and then not accepted or void."""
    over = (IssueState.NOT_ACCEPTED.value, IssueState.VOID.value)
    rows = await db.execute(
        select(Issue.number, Issue.area_code, Issue.resident_id, Issue.state).where(
            _since(LOOKED_BACK * 8), Issue.state.in_(over), Issue.resident_id.is_not(None), _paid(Issue)
        )
    )
    return [_of_issue(FlagKind.FALSE_REPORT, row, state=row.state) for row in rows]


async def _duplicates(db: AsyncSession, limits: Duplicate) -> list[Found]:
    earlier, span = aliased(Issue), timedelta(days=limits.days)
    columns = ("number", "area_code", "resident_id", "created_at", "summary", "wgs_lng", "wgs_lat")
    rows: Any = await db.execute(
        select(
            Bundle("later", *(getattr(Issue, name) for name in columns)),
            Bundle("earlier", *(getattr(earlier, name) for name in columns)),
        )
        .join(
            earlier,
            and_(
                earlier.resident_id == Issue.resident_id,
                earlier.category_code == Issue.category_code,
                earlier.area_code == Issue.area_code,
                earlier.number < Issue.number,
            ),
        )
        .where(_since(LOOKED_BACK), Issue.state != IssueState.MERGED.value, _paid(Issue), _paid(earlier))
        .order_by(Issue.number, earlier.number)
    )
    return [
        _of_issue(FlagKind.DUPLICATE, issue, earlier=before.number)
        for issue, before in rows
        if issue.created_at - before.created_at <= span and _is_same(issue, before, limits.metres)
    ]


def _is_same(one: Any, other: Any, metres: int) -> bool:
    here, there = _place(one), _place(other)
    if here is None or there is None:
        return bool(one.summary == other.summary)
    return distance_metres(here, there) <= metres


def _place(issue: Any) -> Point | None:
    return None if issue.wgs_lng is None or issue.wgs_lat is None else Point(issue.wgs_lng, issue.wgs_lat, Crs.WGS84)


async def _trivial(db: AsyncSession, limits: Trivial) -> list[Found]:
    shown = exists().where(IssuePhoto.issue_id == Issue.id)
    rows = await db.execute(
        select(Issue.number, Issue.area_code, Issue.resident_id, func.length(Issue.summary).label("characters")).where(
            _since(LOOKED_BACK),
            func.length(Issue.summary) <= limits.characters,
            Issue.emergency.is_(None),
            Issue.lng.is_(None),
            ~shown,
            _paid(Issue),
        )
    )
    return [_of_issue(FlagKind.TRIVIAL, row, characters=row.characters) for row in rows]


async def _bursts(db: AsyncSession, limits: Burst) -> list[Found]:
    many = (
        select(Issue.resident_id)
        .where(_since(LOOKED_BACK), Issue.resident_id.is_not(None))
        .group_by(Issue.resident_id)
        .having(func.count() >= min(limits.per_hour, limits.per_day))
    )
    rows = await db.execute(
        select(Issue.resident_id, Issue.area_code, Issue.number, Issue.created_at)
        .where(_since(LOOKED_BACK), Issue.resident_id.in_(many))
        .order_by(Issue.resident_id, Issue.created_at, Issue.number)
    )
    found: list[Found] = []
    for (_, day), group in groupby(rows, key=lambda row: (row.resident_id, clock.local(row.created_at).date())):
        reports = list(group)
        hour = _busiest_hour([row.created_at for row in reports])
        if hour >= limits.per_hour or len(reports) >= limits.per_day:
            first = reports[0]
            facts = {"in_an_hour": hour, "in_a_day": len(reports), "issues": [row.number for row in reports[:NAMED]]}
            subject = f"{first.resident_id}:{day.isoformat()}"
            found.append(Found(FlagKind.BURST, first.area_code, "day", subject, first.resident_id, facts))
    return found


def _busiest_hour(times: list[datetime]) -> int:
    """The most of these, in order, that fall into sixty minutes."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= timedelta(hours=1):
            first += 1
        most = max(most, last - first + 1)
    return most


_PAIR: Final = (Issue.area_code, Issue.resident_id, IssueEvent.by_id)


async def _pairs(db: AsyncSession, limits: Collusion) -> list[Found]:
    """Of the pairs that met often, those that meet much more often than chance would have it."""
    within = (_since(timedelta(days=limits.days)), Issue.resident_id.is_not(None))
    often = await db.execute(
        select(*_PAIR, func.count().label("reports"))
        .join(IssueEvent, _verified_by_worker())
        .where(*within)
        .group_by(*_PAIR)
        .having(func.count() >= limits.reports)
    )
    return [one for pair in often.all() if (one := await _pair(db, pair, within, limits)) is not None]


async def _pair(db: AsyncSession, pair: Any, within: Any, limits: Collusion) -> Found | None:
    by_both = and_(Issue.resident_id == pair.resident_id, IssueEvent.by_id == pair.by_id)
    counted = await db.execute(
        select(
            func.count().label("all"),
            func.sum(case((Issue.resident_id == pair.resident_id, 1), else_=0)).label("theirs"),
            func.sum(case((IssueEvent.by_id == pair.by_id, 1), else_=0)).label("workers"),
        )
        .join(IssueEvent, _verified_by_worker())
        .where(*within, Issue.area_code == pair.area_code)
    )
    total, theirs, workers = counted.one()
    share = pair.reports / theirs
    usual = (workers - pair.reports) / (total - theirs) if total > theirs else 1.0
    if share < limits.share or share < limits.times_usual * usual:
        return None
    rows = await db.execute(
        select(Issue.number)
        .join(IssueEvent, _verified_by_worker())
        .where(*within, Issue.area_code == pair.area_code, by_both)
        .order_by(Issue.number.desc())
        .limit(NAMED)
    )
    facts = {
        "worker_id": pair.by_id,
        "reports": pair.reports,
        "share_percent": round(100 * share),
        "usual_percent": round(100 * usual),
        "issues": sorted(rows.scalars()),
    }
    subject = f"{pair.resident_id}:{pair.by_id}:{clock.today():%Y-%m}"
    return Found(FlagKind.COLLUSION, pair.area_code, "pair", subject, pair.resident_id, facts)
