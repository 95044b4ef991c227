"""Versions of the models: trained, compared, served and rolled back. The whole installation reads with one version."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import select

from bot.api import shapes
from bot.api.admin import nlp_answers
from bot.api.admin.endpoint import Call, Endpoint, Input, Json, Nothing
from bot.trainer import EXAMPLE, ISSUE
from bot.wakeups import MODELS, TRAINER
from community import teaching
from community.issues.models import Issue
from community.permissions import Permission
from community.teaching import Candidate, VersionState, readings, runs, versions
from community.teaching.versions import SHIPPED, VersionNotFound
from core.errors import Invalid
from nlp import evaluation

_READ: Final = Permission.UNDERSTANDING
_CHANGE: Final = Permission.MODELS
_FIGURES: Final = ("against", "sentences", "taught", "before", "after", "held_out")


class Retraining(Input):
    """With `shadow` a good version reads along at once, without answering."""

    shadow: bool = False


class TrainingQuery(Input):
    """Which run; the newest by default."""

    id: Annotated[str, Field(max_length=32)] | None = None


class Using(Input):
    """With `shadow` the version reads along without answering; version 0 then ends that."""

    shadow: bool = False


async def retrain(call: Call, said: Retraining) -> Json:
    """One training at a time: who asks again gets the one that is under way."""
    call.require("")
    wanted = VersionState.SHADOW if said.shadow else VersionState.TRAINED
    run_id = await runs.ask(call.db, worker_id=call.worker.id, wanted=wanted)
    call.subject = run_id
    return await runs.get(call.db, run_id=run_id)


async def training(call: Call, query: TrainingQuery) -> Json:
    run = await runs.get(call.db, run_id=query.id)
    version = await _whole(call, run["version"]) if run["version"] is not None else None
    return {"run": run, "version": version}


async def listing(call: Call, _: Nothing) -> Json:
    """Newest first, the shipped one last."""
    used = await versions.in_use(call.db)
    lines = [await _line(call, version) for version in await versions.listing(call.db)]
    return {"items": [*lines, _shipped(serves=used.serving == SHIPPED)], "next": None}


async def use(call: Call, said: Using) -> Json:
    call.require("")
    number = _number(call.path["number"])
    await (versions.shadow if said.shadow else versions.serve)(call.db, number=number)
    return await _used(call)


async def roll_back(call: Call, _: Nothing) -> Json:
    call.require("")
    call.subject = str(await versions.roll_back(call.db))
    return await _used(call)


async def evaluate(call: Call, _: Nothing) -> Json:
    """The version that this process reads with."""
    serving = call.service.learning.serving
    rows = [row for row in await teaching.taken(call.db) if row.held_out]
    items = [
        {"text": row.text or "", "intent": row.intent or "other"} | ({"category": row.category} if row.category else {})
        for row in rows
    ]
    report = await asyncio.to_thread(evaluation.evaluate, items, call.service.reader.of_text) if items else None
    version = await _whole(call, serving) if serving != SHIPPED else None
    return {"serving": serving, "held_out": report, "version": version}


async def _used(call: Call) -> Json:
    used = await versions.in_use(call.db)
    return {"serving": used.serving, "shadow": used.shadow}


async def _line(call: Call, version: Json) -> Json:
    figures = version.pop("figures")
    is_shadow = version["state"] == VersionState.SHADOW
    shadow = await readings.shadow_days(call.db, version=version["number"])
    known = shadow if is_shadow or any(shadow.values()) else None
    return {**version, **{name: figures.get(name) for name in _FIGURES}, "shadow": known}


def _shipped(*, serves: bool) -> Json:
    state = VersionState.SERVING if serves else VersionState.RETIRED
    empty = dict.fromkeys(("replaced", "created_at", "served_at", *_FIGURES, "shadow"))
    return {**empty, "number": SHIPPED, "state": state.value, "kept": True, "reason": "", "created_by": ""}


async def _whole(call: Call, number: int) -> Json:
    version = await versions.get(call.db, number=number)
    figures = version["figures"]
    changes = await _with_words(call, figures.get("changes", []))
    line = await _line(call, version)
    return line | {"missed": figures.get("missed", []), "curve": figures.get("curve", []), "changes": changes}


async def _with_words(call: Call, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes of the worker's areas whose words are still there: they are kept where they belong, not here."""
    areas = call.areas()
    numbers = [one["ref"].removeprefix(ISSUE) for one in changes if one["ref"].startswith(ISSUE)]
    ids = [one["ref"].removeprefix(EXAMPLE) for one in changes if one["ref"].startswith(EXAMPLE)]
    said: dict[str, str] = {}
    reports = select(Issue.number, Issue.area_code, Issue.summary).where(Issue.number.in_(numbers))
    for row in await call.db.execute(reports):
        if row.area_code.startswith(areas):
            said[ISSUE + row.number] = row.summary
    examples = select(Candidate).where(Candidate.id.in_(ids))
    for example in (await call.db.execute(examples)).scalars().all():
        if example.area_code.startswith(areas):
            said[EXAMPLE + example.id] = await teaching.words(call.db, call.vault, example)
    return [one | {"text": said[one["ref"]]} for one in changes if said.get(one["ref"])]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Invalid(fields={"number": "number"})
    if len(text) > 9:
        raise VersionNotFound
    return int(text)


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/nlp/retrain", retrain, _CHANGE, Retraining, nlp_answers.Run,
        "Train a new version", "nlp retrain", wakes=TRAINER,
    ),
    Endpoint(
        "GET", "/nlp/training", training, _READ, TrainingQuery, nlp_answers.Training,
        "How far a training is, and what came of it", "nlp training",
    ),
    Endpoint(
        "GET", "/nlp/models", listing, _READ, Nothing, shapes.Page[nlp_answers.VersionLine],
        "All versions", "nlp models",
    ),
    Endpoint(
        "POST", "/nlp/models/{number}/serve", use, _CHANGE, Using, nlp_answers.Serving,
        "Let a version answer, or read along", "nlp serve", wakes=MODELS,
    ),
    Endpoint(
        "POST", "/nlp/rollback", roll_back, _CHANGE, Nothing, nlp_answers.Serving,
        "Serve what served before", "nlp rollback", wakes=MODELS,
    ),
    Endpoint(
        "GET", "/nlp/evaluation", evaluate, _READ, Nothing, nlp_answers.Evaluation,
        "How well the version that serves reads", "nlp evaluate",
    ),
)  # fmt: skip
