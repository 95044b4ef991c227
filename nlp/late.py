"""Regular expressions that are compiled when they are first tried: most messages need few of them, and no start any."""

from __future__ import annotations

import re
from functools import cached_property


class Late:
    """A regular expression as it is written."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern)
