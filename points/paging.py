"""Where the next page of a list begins: the newest first, a row's id where two are of the same moment."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

MAX_PAGE: Final = 100
Chosen = TypeVar("Chosen", bound=Select[*tuple[Any, ...]])


def page(
    query: Chosen,
    *,
    when: InstrumentedAttribute[Any],
    row_id: InstrumentedAttribute[str],
    after_id: str | None,
    limit: int,
) -> Chosen:
    """At most MAX_PAGE rows, newest first by `when`; `after_id` is the last of the page before."""
    if after_id is not None:
        last = select(when).where(row_id == after_id).scalar_subquery()
        query = query.where(or_(when < last, and_(when == last, row_id < after_id)))
    return query.order_by(when.desc(), row_id.desc()).limit(max(1, min(limit, MAX_PAGE)))
