from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core import clock
from core.values import RedemptionState
from points import audit
from points.audit import FIRST, NOT_BY_POSTING, Against, Cursor, Finding, Mend, MendKind, look
from points.caps import Period
from points.grant_models import GrantRequest, GrantState
from points.reward_models import TRANSITIONS
from points.rules.body import Purpose, RuleBody
from points.rules.book import RuleBook, Version
from points.rules.scheme import SCHEME, Scheme
from tests.points.damage import plant
from tests.points.town import AREA, Town, code_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


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


async def test_totals_are_counted_by_the_days_of_shanghai_and_by_every_longer_period(town: Town) -> None:
    body = RuleBody(title="测试", purpose=Purpose.REPORT, points=10, caps={Period.DAY: 30}, total_caps={Period.DAY: 10})
    scheme = Scheme(fund_caps=dict.fromkeys(Period, 99))
    book = RuleBook(
        (Version("report_verified", 1, body, LONG_AGO),),
        (Version(SCHEME, 1, scheme, LONG_AGO),),
    )
    await town.fund(100)
    midnight = clock.parse("2026-01-01")
    for number, moment in enumerate((midnight - timedelta(microseconds=1), midnight)):
        with clock.frozen(moment):
            await town.ask(await town.resident(), str(number), book=book)
    await town.pay(book=book)
    assert [(await town.balance(who)).posted for who in await _paid(town)] == [10, 10]
    assert await town.findings(book) == []


async def _paid(town: Town) -> list[str]:
    async with town.database.read() as db:
        paid = select(GrantRequest.recipient_id).where(GrantRequest.state == GrantState.PAID.value)
        return list((await db.execute(paid)).scalars())


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


async def test_writers_cause_no_false_findings(town: Town) -> None:
    """Each page has a snapshot of its own here, as over the API."""
    await town.fund(1000)
    residents = [await town.resident(points=100) for _ in range(2)]
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
    for _ in range(2):
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
