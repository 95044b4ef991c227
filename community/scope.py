"""Which rows lie in a worker's areas. Codes are hierarchical: an area holds all whose code begins with its own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, literal, or_
from sqlalchemy.orm import InstrumentedAttribute


def within(column: InstrumentedAttribute[str], areas: Sequence[str]) -> ColumnElement[bool]:
    """Rows in one of these areas or below it; an empty code is everywhere, no code is nowhere."""
    return or_(false(), *(column.startswith(code, autoescape=True) for code in areas))


def holding(column: InstrumentedAttribute[str], area_code: str) -> ColumnElement[bool]:
    """Rows of this area and of the areas above it: what is meant for people who live here."""
    return literal(area_code).startswith(column)
