"""我的荣誉: the tier of a volunteer, what is missing to the next, and where the list of volunteers is seen."""

from __future__ import annotations

from typing import Final

from community import honours
from core.values import Platform
from handlers import texts
from handlers import texts_points as words
from handlers.common import area_of, choose_area_first
from handlers.dialogue import Dialogue, Done, Outcome, Turn, entry
from handlers.wording import length
from points.honours import Standing

HOUR_MINUTES: Final = 60


async def begin(turn: Turn) -> Outcome:
    area = await area_of(turn)
    if not area:
        return choose_area_first()
    found = await honours.standing(turn.db, resident_id=turn.resident_id, area_code=area)
    said = sentence(found)
    hours = words.HONOUR_HOURS.format(hours=length(found.minutes))
    options = (entry("volunteer", texts.VOLUNTEER_TITLE), entry("leaderboard", words.LEADERBOARD_TITLE))
    return Done(f"{hours}\n{said}" if said else words.HONOUR_NONE, options)


def sentence(standing: Standing) -> str:
    """What they are and what is missing to the next tier, on one line; empty for who has not begun."""
    if standing.tier is None and not standing.minutes:
        return ""
    held = words.HONOUR_HELD.format(title=standing.tier.title) if standing.tier else ""
    if standing.following is None:
        return words.HONOUR_TOP.format(title=standing.tier.title) if standing.tier else ""
    return held + _missing(standing, standing.following.title)


def _missing(standing: Standing, title: str) -> str:
    """Hours are rounded up: nobody is told that they are there before they are."""
    hours, points = -(-standing.missing_minutes // HOUR_MINUTES), standing.missing_points
    if hours and points:
        return words.HONOUR_TO_BOTH.format(hours=hours, points=points, title=title)
    if hours:
        return words.HONOUR_TO_HOURS.format(hours=hours, title=title)
    return words.HONOUR_TO_POINTS.format(points=points, title=title)


async def leaderboard(turn: Turn) -> Outcome:
    """The list itself stands on the page alone; who writes from there has it at hand."""
    if turn.who.platform is Platform.WEB:
        return Done(words.LEADERBOARD_HERE)
    url = f"{turn.config.service.public_url}/"
    return Done(words.LEADERBOARD_WHERE, url=url, title=words.LEADERBOARD_TITLE)


HONOURS: Final = Dialogue("honours", words.HONOURS_TITLE, begin, {}, needs_identity=True)
LEADERBOARD: Final = Dialogue("leaderboard", words.LEADERBOARD_TITLE, leaderboard, {})
