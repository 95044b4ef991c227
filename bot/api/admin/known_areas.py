"""Areas that somebody knows: points, budgets and rewards under a mistyped code would be out of everybody's sight."""

from __future__ import annotations

from bot.api.admin.endpoint import Call
from community import areas, residents
from community.areas import AreaNotFound, Level


async def require_community(call: Call, area_code: str) -> None:
    """A community, or whatever residents live in or an account is for. Raises AreaNotFound."""
    if area_code in {account.area for account in call.service.config.accounts}:
        return
    if await areas.is_known(call.db, code=area_code, level=Level.COMMUNITY):
        return
    if not await residents.live_in(call.db, area_code=area_code):
        raise AreaNotFound(area_code=area_code)


async def require_area(call: Call, area_code: str) -> None:
    """Any area, or one in which an account or another area lies; empty is everywhere. Raises AreaNotFound."""
    if any((account.area or "").startswith(area_code) for account in call.service.config.accounts):
        return
    if not await areas.is_known(call.db, code=area_code):
        raise AreaNotFound(area_code=area_code)
