"""How a resident's tier is said: what they are, and what is missing to the next."""

from __future__ import annotations

from handlers import texts_points as words
from points.honours import Standing

HOUR_MINUTES = 60


def sentence(standing: Standing) -> str:
    """One line, or two; empty for who has not begun."""
    if not standing.minutes and standing.tier is None:
        return ""
    lines = [] if standing.tier is None else [words.HONOUR_HELD.format(title=standing.tier.title)]
    if standing.following is None:
        return "" if standing.tier is None else words.HONOUR_TOP.format(title=standing.tier.title)
    return "\n".join([*lines, _missing(standing)])


def _missing(standing: Standing) -> str:
    """Hours are rounded up: nobody is told that they are there before they are."""
    assert standing.following is not None
    hours = -(-standing.missing_minutes // HOUR_MINUTES)
    points, title = standing.missing_points, standing.following.title
    if hours and points:
        return words.HONOUR_TO_BOTH.format(hours=hours, points=points, title=title)
    if hours:
        return words.HONOUR_TO_HOURS.format(hours=hours, title=title)
    return words.HONOUR_TO_POINTS.format(points=points, title=title)
