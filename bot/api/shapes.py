"""The JSON that both APIs answer with, for the OpenAPI documents; tests hold real answers against it.

Handlers do not build these models: the domain's views are the answers, and the models say what they promise.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.values import (
    ActivityState,
    Crs,
    EmergencyKind,
    IssueState,
    OrderState,
    Platform,
    RedemptionState,
    RegistrationState,
    Role,
    SignupState,
)

Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel, Generic[Item]):
    """`next` is the cursor of the following page, null at the end."""

    items: list[Item]
    next: str | None


class ErrorBody(BaseModel):
    """`message` is a Chinese sentence for people; `fields` says what is wrong where."""

    code: str
    message: str
    fields: dict[str, str] = {}


class Error(BaseModel):
    error: ErrorBody


class Done(BaseModel):
    """What was changed, and its state now where it has one."""

    id: str
    state: str | None = None


class Category(BaseModel):
    standard: str
    kind: str
    code: str
    name: str


class ListedCategory(Category):
    """`urgency` is what a report of it has unless it says otherwise."""

    urgency: int


class Degrees(BaseModel):
    lng: float
    lat: float


class Location(Degrees):
    """As given, in its own reference system, and in WGS-84."""

    crs: Crs
    wgs84: Degrees


class Reporter(BaseModel):
    ref: str | None
    name: str
    phone: str


class Photo(BaseModel):
    """`kind` is `report`, `follow_up` or `handled`; `url` carries its own right of access and expires."""

    sha256: str
    content_type: str
    url: str
    kind: str


class Delivery(BaseModel):
    round: int
    connector: str
    state: str
    external_no: str | None
    attempts: int
    last_error: str | None


class Step(BaseModel):
    """One line of a history; `from` is null in the first."""

    model_config = ConfigDict(populate_by_name=True)

    at: datetime
    by: str
    from_: str | None = Field(alias="from")
    to: str
    reason: str


class IssueStep(Step):
    action: str
    round: int


class IssueLine(BaseModel):
    """A report in a list: nothing personal."""

    number: str
    round: int
    state: IssueState
    title: str
    summary: str
    category: Category
    urgency: int
    emergency: EmergencyKind | None
    area_code: str
    grid_code: str | None
    confidential: bool
    unit: str
    handler_id: str | None
    duplicate_of: str | None
    rating: int | None
    created_at: datetime
    deadline_at: datetime


class Issue(IssueLine):
    """A report, as CONTRACT 4 has it."""

    description: str
    address: str
    location: Location | None
    source: str
    reporter: Reporter
    photos: list[Photo]
    deliveries: list[Delivery]
    history: list[IssueStep]
    points_awarded: int


class Moderation(BaseModel):
    """What the platform's content check said: `pass`, `review` or `risky`, and its own word for the kind of risk."""

    suggestion: str
    label: str
    held_back: bool
    at: datetime


class StaffIssue(Issue):
    """With all that the grid system said, what changed nothing included, and the content check if there was one."""

    updates: list[dict[str, Any]]
    moderation: Moderation | None


class Activity(BaseModel):
    """`capacity`, `free` and `waiting` count persons."""

    id: str
    area_code: str
    title: str
    place: str
    description: str
    risks: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    waiting: int
    waiting_capacity: int
    min_age: int | None
    state: ActivityState


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


class OrderLine(BaseModel):
    number: str
    state: OrderState
    area_code: str
    service_id: str
    start: datetime
    end: datetime
    quantity: int
    for_relative: bool
    rating: int | None
    created_at: datetime


class OrderedService(BaseModel):
    id: str
    kind: str
    title: str
    price: str


class Order(OrderLine):
    """`served` is null when the requester is served themself."""

    service: OrderedService
    contact: dict[str, Any] | None
    served: dict[str, Any] | None
    address: str
    note: str
    provider: str
    rating_text: str
    history: list[Step]


class RegistrationLine(BaseModel):
    id: str
    state: RegistrationState
    area_code: str
    grid_code: str | None
    created_at: datetime
    updated_at: datetime


class Registration(RegistrationLine):
    name: str
    phone: str
    residence: str
    employer: str
    branch: str
    speciality: str
    available: str
    history: list[Step] = []


class Wallet(BaseModel):
    """Points in one community; `available` is what is neither spent nor reserved."""

    area_code: str
    posted: int
    held: int
    available: int


class Wallets(BaseModel):
    """The wallets in the worker's areas, and all of them together."""

    ref: str
    posted: int
    held: int
    available: int
    wallets: list[Wallet]


class StatementLine(BaseModel):
    seq: int
    amount_points: int
    balance_after: int
    kind: str
    rule_id: str | None
    source_kind: str
    source_id: str
    reason: str
    transfer_id: str
    reverses_id: str | None
    at: datetime


class Posted(BaseModel):
    """`created` is false when the same request was made before under the same key."""

    transfer_id: str
    created: bool


class Finding(BaseModel):
    check: str
    ref: str
    expected: str
    found: str


class LedgerReport(BaseModel):
    ok: bool
    findings: list[Finding]


class Reward(BaseModel):
    id: str
    area_code: str
    name: str
    pickup: str
    price_points: int
    stock: int
    limit_per_person: int | None
    limit_period: str
    code_days: int
    opens_at: datetime | None
    closes_at: datetime | None
    status: str


class Redemption(BaseModel):
    id: str
    area_code: str
    reward_id: str
    reward_name: str
    price_points: int
    state: RedemptionState
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


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
    """`by` is `resident`, `bot` or `worker`."""

    at: datetime
    by: str
    text: str


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
