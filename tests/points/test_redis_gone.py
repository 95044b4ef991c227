"""Redis speeds things up and decides nothing: flushed or dead, the ledger says the same."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import select

from community.residents import Resident
from core.db import new_id
from core.values import Role
from tests.conftest import Seeded
from tests.house import House, running
from tests.servers import RedisServer


async def _deed(house: House, ref: str, area_code: str) -> int:
    """Give, ask again under the same key, take back; the balance then."""
    before = (await house.admin("GET", f"/points/{ref}"))["posted"]
    headers = {"Idempotency-Key": new_id(), "Authorization": f"Bearer {house.tokens['admin']}"}
    said = {"amount": 3, "reason": "补登", "area": area_code}
    answers = []
    for _ in range(2):
        url = f"{house.url}/admin/v1/points/{ref}/adjust"
        async with house.http.post(url, json=said, headers=headers) as answer:
            answers.append(await answer.json())
    posted, again = answers
    assert (posted["created"], again["created"]) == (True, False)
    assert posted["transfer_id"] == again["transfer_id"]
    assert (await house.admin("GET", f"/points/{ref}"))["posted"] == before + 3
    await house.admin("POST", f"/transfers/{posted['transfer_id']}/reverse", json={"reason": "登错"})
    assert (await house.admin("GET", "/points/audit", role=Role.AUDITOR.value))["ok"]
    return int((await house.admin("GET", f"/points/{ref}"))["posted"])


async def test_dead_or_flushed_redis_changes_nothing(seeded: Seeded, seeded_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(RedisServer.started())
        async with running(seeded_url, tmp_path / "var", redis_url=server.url) as house:
            house.tokens = seeded.tokens
            async with house.service.database.read() as db:
                query = select(Resident.ref, Resident.area_code).where(Resident.area_code.is_not(None))
                ref, area_code = (await db.execute(query.order_by(Resident.ref).limit(1))).one()
            assert area_code is not None
            before = await _deed(house, ref, area_code)
            server.flush()
            assert await _deed(house, ref, area_code) == before
            stack.close()
            assert await _deed(house, ref, area_code) == before
