"""The JSON of the admin API about what earns points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from points.models import Unit


class RuleLine(BaseModel):
    """One version; `area_code` is empty for all areas, the persons for what shipped with the service."""

    id: str
    rule_id: str
    version: int
    area_code: str
    title: str
    purpose: str
    unit: Unit
    status: str
    effective_from: datetime = Field(alias="from")
    effective_until: datetime | None = Field(alias="until")
    created_by: str | None
    approved_by: str | None


class RuleVersionShown(RuleLine):
    """With the whole body as it pays, and the hash of what was drafted."""

    body: dict[str, Any]
    body_hash: str | None


class RehearsedDay(BaseModel):
    """`amount` would have been paid for `paid` of the `deeds`; `paid_then` is what was paid for all of them."""

    day: str
    deeds: int
    paid: int
    amount: int
    capped: int
    capped_amount: int
    refused: int
    paid_then: int


class Rehearsed(BaseModel):
    """What a version would have paid over the past month, in its unit."""

    id: str
    unit: Unit
    since: datetime
    until: datetime
    amount: int
    capped_amount: int
    paid_then: int
    persons: int
    most_of_one_person: int
    fund_balance: int
    reasons: dict[str, int]
    days: list[RehearsedDay]


class RecomputedAward(BaseModel):
    """`due` is what the rule gives for the inputs now, null when its version is not there."""

    transfer_id: str
    rule_id: str
    rule_version: int
    inputs: dict[str, Any]
    paid: int
    due: int | None
    agrees: bool


class BudgetLine(BaseModel):
    document_no: str
    amount: int
    period_from: datetime = Field(alias="from")
    period_until: datetime = Field(alias="until")
    created_by: str
    created_at: datetime
    transfer_id: str | None


class FundLine(BaseModel):
    """What a community's fund can still give, with the budgets that it got, newest period first."""

    area_code: str
    balance: int
    budgets: list[BudgetLine]


class AllocatedBudget(BaseModel):
    budget_id: str
    transfer_id: str
    created: bool


class Awarded(BaseModel):
    """`created` is false when this occasion was awarded before. The points come with the next round of the poster.

    Above the limit there is a `request_id` that waits for a second person first.
    """

    ref: str
    rule: str
    title: str
    created: bool
    request_id: str | None
