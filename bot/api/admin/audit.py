"""The audit log: read by auditors, each in their areas, and checked as a whole. Reading it is logged as well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin.endpoint import Call, Endpoint, InArea, Json, Nothing
from community import audit
from community.permissions import Permission

_PERMISSION: Final = Permission.READ_AUDIT


class AuditQuery(InArea):
    """`worker` is an id, `subject` a number, reference or id."""

    worker: Annotated[str, Field(max_length=64)] = ""
    subject: Annotated[str, Field(max_length=64)] = ""


async def listing(call: Call, query: AuditQuery) -> Json:
    areas = call.areas(query.area)
    call.subject = query.subject or query.worker
    return await audit.listing(
        call.db, areas=areas, worker_id=query.worker, subject=query.subject, cursor=query.cursor, limit=query.limit
    )


async def verify(call: Call, _: Nothing) -> Json:
    findings = await audit.verify(call.db, call.vault)
    return {"ok": not findings, "findings": [asdict(finding) for finding in findings]}


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/audit", listing, _PERMISSION, AuditQuery, shapes.Page[shapes.AuditLine],
        "What staff did, newest first", "audit list", personal=True,
    ),
    Endpoint(
        "GET", "/audit/verify", verify, _PERMISSION, Nothing, shapes.AuditReport,
        "Walk the chain of seals", "audit verify",
    ),
)  # fmt: skip
