"""The JSON of examples, trainings and versions of the models; see `bot.api.admin.answers`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class Reading(BaseModel):
    """How a message was read when it was queued."""

    intent: str | None
    category: str | None
    confidence: float | None


class Correction(BaseModel):
    """An example. The words of an open one have blanks for persons, those of a taken one belong to nobody.

    `held_out`: it judges models and never trains them.
    """

    id: str
    source: str
    state: str
    area_code: str
    text: str
    predicted: Reading
    intent: str | None
    category: str | None
    danger: str | None
    held_out: bool
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class CorrectionsImported(BaseModel):
    """How many lines became examples, and how many were known; nothing was kept after a `dry_run`."""

    added: int
    known: int
    dry_run: bool


class ExportedExample(BaseModel):
    text: str
    intent: str
    category: str
    danger: str
    source: str


class Run(BaseModel):
    """An order to train: `queued`, `running`, `done` with a version, or `failed` with an error."""

    id: str
    state: str
    wanted: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    version: int | None
    error: str


class Scores(BaseModel):
    """Macro-F1 by cross-validation on the project's own sentences."""

    intent: float
    category: float


class HeldOut(BaseModel):
    """How many of the examples that never train each version reads as they are labelled."""

    messages: int
    before: int
    after: int


class ShadowScore(BaseModel):
    """How many messages the version in the shadow would have answered alike and in another way."""

    same: int
    different: int


class VersionLine(BaseModel):
    """A version; 0 is the one that comes with the project and has no figures. Without `kept` files it cannot serve.

    `reason` names why it was refused: `intent_worse`, `category_worse`, `emergency_missed`, several after a space.
    """

    number: int
    state: str
    kept: bool
    reason: str
    replaced: int | None
    created_at: datetime | None
    created_by: str
    served_at: datetime | None
    against: int | None
    sentences: int | None
    taught: int | None
    before: Scores | None
    after: Scores | None
    held_out: HeldOut | None
    shadow: ShadowScore | None


class Decision(BaseModel):
    intent: str | None
    category: str | None
    emergency: str | None


class Change(BaseModel):
    """A recent message of the worker's areas that would be answered otherwise."""

    ref: str
    text: str
    before: Decision
    after: Decision


class CurvePoint(BaseModel):
    percent: int
    sentences: int
    intent: float
    category: float


class Version(VersionLine):
    """`missed` are dangers that the version before catches and this one does not."""

    missed: list[str]
    curve: list[CurvePoint]
    changes: list[Change]


class Training(BaseModel):
    """A run, and what came of it once it is done."""

    run: Run
    version: Version | None


class Serving(BaseModel):
    serving: int
    shadow: int | None


class Evaluation(BaseModel):
    """The version that serves: judged on the examples that never train, and as it was judged when it was trained."""

    serving: int
    held_out: dict[str, Any] | None
    version: Version | None


class Understood(BaseModel):
    """First messages, and how many of them were asked back. `shift` is the population stability index of the last 7
    days against the 28 before, null where there are too few messages.

    `shift_level`: `stable` below 0.1, `changed` to 0.25, `clearly_changed` above.
    """

    messages: int
    abstained: int
    abstention_rate: float | None
    shift: float | None
    shift_level: str | None
