"""`hc points` where fairness is concerned: it asks before points go, and two persons make large corrections."""

from __future__ import annotations

from core.values import Role
from tests.admin_cli.running import hc
from tests.bot.api.test_fairness import appeal, flag, rewarded
from tests.bot.api.town import Town


async def test_a_freeze_asks_and_says_until_when(town: Town) -> None:
    freeze = ("points", "freeze", town.ref, "--reason", "核对上报", "--days", "7")
    assert (await hc(town, *freeze, typed="n\n", role=Role.DESK)).code == 1
    assert (await hc(town, "points", "freezes", "--json")).json["items"] == []
    ended = await hc(town, *freeze, typed="y\n", role=Role.DESK)
    assert (ended.code, "已停用到" in ended.out) == (0, True)
    assert town.ref in (await hc(town, "points", "freezes", role=Role.AUDITOR)).out
    ended = await hc(town, "points", "unfreeze", town.ref, "--reason", "核对完了", role=Role.DESK)
    assert ended.code == 0
    assert (await hc(town, "points", "unfreeze", town.ref, "--reason", "核对完了")).code == 1


async def test_appeals_without_a_verb_are_those_that_wait(town: Town) -> None:
    await hc(town, "--yes", "points", "freeze", town.ref, "--reason", "核对上报", role=Role.DESK)
    appeal_id = await appeal(town)
    assert appeal_id in (await hc(town, "points", "appeals", role=Role.AUDITOR)).out
    assert "那天是我报的" in (await hc(town, "points", "appeals", "show", appeal_id, role=Role.DESK)).out
    assert (await hc(town, "points", "appeals", "uphold", appeal_id, "--reason", "是两件事", role=Role.DESK)).code == 1
    ended = await hc(town, "points", "appeals", "uphold", appeal_id, "--reason", "是两件事")
    assert (ended.code, "积分已恢复" in ended.out) == (0, True)
    assert (await hc(town, "points", "appeals", "--json")).json["items"] == []


async def test_a_large_correction_is_asked_for_and_approved_by_another(town: Town) -> None:
    ended = await hc(town, "points", "adjust", town.ref, "-600", "--reason", "登错", role=Role.DESK)
    assert "要第二个人批准" in ended.out
    await hc(town, "--yes", "points", "adjust", town.ref, "500", "--reason", "补登")
    waiting = (await hc(town, "points", "adjustments", "--json")).json["items"]
    assert [(one["ref"], one["amount"]) for one in waiting] == [(town.ref, -600)]
    approve = ("points", "adjustments", "approve", waiting[0]["id"])
    assert (await hc(town, *approve, role=Role.DESK)).code == 1
    assert (await hc(town, *approve)).code == 1, "there are not so many points"
    ended = await hc(town, "points", "adjustments", "refuse", waiting[0]["id"], "--reason", "没有凭据")
    assert ended.code == 0


async def test_flags_are_shown_with_their_reasons_and_ask_before_points_go(town: Town) -> None:
    await rewarded(town)
    flag_id = await flag(town)
    assert flag_id in (await hc(town, "points", "flags", role=Role.AUDITOR)).out
    assert "更早的一件 R2605310001" in (await hc(town, "points", "flags", "show", flag_id)).out
    confirm = ("points", "flags", "confirm", flag_id, "--reason", "同一盏灯", "--claw-back")
    assert (await hc(town, *confirm, typed="n\n", role=Role.DESK)).code == 1
    ended = await hc(town, *confirm, typed="y\n", role=Role.DESK)
    assert "已收回 10 分" in ended.out
    assert (await hc(town, "points", "flags", "dismiss", flag_id, "--reason", "看错了")).code == 1
