"""What the ledger reads and writes for many rows at once: as many statements for one posting as for hundreds.

A hot fund pays a batch of grants in one transaction. Each grant is a transfer of its own with its own entries, lot and
running balances; only the journeys to the database are shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, FromClause, and_, case, or_, select, true, update

from core.db import table_of
from core.row_statements import RowStatement
from points.lot_models import Lot
from points.models import LOCK_RANK, Account, AccountStatus, Entry, Transfer

ACCOUNT: Final = table_of(Account)
IDENTITY: Final = ("area_code", "unit", "kind", "owner_id")
CHANGE: Final = {name: BigInteger() for name in ("account_id", "posted", "held", "earned", "lines", "reach")}


def _names(table: Any, *, but: str = "") -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.name != but)


def _types(table: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: table.c[name].type for name in names}


def _inserting(table: Any, names: Sequence[str], *, returning: tuple[Column[Any], ...] = ()) -> RowStatement:
    """The rows as they are given; with `returning`, those that a unique key forbids are left out."""

    def build(given: FromClause, make: Any) -> Any:
        rows = select(*(given.c[name] for name in names)).where(true())
        insertion = make(table).from_select(names, rows, include_defaults=False)
        return insertion.on_conflict_do_nothing().returning(*returning) if returning else insertion

    return RowStatement(_types(table, names), build)


_FOUND: Final = (ACCOUNT.c.id, *(ACCOUNT.c[name] for name in IDENTITY))
TRANSFER_COLUMNS: Final = _names(table_of(Transfer))
ENTRY_COLUMNS: Final = _names(table_of(Entry))
LOT_COLUMNS: Final = _names(table_of(Lot), but="id")
ACCOUNT_COLUMNS: Final = _names(ACCOUNT, but="id")

INSERT_TRANSFERS: Final = _inserting(table_of(Transfer), TRANSFER_COLUMNS, returning=(table_of(Transfer).c.id,))
"""Returns the ids of those that are new."""

INSERT_ENTRIES: Final = _inserting(table_of(Entry), ENTRY_COLUMNS)
INSERT_LOTS: Final = _inserting(table_of(Lot), LOT_COLUMNS)
OPEN_ACCOUNTS: Final = _inserting(ACCOUNT, ACCOUNT_COLUMNS, returning=_FOUND)
"""Returns those that are new, as FIND_ACCOUNTS does."""


def _is_given(given: FromClause) -> Any:
    return and_(*(ACCOUNT.c[name] == given.c[name] for name in IDENTITY))


FIND_ACCOUNTS: Final = RowStatement(
    _types(ACCOUNT, IDENTITY),
    lambda given, _: select(*_FOUND).join_from(given, ACCOUNT, _is_given(given)),
)
FIND_DEBTS: Final = RowStatement(
    _types(ACCOUNT, IDENTITY),
    lambda given, _: (
        select(ACCOUNT.c.area_code, ACCOUNT.c.unit, ACCOUNT.c.owner_id, ACCOUNT.c.posted)
        .join_from(given, ACCOUNT, _is_given(given))
        .where(ACCOUNT.c.posted < 0)
    ),
)
_RANK: Final = case({kind.value: rank for kind, rank in LOCK_RANK.items()}, value=ACCOUNT.c.kind)

LOCK_ACCOUNTS: Final = RowStatement(
    {"account_id": BigInteger()},
    lambda given, _: (
        select(ACCOUNT.c.id)
        .join_from(given, ACCOUNT, ACCOUNT.c.id == given.c.account_id)
        .order_by(_RANK, ACCOUNT.c.id)
        .with_for_update(of=ACCOUNT, key_share=True)
    ),
)

_STATUS: Final = case({AccountStatus.OPEN.value: 0, AccountStatus.FROZEN.value: 1}, value=ACCOUNT.c.status, else_=2)


def _change(given: FromClause, _: Any) -> Any:
    posted, held = ACCOUNT.c.posted + given.c.posted, ACCOUNT.c.held + given.c.held
    return (
        update(ACCOUNT)
        .where(
            ACCOUNT.c.id == given.c.account_id,
            given.c.reach >= _STATUS,
            or_(ACCOUNT.c.floor.is_(None), posted - held >= ACCOUNT.c.floor),
            or_(ACCOUNT.c.ceiling.is_(None), posted <= ACCOUNT.c.ceiling),
        )
        .values(
            posted=posted,
            held=held,
            earned=ACCOUNT.c.earned + given.c.earned,
            version=ACCOUNT.c.version + given.c.lines,
        )
        .returning(ACCOUNT.c.id, ACCOUNT.c.posted, ACCOUNT.c.version)
    )


CHANGE_ACCOUNTS: Final = RowStatement(CHANGE, _change)
"""Returns those whose floor, ceiling and status allowed it, as they are afterwards."""
