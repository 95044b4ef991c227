"""The audit log: read by auditors, each in their areas, and checked as a whole. Reading it is logged as well.

What is older than it must be kept is purged by an administrator of the whole installation.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing
from community import audit
from community.permissions import Permission

_PERMISSION: Final = Permission.READ_AUDIT


class AuditQuery(InArea):
    """`worker` is an id, `subject` a number, reference or id."""

    worker: Annotated[str, Field(max_length=64)] = ""
    subject: Annotated[str, Field(max_length=64)] = ""


class Purging(Input):
    """Everything older than `before`, which must be at least 180 days ago; with `dry_run` it is only counted."""

    before: AwareDatetime
    dry_run: bool = False


async def listing(call: Call, query: AuditQuery) -> Json:
    areas = call.areas(query.area)
    call.subject = query.subject or query.worker
    return await audit.listing(
        call.db, areas=areas, worker_id=query.worker, subject=query.subject, cursor=query.cursor, limit=query.limit
    )


async def verify(call: Call, _: Nothing) -> Json:
    findings = await audit.verify(call.db, call.vault)
    return {"ok": not findings, "findings": [asdict(finding) for finding in findings]}


async def purge(call: Call, said: Purging) -> Json:
    """Raises TooYoung, or NotYourTask for whoever does not work everywhere: the chain is one."""
    call.require("")
    call.subject = "dry_run" if said.dry_run else "log"
    count = await audit.purge(call.db, call.vault, before=said.before, dry_run=said.dry_run)
    return {"purged": count, "dry_run": said.dry_run}


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/audit", listing, _PERMISSION, AuditQuery, shapes.Page[answers.AuditLine],
        "What staff did, newest first", "audit list", personal=True,
    ),
    Endpoint(
        "GET", "/audit/verify", verify, _PERMISSION, Nothing, answers.AuditReport,
        "Walk the chain of seals", "audit verify",
    ),
    Endpoint(
        "POST", "/audit/purge", purge, Permission.PURGE_AUDIT, Purging, answers.AuditPurged,
        "Delete what is older than it must be kept", "audit purge",
    ),
)  # fmt: skip
