"""The JSON of the resident's own points, for the OpenAPI document; `own_points` gives it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from bot.api import shapes
from core.values import RedemptionState
from points.models import Unit


class NextExpiry(BaseModel):
    """So many points expire next, at this moment."""

    points: int
    at: datetime


class OwnBalance(BaseModel):
    """`available` is what is neither spent nor reserved nor expired."""

    posted: int
    held: int
    available: int
    next_expiry: NextExpiry | None


class OwnFamily(OwnBalance):
    members: int


class OwnWallet(OwnBalance):
    area_code: str
    unit: str


class OwnHonour(BaseModel):
    """The tier as a volunteer and the next one; `said` has both in a sentence, and is empty for who has not begun."""

    tier: str | None
    following: str | None
    missing_minutes: int
    missing_points: int
    said: str


class OwnFreeze(BaseModel):
    """Nothing can be spent until then at the latest, for this reason; what was earned stays."""

    reason: str
    until: datetime


class OwnPoints(OwnBalance):
    """Points in one community, with what stands beside them: certified minutes are no points."""

    area_code: str
    owed: int
    frozen: OwnFreeze | None
    honour: OwnHonour
    certified_minutes: int
    family: OwnFamily | None
    wallets: list[OwnWallet]


class OwnLine(shapes.StatementLine):
    """`why` is the reason in a sentence."""

    why: str


class MonthSums(BaseModel):
    """`opening + received - spent` is `closing`; `count` entries in the whole month."""

    opening: int
    received: int
    spent: int
    closing: int
    count: int


class OwnStatement(shapes.Page[OwnLine]):
    """Newest first. `sums` are those of the month that was asked for, null without one."""

    unit: Unit
    month: str | None
    sums: MonthSums | None


class OfferedReward(BaseModel):
    """`place` and `hours` are where and when it is handed out, in words; `hours` may be empty."""

    id: str
    area_code: str
    name: str
    pickup: str
    note: str
    price_points: int
    stock: int
    limit_per_person: int | None
    limit_period: str
    code_days: int
    opens_at: datetime | None
    closes_at: datetime | None
    needs_approval: bool
    status: str
    place: str
    hours: str


class OwnRedemption(BaseModel):
    """`code` while it can be used, as people read it; `pickup_by` is whom the resident sends."""

    id: str
    area_code: str
    reward_id: str
    reward_name: str
    price_points: int
    state: RedemptionState
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    code: str | None
    pickup_by: str | None
    place: str
    hours: str
    of_family: bool
