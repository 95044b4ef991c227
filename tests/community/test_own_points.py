"""A worker who lives here too decides nothing about their own points, whichever way it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from community import awarding, corrections, sanctions
from community.permissions import Worker
from community.residents import Who
from community.sanctions import OwnPoints
from core import clock
from core.crypto import Vault
from core.db import Database, new_id
from points import corrections as ledger_corrections
from points.clawback import Deed
from points.sharing import DonationFund
from tests.community.people import AREA, DAY, worker

Try = Callable[[AsyncSession, Vault, Worker, str, str], Awaitable[Any]]

DEEDS: dict[str, Try] = {
    "freeze": lambda db, vault, who, me, _: sanctions.freeze(
        db, vault, area_code=AREA, resident_id=me, reason="test", worker=who, ends_at=clock.now() + DAY
    ),
    "lift": lambda db, vault, who, me, _: sanctions.lift(
        db, vault, area_code=AREA, resident_id=me, because="test", worker=who
    ),
    "claw back": lambda db, vault, who, me, _: sanctions.claw_back(
        db, vault, area_code=AREA, resident_id=me, deeds=[Deed("issue", "1")], reason="test", worker=who, key="K"
    ),
    "adjust": lambda db, vault, who, me, _: corrections.adjust(
        db, vault, area_code=AREA, resident_id=me, amount_points=5, reason="test", document_no=None, worker=who,
        key="K",
    ),
    "give": lambda db, vault, who, me, _: corrections.give(
        db, vault, area_code=AREA, resident_id=me, fund=DonationFund.NEIGHBOURS, amount_points=5, reason="test",
        worker=who, key="K",
    ),
    "reverse": lambda db, vault, who, _, transfer_id: corrections.reverse(
        db, vault, area_code=AREA, transfer_id=transfer_id, reason="test", worker=who, key="K"
    ),
    "award": lambda db, _vault, who, me, _: awarding.award(
        db, worker=who, resident_id=me, area_code=AREA, rule_id="award", occasion="test", occurred_at=clock.now(),
        key="K",
    ),
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
async def test_it_is_left_to_others(database: Database, vault: Vault, wechat: Who, deed: str) -> None:
    async with database.write() as db:
        taken = await ledger_corrections.adjust(
            db, area_code=AREA, resident_id=wechat.resident_id, amount_points=5, reason="test", actor_id="w9",
            key=new_id(),
        )  # fmt: skip
    own = replace(worker(), resident_id=wechat.resident_id)
    async with database.write() as db:
        with pytest.raises(OwnPoints):
            await DEEDS[deed](db, vault, own, wechat.resident_id, taken.transfer_id)
