"""The JSON that only the staff get; as with `bot.api.shapes`, handlers do not build these models."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from bot.api.admin.nlp_answers import Understood
from bot.api.shapes import Category, Issue, IssueLine, Page
from core.values import EmergencyKind, IssueState, Platform, Role, SignupState


class Done(BaseModel):
    """What was changed, and its state now where it has one."""

    id: str
    state: str | None = None


class ListedCategory(Category):
    """`urgency` is what a report of it has unless it says otherwise; `national` its counterpart in the standard."""

    urgency: int
    national: Category | None


class PictureVerdict(BaseModel):
    """`label` is `pending` until the platform has answered."""

    sha256: str
    suggestion: str
    label: str


class Moderation(BaseModel):
    """What the platform's content check said: `pass`, `review` or `risky`, and its own word for the kind of risk.

    It is the gravest of what it said of the words and of each picture.
    """

    suggestion: str
    label: str
    held_back: bool
    at: datetime
    pictures: list[PictureVerdict]


class FoundIssues(Page[IssueLine]):
    """`words` are those of `q` that all stand in every summary found; the names of places are one word each."""

    words: list[str]


class StaffIssue(Issue):
    """With all that the grid system said, what changed nothing included, and the content check if there was one."""

    updates: list[dict[str, Any]]
    moderation: Moderation | None


class CheckInCode(BaseModel):
    id: str
    code: str


class Counted(BaseModel):
    """`count`: how many people it touched."""

    id: str
    count: int


class Attendance(BaseModel):
    signup_id: str
    ref: str
    name: str
    phone: str
    people: int
    state: SignupState
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    minutes: int | None
    certified_minutes: int | None


class Volunteer(BaseModel):
    ref: str
    area_code: str
    name: str
    phone: str
    skills: str
    times: str
    minutes: int
    activities: int
    enrolled_at: datetime


class Service(BaseModel):
    id: str
    area_code: str
    kind: str
    title: str
    description: str
    price: str
    windows: list[dict[str, Any]]
    order_days_before: int
    order_by: str | None
    capacity: int
    needs_address: bool
    active: bool


class Finding(BaseModel):
    """`proposal` is a command that would put it right, or says that no posting can."""

    check: str
    ref: str
    expected: str
    found: str
    proposal: str


class Seal(BaseModel):
    seq: int
    root: str


class LedgerReport(BaseModel):
    """Part of the audit, the rest of it begins at `next`; the newest seal, and the one that was asked for."""

    ok: bool
    findings: list[Finding]
    next: str | None
    newest: Seal | None
    asked: Seal | None


class ChatLine(BaseModel):
    id: str
    state: str
    area_code: str
    ref: str
    platform: Platform
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    worker_id: str | None


class Said(BaseModel):
    """`by` is `resident`, `bot` or `worker`; `photo_url` carries its own right of access and expires."""

    at: datetime
    by: str
    text: str
    photo_url: str | None


class Chat(ChatLine):
    messages: list[Said]


class OutboxLine(BaseModel):
    """A row of the outbox without its payload."""

    id: int
    kind: str
    key: str
    state: str
    urgent: bool
    attempts: int
    next_at: datetime
    last_error: str | None
    created_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None


class Grant(BaseModel):
    role: Role
    area_code: str


class Worker(BaseModel):
    id: str
    name: str
    unit: str
    roles: list[Grant]


class ListedWorker(Worker):
    disabled: bool
    created_at: datetime


class NewWorker(Worker):
    """`token` is shown once and can be read nowhere afterwards."""

    token: str


class BindingCode(BaseModel):
    """`code` is good once and for so many minutes."""

    code: str
    minutes: int


class NewToken(BaseModel):
    id: str
    token: str


class IssueFigures(BaseModel):
    total: int
    by_state: dict[IssueState, int]
    overdue: int
    emergencies: int
    average_rating: float | None


class Summary(BaseModel):
    """Over the areas of the worker, since a moment."""

    since: datetime
    issues: IssueFigures
    orders: int
    activities: int
    understanding: Understood


class Area(BaseModel):
    code: str
    name: str
    level: str
    parent: str | None
    phone: str
    valid_from: date
    valid_until: date | None


class AreasImported(BaseModel):
    """Codes that are new, that have a new version, and that ended; nothing was kept after a `dry_run`."""

    added: list[str]
    changed: list[str]
    closed: list[str]
    dry_run: bool


class AreaCollection(BaseModel):
    """A GeoJSON FeatureCollection."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]


class AuditLine(BaseModel):
    id: int
    at: datetime
    worker_id: str
    action: str
    subject: str
    area_code: str
    request_id: str


class AuditFinding(BaseModel):
    kind: str
    where: str


class AuditReport(BaseModel):
    ok: bool
    findings: list[AuditFinding]


class AuditPurged(BaseModel):
    """How many lines were deleted; with `dry_run` how many would be."""

    purged: int
    dry_run: bool


class DutyPage(BaseModel):
    """`acked_by` is a worker's id, or `link` when the signed link of a page was opened."""

    id: str
    issue_number: str
    emergency: EmergencyKind
    area_code: str
    channels: int
    created_at: datetime
    acked_at: datetime | None
    acked_by: str | None
