"""What the staff get about flags, freezes, appeals and second persons; see `bot.api.admin.answers`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from points.appeals import Against
from points.fairness_models import AdjustmentKind, AdjustmentState, AppealState, FlagState
from points.flags import FlagKind
from points.models import Unit
from points.sharing import DonationFund


class Decided(BaseModel):
    """By whom, when and with which words something was decided; all empty while it waits."""

    decided_by: str | None
    decided_at: datetime | None
    decision: str | None


class Flag(Decided):
    """Something to look at; `facts` say why it was raised. It changes no balance."""

    id: str
    kind: FlagKind
    state: FlagState
    area_code: str
    ref: str
    subject_kind: str
    subject_id: str
    facts: dict[str, Any]
    raised_at: datetime


class TakenBack(BaseModel):
    """Points taken, now owed and let go; `transfers` are the reversals, `unpaid_requests` will not be paid."""

    transfers: list[str]
    taken_points: int
    owed_points: int
    forgiven_points: int
    unpaid_requests: int


class Freeze(BaseModel):
    """Nothing is spent until `ends_at`, or until it is lifted."""

    id: str
    area_code: str
    ref: str
    reason: str
    frozen_by: str
    frozen_at: datetime
    ends_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_because: str | None


class ConfirmedFlag(Flag):
    """With what was done about it."""

    taken_back: TakenBack | None
    freeze: Freeze | None


class AppealLine(Decided):
    """An appeal without its words; `round` 2 is the last."""

    id: str
    area_code: str
    ref: str
    against: Against
    freeze_id: str | None
    clawback_id: str | None
    round: int
    state: AppealState
    created_at: datetime


class Deed(BaseModel):
    source_kind: str
    source_id: str


class ClawedBack(BaseModel):
    """What one claw-back took and let be owed; `transfers` are its reversals."""

    id: str
    reason: str
    taken_by: str
    taken_at: datetime
    deeds: list[Deed]
    transfers: list[str]
    taken_points: int
    owed_points: int


class Appeal(AppealLine):
    """With the resident's words and what they are about, one of the two."""

    words: str
    freeze: Freeze | None
    clawback: ClawedBack | None


class Adjustment(Decided):
    """A correction, reversal, award or gift that waits for a second person, or that one decided.

    `facts` name the transfer of a reversal, the deed of an award, the account of a gift. `ref` is empty where no
    resident's wallet is concerned; an award has no `transfer_id`, the poster pays it.
    """

    id: str
    kind: AdjustmentKind
    area_code: str
    ref: str
    amount: int
    unit: Unit
    reason: str
    document_no: str | None
    facts: dict[str, Any] | None
    state: AdjustmentState
    asked_by: str
    asked_at: datetime
    transfer_id: str | None


class Pot(BaseModel):
    """What was donated for one use ever, what of it was given to somebody, and what is left."""

    id: str
    area_code: str
    unit: Unit
    fund: DonationFund
    balance: int
    donated: int
    given: int


class Adjusted(BaseModel):
    """Posted at once with a `transfer_id`; above the limit there is a `request_id` that waits for a second person.

    `created` is false when the same request was made before under the same key.
    """

    transfer_id: str | None
    created: bool
    request_id: str | None
    state: str
