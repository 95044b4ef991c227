"""Purging the audit log: by an administrator of everything, of what is old, with a chain that still holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from community import audit
from community.audit.models import AuditRow
from core import clock
from core.clock import SHANGHAI
from core.values import Role
from tests.admin_cli.running import hc
from tests.bot.api.town import Town

OLD: Final = timedelta(days=400)


async def written(town: Town, *, ago: timedelta, count: int = 2) -> None:
    """So many lines of long ago, and their seal."""
    with clock.frozen(clock.now() - ago):
        async with town.service.database.write() as db:
            for number in range(count):
                await audit.record(db, town.service.vault, worker_id="w", action="issues.show", subject=f"R{number}")
    with clock.frozen(clock.now() - ago + timedelta(hours=1)):
        async with town.service.database.write() as db:
            assert await audit.seal_due(db, town.service.vault) == count


async def actions(town: Town) -> list[str]:
    async with town.service.database.read() as db:
        return list((await db.execute(select(AuditRow.action).order_by(AuditRow.id))).scalars())


def days_ago(days: int) -> str:
    return clock.iso(clock.now() - timedelta(days=days))


async def test_old_lines_go_and_the_chain_is_still_believed(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    await written(town, ago=OLD)
    await written(town, ago=timedelta(days=100))
    status, counted = await town.post("/audit/purge", {"before": days_ago(200), "dry_run": True})
    assert (status, counted) == (200, {"purged": 2, "dry_run": True})
    assert (await actions(town)).count("issues.show") == 4
    _, purged = await town.post("/audit/purge", {"before": days_ago(200)})
    assert purged == {"purged": 2, "dry_run": False}
    assert (await actions(town)).count("issues.show") == 2
    assert (await town.get("/audit/verify"))[1] == {"ok": True, "findings": []}
    assert (await actions(town))[-1] == "audit.purge", "the purge itself is a line"
    assert (await town.post("/audit/purge", {"before": days_ago(200)}))[1]["purged"] == 0


async def test_the_last_180_days_stay_whatever_is_asked(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    await written(town, ago=timedelta(days=179))
    for dry_run in (True, False):
        status, answer = await town.post("/audit/purge", {"before": days_ago(170), "dry_run": dry_run})
        assert (status, answer["error"]["code"]) == (422, "audit_too_young")
    assert (await actions(town)).count("issues.show") == 2


async def test_whoever_has_one_street_cannot_purge_the_log_of_all(town: Town) -> None:
    await written(town, ago=OLD)
    status, answer = await town.post("/audit/purge", {"before": days_ago(200)})
    assert (status, answer["error"]["code"]) == (403, "not_your_task")
    await town.widen(Role.AUDITOR, "")
    assert (await town.post("/audit/purge", {"before": days_ago(200)}, role=Role.AUDITOR))[0] == 403
    assert (await actions(town)).count("issues.show") == 2


async def test_the_command_asks_first(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    await written(town, ago=OLD)
    before = f"{clock.now().astimezone(SHANGHAI) - timedelta(days=200):%Y-%m-%d}"
    assert "可以删除 2 条" in (await hc(town, "audit", "purge", "--before", before, "--dry-run")).out
    assert (await hc(town, "audit", "purge", "--before", before, typed="n\n")).code == 1
    assert "已删除 2 条" in (await hc(town, "--yes", "audit", "purge", "--before", before)).out
    assert (await hc(town, "audit", "verify")).code == 0
    assert (await hc(town, "--yes", "audit", "purge", "--before", "昨天")).code == 2
    assert (await hc(town, "--yes", "audit", "purge", "--before", "2099-01-01")).code == 1
