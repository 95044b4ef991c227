"""Points for a report that proved right: asked for when a worker verified it or a grid system took it up."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from community import residents
from community.issues.models import Issue
from points import grants

RULE: Final = "report_verified"
SOURCE: Final = "issue"


async def ask(db: AsyncSession, issue: Issue) -> None:
    """Ask for the award, into the wallet of where the reporter lives; asked again, it is still the same one."""
    if issue.resident_id is not None:
        home = (await residents.home(db, resident_id=issue.resident_id)).area_code
        await grants.request_grant(
            db,
            rule=RULE,
            area_code=home or issue.area_code,
            recipient_id=issue.resident_id,
            source_kind=SOURCE,
            source_id=issue.number,
            occurred_at=issue.created_at,
        )
