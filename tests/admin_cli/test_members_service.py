"""`hc members serve`: certified once, read as a word, told when it was there before."""

from __future__ import annotations

from admin_cli import words
from core.values import PartyServiceKind, Role
from points.fairness_models import AdjustmentKind
from tests.admin_cli.running import hc
from tests.bot.api.test_work import a_registration
from tests.bot.api.town import Town


async def test_a_service_is_certified_and_listed(town: Town) -> None:
    registration_id = await a_registration(town)
    serve = ("members", "serve", registration_id, "--kind", "cleanup", "--on", "2026-05-20", "--minutes", "60")
    assert (await hc(town, *serve, role=Role.DESK)).code == 1
    await hc(town, "members", "approve", registration_id)
    assert "已登记" in (await hc(town, *serve, role=Role.DESK)).out
    assert "已经登记过" in (await hc(town, *serve, role=Role.DESK)).out
    assert "环境美化 cleanup" in (await hc(town, "members", "services", registration_id, role=Role.DESK)).out
    assert (await hc(town, "members", "services", registration_id, role=Role.AUDITOR)).code == 3


def test_every_kind_has_a_word() -> None:
    assert set(words.SERVICES) == {kind.value for kind in PartyServiceKind}
    assert set(words.SECOND) == {kind.value for kind in AdjustmentKind}
