"""What was said in a conversation, by whom and when: for the worker who takes over, and for the resident's export."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import chat_photos
from bot.inbox import PURPOSE_BODY, PURPOSE_REPLY, InboxRow
from bot.outgoing import PURPOSE, REPLY_WAY, Outgoing
from community import residents
from core import clock
from core.crypto import Vault, unseal
from core.messages import Inbound, InboundKind, Reply
from handlers import texts_notices


async def history(db: AsyncSession, vault: Vault, *, identity_id: str, limit: int = 50) -> list[dict[str, Any]]:
    """The last lines, oldest first: `{at, by: "resident"|"bot"|"worker", text, photo}`. Raises NotFound.

    `photo` is the hash of a stored file that was sent within a chat, or None.
    """
    who = await residents.identity(db, vault, identity_id=identity_id)
    key = await vault.key(db, who.key_owner_id)
    said = await db.execute(
        select(InboxRow).where(InboxRow.identity_id == identity_id).order_by(InboxRow.seq.desc()).limit(limit)
    )
    lines: list[tuple[datetime, str, str, str | None]] = []
    messages = list(said.scalars())
    shown = await chat_photos.of(db, message_keys=[f"m{row.id}" for row in messages])
    for row in messages:
        message = Inbound.from_json(json.loads(unseal(key, PURPOSE_BODY, row.body)), sender="")
        lines.append((row.received_at, "resident", _words(message), shown.get(f"m{row.id}")))
        if row.reply is not None and row.done_at is not None:
            reply = Reply.from_json(json.loads(unseal(key, PURPOSE_REPLY, row.reply)))
            lines.append((row.done_at, "bot", _shown(reply), None))
    sent = await db.execute(
        select(Outgoing)
        .where(Outgoing.identity_id == identity_id, Outgoing.way != REPLY_WAY)
        .order_by(Outgoing.id.desc())
        .limit(limit)
    )
    for line in sent.scalars():
        reply = Reply.from_json(json.loads(unseal(key, PURPOSE, line.body)))
        by = "worker" if reply.text.startswith(texts_notices.WORKER_SAYS) else "bot"
        lines.append((line.sent_at, by, _shown(reply), None))
    newest = sorted(lines, key=lambda line: line[0])[-limit:]
    return [{"at": clock.iso(at), "by": by, "text": text, "photo": photo} for at, by, text, photo in newest]


def _words(message: Inbound) -> str:
    if message.kind in (InboundKind.TEXT, InboundKind.VOICE, InboundKind.CHOICE):
        return message.text or message.choice
    return f"[{message.kind.value}] {message.label or (message.event.key if message.event else '')}".strip()


def _shown(reply: Reply) -> str:
    numbered = [f"{number} {choice.label}" for number, choice in enumerate(reply.choices, start=1)]
    return "\n".join([reply.text, *numbered])
