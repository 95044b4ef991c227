"""`hc rewards` and `hc redemptions`: from a file to the counter, with questions before points go back."""

from __future__ import annotations

import json
from pathlib import Path

from core.values import Role
from points import rewards
from tests.admin_cli.running import hc
from tests.bot.api.test_redemptions import a_code, a_reward, redeemed
from tests.bot.api.town import COMMUNITY, Town

REWARD = f"""\
area_code = "{COMMUNITY}"
name = "大米五公斤"
price_points = 20
stock = 3
needs_approval = true
opens_at = 2026-01-01T00:00:00
[[windows]]
every = "year"
from_day = 1
to_day = -1
opens = 00:00:00
"""


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


async def test_a_reward_and_its_site_are_made_from_files_and_edited(town: Town, tmp_path: Path) -> None:
    keeper = town.ids[Role.MERCHANT]
    site = f'area_code = "{COMMUNITY}"\nname = "积分超市"\nkeepers = ["{keeper}"]\n[hours]\n1 = ["09:00-18:00"]\n'
    made = await hc(town, "rewards", "sites", "create", "--file", written(tmp_path, "s.toml", site), "--json")
    site_id = made.json["id"]
    assert "积分超市" in (await hc(town, "rewards", "sites", "list")).out
    text = f'site_id = "{site_id}"\n{REWARD}'
    made = await hc(town, "rewards", "create", "--file", written(tmp_path, "r.toml", text), "--json")
    assert (made.code, made.json["site_id"], made.json["version"]) == (0, site_id, 1)
    change = written(tmp_path, "r.json", json.dumps({"version": 1, "price_points": 30}))
    assert "第 2 版" in (await hc(town, "rewards", "edit", made.json["id"], "--file", change)).out
    assert (await hc(town, "rewards", "edit", made.json["id"], "--file", change)).code == 1
    change = written(tmp_path, "s.json", json.dumps({"address": "和平里3号"}))
    assert (await hc(town, "rewards", "sites", "edit", site_id, "--file", change)).code == 0
    assert (await hc(town, "rewards", "sites", "close", site_id, typed="n\n")).code == 1
    assert (await hc(town, "--yes", "rewards", "sites", "close", site_id)).code == 0


async def test_stock_is_counted_with_a_reason(town: Town) -> None:
    reward_id = await a_reward(town)
    ended = await hc(town, "rewards", "stock", reward_id, "9", "--reason", "到货")
    assert (ended.code, "现有 9 件" in ended.out) == (0, True)
    async with town.service.database.read() as db:
        assert (await rewards.find_reward(db, reward_id=reward_id)).stock == 9


async def test_what_waits_is_approved_or_refused(town: Town) -> None:
    yes, no = [await redeemed(town, await a_reward(town, needs_approval=True)) for _ in range(2)]
    assert "等候中 waiting" in (await hc(town, "redemptions", "list", "--state", "waiting")).out
    assert (await hc(town, "redemptions", "approve", yes.id)).code == 0
    assert (await hc(town, "redemptions", "approve", yes.id)).code == 1
    refusing = ("redemptions", "refuse", no.id, "--reason", "资料不全")
    assert (await hc(town, *refusing, typed="n\n")).code == 1
    assert "退回 20 分" in (await hc(town, *refusing, typed="y\n")).out


async def test_a_code_is_verified_and_handed_out_by_whoever_may(town: Town) -> None:
    code, later = await a_code(town), await a_code(town)
    assert (await hc(town, "redemptions", "verify", code, role=Role.MERCHANT)).code == 3
    assert (await hc(town, "redemptions", "verify", code, "--hand-out", role=Role.DESK)).code == 0
    ended = await hc(town, "redemptions", "hand-out", code, role=Role.DESK)
    assert (ended.code, "测试desk" in ended.err) == (1, True)
    assert (await hc(town, "redemptions", "verify", later.replace("-", " ").lower(), role=Role.DESK)).code == 0
    assert "已核销 verified" in (await hc(town, "redemptions", "list")).out
    assert (await hc(town, "redemptions", "hand-out", later, role=Role.DESK)).code == 0
    ended = await hc(town, "redemptions", "verify", "8H2K-7M4O", role=Role.DESK)
    assert (ended.code, "输错" in ended.err) == (2, True)
