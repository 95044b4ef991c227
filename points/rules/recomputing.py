"""What was paid is computed again from the rule's body and the inputs that its transfer kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from points.errors import TransferUnknown
from points.grant_models import GrantRequest
from points.models import Account, AccountKind, Entry, Transfer, TransferKind
from points.rules.body import Facts
from points.rules.book import RuleBook
from points.rules.store import in_force


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A paid award and what its rule gives for its inputs; `due` is None when the rule's version is not there."""

    transfer_id: str
    rule_id: str
    rule_version: int
    inputs: dict[str, Any]
    paid: int
    due: int | None

    @property
    def agrees(self) -> bool:
        return self.paid == self.due


async def recompute(db: AsyncSession, *, transfer_id: str) -> Recomputed:
    """One award. Raises TransferUnknown, also for transfers that no rule paid."""
    row = (await db.execute(_paid().where(Transfer.id == transfer_id))).one_or_none()
    if row is None:
        raise TransferUnknown
    return _computed(await in_force(db), row)


def _paid() -> Select[Any]:
    """Awards with what reached the resident; those of an earlier release kept their minutes on the request only."""
    return (
        select(
            Transfer.id, Transfer.rule_id, Transfer.rule_version, Transfer.inputs, GrantRequest.minutes, Entry.amount
        )
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Account, Account.id == Entry.account_id)
        .outerjoin(GrantRequest, GrantRequest.transfer_id == Transfer.id)
        .where(
            Transfer.kind == TransferKind.GRANT.value,
            Transfer.rule_id.is_not(None),
            Account.kind == AccountKind.RESIDENT.value,
        )
    )


def _computed(book: RuleBook, row: Row[Any]) -> Recomputed:
    version = book.version(row.rule_id, row.rule_version)
    facts = Facts.of(row.inputs, row.minutes)
    return Recomputed(
        transfer_id=row.id,
        rule_id=row.rule_id,
        rule_version=row.rule_version,
        inputs=facts.stored(),
        paid=row.amount,
        due=version.body.amount(facts) if version else None,
    )
