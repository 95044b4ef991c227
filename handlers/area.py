"""Which community and grid is mine: by scanning a grid's code, by a position, by name, or from a list."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final

from community import areas, residents
from core import clock
from core.messages import InboundKind
from handlers import basics, texts
from handlers.dialogue import PLACE, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear

SHOWN: Final = 8


class Step(StrEnum):
    WHICH = "which"


async def begin(turn: Turn) -> Outcome:
    """The argument is a scanned scene, if there is one; the code of no grid of ours is only a way in."""
    if not turn.answer.value:
        return await _ask(turn, texts.AREA_ASK)
    found = await areas.by_scene(turn.db, scene=turn.answer.value, at=clock.now())
    welcomed = await basics.welcome(turn)
    if found is None:
        return welcomed
    chosen = await _choose(turn, found.community_code, found.grid_code)
    return replace(welcomed, text=f"{chosen.text}\n{welcomed.text}")


async def _ask(turn: Turn, text: str) -> Ask:
    found = await areas.communities(turn.db, within=turn.account.area or "")
    options = tuple(Option(area.code, area.name) for area in found[:SHOWN])
    return Ask(Step.WHICH, text, options, accepts=PLACE)


async def which(turn: Turn) -> Outcome:
    if turn.answer.value:
        return await _choose(turn, *_codes(await areas.get(turn.db, code=turn.answer.value)))
    if turn.said.kind is InboundKind.LOCATION and turn.said.point is not None:
        located = await areas.locate(turn.db, turn.said.point, at=clock.now())
        if located is None or located.community_code is None:
            return await _ask(turn, texts.AREA_OUTSIDE)
        return await _choose(turn, located.community_code, located.grid_code)
    matches = await areas.search(turn.db, name=_name_in(turn))
    if len(matches) == 1:
        return await _choose(turn, *_codes(matches[0]))
    if matches:
        options = tuple(Option(area.code, area.name) for area in matches[:SHOWN])
        return Ask(Step.WHICH, texts.AREA_SEVERAL, options, accepts=PLACE)
    return Unclear(texts.AREA_UNKNOWN)


def _name_in(turn: Turn) -> str:
    """The name alone, of 我住和平里社区 too."""
    place = turn.understood.place()
    return place.text if place is not None else turn.answer.text


def _codes(area: areas.Area) -> tuple[str, str | None]:
    """The community of an area, and the area itself if it is a grid."""
    if area.level == areas.Level.GRID:
        return area.parent_code or area.code, area.code
    return area.code, None


async def _choose(turn: Turn, community_code: str, grid_code: str | None) -> Done:
    await residents.set_area(turn.db, resident_id=turn.resident_id, area_code=community_code, grid_code=grid_code)
    name = (await areas.get(turn.db, code=grid_code or community_code)).name
    return Done(texts.AREA_CHOSEN.format(name=name))


AREA: Final = Dialogue("area", texts.AREA_TITLE, begin, {Step.WHICH: which})
