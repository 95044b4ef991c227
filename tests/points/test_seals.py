"""Every way of changing what was sealed is found by the seals."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import chains, clock
from points import audit, corrections, seals
from points.audit import Against
from points.models import Transfer
from points.seal_models import LedgerSeal, LedgerSealEntry
from tests.points.damage import plant
from tests.points.town import AREA, WORKER, Town

SEALS = 3
LATER = chains.SETTLED + timedelta(seconds=1)


async def seal(town: Town, after: timedelta = LATER, limit: int = seals.BATCH) -> int:
    with clock.frozen(clock.now() + after):
        return await seal_now(town, limit)


async def seal_now(town: Town, limit: int = seals.BATCH) -> int:
    async with town.database.write() as db:
        return await seals.seal_due(db, town.vault, limit=limit)


async def findings(town: Town, anchored: Path | None = None) -> set[str]:
    async with town.database.snapshot() as db:
        found = await audit.check(db, against=Against(vault=town.vault, anchored=anchored))
    return {finding.check for finding in found}


@pytest.fixture
async def sealed(town: Town) -> Town:
    """Three seals of some transfers each, and one transfer that is not sealed yet."""
    await seal(town)
    for number in range(SEALS):
        resident = await town.resident(points=10 + number)
        await town.adjust(resident, 5)
        assert await seal(town, LATER * (number + 1)) == 2
    await town.resident(points=3)
    return town


async def test_an_honest_chain_has_no_findings(sealed: Town) -> None:
    assert await findings(sealed) == set()
    assert await seal(sealed, timedelta(0)) == 0


async def test_what_is_young_waits(town: Town) -> None:
    await seal(town)
    await town.resident(points=1)
    assert await seal(town, timedelta(seconds=1)) == 0


async def test_a_transfer_that_was_committed_late_is_sealed_later(town: Town) -> None:
    """It took its moment before others that are sealed; by numbers alone it would be passed over for ever."""
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        late = town.database.write()
        db = await late.__aenter__()
        # Another community's: its accounts stay locked.
        args = {
            "area_code": f"{AREA[:-1]}9",
            "resident_id": "late",
            "amount_points": 1,
            "reason": "test",
            "actor_id": WORKER,
        }
        is_alone = town.database.is_sqlite
        posted = None if is_alone else await corrections.adjust(db, key="late", **args)  # type: ignore[arg-type]
    if is_alone:
        await late.__aexit__(None, None, None)
    await town.resident(points=1)
    before = await seal(town)
    if posted is None:
        with clock.frozen(clock.now() - timedelta(minutes=1)):
            async with town.database.write() as db:
                posted = await corrections.adjust(db, key="late", **args)  # type: ignore[arg-type]
    else:
        await late.__aexit__(None, None, None)
    assert before > 0
    assert await seal(town) == 1
    async with town.database.read() as db:
        query = select(LedgerSealEntry.seal_seq).where(LedgerSealEntry.transfer_id == posted.transfer_id)
        assert (await db.execute(query)).scalar_one() == 2
    assert await findings(town) == set()


async def test_two_sealers_at_once_seal_once(town: Town) -> None:
    for _ in range(3):
        await town.resident(points=1)
    with clock.frozen(clock.now() + LATER):
        done = await asyncio.gather(*(seal_now(town) for _ in range(4)))
    assert sum(done) == await _count(town, Transfer)
    assert await findings(town) == set()


async def test_a_batch_ends_where_it_is_full(town: Town) -> None:
    for _ in range(5):
        await town.resident(points=1)
    total = await _count(town, Transfer)
    sizes = []
    while found := await seal(town, limit=2):
        sizes.append(found)
    assert sum(sizes) == total
    assert max(sizes) == 2
    assert await findings(town) == set()


async def _count(town: Town, table: type[Transfer | LedgerSeal]) -> int:
    async with town.database.read() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()


IN_SECOND = "(SELECT transfer_id FROM ledger_seal_entry WHERE seal_seq = 2 AND position = 0)"
FORGED = (
    "INSERT INTO ledger_transfer SELECT '{id}', area_code, unit, '{id}', request_hash, kind, source_kind, source_id, "
    "recipient_id, rule_id, rule_version, purpose, inputs, actor_id, approver_id, document_no, reason, reverses_id, "
    "effective_at, {at} FROM ledger_transfer WHERE id = " + IN_SECOND
)
PLANTED: dict[str, tuple[list[str], set[str]]] = {
    "edited": ([f"UPDATE ledger_transfer SET reason = 'other' WHERE id = {IN_SECOND}"], {"transfer_changed"}),
    "amount edited": (
        [f"UPDATE ledger_entry SET amount = amount * 2 WHERE transfer_id = {IN_SECOND}"],
        {"transfer_changed"},
    ),
    "nothing for an empty word": (
        [f"UPDATE ledger_transfer SET document_no = '' WHERE id = {IN_SECOND}"],
        {"transfer_changed"},
    ),
    "boundary moved": (
        [f"UPDATE ledger_transfer SET kind = 'adj', source_kind = 'ustment' WHERE id = {IN_SECOND}"],
        {"transfer_changed"},
    ),
    "row cut out": (
        [
            f"DELETE FROM ledger_entry WHERE transfer_id = {IN_SECOND}",
            f"DELETE FROM ledger_transfer WHERE id = {IN_SECOND}",
        ],
        {"transfer_missing"},
    ),
    "row cut out with its name": (
        ["DELETE FROM ledger_seal_entry WHERE seal_seq = 2 AND position = 0"],
        {"seal_entries_missing"},
    ),
    "name edited": (["UPDATE ledger_seal_entry SET digest = 'x' WHERE seal_seq = 2"], {"seal_changed"}),
    "rows reordered": (
        [
            "UPDATE ledger_seal_entry SET position = 9 WHERE seal_seq = 2 AND position = 0",
            "UPDATE ledger_seal_entry SET position = 0 WHERE seal_seq = 2 AND position = 1",
            "UPDATE ledger_seal_entry SET position = 1 WHERE seal_seq = 2 AND position = 9",
        ],
        {"seal_changed"},
    ),
    "lines reordered": (
        [
            f"UPDATE ledger_entry SET line = 9 WHERE line = 0 AND transfer_id = {IN_SECOND}",
            f"UPDATE ledger_entry SET line = 0 WHERE line = 1 AND transfer_id = {IN_SECOND}",
            f"UPDATE ledger_entry SET line = 1 WHERE line = 9 AND transfer_id = {IN_SECOND}",
        ],
        {"transfer_changed"},
    ),
    "seals reordered": (
        [
            "UPDATE ledger_seal SET seq = 9 WHERE seq = 2",
            "UPDATE ledger_seal SET seq = 2 WHERE seq = 3",
            "UPDATE ledger_seal SET seq = 3 WHERE seq = 9",
        ],
        {"chain_broken", "seal_changed"},
    ),
    "put in with an old moment": (
        [
            "UPDATE ledger_seal SET cutoff = '2099-01-01 00:00:00.000000'",
            FORGED.format(id="forged", at="(SELECT MIN(earned_at) FROM lot)"),
        ],
        {"transfer_inserted"},
    ),
    "head cut": (
        ["DELETE FROM ledger_seal_entry WHERE seal_seq = 1", "DELETE FROM ledger_seal WHERE seq = 1"],
        {"seal_missing"},
    ),
    "tail cut": (
        [
            f"DELETE FROM ledger_seal_entry WHERE seal_seq = {SEALS + 1}",
            f"DELETE FROM ledger_seal WHERE seq = {SEALS + 1}",
        ],
        {"tail_missing"},
    ),
    "all seals cut": (
        ["DELETE FROM ledger_seal_entry", "DELETE FROM ledger_seal"],
        {"tail_missing"},
    ),
    "head row gone": (["DELETE FROM ledger_head"], {"head_missing"}),
    "head row edited": (["UPDATE ledger_head SET seq = 1"], {"head_forged"}),
    "seal edited": (["UPDATE ledger_seal SET signature = 'x' WHERE seq = 2"], {"seal_forged"}),
}


@pytest.mark.parametrize("way", PLANTED)
async def test_a_change_of_what_is_sealed_is_found(sealed: Town, way: str) -> None:
    statements, wanted = PLANTED[way]
    await plant(sealed.database, statements)
    assert wanted <= await findings(sealed)


async def test_seals_forged_by_who_knows_the_hashes_lack_our_signature(sealed: Town) -> None:
    """All hashes of the last seal computed anew over an edited transfer."""
    last = SEALS + 1
    which = f"(SELECT transfer_id FROM ledger_seal_entry WHERE seal_seq = {last} AND position = 0)"
    await plant(sealed.database, [f"UPDATE ledger_transfer SET reason = 'other' WHERE id = {which}"])
    async with sealed.database.read() as db:
        query = select(LedgerSealEntry.transfer_id).where(LedgerSealEntry.seal_seq == last)
        named = await seals.digests(db, (await db.execute(query)).scalars().all())
        stored = (await db.execute(select(LedgerSeal).where(LedgerSeal.seq == last))).scalar_one()
    root = chains.root_of(last, stored.cutoff, stored.previous, (one.digest for one in named))
    forged = [
        f"UPDATE ledger_seal_entry SET digest = '{one.digest}' WHERE transfer_id = '{one.row_id}'" for one in named
    ]
    heads = [f"UPDATE ledger_seal SET root = '{root}' WHERE seq = {last}", f"UPDATE ledger_head SET root = '{root}'"]
    await plant(sealed.database, forged + heads)
    assert await findings(sealed) == {"seal_forged", "head_forged"}
