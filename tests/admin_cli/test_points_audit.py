"""`hc points audit`: what it says of damage, and what the auditor's own machine remembers."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from admin_cli import login, points_audit
from core import chains, clock
from core.values import Role
from points import audit, seals
from points.audit import FIRST
from tests.admin_cli.running import Ended, hc
from tests.bot.api.town import COMMUNITY, Town
from tests.points.damage import plant


async def _live(town: Town, amount: int = 7) -> None:
    assert (await hc(town, "points", "adjust", town.ref, str(amount), "--reason", "补登")).code == 0


async def _seal(town: Town) -> None:
    with clock.frozen(clock.now() + chains.SETTLED + timedelta(seconds=1)):
        async with town.service.database.write() as db:
            await seals.seal_due(db, town.service.vault)


def _notes() -> list[dict[str, object]]:
    path = login.stored_at().parent / points_audit.NOTES
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_damage_ends_with_one_and_a_proposal(town: Town) -> None:
    await _live(town)
    await plant(town.service.database, ["UPDATE ledger_account SET floor = 10 WHERE kind = 'resident'"])
    ended = await hc(town, "points", "audit", "--json", role=Role.AUDITOR)
    assert ended.code == 1
    (found,) = ended.json["findings"]
    assert (found["check"], found["expected"], found["found"]) == ("below_floor", "10", "7")
    said = f"hc points adjust {town.ref} 3 --area {COMMUNITY} --reason 'below_floor {found['ref']}'"
    assert found["proposal"] == said
    assert _balances(await hc(town, "points", "balance", town.ref, "--json")) == [7]


def _balances(ended: Ended) -> list[int]:
    return [wallet["posted"] for wallet in ended.json["wallets"]]


async def test_what_no_posting_mends_is_said(town: Town) -> None:
    await _live(town)
    await plant(town.service.database, ["UPDATE ledger_entry SET balance_after = 8 WHERE amount > 0"])
    ended = await hc(town, "points", "audit", "--json", role=Role.AUDITOR)
    assert {found["proposal"] for found in ended.json["findings"]} == {audit.NOT_BY_POSTING}
    assert points_audit.NOT_BY_POSTING == audit.NOT_BY_POSTING


async def test_the_auditor_notes_each_new_seal_once(town: Town) -> None:
    await _live(town)
    await _seal(town)
    for _ in range(2):
        assert (await hc(town, "points", "audit", role=Role.AUDITOR)).code == 0
    assert [note["seq"] for note in _notes()] == [1]


async def test_an_old_copy_is_found_by_the_auditors_own_note(town: Town) -> None:
    """The server's own file went back with its database: here nobody could put it back."""
    await _live(town)
    await _seal(town)
    assert (await hc(town, "points", "audit", role=Role.AUDITOR)).code == 0
    await plant(
        town.service.database,
        ["DELETE FROM ledger_seal_entry", "DELETE FROM ledger_seal", "DELETE FROM ledger_head"],
    )
    ended = await hc(town, "points", "audit", "--json", role=Role.AUDITOR)
    assert ended.code == 1
    assert [found["check"] for found in ended.json["findings"]] == ["older_than_anchor"]
    await _live(town)
    await _seal(town)
    ended = await hc(town, "points", "audit", "--json", role=Role.AUDITOR)
    assert [found["check"] for found in ended.json["findings"]] == ["not_as_anchored"]


async def test_a_given_file_is_what_counts(town: Town, tmp_path: Path) -> None:
    await _live(town)
    await _seal(town)
    path = tmp_path / "anchors.jsonl"
    path.write_text('nonsense\n{"seq": 1, "root": "another"}\n', encoding="utf-8")
    ended = await hc(town, "points", "audit", "--anchor", str(path), "--json", role=Role.AUDITOR)
    assert (ended.code, ended.json["findings"][0]["check"]) == (1, "not_as_anchored")
    path.write_text("", encoding="utf-8")
    assert (await hc(town, "points", "audit", "--anchor", str(path), role=Role.AUDITOR)).code == 2
    assert (await hc(town, "points", "audit", "--anchor", str(path) + "x", role=Role.AUDITOR)).code == 2


async def test_strange_cursors_are_refused(town: Town) -> None:
    for cursor in ("x", "[]", '["entries"]', '["entries","a",1]', '["nowhere",1]', "{}", '["transfers",1]'):
        status, answer = await town.get(f"/points/audit?cursor={cursor}", role=Role.AUDITOR)
        assert (status, answer["error"]["code"]) == (400, "bad_cursor"), cursor
    assert audit.Cursor.parse(str(FIRST)) == FIRST


async def test_a_long_audit_comes_in_parts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when each answer has time for a single page."""
    monkeypatch.setattr("bot.api.admin.points_audit.SECONDS_AT_ONCE", -1.0)
    await _live(town)
    status, part = await town.get("/points/audit", role=Role.AUDITOR)
    assert status == 200
    assert part["next"] is not None
    assert (await hc(town, "points", "audit", role=Role.AUDITOR)).code == 0
