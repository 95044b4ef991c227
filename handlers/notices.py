"""The words of what residents are told between their messages: from a notice's name and facts to a reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core import clock
from handlers import texts, texts_points, texts_report
from handlers import texts_notices as words
from handlers.dialogue import Option, entry
from handlers.wording import fill, moment

Topic = str


@dataclass(frozen=True, slots=True)
class Notice:
    """A text, the template topic that may carry it, what may be chosen in answer, and how many sends it must leave."""

    text: str
    topic: Topic
    options: tuple[Option, ...] = ()
    spare: int = 0


MERE_NEWS: Final = frozenset({"points_granted", "activity_honour"})
"""Pleasant to hear, and in the account anyway."""

SPARED: Final = 4


_MAY_BE_APPEALED: Final = frozenset(
    {"points_frozen", "appeal_declined", "points_taken_back", "points_taken_back_owing", "points_not_restored"}
)


TOPICS: Final = {
    "issue": "issue",
    "duty": "issue",
    "signup": "activity",
    "activity": "activity",
    "order": "order",
    "registration": "registration",
    "points": "points",
    "appeal": "points",
    "grant": "points",
    "redemption": "points",
    "family": "points",
}


def render(notice: str, facts: dict[str, Any]) -> Notice:
    """The words for one notice. Raises KeyError for a name that has no words: a fault of ours."""
    text = words.NOTICES[notice]
    readable = {name: _readable(value) for name, value in facts.items()}
    if facts.get("unit"):
        readable["by"] = words.NOTICE_BY.format(unit=facts["unit"])
    if facts.get("reason"):
        readable["why"] = texts.NOTICE_WHY.format(reason=facts["reason"])
    filled = "\n".join(line for line in fill(text, readable).splitlines() if line.strip())
    topic = TOPICS.get(notice.partition("_")[0], "")
    return Notice(filled, topic, _options(notice, facts), SPARED if notice in MERE_NEWS else 0)


def _readable(value: Any) -> str:
    """Moments as people say them; everything else as it is."""
    if isinstance(value, str) and len(value) >= len("2026-01-01T00:00") and value[4:5] == "-" and "T" in value:
        try:
            return moment(clock.parse(value))
        except ValueError:
            return value
    if isinstance(value, datetime):
        return moment(value)
    return str(value)


def _options(notice: str, facts: dict[str, Any]) -> tuple[Option, ...]:
    number = str(facts.get("number", ""))
    if notice == "issue_handled":
        return (
            entry("fixed", texts_report.FIXED_YES, number, texts_report.FIXED_YES_WORDS),
            entry("not_fixed", texts_report.FIXED_NO, number, texts_report.FIXED_NO_WORDS),
        )
    if notice == "issue_closed":
        return (
            entry("rate", texts_report.RATE_IT, number, texts_report.RATE_WORDS),
            entry("not_fixed", texts_report.FIXED_NO, number, texts_report.FIXED_NO_WORDS),
        )
    if notice == "family_invited":
        return (entry("family", texts_points.FAMILY_TITLE),)
    if notice in _MAY_BE_APPEALED:
        return (entry("appeal", texts_points.APPEAL_TITLE, words=texts_points.APPEAL_WORDS),)
    return ()
