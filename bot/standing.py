"""Where an identity stands when its turn comes: all that decides who answers it, read in one statement.

It is read after the conversation's row is locked, so that it sees what the turn before it wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import chats, emergencies, inbox
from bot.chats import OpenChat
from bot.emergencies import Case
from bot.inbox import Waiting
from community import residents
from community.residents import Who
from core import clock
from core.crypto import Vault
from core.statements import Statement


@dataclass(frozen=True, slots=True)
class Standing:
    """`who` as it is now: binding may have given the identity to another resident. `waiting` is its oldest message."""

    who: Who
    waiting: Waiting | None
    case: Case | None
    chat: OpenChat | None


_IDENTITY, _INBOX, _CASE, _CHAT = residents.IDENTITIES, inbox.TABLE, emergencies.CASES, chats.CHATS
_CASE_COLUMNS: Final = tuple(_CASE.c[name].label(f"case_{name}") for name in ("kind", "step", "number", "prompt_key"))
_CHAT_COLUMNS: Final = tuple(
    _CHAT.c[name].label(f"chat_{name}") for name in ("id", "area_code", "state", "told_waiting")
)

_STANDING: Final = Statement(
    select(
        _IDENTITY.c.resident_id,
        _IDENTITY.c.verified,
        _INBOX.c.id,
        _INBOX.c.body,
        _INBOX.c.received_at,
        *_CASE_COLUMNS,
        *_CHAT_COLUMNS,
    )
    .select_from(_IDENTITY)
    .outerjoin(_INBOX, (_INBOX.c.identity_id == _IDENTITY.c.id) & _INBOX.c.done_at.is_(None))
    .outerjoin(
        _CASE,
        (_CASE.c.identity_id == _IDENTITY.c.id)
        & (_CASE.c.opened_at > bindparam("since", type_=_CASE.c.opened_at.type)),
    )
    .outerjoin(_CHAT, (_CHAT.c.identity_id == _IDENTITY.c.id) & (_CHAT.c.state != chats.ChatState.CLOSED.value))
    .where(_IDENTITY.c.id == bindparam("identity_id"))
    .order_by(_INBOX.c.seq)
    .limit(1)
)


async def of(db: AsyncSession, vault: Vault, who: Who) -> Standing:
    """Raises NotFound."""
    row = await _STANDING.first(db, identity_id=who.identity_id, since=clock.now() - emergencies.OPEN_FOR)
    who = residents.as_of(who, row)
    waiting = await inbox.opened(db, vault, who, row) if row.id is not None else None
    case = Case(row.case_kind, row.case_step, row.case_number, row.case_prompt_key) if row.case_kind else None
    chat = OpenChat(row.chat_id, row.chat_area_code, row.chat_state, row.chat_told_waiting) if row.chat_id else None
    return Standing(who, waiting, case, chat)
