"""A new report: numbered, sealed, written with its first lines of history, and on its way where it should go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import calendar, categories, coordinates, masking
from community.calendar import Limit, LimitUnit
from community.categories import Category
from community.issues import deliveries, history, numbers, photos
from community.issues.actors import SYSTEM, Actor
from community.issues.history import Step
from community.issues.models import PURPOSE_ADDRESS, PURPOSE_DESCRIPTION, Issue
from community.issues.photos import Photo, PhotoKind
from community.issues.telling import tell_staff
from community.issues.workflow import OPEN, Action
from core import clock
from core.crypto import Vault, seal
from core.db import new_id, table_of
from core.errors import Invalid
from core.settings import Config
from core.statements import Statement
from core.values import EmergencyKind, IssueState, Point, Urgency

DESCRIPTION_CHARACTERS: Final = 2000
ADDRESS_CHARACTERS: Final = 300
TITLE_CHARACTERS: Final = 50
MAX_PHOTOS: Final = 9
NEARBY_METRES: Final = 50.0
NEARBY_DAYS: Final = 14
NEARBY_SHOWN: Final = 3
EMERGENCY_LIMIT: Final = Limit(2, LimitUnit.EMERGENCY_HOURS)
URGENT_LIMIT: Final = Limit(24, LimitUnit.EMERGENCY_HOURS)


class ReportTooLong(Invalid):
    """More text or photos than a report may have; the facts say how many characters are taken."""

    code = "report_too_long"


class ReportEmpty(Invalid):
    """Neither words nor a photo."""

    code = "report_empty"


@dataclass(frozen=True, slots=True)
class NewIssue:
    """What is to be reported. `photos` are SHA-256 sums of stored files, `emergency` a word of EmergencyKind.

    `area_code` is the community's, empty where the installation has no areas. An empty `category_code` is looked up by
    `category_name`; without either it is 其他.
    """

    description: str
    area_code: str
    category_code: str = ""
    category_name: str = ""
    urgency: int = Urgency.NORMAL
    emergency: str | None = None
    address: str = ""
    point: Point | None = None
    grid_code: str | None = None
    photos: tuple[str, ...] = ()
    confidential: bool = False
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a new report. `nearby` are numbers of open reports of the same kind close by.

    `pushed` says that it is queued for a grid system; a report for the desk is not.
    """

    number: str
    state: IssueState
    connector: str
    deadline_at: datetime
    nearby: tuple[str, ...]
    pushed: bool

    @property
    def is_filed(self) -> bool:
        return self.state is IssueState.FILED


async def report(
    db: AsyncSession, vault: Vault, config: Config, *, resident_id: str | None, draft: NewIssue, source: str
) -> Filed:
    """Write a report into the caller's transaction, and queue its push and the word to staff with it.

    Raises ReportEmpty, ReportTooLong, UnknownCategory, PlaceOutsideChina or Invalid.
    """
    category = _category(draft)
    _check(draft)
    wgs = coordinates.to_wgs84(draft.point) if draft.point else None
    connector = config.connector_for(draft.area_code, category.code)
    nearby = await _nearby(db, category.code, wgs) if wgs else ()
    filed_at_once = connector.auto_file or draft.emergency is not None
    pushed = filed_at_once and connector.kind == "signed_json"
    steps = _steps(resident_id, filed_at_once=filed_at_once)
    row = await _row(db, vault, draft, resident_id=resident_id, category=category, wgs=wgs)
    row |= {
        "number": await numbers.next_number(db),
        "state": steps[-1].to.value,
        "version": len(steps),
        "source": source,
        "connector": connector.name,
        "pushed": pushed,
    }
    issue = Issue(**row)
    await _INSERT.rows(db, **_NOTHING_YET | row)
    await _write_lines(db, vault, issue, steps)
    await photos.add(db, issue, [Photo(sha256) for sha256 in draft.photos], kind=PhotoKind.REPORT)
    if pushed:
        await deliveries.push(db, vault, issue)
    await tell_staff(db, issue, event="issue.submitted", key="submitted")
    return Filed(issue.number, IssueState(issue.state), connector.name, issue.deadline_at, nearby, pushed)


def _category(draft: NewIssue) -> Category:
    if draft.category_code:
        return categories.get(draft.category_code)
    return categories.by_name(draft.category_name)


def _check(draft: NewIssue) -> None:
    if not draft.description.strip() and not draft.photos and draft.emergency is None:
        raise ReportEmpty(fields={"description": "empty"})
    too_long = len(draft.description) > DESCRIPTION_CHARACTERS and draft.emergency is None
    if too_long or len(draft.address) > ADDRESS_CHARACTERS or len(draft.photos) > MAX_PHOTOS:
        raise ReportTooLong(limit=DESCRIPTION_CHARACTERS)
    if draft.urgency not in set(Urgency):
        raise Invalid(fields={"urgency": "1, 2 or 3"})
    if draft.emergency is not None and draft.emergency not in set(EmergencyKind):
        raise Invalid(fields={"emergency": "unknown kind"})
    if draft.area_code and (not draft.area_code.isalnum() or len(draft.area_code) > 20):
        raise Invalid(fields={"area_code": "a code of up to 20 letters and digits"})


async def _row(
    db: AsyncSession,
    vault: Vault,
    draft: NewIssue,
    *,
    resident_id: str | None,
    category: Category,
    wgs: Point | None,
) -> dict[str, Any]:
    owner_id = resident_id or new_id()
    key = await vault.key(db, owner_id) if resident_id else await vault.new_key(db, owner_id)
    now = clock.now()
    text = masking.storable(draft.description).strip()[:DESCRIPTION_CHARACTERS]
    summary = masking.summary(text)
    return {
        "id": new_id(),
        "round": 1,
        "owner_id": owner_id,
        "resident_id": resident_id,
        "title": _title(category.name, summary),
        "description": seal(key, PURPOSE_DESCRIPTION, text.encode()),
        "summary": summary,
        "category_standard": category.standard,
        "category_kind": category.kind,
        "category_code": category.code,
        "category_name": category.name,
        "urgency": int(Urgency.URGENT if draft.emergency else draft.urgency),
        "emergency": draft.emergency,
        "address": seal(key, PURPOSE_ADDRESS, masking.storable(draft.address).encode()),
        **_where(draft.point, wgs),
        "area_code": draft.area_code,
        "grid_code": draft.grid_code,
        "confidential": draft.confidential,
        "unit": "",
        "occurred_at": min(draft.occurred_at or now, now),
        "created_at": now,
        "deadline_at": deadline(now, category, urgency=draft.urgency, emergency=draft.emergency),
        "round_started_at": now,
    }


def _where(point: Point | None, wgs: Point | None) -> dict[str, Any]:
    return {
        "lng": point.lng if point else None,
        "lat": point.lat if point else None,
        "crs": point.crs.value if point else None,
        "wgs_lng": wgs.lng if wgs else None,
        "wgs_lat": wgs.lat if wgs else None,
    }


def _title(category_name: str, summary: str) -> str:
    title = f"{category_name}：{summary}" if summary else category_name
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"


def deadline(start: datetime, category: Category, *, urgency: int, emergency: str | None) -> datetime:
    """When the matter must be done: two hours for an emergency, a day for an urgent one, or the category's limit."""
    if emergency is not None:
        return calendar.due(start, EMERGENCY_LIMIT)
    usual = calendar.due(start, category.limit)
    return min(usual, calendar.due(start, URGENT_LIMIT)) if urgency == Urgency.URGENT else usual


def _steps(resident_id: str | None, *, filed_at_once: bool) -> tuple[Step, ...]:
    reporter = Actor.resident(resident_id) if resident_id else SYSTEM
    first = Step(Action.SUBMIT, reporter, IssueState.SUBMITTED)
    if not filed_at_once:
        return (first,)
    return (
        first,
        Step(Action.VERIFY, SYSTEM, IssueState.VERIFIED),
        Step(Action.FILE, SYSTEM, IssueState.FILED),
    )


_ISSUE: Final = table_of(Issue)
_INSERT: Final = Statement(insert(_ISSUE), columns=_ISSUE.columns.keys())
_NOTHING_YET: Final = dict.fromkeys(_ISSUE.columns.keys())


async def _write_lines(db: AsyncSession, vault: Vault, issue: Issue, steps: tuple[Step, ...]) -> None:
    before = None
    for seq, step in enumerate(steps, start=1):
        await history.write_line(db, vault, issue, step, before=before, seq=seq)
        before = step.to.value


async def _nearby(db: AsyncSession, category_code: str, wgs: Point) -> tuple[str, ...]:
    """Numbers of open reports of the same category within NEARBY_METRES and NEARBY_DAYS, the closest first."""
    reach_lat = NEARBY_METRES / 110_000
    reach_lng = reach_lat * 2  # wide enough at the latitudes of China
    rows = await db.execute(
        select(Issue.number, Issue.wgs_lng, Issue.wgs_lat).where(
            Issue.category_code == category_code,
            Issue.created_at > clock.now() - timedelta(days=NEARBY_DAYS),
            Issue.state.in_([state.value for state in OPEN]),
            Issue.wgs_lat.between(wgs.lat - reach_lat, wgs.lat + reach_lat),
            Issue.wgs_lng.between(wgs.lng - reach_lng, wgs.lng + reach_lng),
        )
    )
    found = [(coordinates.distance_metres(wgs, Point(row.wgs_lng, row.wgs_lat, wgs.crs)), row.number) for row in rows]
    return tuple(number for metres, number in sorted(found) if metres <= NEARBY_METRES)[:NEARBY_SHOWN]
