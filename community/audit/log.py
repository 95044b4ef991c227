"""Writing the log and reading it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from community.audit.models import AuditRow
from core import clock
from core.crypto import Vault
from core.errors import Invalid

PURPOSE: Final = "audit.detail"
SALT_BYTES: Final = 16


async def record(
    db: AsyncSession,
    vault: Vault,
    *,
    worker_id: str,
    action: str,
    subject: str,
    area_code: str = "",
    detail: str = "",
    request_id: str = "",
) -> None:
    """Write one line with the deed itself. Of `detail` only a salted, keyed commitment is kept."""
    salt = secrets.token_hex(SALT_BYTES)
    await db.execute(
        insert(AuditRow).values(
            at=clock.now(),
            actor_id=worker_id,
            action=action,
            subject=subject,
            area_code=area_code,
            request_id=request_id,
            salt=salt,
            commitment=vault.sign(PURPOSE, salt + detail),
        )
    )


def matches(vault: Vault, row: AuditRow, detail: str) -> bool:
    """Whether this is what was done, for an inquiry that has the detail from elsewhere."""
    return vault.is_signed(PURPOSE, row.salt + detail, row.commitment)


async def listing(
    db: AsyncSession,
    *,
    areas: Sequence[str] = ("",),
    worker_id: str = "",
    subject: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """`{items, next}`: lines within these code prefixes, the newest first. Raises Invalid for a strange cursor."""
    rules: list[ColumnElement[bool]] = [
        or_(*(AuditRow.area_code.startswith(a, autoescape=True) for a in areas), ~true())
    ]
    if worker_id:
        rules.append(AuditRow.actor_id == worker_id)
    if subject:
        rules.append(AuditRow.subject == subject)
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise Invalid(fields={"cursor": "not one of ours"})
        rules.append(AuditRow.id < int(cursor))
    rows = await db.execute(select(AuditRow).where(*rules).order_by(AuditRow.id.desc()).limit(limit + 1))
    found = list(rows.scalars())
    following = str(found[limit - 1].id) if len(found) > limit else None
    return {"items": [_shown(row) for row in found[:limit]], "next": following}


def _shown(row: AuditRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": clock.iso(row.at),
        "worker_id": row.actor_id,
        "action": row.action,
        "subject": row.subject,
        "area_code": row.area_code,
        "request_id": row.request_id,
    }
