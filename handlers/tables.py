"""The tables of this package: words in TOML files beside it, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent


@cache
def read(name: str) -> dict[str, Any]:
    """The table of that name."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(kind: str) -> tuple[str, ...]:
    """How people say `yes`, `no`, `any` of them, `thanks`, or that something was wrong (`corrections`)."""
    return tuple(read("answers")[kind])
