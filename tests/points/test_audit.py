from __future__ import annotations

import pytest

from points import audit
from tests.points.damage import plant
from tests.points.town import AREA, Town, code_of

DAMAGE = {
    "transfer_unbalanced": "UPDATE ledger_entry SET amount = amount + 1 WHERE line = 1",
    "entry_without_transfer": "DELETE FROM ledger_transfer WHERE kind = 'adjustment'",
    "balance_not_sum_of_entries": "UPDATE ledger_account SET posted = posted + 1 WHERE kind = 'fund'",
    "running_balance_broken": "UPDATE ledger_entry SET balance_after = balance_after + 1 WHERE account_seq = 1",
    "sequence_gap": "DELETE FROM ledger_entry WHERE account_seq = 1",
    "held_not_sum_of_holds": "UPDATE ledger_account SET held = held - 1 WHERE held > 0",
    "below_floor": "UPDATE ledger_account SET posted = -1 WHERE kind = 'fund'",
    "floor_missing": "UPDATE ledger_account SET floor = NULL WHERE kind = 'resident'",
    "lots_not_the_balance": "UPDATE lot SET remaining = remaining - 1",
    "lots_not_what_is_held": "UPDATE lot SET held = held - 1 WHERE held > 0",
    "lot_not_its_uses": "UPDATE ledger_hold SET state = 'void' WHERE state = 'pending'",
    "hold_not_in_lots": "DELETE FROM lot_use WHERE hold_id IS NOT NULL",
    "earned_not_granted": "UPDATE ledger_account SET earned = earned + 1 WHERE kind = 'resident'",
    "community_not_balanced": "UPDATE ledger_account SET posted = posted + 1 WHERE kind = 'redeemed'",
    "reversal_not_opposite": (
        "UPDATE ledger_entry SET amount = amount * 2 "
        "WHERE transfer_id IN (SELECT id FROM ledger_transfer WHERE reverses_id IS NOT NULL)"
    ),
    "grant_not_paid_as_said": "UPDATE grant_request SET amount_points = amount_points + 1",
    "grant_without_request": "DELETE FROM grant_request",
    "redemption_against_hold": "UPDATE ledger_hold SET state = 'void' WHERE state = 'pending'",
    "redemption_not_spent": "UPDATE redemption SET transfer_id = NULL WHERE state = 'verified'",
    "limit_not_sum_of_redemptions": "UPDATE cap_counter SET used = used - 1 WHERE scope = 'reward'",
    "limit_exceeded": "UPDATE cap_counter SET used = ceiling + 1 WHERE scope = 'rule'",
}
LOST_TAIL = (
    "DELETE FROM ledger_entry WHERE transfer_id = (SELECT id FROM ledger_transfer WHERE kind = 'redemption' LIMIT 1)"
)


@pytest.fixture
async def lived(town: Town) -> Town:
    """A town in which everything happened that the ledger knows."""
    await town.fund(100)
    resident = await town.resident(points=50)
    await town.reverse((await town.adjust(resident, 3)).transfer_id)
    await town.ask(resident, "1")
    await town.pay()
    reward = await town.reward(price=5, limit_per_person=3)
    await town.verify(code_of(await town.redeem(resident, reward)))
    await town.void((await town.redeem(resident, reward)).id)
    await town.redeem(resident, reward)
    return town


async def test_an_honest_ledger_has_no_findings(lived: Town) -> None:
    assert await lived.findings() == []


@pytest.mark.parametrize("check", audit.CHECKS)
async def test_planted_damage_is_found(lived: Town, check: str) -> None:
    await plant(lived.database, [DAMAGE[check]])
    assert check in {finding.check for finding in await lived.findings()}


async def test_a_cut_tail_is_found(lived: Town) -> None:
    await plant(lived.database, [LOST_TAIL])
    assert {"transfer_unbalanced", "sequence_gap"} <= {finding.check for finding in await lived.findings()}


async def test_a_finding_names_the_row_and_both_values(lived: Town) -> None:
    await plant(lived.database, [f"UPDATE ledger_account SET posted = 7 WHERE kind = 'fund' AND area_code = '{AREA}'"])
    found = {finding.check: finding for finding in await lived.findings()}
    fund = found["balance_not_sum_of_entries"]
    assert (fund.expected, fund.found) == ("90", "7")
    assert found["community_not_balanced"].ref == f"{AREA} POINT"
