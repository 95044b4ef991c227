"""What residents and staff are to be told, as outbox rows. The wording is chosen when it is sent, not here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.crypto import Vault

RESIDENT: Final = "resident.notice"
STAFF: Final = "staff.notice"


async def tell_resident(
    db: AsyncSession,
    vault: Vault,
    *,
    resident_id: str,
    notice: str,
    facts: dict[str, Any],
    key: str,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    identity_id: str | None = None,
) -> bool:
    """Queue one notice to a resident; `notice` names its text in `handlers/texts_notices`, `facts` fill it in.

    `key` makes it happen once. One for later (`not_before`) waits in a queue of its own, so that it does not hold up
    what is said before it. False when it was queued before.
    """
    return await outbox.enqueue(
        db,
        kind=RESIDENT,
        order_key=f"resident:{resident_id}" if not_before is None else f"resident:{resident_id}:{key}",
        payload={"resident_id": resident_id, "identity_id": identity_id, "notice": notice, "facts": facts},
        key=f"notice:{key}",
        owner_id=resident_id,
        vault=vault,
        not_before=not_before,
        expires_at=expires_at,
    )


async def tell_staff(db: AsyncSession, *, event: str, area_code: str, facts: dict[str, Any], key: str) -> bool:
    """Queue word of new work for `[[notify]]`; `facts` hold numbers and categories, never personal data.

    `key` begins with what it is about, up to a colon: words about the same thing leave in their order.
    """
    return await outbox.enqueue(
        db,
        kind=STAFF,
        order_key=f"staff:{key.partition(':')[0]}",
        payload={"event": event, "area_code": area_code, "facts": facts},
        key=f"staff:{event}:{key}",
    )
