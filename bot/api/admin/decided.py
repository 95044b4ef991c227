"""By whom, when and with which words a worker decided something, as the lists of fairness show it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.api.admin.endpoint import Json
from core import clock


class Decided(Protocol):
    """A flag, an appeal, a deed that needs a second person; all three are None while it waits."""

    @property
    def decided_by(self) -> str | None: ...
    @property
    def decided_at(self) -> datetime | None: ...
    @property
    def decision(self) -> str | None: ...


def decided(one: Decided) -> Json:
    return {
        "decided_by": one.decided_by,
        "decided_at": clock.iso(one.decided_at) if one.decided_at else None,
        "decision": one.decision,
    }
