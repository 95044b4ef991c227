"""The packaged tables of `nlp/data`: read once, when first needed."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parent / "data"


class BrokenTable(Exception):
    """A packaged table cannot be read; the message names file, line and reason."""


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The lines of `nlp/data/{name}.csv` by column. Raises BrokenTable when a line has too few or too many fields."""
    path = _DATA / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        found = []
        for fields in reader:
            if len(fields) != len(header):
                reason = f"{len(header)} fields expected, {len(fields)} found"
                raise BrokenTable(f"{name}.csv:{reader.line_num}: {reason}")
            found.append(dict(zip(header, fields, strict=True)))
    return tuple(found)
