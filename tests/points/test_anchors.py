"""What is known of the seals outside the database finds a restored old copy, of which every signature is good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from core.chains import Link
from points import anchors, seals
from points.anchors import AnchorContradicted
from points.seal_models import LedgerHead
from tests.points.damage import plant
from tests.points.test_seals import LATER, findings, seal, sealed
from tests.points.town import Town

__all__ = ["sealed"]


async def newest(town: Town) -> Link:
    async with town.database.read() as db:
        found = await seals.newest(db)
    assert found is not None
    return found


async def test_a_restored_old_copy_is_found_by_its_anchor(sealed: Town, tmp_path: Path) -> None:
    """Every signature in it is good: only what is kept elsewhere knows better."""
    path = tmp_path / "var" / anchors.NAME
    first = await _head(sealed)
    assert anchors.keep(path, await newest(sealed))
    await sealed.resident(points=1)
    assert await seal(sealed, LATER * 9) > 0
    assert anchors.keep(path, await newest(sealed))
    assert await findings(sealed, path) == set()
    await _restore(sealed, first)
    assert await findings(sealed) == set()
    assert await findings(sealed, path) == {"older_than_anchor"}
    with pytest.raises(AnchorContradicted):
        anchors.keep(path, await newest(sealed))
    await sealed.resident(points=2)
    for number in (10, 11):
        await sealed.resident(points=2)
        await seal(sealed, LATER * number)
    anchors.keep(path, await newest(sealed))
    assert await findings(sealed, path) == {"not_as_anchored"}


async def _head(town: Town) -> LedgerHead:
    async with town.database.read() as db:
        return (await db.execute(select(LedgerHead))).scalar_one()


async def _restore(town: Town, head: LedgerHead) -> None:
    """To what was there when this head was written: its later transfers and seals, and all that they changed."""
    gone = f"(SELECT transfer_id FROM ledger_seal_entry WHERE seal_seq > {head.seq})"
    young = f"(SELECT id FROM ledger_transfer WHERE id IN {gone})"
    await plant(
        town.database,
        [
            f"UPDATE ledger_account SET version = version - (SELECT COUNT(*) FROM ledger_entry e WHERE "
            f"e.account_id = ledger_account.id AND e.transfer_id IN {young}), posted = posted - COALESCE(("
            f"SELECT SUM(amount) FROM ledger_entry e WHERE e.account_id = ledger_account.id "
            f"AND e.transfer_id IN {young}), 0)",
            f"DELETE FROM lot WHERE transfer_id IN {young}",
            f"DELETE FROM ledger_entry WHERE transfer_id IN {young}",
            f"DELETE FROM ledger_transfer WHERE id IN {gone}",
            f"DELETE FROM ledger_seal_entry WHERE seal_seq > {head.seq}",
            f"DELETE FROM ledger_seal WHERE seq > {head.seq}",
            f"UPDATE ledger_head SET seq = {head.seq}, root = '{head.root}', signature = '{head.signature}'",
        ],
    )


def test_an_anchor_is_added_once_and_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / anchors.NAME
    assert anchors.last(path) is None
    assert list(anchors.known(path)) == []
    assert anchors.keep(path, Link(1, "a"))
    assert not anchors.keep(path, Link(1, "a"))
    assert anchors.keep(path, Link(2, "b"))
    assert list(anchors.known(path)) == [Link(1, "a"), Link(2, "b")]
    with pytest.raises(AnchorContradicted):
        anchors.keep(path, Link(2, "c"))
    with pytest.raises(AnchorContradicted):
        anchors.keep(path, Link(1, "a"))


def test_a_line_that_was_cut_by_a_power_failure_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / anchors.NAME
    anchors.keep(path, Link(1, "a"))
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"seq": 2, "root": "b"})[:9])
    assert anchors.last(path) == Link(1, "a")
    assert anchors.keep(path, Link(2, "b"))
    assert list(anchors.known(path)) == [Link(1, "a"), Link(2, "b")]
