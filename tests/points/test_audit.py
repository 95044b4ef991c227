from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.values import RedemptionState
from points import audit, snapshots
from points.audit import FIRST, NOT_BY_POSTING, Against, Cursor, Finding, Mend, MendKind, look
from points.audit.checking import WALKS
from points.audit.deed_checks import COUNTERS
from points.audit.recount import PERSONS
from points.caps import Period
from points.reward_models import TRANSITIONS
from points.rules.body import Purpose, RuleBody
from points.rules.book import RuleBook, Version
from points.rules.scheme import SCHEME, Scheme
from tests.points.damage import plant
from tests.points.town import AREA, Town, code_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
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


@pytest.fixture
async def lived(town: Town) -> Town:
    """A town in which everything happened that the ledger knows."""
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
    return town


async def test_an_honest_ledger_has_no_findings(lived: Town) -> None:
    assert await lived.findings() == []


def test_every_query_has_its_damage() -> None:
    assert set(DAMAGE) == audit.QUERIES | RECOUNTED


@pytest.mark.parametrize("check", DAMAGE)
async def test_planted_damage_is_found(lived: Town, check: str) -> None:
    await plant(lived.database, [DAMAGE[check]])
    assert check in {finding.check for finding in await lived.findings()}


async def test_a_cut_tail_is_found(lived: Town) -> None:
    await plant(lived.database, [LOST_TAIL])
    assert {"transfer_unbalanced", "sequence_gap"} <= {finding.check for finding in await lived.findings()}


async def test_a_counter_that_is_gone_is_found(lived: Town) -> None:
    await plant(lived.database, ["DELETE FROM cap_counter WHERE scope = 'rule'"])
    assert "limit_not_sum_of_grants" in {finding.check for finding in await lived.findings()}


async def test_a_finding_names_the_row_and_both_values(lived: Town) -> None:
    await plant(lived.database, [f"UPDATE ledger_account SET posted = 7 WHERE kind = 'fund' AND area_code = '{AREA}'"])
    found = {finding.check: finding for finding in await lived.findings()}
    fund = found["balance_not_sum_of_entries"]
    assert (fund.expected, fund.found) == ("90", "7")
    assert found["community_not_balanced"].ref == f"{AREA} POINT"


async def test_limits_of_all_together_are_counted_again(town: Town) -> None:
    """A rule's total of the month, and what the fund gives in a day."""
    body = RuleBody(
        title="测试", purpose=Purpose.REPORT, points=10, caps={Period.DAY: 30}, total_caps={Period.MONTH: 99}
    )
    book = RuleBook(
        (Version("report_verified", 1, body, LONG_AGO),),
        (Version(SCHEME, 1, Scheme(fund_caps={Period.DAY: 99}), LONG_AGO),),
    )
    await town.fund(100)
    for number in range(3):
        await town.ask(await town.resident(), str(number), book=book)
    await town.pay(book=book)
    assert await town.findings(book) == []
    for scope in ("rule_total", "fund"):
        await plant(town.database, [f"UPDATE cap_counter SET used = used + 1 WHERE scope = '{scope}'"])
        assert [(one.check, one.expected, one.found) for one in await town.findings(book)] == [
            ("limit_not_sum_of_grants", "30", "31")
        ]
        await plant(town.database, [f"UPDATE cap_counter SET used = used - 1 WHERE scope = '{scope}'"])


def test_the_audit_knows_every_state_of_a_redemption() -> None:
    """Its queries name them; a new one must be put on one of these sides."""
    known = {"waiting", "held", "verified", "handed_out", "refused", "void", "expired"}
    assert {state.value for state in RedemptionState} == known == {state.value for state in TRANSITIONS}


def test_corrections_are_proposed_as_commands() -> None:
    one = Finding("c", "r 1", "1", "2", Mend(MendKind.ADJUST, "id", -3, AREA))
    assert audit.proposal(one, {"id": "J7"}) == f"hc points adjust J7 -3 --area {AREA} --reason 'c r 1'"
    assert audit.proposal(one, {}) == NOT_BY_POSTING
    undo = Finding("c", "r", "1", "2", Mend(MendKind.REVERSE, "tx"))
    assert audit.proposal(undo, {}) == "hc points reverse tx --reason 'c r'"
    shelf = Finding("c", "r", "1", "2", Mend(MendKind.STOCK, "id", 4))
    assert audit.proposal(shelf, {}) == "hc rewards stock id 4"
    assert audit.proposal(Finding("c", "r", "1", "2"), {}) == NOT_BY_POSTING


async def test_what_can_be_posted_is_proposed(lived: Town) -> None:
    await plant(lived.database, ["UPDATE grant_request SET amount_points = amount_points + 1 WHERE state = 'paid'"])
    found = {finding.check: finding for finding in await lived.findings()}
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
async def test_nothing_falls_between_two_pages(lived: Town) -> None:
    assert await lived.findings() == []
    for damage in ("running_balance_broken", "transfer_unbalanced", "redemption_not_its_history", "limit_exceeded"):
        await plant(lived.database, [DAMAGE[damage]])
    kinds = {finding.check for finding in await lived.findings()}
    assert {"running_balance_broken", "transfer_unbalanced", "redemption_not_its_history", "limit_exceeded"} <= kinds


async def test_writers_cause_no_false_findings(town: Town) -> None:
    """Each page has a snapshot of its own here, as over the API."""
    await town.fund(1000)
    residents = [await town.resident(points=100) for _ in range(3)]
    reward = await town.reward(price=1, stock=500)
    numbers = itertools.count()
    over = asyncio.Event()

    async def write(resident: str) -> None:
        while not over.is_set():
            number = next(numbers)
            await town.ask(resident, str(number), rule="report_followed")
            await town.pay(5)
            held = await town.redeem(resident, reward)
            await (town.verify(code_of(held)) if number % 2 else town.void(held.id))
            await town.reverse((await town.adjust(resident, 1)).transfer_id)

    writers = [asyncio.create_task(write(one)) for one in residents]
    findings: list[Finding] = []
    for _ in range(4):
        findings += await town.findings()
        async for page in _pages(town):
            findings += page
    over.set()
    await asyncio.gather(*writers)
    assert next(numbers) > 3
    assert findings == []


async def _pages(town: Town) -> AsyncIterator[list[Finding]]:
    at: Cursor | None = FIRST
    while at is not None:
        async with town.database.snapshot() as db:
            part = await look(db, at=at, against=Against(vault=town.vault))
        yield part.findings
        at = part.following
