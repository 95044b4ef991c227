"""Messages and turns for dialogues that touch no database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.messages import Choice, Event, EventKind, Inbound, InboundKind, Media
from core.settings import Account, Config
from core.values import Platform
from handlers.dialogue import Turn
from nlp import understand
from nlp.understanding import Understanding

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
ACCOUNT = Account(name="heping", platform=Platform.WEB)


def said(text: str = "", kind: InboundKind = InboundKind.TEXT, **more: Any) -> Inbound:
    return Inbound("heping", Platform.WEB, "visitor", "key", kind, NOW, text=text, **more)


def pressed(choice: Choice) -> Inbound:
    return said(kind=InboundKind.CHOICE, choice=choice.id)


def photo() -> Inbound:
    return said(kind=InboundKind.IMAGE, media=Media("m1"))


def event(kind: EventKind, key: str = "") -> Inbound:
    return said(kind=InboundKind.EVENT, event=Event(kind, kind.value, key))


def read(text: str) -> Understanding:
    return understand(text, now=NOW)


def turn(message: Inbound, key: str = "m1") -> Turn:
    """A turn whose dialogues must not reach for the database: there is none."""
    nothing: Any = None
    return Turn(
        db=nothing,
        vault=nothing,
        config=Config(),
        account=ACCOUNT,
        who=nothing,
        said=message,
        message_key=key,
        understood=read(message.text),
        understand=read,
        draft={},
    )
