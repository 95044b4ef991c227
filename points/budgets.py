"""Budgets: what a community may give out in a period, moved from the treasury to its fund under a document's number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dialect_insert, new_id
from core.errors import Conflict, Invalid
from points import corrections, months
from points.errors import KeyReused
from points.models import Account, AccountKind, Unit
from points.months import Span
from points.postings import check_amount
from points.rule_models import Budget

_UNIT: Final = Unit.POINT.value
"""Of every budget: minutes cost nothing."""


class DocumentUsed(Conflict):
    """The document's number stands for another amount, period or reason in this area."""

    code = "document_used"


@dataclass(frozen=True, slots=True)
class Allocated:
    """The budget with its transfer; `created` is False when the document was used for exactly this before."""

    budget_id: str
    transfer_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class Fund:
    """What a community's fund can still give, and the budgets that it got, newest period first."""

    area_code: str
    balance: int
    budgets: tuple[Budget, ...]


def period(name: str) -> Span:
    """`2026`, `2026-Q4` or `2026-11`, by the calendar of Shanghai. Raises Invalid."""
    if len(name) > len("2026-Q4"):
        raise Invalid(fields={"period": "2026, 2026-Q4 or 2026-11"})
    return months.named(name)


async def allocate(
    db: AsyncSession,
    *,
    area_code: str,
    amount_points: int,
    period: Span,
    document_no: str,
    actor_id: str,
) -> Allocated:
    """Move a budget to the fund, once per document. Awards that waited for money become due at once.

    Raises AmountInvalid or DocumentUsed.
    """
    check_amount(amount_points)
    said = {"period_from": period.since, "period_until": period.until, "amount": amount_points, "unit": _UNIT}
    before = await _of_document(db, area_code, document_no)
    if before is None:
        try:
            posted = await corrections.fund_community(
                db,
                area_code=area_code,
                amount_points=amount_points,
                actor_id=actor_id,
                reason=f"{clock.iso(period.since)[:10]}/{clock.iso(period.until)[:10]}",
                key=f"budget:{document_no}",
                document_no=document_no,
            )
        except KeyReused:  # another worker used the document in this moment
            raise DocumentUsed from None
        by = {"transfer_id": posted.transfer_id, "created_by": actor_id}
        if budget_id := await _keep(db, {"area_code": area_code, "document_no": document_no, **said, **by}):
            return Allocated(budget_id, posted.transfer_id, created=True)
        before = await _of_document(db, area_code, document_no)
    if before is None or any(getattr(before, name) != value for name, value in said.items()):
        raise DocumentUsed
    return Allocated(before.id, before.transfer_id or "", created=False)


async def _keep(db: AsyncSession, said: dict[str, Any]) -> str | None:
    """The id of the new budget; None when another transaction kept the document meanwhile."""
    row = {"id": new_id(), "created_at": clock.now(), **said}
    made = dialect_insert(db, Budget).values(row).on_conflict_do_nothing().returning(Budget.id)
    kept: str | None = (await db.execute(made)).scalar_one_or_none()
    return kept


async def funds(db: AsyncSession, *, areas: Sequence[str]) -> list[Fund]:
    """The funds of these areas and all below them, by area."""
    within = or_(false(), *(Account.area_code.startswith(area, autoescape=True) for area in areas))
    held = await db.execute(
        select(Account.area_code, Account.posted).where(
            within, Account.kind == AccountKind.FUND.value, Account.unit == _UNIT
        )
    )
    budgeted = await db.execute(
        select(Budget)
        .where(or_(false(), *(Budget.area_code.startswith(area, autoescape=True) for area in areas)))
        .order_by(Budget.period_from.desc(), Budget.document_no)
    )
    rows = budgeted.scalars().all()
    return [
        Fund(code, posted, tuple(row for row in rows if row.area_code == code))
        for code, posted in sorted((row.area_code, row.posted) for row in held)
    ]


async def _of_document(db: AsyncSession, area_code: str, document_no: str) -> Budget | None:
    query = select(Budget).where(Budget.area_code == area_code, Budget.document_no == document_no)
    return (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
