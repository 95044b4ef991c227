"""Every check of the audit finds the damage that it is there for, in a town in which everything has happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core import clock
from points import audit, snapshots
from points.audit import MendKind
from points.audit.checking import WALKS
from points.audit.deed_checks import COUNTERS
from points.audit.recount import PERSONS
from tests.databases import made_once
from tests.points import templates
from tests.points.damage import plant
from tests.points.town import AREA, Town, code_of

FIRST_ID = "(SELECT MIN(id) FROM ledger_transfer)"
DAMAGE = {
    "transfer_unbalanced": "UPDATE ledger_entry SET amount = amount + 1 WHERE line = 1",
    "entry_without_transfer": "DELETE FROM ledger_transfer WHERE kind = 'adjustment'",
    "entry_without_account": f"UPDATE ledger_entry SET account_id = 9999 WHERE line = 0 AND transfer_id = {FIRST_ID}",
    "balance_not_sum_of_entries": "UPDATE ledger_account SET posted = posted + 1 WHERE kind = 'fund'",
    "running_balance_broken": "UPDATE ledger_entry SET balance_after = balance_after + 1 WHERE account_seq = 1",
    "sequence_gap": "DELETE FROM ledger_entry WHERE account_seq = 1",
    "units_mixed": "UPDATE ledger_transfer SET unit = 'MINUTE'",
    "held_not_sum_of_holds": "UPDATE ledger_account SET held = held - 1 WHERE held > 0",
    "below_floor": "UPDATE ledger_account SET posted = -1 WHERE kind = 'fund'",
    "above_ceiling": "UPDATE ledger_account SET ceiling = 1 WHERE kind = 'resident'",
    "floor_missing": "UPDATE ledger_account SET floor = NULL WHERE kind = 'resident'",
    "lots_not_the_balance": "UPDATE lot SET remaining = remaining - 1",
    "lots_not_what_is_held": "UPDATE lot SET held = held - 1 WHERE held > 0",
    "lots_not_what_came": "UPDATE lot SET amount = amount + 1",
    "lots_not_what_went": "UPDATE lot_use SET amount = amount + 1 WHERE transfer_id IS NOT NULL",
    "lot_not_its_uses": "UPDATE ledger_hold SET state = 'void' WHERE state = 'pending'",
    "lot_not_replayed": "DELETE FROM lot_use WHERE transfer_id IS NOT NULL",
    "spent_after_expiry": "UPDATE lot SET expires_at = earned_at",
    "hold_not_in_lots": "DELETE FROM lot_use WHERE hold_id IS NOT NULL",
    "hold_not_posted": "UPDATE ledger_hold SET posted_amount = posted_amount - 1 WHERE state = 'posted'",
    "earned_not_granted": "UPDATE ledger_account SET earned = earned + 1 WHERE kind = 'resident'",
    "community_not_balanced": "UPDATE ledger_account SET posted = posted + 1 WHERE kind = 'redeemed'",
    "reversal_not_opposite": (
        "UPDATE ledger_entry SET amount = amount * 2 "
        "WHERE transfer_id IN (SELECT id FROM ledger_transfer WHERE reverses_id IS NOT NULL)"
    ),
    "grant_not_paid_as_said": "UPDATE grant_request SET amount_points = amount_points + 1",
    "grant_not_by_rule": "UPDATE grant_request SET amount_points = amount_points + 1",
    "rule_version_unknown": "UPDATE grant_request SET rule_version = 99",
    "grant_without_request": "DELETE FROM grant_request",
    "redemption_against_hold": "UPDATE ledger_hold SET state = 'void' WHERE state = 'pending'",
    "redemption_not_spent": "UPDATE redemption SET transfer_id = NULL WHERE state = 'verified'",
    "redemption_not_its_history": "DELETE FROM redemption_change",
    "stock_not_its_changes": (
        "INSERT INTO reward_stock_change (reward_id, delta, at, actor_id, reason) "
        "SELECT id, stock + 9, created_at, 'somebody', 'planted' FROM reward"
    ),
    "limit_not_sum_of_redemptions": "UPDATE cap_counter SET used = used - 1 WHERE scope = 'reward'",
    "limit_not_sum_of_grants": "UPDATE cap_counter SET used = used - 1 WHERE scope = 'rule'",
    "limit_without_grants": "UPDATE grant_request SET state = 'refused'",
    "snapshot_not_the_balance": "UPDATE balance_snapshot SET balance = balance + 1",
    "snapshot_of_later_entries": "UPDATE balance_snapshot SET as_of = '2020-01-01 00:00:00.000000'",
    "limit_exceeded": "UPDATE cap_counter SET used = ceiling + 1 WHERE scope = 'rule'",
}
RECOUNTED = {"grant_not_by_rule", "rule_version_unknown", "limit_not_sum_of_grants"}
LOST_TAIL = (
    "DELETE FROM ledger_entry WHERE transfer_id = (SELECT id FROM ledger_transfer WHERE kind = 'redemption' LIMIT 1)"
)


@pytest.fixture(scope="module")
def populated(populated: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("lived")
    return str(made_once(tmp_path_factory, "lived", lambda: templates.lived(request, populated, folder, _everything)))


async def _everything(town: Town) -> None:
    """All that the ledger knows."""
    await town.fund(100)
    resident = await town.resident(points=50)
    await town.reverse((await town.adjust(resident, 3)).transfer_id)
    await town.adjust(resident, -2)
    await town.ask(resident, "1")
    await town.pay()
    reward = await town.reward(price=5, limit_per_person=3)
    await town.verify(code_of(await town.redeem(resident, reward)))
    await town.void((await town.redeem(resident, reward)).id)
    await town.redeem(resident, reward)
    async with town.database.write() as db:
        await snapshots.take(db, as_of=clock.now() + timedelta(days=1))


async def test_an_honest_ledger_has_no_findings(town: Town) -> None:
    assert await town.findings() == []


def test_every_query_has_its_damage() -> None:
    assert set(DAMAGE) == audit.QUERIES | RECOUNTED


@pytest.mark.parametrize("check", DAMAGE)
async def test_planted_damage_is_found(town: Town, check: str) -> None:
    await plant(town.database, [DAMAGE[check]])
    assert check in {finding.check for finding in await town.findings()}


async def test_a_cut_tail_is_found(town: Town) -> None:
    await plant(town.database, [LOST_TAIL])
    assert {"transfer_unbalanced", "sequence_gap"} <= {finding.check for finding in await town.findings()}


async def test_a_counter_that_is_gone_is_found(town: Town) -> None:
    await plant(town.database, ["DELETE FROM cap_counter WHERE scope = 'rule'"])
    assert "limit_not_sum_of_grants" in {finding.check for finding in await town.findings()}


async def test_a_finding_names_the_row_and_both_values(town: Town) -> None:
    await plant(town.database, [f"UPDATE ledger_account SET posted = 7 WHERE kind = 'fund' AND area_code = '{AREA}'"])
    found = {finding.check: finding for finding in await town.findings()}
    fund = found["balance_not_sum_of_entries"]
    assert (fund.expected, fund.found) == ("90", "7")
    assert found["community_not_balanced"].ref == f"{AREA} POINT"


async def test_what_can_be_posted_is_proposed(town: Town) -> None:
    await plant(town.database, ["UPDATE grant_request SET amount_points = amount_points + 1 WHERE state = 'paid'"])
    found = {finding.check: finding for finding in await town.findings()}
    wanted = found["grant_not_paid_as_said"].mend
    assert wanted is not None
    assert (wanted.kind, wanted.amount, wanted.area_code) == (MendKind.ADJUST, 1, AREA)


@pytest.fixture
def one_row_a_page() -> Iterator[None]:
    walks = [*WALKS, COUNTERS, PERSONS]
    before = [walk.size for walk in walks]
    for walk in walks:
        object.__setattr__(walk, "size", 1)
    yield
    for walk, size in zip(walks, before, strict=True):
        object.__setattr__(walk, "size", size)


@pytest.mark.usefixtures("one_row_a_page")
async def test_nothing_falls_between_two_pages(town: Town) -> None:
    assert await town.findings() == []
    for damage in ("running_balance_broken", "transfer_unbalanced", "redemption_not_its_history", "limit_exceeded"):
        await plant(town.database, [DAMAGE[damage]])
    kinds = {finding.check for finding in await town.findings()}
    assert {"running_balance_broken", "transfer_unbalanced", "redemption_not_its_history", "limit_exceeded"} <= kinds
