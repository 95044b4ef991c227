"""What became of a community's fund in a span of days, against what was budgeted.

Every entry of the fund between two of its numbers stands in exactly one line, so that the lines lead from the balance
before to the balance behind: the totals are those of the ledger, by construction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from points import months
from points.errors import StatementBroken
from points.models import Account, AccountKind, Entry, Transfer, TransferKind, Unit
from points.months import Range, Span
from points.rule_models import Budget

_OUT: Final = {
    AccountKind.REDEEMED: "redeemed",
    AccountKind.EXPIRED: "expired",
    AccountKind.DONATION: "donated",
}
"""Where points of a community end, each in an account of its own."""


@dataclass(frozen=True, slots=True)
class Allocated:
    """What came to the fund under a document's number; `budgeted` is what the budget says, 0 without one."""

    document_no: str
    amount: int
    budgeted: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What one version of a rule paid in so many grants; `returned` is what reversals of such grants gave back."""

    rule_id: str
    rule_version: int
    grants: int
    amount: int
    returned: int


@dataclass(frozen=True, slots=True)
class FundReport:
    """`opening + allocated - granted + returned + other` is `closing`: the balances of the fund at both ends.

    `redeemed`, `expired` and `donated` are what residents spent, lost and gave away meanwhile, less what of it was
    given on to others; of that the fund gets back only what `other` holds. `budgeted` is the sum of the budgets whose
    period touches the span, and `left` what of it the grants of the span have not used.
    """

    area_code: str
    unit: Unit
    opening: int
    allocated: int
    granted: int
    returned: int
    other: int
    closing: int
    redeemed: int
    expired: int
    donated: int
    budgeted: int
    left: int
    by_document: tuple[Allocated, ...]
    by_rule: tuple[Granted, ...]


async def fund_reports(
    db: AsyncSession, *, area_codes: Iterable[str], span: Span, unit: Unit = Unit.POINT
) -> list[FundReport]:
    """A report for each community below these codes that has a fund, in the order of its code.

    `db` is one snapshot, or what is posted meanwhile may stand in one line and not in another.
    Raises StatementBroken where the lines do not meet the balances.
    """
    below = [Account.area_code.startswith(code, autoescape=True) for code in area_codes]
    found = await db.execute(
        select(Account.id, Account.area_code, Account.kind)
        .where(
            or_(Account.owner_id == "", Account.kind == AccountKind.DONATION.value),
            Account.unit == unit.value,
            or_(false(), *below),
        )
        .order_by(Account.area_code)
    )
    communities: dict[str, dict[AccountKind, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        communities[row.area_code][AccountKind(row.kind)].append(row.id)
    return [
        await _report(db, area_code, held, span, unit)
        for area_code, held in communities.items()
        if AccountKind.FUND in held
    ]


async def _report(
    db: AsyncSession, area_code: str, accounts: Mapping[AccountKind, list[int]], span: Span, unit: Unit
) -> FundReport:
    (fund_id,) = accounts[AccountKind.FUND]
    within = await months.entries_of(db, account_id=fund_id, span=span)
    lines = await _lines(db, fund_id, within)
    budgets = await _budgets(db, area_code, span, unit)
    documents, rules = _by_document(lines, budgets), _by_rule(lines)
    allocated, granted = sum(one.amount for one in documents), sum(one.amount for one in rules)
    returned = sum(one.returned for one in rules)
    other = sum(line.amount for line in lines if _place(line) == "other")
    if within.opening + allocated - granted + returned + other != within.closing:
        raise StatementBroken(area=area_code)
    return FundReport(
        area_code=area_code,
        unit=unit,
        opening=within.opening,
        allocated=allocated,
        granted=granted,
        returned=returned,
        other=other,
        closing=within.closing,
        **await _ended(db, accounts, span),
        budgeted=sum(budgets.values()),
        left=sum(budgets.values()) - granted + returned,
        by_document=documents,
        by_rule=rules,
    )


async def _lines(db: AsyncSession, account_id: int, within: Range) -> Sequence[Any]:
    """The entries of the range, summed by what they are; a reversal by what it undoes, one of a claw-back too."""
    undone, clawed_back = aliased(Transfer), aliased(Transfer)
    kind = func.coalesce(clawed_back.kind, undone.kind, Transfer.kind)
    document = func.coalesce(undone.document_no, Transfer.document_no)
    rule, version = (
        func.coalesce(undone.rule_id, Transfer.rule_id),
        func.coalesce(undone.rule_version, Transfer.rule_version),
    )
    columns = (kind, document, rule, version, undone.id.is_not(None))
    found = await db.execute(
        select(
            kind.label("kind"),
            func.coalesce(document, "").label("document_no"),
            func.coalesce(rule, "").label("rule_id"),
            func.coalesce(version, 0).label("rule_version"),
            undone.id.is_not(None).label("is_reversal"),
            func.sum(Entry.amount).label("amount"),
            func.count().label("count"),
        )
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .outerjoin(undone, undone.id == Transfer.reverses_id)
        .outerjoin(clawed_back, clawed_back.id == undone.reverses_id)
        .where(Entry.account_id == account_id, Entry.account_seq > within.after, Entry.account_seq <= within.last)
        .group_by(*columns)
    )
    return found.all()


def _place(line: Any) -> str:
    """In which part of the report a line stands."""
    match line.kind:
        case TransferKind.ALLOCATION.value:
            return "document"
        case TransferKind.GRANT.value:
            return "rule"
        case _:
            return "other"


def _by_document(lines: Iterable[Any], budgets: Mapping[str, int]) -> tuple[Allocated, ...]:
    """By number; what was taken back from the fund lessens what its document brought."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if _place(line) == "document":
            sums[line.document_no] += int(line.amount)
    return tuple(Allocated(number, sums[number], budgets.get(number, 0)) for number in sorted({*sums, *budgets}))


def _by_rule(lines: Iterable[Any]) -> tuple[Granted, ...]:
    paid: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        if _place(line) == "rule":
            sums = paid[line.rule_id, line.rule_version]
            if line.is_reversal:
                sums[2] += int(line.amount)
            else:
                sums[0] += line.count
                sums[1] -= int(line.amount)
    return tuple(Granted(rule, version, *paid[rule, version]) for rule, version in sorted(paid))


async def _ended(db: AsyncSession, accounts: Mapping[AccountKind, list[int]], span: Span) -> dict[str, int]:
    """By how much the accounts grew in which points end."""
    grown: dict[str, int] = dict.fromkeys(_OUT.values(), 0)
    for kind, name in _OUT.items():
        for account_id in accounts.get(kind, ()):
            within = await months.entries_of(db, account_id=account_id, span=span)
            grown[name] += within.closing - within.opening
    return grown


async def _budgets(db: AsyncSession, area_code: str, span: Span, unit: Unit) -> dict[str, int]:
    """What was budgeted for periods that touch the span, by document."""
    found = await db.execute(
        select(Budget.document_no, Budget.amount).where(
            Budget.area_code == area_code,
            Budget.unit == unit.value,
            Budget.period_from < span.until,
            Budget.period_until > span.since,
        )
    )
    return {row.document_no: int(row.amount) for row in found}
