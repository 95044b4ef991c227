"""Talks with residents who asked for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import chats, transcripts
from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing, Text, page
from bot.chats import Chat
from bot.media_links import photo_link
from bot.service import Service
from community import masking
from community.permissions import Permission
from community.residents import Identity, Resident
from core import clock
from core.errors import Invalid

_PERMISSION: Final = Permission.CHATS
MESSAGES: Final = 50
"""How much of what was said before a worker sees: enough to answer, no more."""


class Answering(Input):
    text: Text


async def listing(call: Call, query: InArea) -> Json:
    before = _moment(query.cursor)
    rows = [
        row
        for area in call.areas(query.area)
        for row in await chats.listing(call.db, area_prefix=area, before=before, limit=query.limit)
    ]
    rows = sorted(rows, key=lambda row: row.opened_at, reverse=True)[: query.limit]
    items = [await shown(call.db, row) for row in rows]
    return page(items, limit=query.limit, cursor=rows[-1].opened_at.isoformat() if rows else None)


async def show(call: Call, _: Nothing) -> Json:
    """What was said lately; who may not read contacts gets it redacted."""
    chat = await _chat(call)
    said = await transcripts.history(call.db, call.vault, identity_id=chat.identity_id, limit=MESSAGES)
    full = call.worker.may(Permission.READ_CONTACTS, chat.area_code)
    messages = [_line(call.service, line, full=full) for line in said]
    return await shown(call.db, chat) | {"messages": messages}


def _line(service: Service, line: Json, *, full: bool) -> Json:
    """Without the right to read contacts also without photos: nobody knows what stands in them."""
    text = line["text"] if full else masking.redact(line["text"])
    url = photo_link(service, line["photo"])[0] if line["photo"] and full else None
    return {"at": line["at"], "by": line["by"], "text": text, "photo_url": url}


async def reply(call: Call, said: Answering) -> Json:
    chat = await _chat(call)
    await chats.answer(
        call.db, call.vault, chat_id=chat.id, worker_id=call.worker.id, text_=said.text, key=call.key
    )  # fmt: skip
    return {"id": chat.id, "state": "open"}


async def close(call: Call, _: Nothing) -> Json:
    chat = await _chat(call)
    await chats.close(call.db, call.vault, chat_id=chat.id)
    return {"id": chat.id, "state": "closed"}


async def _chat(call: Call) -> Chat:
    """The chat in the path, if it lies in the worker's areas. Raises NotFound, NotYourTask."""
    chat = await chats.get(call.db, chat_id=call.path["id"])
    call.require(chat.area_code)
    return chat


async def shown(db: AsyncSession, chat: Chat) -> Json:
    """The JSON of a chat in a list: the resident's reference, nothing of the person."""
    row = (
        await db.execute(
            select(Resident.ref, Identity.platform)
            .join(Identity, Identity.resident_id == Resident.id)
            .where(Identity.id == chat.identity_id)
        )
    ).one_or_none()
    return {
        "id": chat.id,
        "state": chat.state,
        "area_code": chat.area_code,
        "ref": row.ref if row else None,
        "platform": row.platform if row else None,
        "opened_at": clock.iso(chat.opened_at),
        "answered_at": clock.iso(chat.answered_at) if chat.answered_at else None,
        "closed_at": clock.iso(chat.closed_at) if chat.closed_at else None,
        "worker_id": chat.worker_id,
    }


def _moment(cursor: str | None) -> datetime | None:
    if cursor is None:
        return None
    try:
        return clock.parse(cursor)
    except ValueError:
        raise Invalid(fields={"cursor": "not one of ours"}) from None


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/chats", listing, _PERMISSION, InArea, shapes.Page[answers.ChatLine],
        "Chats, the newest first", "chats list",
    ),
    Endpoint(
        "GET", "/chats/{id}", show, _PERMISSION, Nothing, answers.Chat, "What was said", "chats show", personal=True
    ),
    Endpoint("POST", "/chats/{id}/reply", reply, _PERMISSION, Answering, answers.Done, "Answer", "chats reply"),
    Endpoint("POST", "/chats/{id}/close", close, _PERMISSION, Nothing, answers.Done, "End the chat", "chats close"),
)  # fmt: skip
