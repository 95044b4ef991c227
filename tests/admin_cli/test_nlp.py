"""`hc nlp` at work against a real server: from a table of examples to a version that serves, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import pytest

from admin_cli import nlp
from bot.trainer import Trainer
from community import teaching
from community.teaching import Found, Source
from core.settings import ROOT
from core.values import Role
from tests.admin_cli.running import Ended, hc
from tests.bot.api.town import COMMUNITY, Town

SENTENCES: Final = ROOT / "tests" / "nlp" / "lesson.csv"
TABLE: Final = (
    "text,intent,category,source\n杆子上的灯不亮,issue_report,路灯照明,手写\n分还剩多少啦,points_query,,手写\n"
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlp, "POLL_SECONDS", 0.05)


async def queued(town: Town, text: str) -> str:
    async with town.service.database.write() as db:
        await teaching.queue(db, town.service.vault, Found(Source.UNCERTAIN, town.resident_id, COMMUNITY, text))
    ended = await hc(town, "nlp", "corrections", "list", "--state", "open", "--json")
    return str(ended.json["items"][0]["id"])


async def retrained(town: Town, *options: str, typed: str = "") -> Ended:
    """`hc nlp retrain` beside a server that trains."""

    async def train() -> None:
        trainer = Trainer(town.service, sentences=SENTENCES)
        for _ in range(200):
            if await trainer.once():
                return
            await asyncio.sleep(0.05)

    ended, _ = await asyncio.gather(hc(town, "nlp", "retrain", *options, typed=typed), train())
    return ended


async def test_what_waits_is_listed_taken_and_dismissed(town: Town) -> None:
    first = await queued(town, "杆子上那个不亮")
    ended = await hc(town, "nlp", "corrections", role=Role.DESK)
    assert "杆子上那个不亮" in ended.out
    assert "没把握 uncertain" in ended.out
    ended = await hc(town, "nlp", "corrections", "take", first, "--intent", "issue_report")
    assert (ended.code, ended.out) == (2, "")
    assert "路灯照明" in ended.err, "the categories are named"
    ended = await hc(
        town, "nlp", "corrections", "take", first, "--intent", "issue_report", "--category", "路灯照明",
        "--text", "杆子上的灯不亮",
    )  # fmt: skip
    assert "已采用 taken" in ended.out
    second = await queued(town, "嗯那个就是那个")
    assert "不采用 dismissed" in (await hc(town, "nlp", "corrections", "dismiss", second)).out
    ended = await hc(town, "nlp", "corrections", "show", first)
    assert "上报 issue_report" in ended.out
    assert (await hc(town, "nlp", "corrections", "take", first, "--intent", "other")).code == 1


async def test_a_table_goes_in_and_comes_out(town: Town, tmp_path: Path) -> None:
    file, out = tmp_path / "例句.csv", tmp_path / "out.csv"
    file.write_text(TABLE, encoding="gb18030")
    assert "没有保存" in (await hc(town, "nlp", "corrections", "import", str(file), "--dry-run")).out
    assert "新增 2" in (await hc(town, "nlp", "corrections", "import", str(file))).out
    assert "新增 0，已有 2" in (await hc(town, "nlp", "corrections", "import", str(file))).out
    assert (await hc(town, "nlp", "corrections", "export", str(out))).code == 0
    assert "新增 0，已有 2" in (await hc(town, "nlp", "corrections", "import", str(out))).out


@pytest.mark.parametrize(
    ("line", "said"),
    [("打13800000000,points_query,,x", "〔电话〕"), ("看看分,points,,x", "points_query"), ("看看分,a,b,c,d", "5 格")],
)
async def test_a_broken_line_is_named_and_nothing_is_changed(town: Town, tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "例句.csv"
    file.write_text(f"{TABLE}{line}\n", encoding="utf-8")
    ended = await hc(town, "nlp", "corrections", "import", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert "例句.csv:4" in ended.err
    assert said in ended.err
    assert (await hc(town, "nlp", "corrections", "list", "--json")).json["items"] == []


async def test_a_version_is_trained_shown_confirmed_served_and_rolled_back(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    example = ("杆子上的灯不亮", "--intent", "issue_report", "--category", "路灯照明")
    assert (await hc(town, "nlp", "corrections", "add", *example)).code == 0
    ended = await retrained(town, typed="y\n")
    assert ended.code == 0, ended.err
    for shown in ("意图 F1：这一版", "学习曲线", "自带例句"):
        assert shown in ended.out
    await town.service.learning.look()
    assert town.service.learning.serving == 1
    assert "使用中 serving" in (await hc(town, "nlp", "models")).out
    ended = await hc(town, "nlp", "evaluate")
    assert "使用的版本" in ended.out
    assert (await hc(town, "nlp", "rollback", typed="n\n")).code == 1
    assert "第 0 版" in (await hc(town, "nlp", "rollback", "--yes")).out
    await town.service.learning.look()
    assert town.service.learning.serving == 0
    assert (await hc(town, "nlp", "rollback", "--yes")).code == 1
    assert (await hc(town, "nlp", "serve", "1", "--yes")).code == 0


async def test_a_version_that_nobody_confirms_does_not_serve_and_a_shadow_needs_no_word(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    ended = await retrained(town, "--shadow")
    assert ended.code == 0, ended.err
    ended = await hc(town, "nlp", "models", "--json")
    assert [one["state"] for one in ended.json["items"]] == ["shadow", "serving"]


async def test_who_does_not_wait_looks_later(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    assert "hc nlp training" in (await hc(town, "nlp", "retrain", "--no-wait")).out
    assert "排队 queued" in (await hc(town, "nlp", "training")).out
    assert (await hc(town, "nlp", "retrain", "--no-wait", role=Role.DESK)).code == 3


async def test_a_failed_training_is_told(town: Town, tmp_path: Path) -> None:
    await town.widen(Role.ADMIN, "")
    broken = tmp_path / "broken.csv"
    broken.write_text("nonsense\n", encoding="utf-8")
    assert (await hc(town, "nlp", "retrain", "--no-wait")).code == 0
    await Trainer(town.service, sentences=broken).once()
    ended = await hc(town, "nlp", "training")
    assert "失败 failed" in ended.out
    assert "broken.csv:1" in ended.out
