"""The resident API's message body → `Inbound`: for the web page and for both mini-programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.adapters.wire import without_illegal
from core import clock
from core.errors import Invalid
from core.messages import API_KEY, Inbound, InboundKind, Media
from core.settings import Account
from core.values import Crs, Point

MAX_TEXT: Final = 10_000


class MessageType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    IMAGE = "image"
    VOICE = "voice"
    LOCATION = "location"


Degrees = Annotated[float, Field(allow_inf_nan=False)]


class MessageBody(BaseModel):
    """`POST /api/v1/messages`. `id` is the client's own: the same one again is the same message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
    type: MessageType
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    choice: Annotated[str, Field(max_length=200)] = ""
    media_id: Annotated[str, Field(max_length=32, pattern=r"^([0-9a-f]{32})?$")] = ""
    lng: Degrees | None = None
    lat: Degrees | None = None
    crs: Crs | None = None
    label: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            MessageType.TEXT: ("text",),
            MessageType.CHOICE: ("choice",),
            MessageType.IMAGE: ("media_id",),
            MessageType.VOICE: (),
            MessageType.LOCATION: ("lng", "lat", "crs"),
        }[self.type]
        missing = [name for name in needed if getattr(self, name) in (None, "")]
        if missing:
            raise ValueError(f"missing: {' '.join(missing)}")
        return self


def parse(body: bytes) -> MessageBody:
    """Raises Invalid, whose `fields` name what is wrong; the values themselves are never in it."""
    try:
        return MessageBody.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise Invalid(fields=_faults(error)) from None


def _faults(error: ValidationError) -> dict[str, str]:
    faults: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        message = str(fault["msg"])
        if "missing: " in message:
            faults |= dict.fromkeys(message.rpartition("missing: ")[2].split(), "missing")
        else:
            faults[".".join(map(str, fault["loc"])) or "body"] = str(fault["type"])
    return faults


def to_inbound(message: MessageBody, account: Account, sender: str) -> Inbound:
    """`sender` is the session's identity, never taken from the body."""
    point = None
    if message.lng is not None and message.lat is not None and message.crs is not None:
        point = Point(message.lng, message.lat, message.crs)
    return Inbound(
        account=account.name,
        platform=account.platform,
        sender=sender,
        dedupe_key=f"{API_KEY}{sender}:{message.id}",
        kind=InboundKind(message.type.value),
        sent_at=clock.now(),
        text=without_illegal(message.text),
        choice=message.choice,
        media=Media(media_id=message.media_id, is_stored=True) if message.media_id else None,
        point=point,
        label=without_illegal(message.label),
    )
