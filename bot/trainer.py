"""Trains new versions of the models: takes an order by lease, has a process of its own do it, keeps what came of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.duties import guarded
from bot.service import Service
from bot.wakeups import MODELS, TRAINER
from community import teaching
from community.issues.models import Issue
from community.teaching import Candidate, CandidateState, VersionState, runs, versions
from community.teaching.runs import Claim, LeaseLost
from community.teaching.versions import SHIPPED
from core import logs

IDLE_SECONDS: Final = 10.0
WATCH_SECONDS: Final = 0.5
RENEW_SECONDS: Final = 20.0
LONGEST_SECONDS: Final = 3600.0
RECENT_REPORTS: Final = 300
RECENT_EXAMPLES: Final = 200
ISSUE: Final = "issue:"
EXAMPLE: Final = "example:"
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Residents are answered by the same machine meanwhile."""

log = logs.get(__name__)


class TrainingFailed(Exception):
    """The process ended without models; the message says how."""


class Stopped(Exception):
    """This service stops: somebody else may train."""


class Trainer:
    """Runs until the service stops; of any number of them one trains at a time.

    `sentences` are trained on in place of the shipped ones.
    """

    def __init__(self, service: Service, *, sentences: Path | None = None) -> None:
        self._service = service
        self._sentences = sentences

    async def run(self) -> None:
        while not self._service.wakeups.is_stopping:
            await guarded(self.once, failed="trainer_failed")
            await self._service.wakeups.wait(TRAINER, IDLE_SECONDS)

    async def once(self) -> bool:
        """Do the order that waits, if there is one that nobody does; whether there was."""
        async with self._service.database.write() as db:
            claim = await runs.claim(db)
        if claim is None:
            return False
        log.info("training_began", run=claim.run_id)
        try:
            await self._settled(claim)
        except LeaseLost:
            log.warning("training_lost", run=claim.run_id)
        return True

    async def _settled(self, claim: Claim) -> None:
        """Raises LeaseLost."""
        try:
            await self._do(claim)
        except Stopped:
            async with self._service.database.write() as db:
                await runs.release(db, claim)
        except TrainingFailed as error:
            log.warning("training_failed", run=claim.run_id, error=str(error))
            async with self._service.database.write() as db:
                await runs.finish(db, claim, error=str(error))

    async def _do(self, claim: Claim) -> None:
        with tempfile.TemporaryDirectory(prefix="teaching-") as folder:
            lesson, against = await self._lesson(Path(folder))
            target = Path(folder) / "models.zip"
            report = await self._taught(claim, lesson, target)
            packed = await asyncio.to_thread(target.read_bytes)
        reasons = report.pop("refused")
        async with self._service.database.write() as db:
            number = await versions.record(
                db,
                packed=None if reasons else packed,
                figures=report | {"against": against},
                reason=" ".join(reasons),
                created_by=claim.asked_by,
            )
            if claim.wanted is VersionState.SHADOW and not reasons:
                await versions.shadow(db, number=number)
            await runs.finish(db, claim, version=number)
        log.info("training_ended", run=claim.run_id, version=number, refused=reasons)
        await self._service.wakeups.nudge(MODELS)

    async def _lesson(self, folder: Path) -> tuple[dict[str, Any], int]:
        """What the process is told (`nlp.teaching`), and the version that it compares with."""
        async with self._service.database.read() as db:
            serving = (await versions.in_use(db)).serving
            if serving != SHIPPED:
                packed = await versions.files(db, number=serving)
                await asyncio.to_thread((folder / "serving.zip").write_bytes, packed)
            examples = await teaching.taken(db)
            recent = [*await _reports(db), *await self._waiting(db)]
            known = await versions.scores(db, number=serving)
        lesson = {
            "taught": [_label(one) for one in examples if not one.held_out],
            "held_out": [_label(one) for one in examples if one.held_out],
            "recent": recent,
            "serving": str(folder / "serving.zip") if serving != SHIPPED else None,
            "sentences": str(self._sentences) if self._sentences else None,
            "known": known,
        }
        return lesson, serving

    async def _waiting(self, db: AsyncSession) -> list[dict[str, str]]:
        """The newest examples that wait for a look."""
        query = select(Candidate).where(Candidate.state == CandidateState.OPEN.value)
        rows = await db.execute(query.order_by(Candidate.created_at.desc()).limit(RECENT_EXAMPLES))
        found = [(row.id, await teaching.words(db, self._service.vault, row)) for row in rows.scalars().all()]
        return [{"ref": EXAMPLE + candidate_id, "text": text} for candidate_id, text in found if text]

    async def _taught(self, claim: Claim, lesson: dict[str, Any], target: Path) -> dict[str, Any]:
        """The report of the process. Raises LeaseLost, Stopped, TrainingFailed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "nlp.teaching", str(target)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        talk = asyncio.create_task(process.communicate(json.dumps(lesson, ensure_ascii=False).encode()))
        try:
            await self._watch(claim, talk)
        finally:
            await _ended(process, talk)
        said, complaint = talk.result()
        if process.returncode != 0:
            raise TrainingFailed(_last_line(complaint) or f"exit {process.returncode}")
        report: dict[str, Any] = json.loads(said)
        return report

    async def _watch(self, claim: Claim, talk: asyncio.Task[tuple[bytes, bytes]]) -> None:
        """Until the process ends: keep the lease, and see whether the service stops."""
        clock = asyncio.get_running_loop().time
        began = renewed = clock()
        while not talk.done():
            await asyncio.wait({talk}, timeout=WATCH_SECONDS)
            if talk.done():
                return
            if self._service.wakeups.is_stopping:
                raise Stopped
            if clock() - began > LONGEST_SECONDS:
                raise TrainingFailed(f"not done after {LONGEST_SECONDS:.0f} s")
            if clock() - renewed > RENEW_SECONDS:
                async with self._service.database.write() as db:
                    await runs.renew(db, claim)
                renewed = clock()


async def _ended(process: Process, talk: asyncio.Task[tuple[bytes, bytes]]) -> None:
    """Nothing is left running, however we got here."""
    if not talk.done() and process.returncode is None:
        process.kill()
    await talk


def _last_line(complaint: bytes) -> str:
    lines = complaint.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""


def _label(row: Candidate) -> dict[str, str]:
    return {
        "text": row.text or "",
        "intent": row.intent or "",
        "category": row.category or "",
        "danger": row.danger or "",
    }


async def _reports(db: AsyncSession) -> list[dict[str, str]]:
    """The redacted summaries of the newest reports."""
    query = select(Issue.number, Issue.summary).where(Issue.confidential.is_(False), Issue.summary != "")
    rows = await db.execute(query.order_by(Issue.created_at.desc()).limit(RECENT_REPORTS))
    return [{"ref": ISSUE + row.number, "text": row.summary} for row in rows]
