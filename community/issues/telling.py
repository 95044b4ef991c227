"""Who hears of what: residents of every step of their report, staff of work and of trouble."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import notices
from community.issues.models import Issue
from community.issues.workflow import Action
from core import clock
from core.crypto import Unreadable, Vault

RESIDENT_NOTICES: Final[dict[Action, str]] = {
    Action.VERIFY: "issue_verified",
    Action.REJECT: "issue_not_accepted",
    Action.OFFLIST: "issue_offlist_review",
    Action.FILE: "issue_accepted",
    Action.DISPATCH: "issue_dispatched",
    Action.START: "issue_in_progress",
    Action.RETURN: "issue_returned",
    Action.EXTEND: "issue_extended",
    Action.SUSPEND: "issue_suspended",
    Action.HANDLE: "issue_handled",
    Action.CHECK_FAIL: "issue_in_progress",
    Action.CLOSE: "issue_closed",
    Action.REOPEN: "issue_reopened",
    Action.MERGE: "issue_merged",
    Action.VOID: "issue_void",
    Action.GRID_ACCEPTED: "issue_accepted",
    Action.GRID_DISPATCHED: "issue_dispatched",
    Action.GRID_IN_PROGRESS: "issue_in_progress",
    Action.GRID_EXTENDED: "issue_extended",
    Action.GRID_RETURNED: "issue_returned",
    Action.GRID_SUSPENDED: "issue_suspended",
    Action.GRID_HANDLED: "issue_handled",
    Action.GRID_CLOSED: "issue_closed",
    Action.GRID_NOT_ACCEPTED: "issue_not_accepted",
    Action.GRID_MERGED: "issue_merged",
    Action.GRID_VOID: "issue_void",
}
"""What a resident does themself, and what the system does while they wait, the dialogue answers at once."""

_ENDS: Final = frozenset({Action.CLOSE, Action.GRID_CLOSED})


async def tell_step(db: AsyncSession, vault: Vault, issue: Issue, *, action: Action, reason: str) -> None:
    """Tell the reporter of a step just made; of the end also those whose reports were merged into this one."""
    notice = RESIDENT_NOTICES.get(action)
    if notice is None:
        return
    await _tell(db, vault, issue, notice, {"reason": reason}, key=f"{issue.number}:{issue.version}")
    if action in _ENDS:
        merged = await db.execute(select(Issue).where(Issue.duplicate_of == issue.number))
        for other in merged.scalars():
            facts = {"reason": reason, "into": issue.number}
            await _tell(db, vault, other, notice, facts, key=f"{other.number}:{issue.number}:{issue.version}")


async def _tell(db: AsyncSession, vault: Vault, issue: Issue, notice: str, extra: dict[str, Any], *, key: str) -> None:
    if issue.resident_id is None:
        return
    facts = {
        "number": issue.number,
        "title": issue.title,
        "unit": issue.unit,
        "deadline": clock.iso(issue.deadline_at),
        "into": issue.duplicate_of or "",
        **extra,
    }
    try:
        await notices.tell_resident(
            db, vault, resident_id=issue.resident_id, notice=notice, facts=facts, key=f"issue:{key}"
        )
    except Unreadable:
        return  # the resident was erased: there is nobody to tell


async def tell_staff(db: AsyncSession, issue: Issue, *, event: str, key: str = "", **facts: Any) -> None:
    """Queue word for the staff: number, category and state, never personal data."""
    told = {
        "number": issue.number,
        "title": issue.title,
        "category": issue.category_name,
        "urgency": issue.urgency,
        "emergency": issue.emergency,
        "state": issue.state,
        "grid_code": issue.grid_code,
        "deadline": clock.iso(issue.deadline_at),
        **facts,
    }
    await notices.tell_staff(
        db, event=event, area_code=issue.area_code, facts=told, key=f"{issue.number}:{key or issue.version}"
    )
