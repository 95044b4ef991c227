"""The order of the stages: normalise, safety net, rules, slots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from nlp.deciding import read_category, read_danger, read_intent, weigh
from nlp.emergencies import Danger, danger
from nlp.hints import hints
from nlp.models import Models, shipped
from nlp.normalise import LONGEST, normalise
from nlp.rules import IntentReading
from nlp.slots import find_slots
from nlp.understanding import Scored, Slot, Understanding

_NET_REACHES: Final = 20_000
_OVERLAP: Final = 20
_EDGES: Final = " ，。！？,.!?在"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names of places of the community, as residents write them."""

    names: frozenset[str] = frozenset()


def understand(
    text: str, *, now: datetime, gazetteer: Gazetteer | None = None, models: Models | None = None
) -> Understanding:
    """Read one message of any content and length; never raises. `now` is aware and anchors words such as 明天.

    Without `models` the shipped ones are used.
    """
    source, models = normalise(text), models or shipped()
    found = hints(source.text, seen=_danger_anywhere(text, source.text))
    weighed = weigh(source.text, found, models)
    seen = read_danger(source.text, found, models, weighed)
    reading = _with_danger(read_intent(source.text, found, models, weighed), seen)
    slots = find_slots(source, intents=reading.intents, now=now, places=gazetteer.names if gazetteer else frozenset())
    if seen.urgency == 1 and _is_only_a_place(text, slots):
        reading = replace(reading, intent=None, intents=())
    is_report = "issue_report" in (reading.intents or (reading.candidates[0].name,))
    categories = read_category(found, models, weighed) if is_report else ()
    return Understanding(
        text=text,
        intent=reading.intent,
        confidence=reading.confidence,
        candidates=reading.candidates,
        intents=reading.intents,
        category=categories[0].name if categories else None,
        category_candidates=categories,
        urgency=seen.urgency if is_report or seen.kind is not None else 1,
        emergency=seen.kind,
        emergency_doubt=seen.doubt,
        confidential=bool(found.secrets),
        slots=slots,
    )


def _is_only_a_place(text: str, slots: tuple[Slot, ...]) -> bool:
    """A place alone wishes for nothing: it answers a question, or the question is what about it."""
    said = text.strip(_EDGES)
    return any(slot.type == "loc" and slot.text.strip(_EDGES) == said for slot in slots)


def _danger_anywhere(text: str, beginning: str) -> Danger:
    """The safety net reads further than everything else: a long story may end in 着火了."""
    seen = danger(beginning)
    for start in range(LONGEST, min(len(text), _NET_REACHES), LONGEST):
        if seen.kind is not None and not seen.doubt:
            break
        later = danger(normalise(text[start - _OVERLAP : start + LONGEST]).text)
        seen = max(seen, later, key=lambda one: (one.kind is not None and not one.doubt, one.urgency, one.doubt))
    return seen


def _with_danger(reading: IntentReading, seen: Danger) -> IntentReading:
    """Danger is a report whatever else was said; a hazard settles a report that was in doubt. Doubt settles nothing."""
    certain = seen.kind is not None and not seen.doubt
    hazard = seen.urgency == 3 and not seen.doubt and reading.intent is None
    if not certain and not hazard:
        return reading
    report = Scored("issue_report", max(0.95 if certain else 0.7, reading.confidence))
    others = tuple(one for one in reading.candidates if one.name not in {"issue_report", "other"})[:2]
    wishes = tuple(name for name in reading.intents if name not in {"issue_report", "other", "greeting"})
    return IntentReading("issue_report", report.confidence, (report, *others), ("issue_report", *wishes))
