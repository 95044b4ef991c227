"""The JSON of the admin API about points: wallets, statements, the funds' report, honours."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from bot.api import shapes
from points.models import Unit


class NextExpiry(BaseModel):
    amount_points: int
    at: datetime


class StaffWallet(shapes.Wallet):
    """With what expires next, and the minutes of volunteer time that are there."""

    next_expiry: NextExpiry | None
    minutes: int


class Wallets(BaseModel):
    """The wallets in the worker's areas, and all of them together."""

    ref: str
    posted: int
    held: int
    available: int
    minutes: int
    wallets: list[StaffWallet]


class ExplainedLine(shapes.StatementLine):
    """`why` is in plain words; `amount_points` and `balance_after` are in the statement's unit."""

    why: str


class MonthSums(BaseModel):
    """`opening + received - spent` is `closing`; `count` entries in the whole month."""

    opening: int
    received: int
    spent: int
    closing: int
    count: int


class Statement(shapes.Page[ExplainedLine]):
    """Points and minutes are stated apart. `sums` are those of the month, null where none was asked for."""

    area_code: str
    unit: Unit
    month: str | None
    sums: MonthSums | None


class AllocatedLine(BaseModel):
    """`document_no` is empty for what came without one; `budgeted` is what the budget of this number says."""

    document_no: str
    amount: int
    budgeted: int


class GrantedLine(BaseModel):
    """`returned` is what reversals of these grants gave back."""

    rule_id: str
    rule_version: int
    grants: int
    amount: int
    returned: int


class FundReport(BaseModel):
    """`opening + allocated - granted + returned + other` is `closing`; `left` of `budgeted` was not granted."""

    area_code: str
    unit: Unit
    opening: int
    allocated: int
    granted: int
    returned: int
    other: int
    closing: int
    redeemed: int
    expired: int
    donated: int
    budgeted: int
    left: int
    by_document: list[AllocatedLine]
    by_rule: list[GrantedLine]


class FundReports(BaseModel):
    """Days of Shanghai, the last included."""

    from_: date = Field(alias="from")
    to: date
    items: list[FundReport]


class HonourTier(BaseModel):
    id: str
    title: str
    minutes: int
    points: int


class ReachedTier(BaseModel):
    """`version` is that of the table under which it was reached."""

    tier: HonourTier
    version: int
    reached_at: datetime


class Honours(BaseModel):
    """Certified `minutes` in all, `points` ever earned, and what is missing of either to the tier `following`."""

    ref: str
    area_code: str
    minutes: int
    points: int
    tier: HonourTier | None
    following: HonourTier | None
    missing_minutes: int
    missing_points: int
    reached: list[ReachedTier]
