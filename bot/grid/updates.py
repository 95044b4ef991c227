"""The way in from a grid event system: what an update must look like, and the checks that need no database.

The route asks in the order of the contract: `signing.verify`, then what `peek` finds (a known `update_id`, the nonce,
a known event), and only then reads the whole body with `read_update`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from core import foreign_json
from core.errors import Invalid

MAX_BODY_BYTES: Final = 64 * 1024
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099


class UnreadableUpdate(Invalid):
    """The body is not an update; `fields` names what is wrong."""

    code = "unreadable_update"


def _number_as_text(value: object) -> object:
    """Some systems send codes and numbers as JSON numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL in text."""
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    return text


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("is not an http or https address")
    return url


def _plausible(moment: datetime) -> datetime:
    """Within this century, so that it can be reckoned with in any time zone."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError("is no time of this century")
    return moment


Text = Annotated[str, AfterValidator(_storable)]
Key = Annotated[Text, Field(min_length=1, max_length=200)]
LooseKey = Annotated[Key, BeforeValidator(_number_as_text)]
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
PhotoUrl = Annotated[Text, Field(max_length=2048), AfterValidator(_web_address)]


class _Body(BaseModel):
    """Fields that we don't know are left aside: the contract lets either side add some."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Handler(_Body):
    org: Annotated[Text, Field(max_length=200)] = ""
    name: Annotated[Text, Field(max_length=100)] = ""


class Update(_Body):
    """One update about one event, named by our number or theirs. `status` is their word, as they said it.

    `deadline_at` is the new deadline of an extension.
    """

    update_id: Key
    event_no: Key | None = None
    external_no: LooseKey | None = None
    round: Annotated[int, Field(ge=1, le=1000)] | None = None
    status: LooseKey
    occurred_at: Moment
    deadline_at: Moment | None = None
    text: Annotated[Text, Field(max_length=5000)] = ""
    photos: Annotated[list[PhotoUrl], Field(max_length=20)] = Field(default_factory=list)
    handler: Handler | None = None
    reason: Annotated[Text, Field(max_length=1000)] = ""


@dataclass(frozen=True, slots=True)
class Peeked:
    """What can be said of a body before it is known to be readable; None where nothing usable stands."""

    update_id: str | None
    event_no: str | None
    external_no: str | None
    body_hash: str


def peek(body: bytes) -> Peeked:
    """The keys of a body that perhaps is an update. Never raises: whatever is missing is None."""
    try:
        parsed = foreign_json.read(body)
    except ValueError:
        parsed = None
    found = parsed if isinstance(parsed, dict) else {}
    return Peeked(
        update_id=_key(found.get("update_id")),
        event_no=_key(found.get("event_no")),
        external_no=_key(_number_as_text(found.get("external_no"))),
        body_hash=hashlib.sha256(body).hexdigest(),
    )


def _key(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 200 and "\x00" not in value else None


def read_update(body: bytes) -> Update:
    """The whole body, checked. Raises UnreadableUpdate."""
    if len(body) > MAX_BODY_BYTES:
        raise UnreadableUpdate(fields={"body": f"longer than {MAX_BODY_BYTES} bytes"})
    try:
        update = Update.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise UnreadableUpdate(fields={_place(fault["loc"]): fault["msg"] for fault in faults}) from None
    if update.event_no is None and update.external_no is None:
        raise UnreadableUpdate(fields={"event_no": "event_no or external_no is required"})
    return update


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"
