"""What comes in and what goes out, the same for every platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.values import Platform, Point


class InboundKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    IMAGE = "image"
    VOICE = "voice"
    LOCATION = "location"
    EVENT = "event"
    OTHER = "other"


class EventKind(StrEnum):
    """What people do besides writing; `OTHER` keeps the platform's own word in `Event.name`."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    CLICK = "click"
    ENTER = "enter"
    LOCATION = "location"
    NOTICE_CONSENT = "notice_consent"
    NOTICE_SENT = "notice_sent"
    MEDIA_CHECKED = "media_checked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """`name` is the platform's word, `key` a menu key or a scanned scene (without `qrscene_`)."""

    kind: EventKind
    name: str
    key: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """A file that is at the platform (`media_id`, perhaps `url`) or already in our store (`sha256`)."""

    media_id: str = ""
    url: str = ""
    sha256: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message or event from one sender of one account, verified and decrypted.

    `sender` is the platform's id (openid, 2088…, visitor id); it never reaches a log. `dedupe_key` is unique in
    its account for the same message, however often it is delivered. `text` of a voice message is what the
    platform recognised, perhaps empty. `choice` is the id of a pressed button.
    """

    account: str
    platform: Platform
    sender: str
    dedupe_key: str
    kind: InboundKind
    sent_at: datetime
    text: str = ""
    choice: str = ""
    media: Media | None = None
    point: Point | None = None
    label: str = ""
    event: Event | None = None
    alternate_sender: str = ""


class ReplyKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    LINK = "link"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Choice:
    """A thing the resident may choose: `id` is unique in its prompt, `label` is what they see."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: at most three lines of text besides the choices. An empty `text` with no choices says nothing."""

    text: str
    choices: tuple[Choice, ...] = ()
    type: ReplyKind = ReplyKind.TEXT
    url: str = ""
    title: str = ""
    media_sha256: str = ""
    id: str = field(default="")
