"""Sealed fields of domain rows. After erasure they read as empty: the row stays as a statistic."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.crypto import Unreadable, Vault
from core.db import dump_json


async def seal_text(db: AsyncSession, vault: Vault, *, owner_id: str, purpose: str, text: str | None) -> bytes | None:
    """None for an absent or empty text."""
    return await vault.seal_for(db, owner_id, purpose, text) if text else None


async def open_text(db: AsyncSession, vault: Vault, *, owner_id: str, purpose: str, sealed: bytes | None) -> str:
    """The text; empty when there was none or its owner was erased."""
    if sealed is None:
        return ""
    try:
        return await vault.open_for(db, owner_id, purpose, sealed)
    except Unreadable:
        return ""


async def seal_record(db: AsyncSession, vault: Vault, *, owner_id: str, purpose: str, record: dict[str, Any]) -> bytes:
    return await vault.seal_for(db, owner_id, purpose, dump_json(record))


async def open_record(
    db: AsyncSession, vault: Vault, *, owner_id: str, purpose: str, sealed: bytes | None
) -> dict[str, Any]:
    """The record; empty when there was none or its owner was erased."""
    text = await open_text(db, vault, owner_id=owner_id, purpose=purpose, sealed=sealed)
    record: dict[str, Any] = json.loads(text) if text else {}
    return record
