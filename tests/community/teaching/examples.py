"""Examples as they come into the queue, and models as small as they may be."""

from __future__ import annotations

from sqlalchemy import func, select

from community import teaching
from community.residents import Who
from community.teaching import Candidate, Found, Label, Source, cleaning
from core.crypto import Vault
from core.db import Database
from tests.community.people import AREA

REPORT = Label("issue_report", "路灯照明")
WORKER = "w-desk"


async def queued(
    database: Database, vault: Vault, who: Who, text: str, *, source: Source = Source.UNCERTAIN, area: str = AREA
) -> str:
    """The id of what a resident said and nobody was sure of."""
    async with database.write() as db:
        found = Found(source, who.key_owner_id, area, teaching.blanked(text), "human", None, 0.4)
        assert await teaching.queue(db, vault, found), text
    async with database.read() as db:
        index = cleaning.index(vault, teaching.blanked(text))
        return str((await db.execute(select(Candidate.id).where(Candidate.text_index == index))).scalar_one())


async def row(database: Database, candidate_id: str) -> Candidate:
    async with database.read() as db:
        return await teaching.get(db, candidate_id=candidate_id)


async def words(database: Database, vault: Vault, candidate_id: str) -> str:
    async with database.read() as db:
        return await teaching.words(db, vault, await teaching.get(db, candidate_id=candidate_id))


async def take(
    database: Database, vault: Vault, candidate_id: str, label: Label = REPORT, *, text: str | None = None
) -> None:
    async with database.write() as db:
        found = await teaching.get(db, candidate_id=candidate_id)
        await teaching.take(db, vault, row=found, label=label, text=text, worker_id=WORKER)


async def add(database: Database, vault: Vault, text: str, label: Label = REPORT) -> str:
    async with database.write() as db:
        return await teaching.add(db, vault, text=text, label=label, area_code=AREA, worker_id=WORKER)


async def count(database: Database) -> int:
    async with database.read() as db:
        return (await db.execute(select(func.count(Candidate.id)))).scalar_one()
