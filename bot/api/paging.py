"""Pages of a list that is short enough to be at hand as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import Invalid


def sliced(items: Sequence[dict[str, Any]], *, limit: int, cursor: str | None, key: str) -> dict[str, Any]:
    """The page after the item that has the cursor as its `key`. Raises Invalid for a strange cursor."""
    start = 0
    if cursor is not None:
        found = [n for n, item in enumerate(items) if item[key] == cursor]
        if not found:
            raise Invalid("bad_cursor", fields={"cursor": "not one of ours"})
        start = found[0] + 1
    shown = items[start : start + limit]
    more = start + limit < len(items)
    return {"items": list(shown), "next": shown[-1][key] if more else None}
