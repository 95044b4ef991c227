"""Reading a report under lock, and the one way in which it changes: a guarded update and a row of history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues.actors import Actor, IssueNotFound
from community.issues.models import PURPOSE_REASON, Issue, IssueEvent
from community.issues.workflow import Action
from community.sealed import open_text
from core import clock
from core.crypto import Unreadable, Vault
from core.db import table_of
from core.errors import Conflict
from core.statements import Statement
from core.values import IssueState


class ChangedMeanwhile(Conflict):
    """Somebody else changed the report in the same moment; nothing was done."""

    code = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of history about to be written."""

    action: Action
    actor: Actor
    to: IssueState
    reason: str = ""


async def find(db: AsyncSession, *, number: str) -> Issue:
    """Raises IssueNotFound."""
    found = (await db.execute(select(Issue).where(Issue.number == number))).scalar_one_or_none()
    if found is None:
        raise IssueNotFound
    return found


async def locked(db: AsyncSession, *, number: str) -> Issue:
    """The report, its row locked until the transaction ends. Raises IssueNotFound."""
    query = select(Issue).where(Issue.number == number).with_for_update().execution_options(populate_existing=True)
    found = (await db.execute(query)).scalar_one_or_none()
    if found is None:
        raise IssueNotFound
    return found


async def advance(db: AsyncSession, vault: Vault, issue: Issue, step: Step, **values: Any) -> Issue:
    """Change the report as it was read and write the history row; the report as it is now. Raises ChangedMeanwhile."""
    before = issue.state
    changed = await db.execute(
        update(Issue)
        .where(Issue.id == issue.id, Issue.version == issue.version, Issue.state == before)
        .values(state=step.to.value, version=Issue.version + 1, **values)
        .returning(Issue)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    now = changed.scalar_one_or_none()
    if now is None:
        raise ChangedMeanwhile(number=issue.number)
    await write_line(db, vault, now, step, before=before, seq=now.version)
    return now


_EVENT: Final = table_of(IssueEvent)
_INSERT: Final = Statement(insert(_EVENT), columns=_EVENT.columns.keys())


async def write_line(db: AsyncSession, vault: Vault, issue: Issue, step: Step, *, before: str | None, seq: int) -> None:
    """The history row of a step, its reason sealed."""
    await _INSERT.rows(
        db,
        issue_id=issue.id,
        seq=seq,
        round=issue.round,
        at=clock.now(),
        by_kind=step.actor.kind,
        by_id=step.actor.id,
        action=step.action.value,
        from_state=before,
        to_state=step.to.value,
        reason=await sealed(db, vault, issue, PURPOSE_REASON, step.reason),
    )


async def sealed(db: AsyncSession, vault: Vault, issue: Issue, purpose: str, text: str) -> bytes | None:
    """The text under the report's data key; None when there is none, or its owner was erased and the case goes on."""
    if not text:
        return None
    try:
        return await vault.seal_for(db, issue.owner_id, purpose, text)
    except Unreadable:
        return None


async def opened(db: AsyncSession, vault: Vault, issue: Issue, purpose: str, value: bytes | None) -> str:
    """The text of a sealed field; empty when there is none or its owner was erased."""
    return await open_text(db, vault, owner_id=issue.owner_id, purpose=purpose, sealed=value)
