"""Points for a report that proved right: asked for when a worker verified it or a grid system took it up.

Reports that were merged are one matter: who reported first earns as first, who came later as a follower, nobody twice.
The deed of each is the moment of their own report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import residents
from community.issues.models import Issue, IssueEvent
from community.issues.workflow import Action, Party
from community.residents import Resident
from core.errors import Invalid
from core.values import IssueState
from points import grants, statements
from points.grant_models import GrantRequest
from points.rules.body import Facts

RULE: Final = "report_verified"
FOLLOWED: Final = "report_followed"
PHOTO: Final = "report_photo"
SOURCE: Final = "issue"

PROVED: Final = frozenset(
    {
        Action.VERIFY,
        Action.GRID_ACCEPTED,
        Action.GRID_DISPATCHED,
        Action.GRID_IN_PROGRESS,
        Action.GRID_EXTENDED,
        Action.GRID_HANDLED,
        Action.GRID_CLOSED,
    }
)
"""After one of these a report counts as right."""


async def ask(db: AsyncSession, issue: Issue, *, stars: int | None = None) -> None:
    """Ask for what a report earns that proved right, and for what those earn that were merged into it.

    `stars` is how good the worker found it. Asked again, it is still the same award. Raises Invalid.
    """
    if stars is not None and stars not in range(1, 6):
        raise Invalid(fields={"stars": "1 to 5"})
    await _ask_matter(db, issue, stars)


async def merged(db: AsyncSession, issue: Issue) -> None:
    """A report was merged: if the other one proved right before, its resident has followed."""
    target = (await db.execute(select(Issue).where(Issue.number == issue.duplicate_of))).scalar_one_or_none()
    if target is not None and await _has_proved(db, target):
        await _ask_matter(db, target, None)


async def points_of(db: AsyncSession, issue: Issue) -> int:
    """What the resident of a report got for it and its matter, also as who they were before they were bound."""
    if issue.resident_id is None:
        return 0
    former = await db.execute(select(Resident.id).where(Resident.merged_into == issue.resident_id))
    who = [issue.resident_id, *former.scalars()]
    return sum(
        [
            await statements.awarded_points(db, source_kind=SOURCE, source_id=number, recipient_ids=who)
            for number in {issue.number, await _matter(db, issue)}
        ]
    )


async def photo_added(db: AsyncSession, issue: Issue) -> None:
    """A photo came after the report: it earns if the report proved right before, else when it does."""
    if await _has_proved(db, issue):
        await _ask_photo(db, issue)


async def _ask_matter(db: AsyncSession, issue: Issue, stars: int | None) -> None:
    reports = sorted([issue, *await _merged_into(db, [issue.number])], key=lambda one: (one.created_at, one.number))
    asked = await _asked(db, [report.number for report in reports])
    is_first_known = RULE in asked.values()
    for report in reports:
        if report.resident_id is None or report.resident_id in asked:
            continue
        rule = FOLLOWED if is_first_known or report is not reports[0] else RULE
        asked[report.resident_id] = rule
        facts = Facts(
            category=issue.category_code,
            position=max(len(asked), 1 if rule == RULE else 2),
            stars=stars if report is issue else None,
        )
        await _request(db, report, rule, source_id=issue.number, occurred_at=report.created_at, facts=facts)
    await _ask_photo(db, issue)


async def _ask_photo(db: AsyncSession, issue: Issue) -> None:
    """For the first photo that the resident added; one report earns it once."""
    added = await db.execute(
        select(IssueEvent.at)
        .where(
            IssueEvent.issue_id == issue.id,
            IssueEvent.action == Action.PHOTO.value,
            IssueEvent.by_kind == Party.RESIDENT.value,
        )
        .order_by(IssueEvent.seq)
        .limit(1)
    )
    at = added.scalar_one_or_none()
    if at is not None and issue.resident_id is not None:
        await _request(db, issue, PHOTO, source_id=issue.number, occurred_at=at, facts=Facts())


async def _request(
    db: AsyncSession, report: Issue, rule: str, *, source_id: str, occurred_at: datetime, facts: Facts
) -> None:
    """Into the wallet of where the reporter lives."""
    assert report.resident_id is not None
    home = (await residents.home(db, resident_id=report.resident_id)).area_code
    await grants.request_grant(
        db,
        rule=rule,
        area_code=home or report.area_code,
        recipient_id=report.resident_id,
        source_kind=SOURCE,
        source_id=source_id,
        occurred_at=occurred_at,
        facts=facts,
    )


async def _has_proved(db: AsyncSession, issue: Issue) -> bool:
    if IssueState(issue.state) in (IssueState.NOT_ACCEPTED, IssueState.VOID, IssueState.WITHDRAWN):
        return False
    proof = select(IssueEvent.seq).where(
        IssueEvent.issue_id == issue.id, IssueEvent.action.in_([action.value for action in PROVED])
    )
    return (await db.execute(proof.limit(1))).first() is not None


async def _matter(db: AsyncSession, issue: Issue) -> str:
    """The number of the report that this one was merged into in the end, or its own."""
    number, further = issue.number, issue.duplicate_of
    while further is not None:
        number = further
        further = (await db.execute(select(Issue.duplicate_of).where(Issue.number == number))).scalar_one_or_none()
    return number


async def _asked(db: AsyncSession, numbers: Sequence[str]) -> dict[str, str]:
    """Who was asked for in this matter before, also while it was several, as who they are now, and under which rule."""
    rows = await db.execute(
        select(func.coalesce(Resident.merged_into, GrantRequest.recipient_id), GrantRequest.rule_id)
        .outerjoin(Resident, Resident.id == GrantRequest.recipient_id)
        .where(
            GrantRequest.source_kind == SOURCE,
            GrantRequest.source_id.in_(numbers),
            GrantRequest.rule_id.in_([RULE, FOLLOWED]),
        )
    )
    return {row[0]: row[1] for row in rows}


async def _merged_into(db: AsyncSession, numbers: Iterable[str]) -> Sequence[Issue]:
    """All reports that were merged into these, directly or through others."""
    found: list[Issue] = []
    wanted = list(numbers)
    while wanted:
        rows = (await db.execute(select(Issue).where(Issue.duplicate_of.in_(wanted)))).scalars().all()
        found += rows
        wanted = [row.number for row in rows]
    return found
