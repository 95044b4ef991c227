"""What the staff get about the service of party members; see `bot.api.admin.answers`."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from core.values import PartyServiceKind


class Served(BaseModel):
    """`created` is false when this was certified before."""

    id: str
    created: bool


class PartyService(BaseModel):
    """One service on the day `on`; `minutes` is null where the time was not counted."""

    id: str
    kind: PartyServiceKind
    on: date
    minutes: int | None
    certified_by: str
    certified_at: datetime
