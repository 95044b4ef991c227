"""Tables of the teaching loop: examples that wait for a worker, trained models, runs of training, daily counts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

PURPOSE_TEXT: Final = "teaching.text"


class Source(StrEnum):
    """Where an example comes from: a changed category, a message that was asked back, a difference to the shadow
    model, or a worker's own words.
    """

    CORRECTION = "correction"
    UNCERTAIN = "uncertain"
    SHADOW = "shadow"
    MANUAL = "manual"


class CandidateState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DISMISSED = "dismissed"


class VersionState(StrEnum):
    """At most one version serves and at most one reads in the shadow; without a serving one the shipped models do."""

    TRAINED = "trained"
    SHADOW = "shadow"
    SERVING = "serving"
    RETIRED = "retired"
    REFUSED = "refused"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Candidate(Base):
    """One example. While it is open its masked words are `sealed` under the data key of `owner_id`; a worker who takes
    it makes them plain `text`, which belongs to nobody. `text_index` is the keyed index of the normalised words.

    `held_out`: it judges models and never trains them.
    """

    __tablename__ = "teaching_candidate"
    __table_args__ = (Index("ix_teaching_candidate_listing", "state", "source", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    state: Mapped[str]
    area_code: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(index=True)
    sealed: Mapped[bytes | None]
    text: Mapped[str | None]
    text_index: Mapped[str] = mapped_column(unique=True)
    predicted_intent: Mapped[str | None]
    predicted_category: Mapped[str | None]
    confidence: Mapped[float | None]
    intent: Mapped[str | None]
    category: Mapped[str | None]
    danger: Mapped[str | None]
    held_out: Mapped[bool]
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


_ONE_OF_EACH: Final = text("state IN ('serving', 'shadow')")


class ModelVersion(Base):
    """One training's outcome. `figures` are what the comparison found (`nlp.teaching`).

    `replaced` is the version that served before this one, 0 the shipped one.
    """

    __tablename__ = "model_version"
    __table_args__ = (
        Index(
            "uq_model_version_in_use",
            "state",
            unique=True,
            sqlite_where=_ONE_OF_EACH,
            postgresql_where=_ONE_OF_EACH,
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    state: Mapped[str]
    figures: Mapped[dict[str, Any]]
    reason: Mapped[str]
    replaced: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    served_at: Mapped[datetime | None]


class ModelFiles(Base):
    """The packed models of a version (`nlp.packing`); those of refused and of old versions are not kept."""

    __tablename__ = "model_files"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    packed: Mapped[bytes]


class TrainingRun(Base):
    """One order to train. `active` is true while it is queued or running and null afterwards: there is one at a time.

    `wanted` is what its version becomes when it is good. Whoever holds the lease trains; one that ran out is taken.
    """

    __tablename__ = "training_run"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    active: Mapped[bool | None] = mapped_column(unique=True)
    wanted: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    attempts: Mapped[int]
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    version: Mapped[int | None]
    error: Mapped[str]


class ReadDay(Base):
    """How many first messages of a day were read as each intent, in an area; an empty intent was asked back."""

    __tablename__ = "read_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True)
    intent: Mapped[str] = mapped_column(primary_key=True)
    messages: Mapped[int]


class ShadowDay(Base):
    """How many messages of a day the shadow model read like the serving one, and how many in another way."""

    __tablename__ = "shadow_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    same: Mapped[int]
    different: Mapped[int]
