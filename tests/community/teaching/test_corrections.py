"""A changed category of a report becomes an example, with its label, in the same transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from community import categories, issues
from community.issues import Action, Actor, NewIssue
from community.residents import Who
from community.teaching import Candidate
from core.crypto import Vault
from core.db import Database
from core.settings import Config
from core.values import Role
from nlp.understanding import CATEGORIES
from tests.community.people import AREA, resident, worker
from tests.community.teaching.examples import words


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


async def recategorised(database: Database, vault: Vault, who: Who, code: str, **changed: object) -> list[Candidate]:
    values: dict[str, object] = {
        "description": "3号楼2单元501门口漆黑一片，电话13800000000",
        "area_code": AREA,
        "category_code": "M14",
        **changed,
    }
    async with database.write() as db:
        draft = NewIssue(**values)  # type: ignore[arg-type]
        filed = await issues.report(db, vault, Config(), resident_id=who.resident_id, draft=draft, source="wechat")
    async with database.write() as db:
        actor = Actor.staff(worker(Role.ADMIN))
        await issues.move(
            db, vault, Config(), number=filed.number, action=Action.CATEGORY, actor=actor, category_code=code
        )
    async with database.read() as db:
        return list((await db.execute(select(Candidate))).scalars())


async def test_a_correction_is_queued_with_its_label_and_without_persons(
    database: Database, vault: Vault, who: Who
) -> None:
    (found,) = await recategorised(database, vault, who, "M09")
    assert (found.source, found.state, found.area_code) == ("correction", "open", AREA)
    assert (found.predicted_category, found.intent, found.category) == ("物业服务", "issue_report", "路灯照明")
    shown = await words(database, vault, found.id)
    assert "漆黑一片" in shown
    assert not any(secret in shown for secret in ("501", "13800000000"))


async def test_the_same_category_teaches_nothing(database: Database, vault: Vault, who: Who) -> None:
    assert await recategorised(database, vault, who, "M14") == []


async def test_a_confidential_report_never_becomes_an_example(database: Database, vault: Vault, who: Who) -> None:
    assert await recategorised(database, vault, who, "M09", confidential=True) == []


async def test_a_report_without_words_teaches_nothing(database: Database, vault: Vault, who: Who) -> None:
    photo = "a" * 64
    assert await recategorised(database, vault, who, "M09", description="", photos=(photo,)) == []


def test_every_category_of_reports_is_a_label() -> None:
    assert [one.name for one in categories.matters()] == list(CATEGORIES)
