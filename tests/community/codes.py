"""Binding two chats, as the handlers do it."""

from __future__ import annotations

from community import binding
from community.binding import CODE_LIFE, Bound, CodeRejected
from community.residents import Who
from community.tries import TooManyTries
from core import clock
from core.crypto import Vault
from core.db import Database


async def shown_to(database: Database, vault: Vault, who: Who) -> str:
    async with database.write() as db:
        code = await binding.issue_code(db, vault, resident_id=who.resident_id, identity_id=who.identity_id)
    assert code.expires_at == clock.now() + CODE_LIFE
    return code.digits


async def typed_by(database: Database, vault: Vault, who: Who, digits: str) -> Bound:
    """The handler's way: the refusal is an answer, and the transaction commits with it."""
    refused: CodeRejected | TooManyTries
    async with database.write() as db:
        try:
            return await binding.bind(db, vault, code=digits, identity_id=who.identity_id)
        except (CodeRejected, TooManyTries) as error:
            refused = error
    raise refused


async def bound(database: Database, vault: Vault, to: Who, joining: Who) -> None:
    done = await typed_by(database, vault, joining, await shown_to(database, vault, to))
    assert done == Bound(to.resident_id, joining.resident_id)
