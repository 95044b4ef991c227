"""What the resident API has, for its OpenAPI document: CONTRACT 3, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, RootModel

from bot.adapters.web import MessageBody
from bot.api import leaderboard, shapes
from bot.api.own_points_shapes import OfferedReward, OwnPoints, OwnRedemption, OwnStatement
from core.messages import ReplyKind
from core.values import Platform, SignupState
from points.models import Unit


class Login(BaseModel):
    """`code` is what the platform gave the mini-program; a `web` account needs none."""

    account: str
    code: str = ""


class LoggedIn(BaseModel):
    ref: str
    verified: bool
    area_code: str | None


class Session(BaseModel):
    token: str
    expires_at: datetime
    resident: LoggedIn


class Choice(BaseModel):
    id: str
    label: str


class Reply(BaseModel):
    """At most three lines besides the choices; `choice` of the next message is the `id` of one of them.

    `qr` is the id of a redemption whose QR code belongs below the text.
    """

    id: str
    type: ReplyKind
    text: str
    choices: list[Choice]
    url: str = ""
    title: str = ""
    media_sha256: str = ""
    qr: str = ""


class Answered(BaseModel):
    replies: list[Reply]
    cursor: str


class SentReply(Reply):
    at: datetime


class Sent(BaseModel):
    items: list[SentReply]
    cursor: str


class After(BaseModel):
    """`after` is a cursor, 0 the beginning; `wait` in seconds, at most 25."""

    after: Annotated[int, Field(ge=0)] = 0
    wait: Annotated[int, Field(ge=0)] = 0


class Uploaded(BaseModel):
    media_id: str


class Paging(BaseModel):
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None


class OwnEntries(Paging):
    """`month` is `2026-11`, of Shanghai."""

    month: Annotated[str, Field(max_length=7)] | None = None
    unit: Unit = Unit.POINT


class Signup(BaseModel):
    id: str
    state: SignupState
    people: int
    position: int | None
    activity: shapes.Activity
    created_at: datetime


class Signups(shapes.Page[Signup]):
    """With the certified service in all, in minutes."""

    certified_minutes: int


class OfferedService(BaseModel):
    id: str
    area_code: str
    kind: str
    title: str
    description: str
    price: str
    needs_address: bool


class Picture(RootModel[bytes]):
    """A PNG."""


class Me(BaseModel):
    ref: str
    area_code: str | None
    grid_code: str | None
    name: str
    phone: str
    address: str
    large_type: bool
    platforms: list[Platform]
    verified: bool
    open_cases: dict[str, list[str]]
    erase_at: datetime | None
    created_at: datetime


class OwnData(BaseModel):
    """Everything that is held of the resident."""

    resident: dict[str, Any]
    identities: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    issues: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    volunteering: Any
    registrations: list[dict[str, Any]]
    points: list[dict[str, Any]]
    families: list[dict[str, Any]]
    appeals: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    exported_at: datetime


class ErasureAsked(BaseModel):
    """Erased within a minute, or as soon as these cases are closed: names by kind."""

    open_cases: dict[str, list[str]]


class About(BaseModel):
    name: str
    footer: str
    phone: str


@dataclass(frozen=True, slots=True)
class ResidentOperation:
    """One line of the resident API; `form` names the file field of a multipart body, `media_type` is the answer's."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    id: str
    summary: str
    answers: type[BaseModel]
    accepts: type[BaseModel] | None = None
    is_public: bool = False
    form: str = ""
    status: int = 200
    media_type: str = "application/json"


_R = ResidentOperation

OPERATIONS: Final = (
    _R("POST", "/api/v1/login", "login", "Open a session", Session, Login, is_public=True),
    _R("POST", "/api/v1/messages", "say", "Say something; the same id again gives the same answer", Answered,
       MessageBody),
    _R("GET", "/api/v1/messages", "listen", "What was sent since", Sent, After),
    _R("POST", "/api/v1/media", "upload", "Upload a photo of at most 10 MB", Uploaded, form="file"),
    _R("GET", "/api/v1/about", "about", "Whose service this is", About, is_public=True),
    _R("GET", "/api/v1/issues", "my_issues", "My reports", shapes.Page[shapes.IssueLine], Paging),
    _R("GET", "/api/v1/issues/{number}", "my_issue", "One of my reports", shapes.Issue),
    _R("GET", "/api/v1/activities", "activities", "What is on", shapes.Page[shapes.Activity], Paging),
    _R("GET", "/api/v1/signups", "my_signups", "Where I signed up", Signups, Paging),
    _R("GET", "/api/v1/services", "services", "What can be ordered", shapes.Page[OfferedService], Paging),
    _R("GET", "/api/v1/orders", "my_orders", "My orders", shapes.Page[shapes.Order], Paging),
    _R("GET", "/api/v1/registration", "my_registration", "My registration as a party member", shapes.Registration),
    _R("GET", "/api/v1/points", "my_points", "My points in my community", OwnPoints),
    _R("GET", "/api/v1/points/entries", "my_points_entries", "How they came about, in all or in a month",
       OwnStatement, OwnEntries),
    _R("GET", "/api/v1/rewards", "rewards", "What points can be exchanged for", shapes.Page[OfferedReward], Paging),
    _R("GET", "/api/v1/redemptions", "my_redemptions", "My codes", shapes.Page[OwnRedemption], Paging),
    _R("GET", "/api/v1/redemptions/{id}/qr", "my_code", "A code of mine as a picture", Picture,
       media_type="image/png"),
    _R("GET", "/api/v1/leaderboard", "leaderboard", "The community's volunteers, by nickname",
       leaderboard.Leaderboard, leaderboard.Month),
    _R("POST", "/api/v1/leaderboard", "join_leaderboard", "Stand on the list, or under another name",
       leaderboard.Leaderboard, leaderboard.Joining),
    _R("DELETE", "/api/v1/leaderboard", "leave_leaderboard", "Stand on no list any more", leaderboard.Leaderboard),
    _R("GET", "/api/v1/me", "me", "What is held of me, at a glance", Me),
    _R("GET", "/api/v1/me/export", "export_me", "Everything that is held of me", OwnData),
    _R("DELETE", "/api/v1/me", "erase_me", "Erase me, at once or when my cases are closed",
       ErasureAsked, status=202),
)  # fmt: skip
