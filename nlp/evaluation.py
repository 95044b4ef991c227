"""How well messages are understood: against labelled JSON lines, per intent and slice, with calibration and errors.

A line holds `text, intent, intents, alt_intents, category, alt_categories, urgency (一般|较急|紧急), slots, tags`, and
perhaps `slots_complete` and `emergency`; what is missing is not judged.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from nlp.calibration import calibration_error
from nlp.understanding import Understanding

OVERLAP: Final = 0.6
MOST_ERRORS: Final = 40
_URGENT: Final = "紧急"


class BrokenData(Exception):
    """A file of labelled messages cannot be used; the message names file, line and reason."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One message as it is labelled and as it was read."""

    item: dict[str, Any]
    seen: Understanding

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(self.item.get("tags", ())) or ("plain",)

    @property
    def is_answered(self) -> bool:
        return self.seen.intent is not None

    @property
    def is_right(self) -> bool:
        """The first wish, or any other that the label accepts."""
        accepted = {self.item["intent"], *self.item.get("intents", ()), *self.item.get("alt_intents", ())}
        return (self.seen.intent or self.seen.candidates[0].name) in accepted


def read(path: Path) -> list[dict[str, Any]]:
    """Raises BrokenData."""
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            item = json.loads(line)
        except ValueError as error:
            raise BrokenData(f"{path.name}:{number}: {error}") from None
        if not isinstance(item, dict) or not all(isinstance(item.get(name), str) for name in ("text", "intent")):
            raise BrokenData(f"{path.name}:{number}: an object with text and intent is needed")
        items.append(item)
    return items


def evaluate(items: Iterable[dict[str, Any]], understand: Callable[[str], Understanding]) -> dict[str, Any]:
    """The whole report as plain values."""
    judged = [Judged(item, understand(item["text"])) for item in items]
    return {
        "messages": len(judged),
        "intent": _intent(judged),
        "slices": _slices(judged),
        "confusion": _confusion(judged),
        "category": _category([one for one in judged if one.item.get("category")]),
        "danger": _danger(judged),
        "slots": _slots(judged),
        "errors": _errors(judged),
    }


def _share(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), 4) if found else None


def _intent(judged: Sequence[Judged]) -> dict[str, Any]:
    answered = [one for one in judged if one.is_answered]
    foreign = [one for one in judged if one.item["intent"] == "other"]
    confidences = np.array([one.seen.candidates[0].confidence for one in answered], dtype=np.float32)
    by_intent = defaultdict(list)
    for one in judged:
        by_intent[one.item["intent"]].append(one.is_right)
    return {
        "accuracy": _share([one.is_right for one in judged]),
        "coverage": _share([one.is_answered for one in judged]),
        "accuracy_answered": _share([one.is_right for one in answered]),
        "out_of_scope_accepted": _share([one.is_answered and not one.is_right for one in foreign]),
        "calibration_error": round(calibration_error(confidences, np.array([one.is_right for one in answered])), 4),
        "several_wishes_found": _share(
            [
                set(one.item["intents"]) <= set(one.seen.intents)
                for one in judged
                if len(one.item.get("intents", ())) > 1
            ]
        ),
        "by_intent": {
            name: {"messages": len(found), "right": _share(found)} for name, found in sorted(by_intent.items())
        },
    }


def _slices(judged: Sequence[Judged]) -> dict[str, Any]:
    found = defaultdict(list)
    for one in judged:
        for tag in one.tags:
            found[tag].append(one.is_right)
    return {tag: {"messages": len(right), "right": _share(right)} for tag, right in sorted(found.items())}


def _confusion(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    pairs = Counter(
        (one.item["intent"], one.seen.intent or "(asked back)")
        for one in judged
        if not (one.is_right and one.is_answered)
    )
    return [{"labelled": meant, "read": seen, "times": count} for (meant, seen), count in pairs.most_common()]


def _category(reports: Sequence[Judged]) -> dict[str, Any]:
    read = [one for one in reports if one.seen.category is not None]
    strict = [one.seen.category == one.item["category"] for one in read]
    lenient = [one.seen.category in (one.item["category"], *one.item.get("alt_categories", ())) for one in read]
    three = [one.item["category"] in {c.name for c in one.seen.category_candidates} for one in read]
    return {
        "reports": len(reports),
        "read": len(read),
        "strict": _share(strict),
        "lenient": _share(lenient),
        "among_three": _share(three),
    }


def _danger(judged: Sequence[Judged]) -> dict[str, Any]:
    urgent = [one for one in judged if one.item.get("urgency") == _URGENT]
    calm = [one for one in judged if "urgency" in one.item and one.item["urgency"] != _URGENT]
    caught = [one.seen.urgency == 3 for one in urgent]
    false = [one.seen.alarm is not None for one in calm]
    return {
        "urgent": len(urgent),
        "caught": _share(caught),
        "missed": [one.item["text"] for one, found in zip(urgent, caught, strict=True) if not found],
        "false_alarms": _share(false),
        "alarmed": [one.item["text"] for one, alarm in zip(calm, false, strict=True) if alarm],
    }


def _slots(judged: Sequence[Judged]) -> dict[str, Any]:
    found: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        for slot in one.item.get("slots", ()):
            if one.item.get("slots_complete", True) or slot["type"] in ("loc", "phone"):
                best = max((_overlap(slot, own) for own in one.seen.all(slot["type"])), default=0.0)
                found[slot["type"]].append(best >= OVERLAP)
    return {kind: {"marked": len(hits), "found": _share(hits)} for kind, hits in sorted(found.items())}


def _overlap(slot: dict[str, Any], own: Any) -> float:
    """F1 of the characters that two spans share."""
    shared = max(0, min(slot["end"], own.end) - max(slot["start"], own.start))
    return float(2 * shared / (slot["end"] - slot["start"] + own.end - own.start))


def _errors(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The surest mistakes first: they say most about labels and rules."""
    wrong = [one for one in judged if one.is_answered and not one.is_right]
    wrong.sort(key=lambda one: -one.seen.confidence)
    return [
        {
            "text": one.item["text"],
            "labelled": one.item["intent"],
            "read": one.seen.intent,
            "confidence": one.seen.confidence,
        }
        for one in wrong[:MOST_ERRORS]
    ]
