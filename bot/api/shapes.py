"""The JSON that residents get, and the staff too, for the OpenAPI documents; tests hold real answers against it.

Handlers do not build these models: the domain's views are the answers, and the models say what they promise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.values import ActivityState, Crs, EmergencyKind, IssueState, OrderState, RedemptionState, RegistrationState

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


class Category(BaseModel):
    standard: str
    kind: str
    code: str
    name: str


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


class Window(BaseModel):
    """Days of every such period, from 1 or from its end as -1, and times of each day."""

    every: str
    from_day: int
    to_day: int
    opens: str = ""
    closes: str = ""


class Reward(BaseModel):
    """Offered while one of `windows` is open, if there are any; `version` grows with every change."""

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
    note: str
    windows: list[Window]
    site_id: str | None
    needs_approval: bool
    version: int


class Site(BaseModel):
    """`hours` by ISO weekday; `keepers` are ids of workers."""

    id: str
    area_code: str
    name: str
    address: str
    hours: dict[str, list[str]]
    keepers: list[str]
    status: str


class Redemption(BaseModel):
    """`pickup_by` is the name of whom the resident sends, where the answer is about this one redemption."""

    id: str
    area_code: str
    reward_id: str
    reward_name: str
    price_points: int
    state: RedemptionState
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    site_id: str | None
    approved_at: datetime | None
    verified_at: datetime | None
    handed_at: datetime | None
    pickup_by: str | None
