"""What comes in and what goes out, the same for every platform."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from core.values import Crs, Platform, Point


class InboundKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    IMAGE = "image"
    VOICE = "voice"
    LOCATION = "location"
    EVENT = "event"
    OTHER = "other"


class EventKind(StrEnum):
    """What people do besides writing. `TECHNICAL` ones are known and need no answer (a menu link was opened);
    `OTHER` ones are not known. Both keep the platform's own word in `Event.name`.
    """

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    CLICK = "click"
    ENTER = "enter"
    LOCATION = "location"
    NOTICE_CONSENT = "notice_consent"
    NOTICE_SENT = "notice_sent"
    MEDIA_CHECKED = "media_checked"
    TECHNICAL = "technical"
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
    """A file that is at the platform (`media_id`, perhaps `url`), or, `is_stored`, one of our photos by its id."""

    media_id: str = ""
    url: str = ""
    format: str = ""
    is_stored: bool = False


API_KEY: Final = "api:"
"""Dedupe keys of the resident API begin so."""


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

    @property
    def is_api(self) -> bool:
        """Whether it came by our own resident API and not through the platform."""
        return self.dedupe_key.startswith(API_KEY)

    def to_json(self) -> dict[str, Any]:
        """Everything but the sender, who is known by the row that holds this."""
        plain = {name: value for name in _PLAIN if (value := getattr(self, name))}
        nested = {name: asdict(value) for name in ("media", "point", "event") if (value := getattr(self, name))}
        return {**plain, **nested, "sent_at": self.sent_at.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any], *, sender: str) -> Inbound:
        point, media, event = data.get("point"), data.get("media"), data.get("event")
        return cls(
            account=data["account"],
            platform=Platform(data["platform"]),
            sender=sender,
            dedupe_key=data["dedupe_key"],
            kind=InboundKind(data["kind"]),
            sent_at=datetime.fromisoformat(data["sent_at"]),
            text=data.get("text", ""),
            choice=data.get("choice", ""),
            label=data.get("label", ""),
            media=Media(**media) if media else None,
            point=Point(point["lng"], point["lat"], Crs(point["crs"])) if point else None,
            event=_event_from_json(event) if event else None,
        )


_PLAIN: Final = ("account", "platform", "dedupe_key", "kind", "text", "choice", "label")


def _event_from_json(data: dict[str, Any]) -> Event:
    details = tuple((str(name), str(value)) for name, value in data.get("details", ()))
    return Event(EventKind(data["kind"]), data["name"], data.get("key", ""), details)


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
    """One answer: at most three lines of text besides the choices. An empty `text` with no choices says nothing.

    `qr` is the id of a redemption of the resident's, whose code is shown as a picture below the text.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    type: ReplyKind = ReplyKind.TEXT
    url: str = ""
    title: str = ""
    media_sha256: str = ""
    qr: str = ""
    id: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape of CONTRACT 3; fields that are empty are left out, `choices` never is."""
        data: dict[str, Any] = {"id": self.id, "type": self.type.value, "text": self.text}
        data["choices"] = [{"id": choice.id, "label": choice.label} for choice in self.choices]
        data |= {name: value for name in _OPTIONAL if (value := getattr(self, name))}
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reply:
        choices = tuple(Choice(choice["id"], choice["label"]) for choice in data["choices"])
        optional = {name: data[name] for name in _OPTIONAL if name in data}
        return cls(data["text"], choices, ReplyKind(data["type"]), id=data["id"], **optional)

    def with_id(self, reply_id: str) -> Reply:
        return replace(self, id=reply_id)

    @property
    def is_silent(self) -> bool:
        return not (self.text or self.choices or self.url or self.media_sha256)


_OPTIONAL: Final = ("url", "title", "media_sha256", "qr")
