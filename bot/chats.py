"""Talks between a resident and a worker. While one is under way the bot is quiet; both are told when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Index, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot import chat_photos
from community import notices, residents
from core import clock, outbox
from core.crypto import Vault
from core.db import Base, new_id, table_of
from core.errors import NotFound, Refused
from core.messages import InboundKind, Reply
from core.statements import Statement
from handlers import texts
from handlers.dialogue import Turn
from nlp.escape import escape_word

UNANSWERED_AFTER: Final = timedelta(minutes=30)
"""A chat that no worker took is closed after this time, so that the bot answers again."""

OPEN_STATES: Final = ("waiting", "open")


class ChatState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


class Chat(Base):
    """At most one chat of an identity is not closed."""

    __tablename__ = "chat"
    __table_args__ = (
        Index(
            "uq_chat_identity_open",
            "identity_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str] = mapped_column(index=True)
    resident_id: Mapped[str] = mapped_column(index=True)
    area_code: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    worker_id: Mapped[str | None]
    told_waiting: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


async def wait_for_worker(turn: Turn) -> None:
    """The resident asked for a person: open a chat and call the staff."""
    if await _of(turn.db, turn.who.identity_id) is not None:
        return
    home = await residents.home(turn.db, resident_id=turn.resident_id)
    chat = Chat(
        id=new_id()[:12],
        identity_id=turn.who.identity_id,
        resident_id=turn.resident_id,
        area_code=home.area_code or turn.account.area or "",
        state=ChatState.WAITING.value,
        opened_at=clock.now(),
    )
    turn.db.add(chat)
    await turn.db.flush()
    facts = {"chat": chat.id}
    await notices.tell_staff(turn.db, event="chat.waiting", area_code=chat.area_code, facts=facts, key=chat.id)


async def listen(turn: Turn, chat: OpenChat, *, has_wish: bool) -> Reply | None:
    """What to say while a worker is asked or answering: mostly nothing. None where the bot is to answer.

    While nobody has taken the chat, a clear wish (`has_wish`) is answered by the bot; the worker comes all the same.
    """
    if escape_word(turn.said.text) in ("menu", "cancel", "restart") or turn.said.text.strip() in texts.CHAT_END_WORDS:
        await _close(turn.db, chat, by="resident")
        return Reply(texts.CHAT_ENDED) if turn.said.text.strip() in texts.CHAT_END_WORDS else None
    if chat.state == ChatState.WAITING.value and has_wish:
        return None
    await chat_photos.take(turn)
    if turn.said.kind is InboundKind.EVENT:
        return Reply("")
    if chat.state == ChatState.WAITING.value and not chat.told_waiting:
        await turn.db.execute(update(Chat).where(Chat.id == chat.id).values(told_waiting=True))
        return Reply(texts.CHAT_WAITING)
    return Reply("")


CHATS: Final = table_of(Chat)
_OPEN: Final = Statement(
    select(CHATS.c.id, CHATS.c.area_code, CHATS.c.state, CHATS.c.told_waiting).where(
        CHATS.c.identity_id == bindparam("identity_id"), CHATS.c.state != ChatState.CLOSED.value
    )
)


@dataclass(frozen=True, slots=True)
class OpenChat:
    """The chat of an identity that is not over."""

    id: str
    area_code: str
    state: str
    told_waiting: bool


async def _of(db: AsyncSession, identity_id: str) -> OpenChat | None:
    row = await _OPEN.first(db, identity_id=identity_id)
    return OpenChat(*row) if row else None


async def get(db: AsyncSession, *, chat_id: str) -> Chat:
    """Raises NotFound."""
    chat = (await db.execute(select(Chat).where(Chat.id == chat_id))).scalar_one_or_none()
    if chat is None:
        raise NotFound("chat_not_found")
    return chat


async def listing(db: AsyncSession, *, area_prefix: str, before: datetime | None = None, limit: int = 50) -> list[Chat]:
    """Chats of an area, those that wait first, then the newest."""
    query = select(Chat).where(Chat.area_code.startswith(area_prefix, autoescape=True))
    if before is not None:
        query = query.where(Chat.opened_at < before)
    rows = await db.execute(query.order_by(Chat.opened_at.desc(), Chat.id).limit(limit))
    return list(rows.scalars())


async def answer(db: AsyncSession, vault: Vault, *, chat_id: str, worker_id: str, text_: str, key: str) -> None:
    """A worker writes to the resident. Raises Refused when the chat is over."""
    chat = await get(db, chat_id=chat_id)
    taken = await db.execute(
        update(Chat)
        .where(Chat.id == chat_id, Chat.state.in_(OPEN_STATES))
        .values(state=ChatState.OPEN.value, worker_id=worker_id, answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(taken) == 0:
        raise Refused("chat_closed")
    await notices.tell_resident(
        db,
        vault,
        resident_id=chat.resident_id,
        notice="chat_answer",
        facts={"text": text_},
        key=f"chat:{key}",
        identity_id=chat.identity_id,
    )


async def close(db: AsyncSession, vault: Vault, *, chat_id: str) -> None:
    """A worker ends the chat; the resident is told and the bot answers again."""
    chat = await get(db, chat_id=chat_id)
    if not await _close(db, chat, by="worker"):
        raise Refused("chat_closed")
    await notices.tell_resident(
        db, vault, resident_id=chat.resident_id, notice="chat_ended", facts={}, key=f"chat-end:{chat_id}"
    )


async def _close(db: AsyncSession, chat: Chat | OpenChat, *, by: str) -> bool:
    """`by` is `resident`, `worker` or `nobody` (none came)."""
    done = await db.execute(
        update(Chat)
        .where(Chat.id == chat.id, Chat.state.in_(OPEN_STATES))
        .values(state=ChatState.CLOSED.value, closed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    closed = outbox.rowcount(done) == 1
    if closed:
        facts = {"chat": chat.id, "by": by}
        await notices.tell_staff(db, event="chat.ended", area_code=chat.area_code, facts=facts, key=chat.id)
    return closed


async def close_unanswered(db: AsyncSession, vault: Vault) -> int:
    """Nobody came: give the residents back to the bot and say so."""
    query = select(Chat).where(Chat.state == ChatState.WAITING.value, Chat.opened_at < clock.now() - UNANSWERED_AFTER)
    chats = list((await db.execute(query)).scalars())
    for chat in chats:
        if await _close(db, chat, by="nobody"):
            await notices.tell_resident(
                db, vault, resident_id=chat.resident_id, notice="chat_unanswered", facts={}, key=f"chat-no:{chat.id}"
            )
    return len(chats)
