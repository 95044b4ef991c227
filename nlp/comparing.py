"""What another version of the models would change: emergencies that it misses, messages that it reads otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nlp.models import Models
from nlp.pipeline import understand
from nlp.understanding import Understanding

MOST_CHANGES: Final = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A message by its reference: the words themselves stay where they are kept."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The version that serves and the one that may come after it, reading at the same moment."""

    before: Models
    after: Models
    now: datetime

    def missed(self, texts: Iterable[str]) -> list[str]:
        """Dangers that are caught today and would not be."""
        urgent = (text for text in texts if self._by(self.before, text).urgency == 3)
        return [text for text in urgent if self._by(self.after, text).urgency != 3]

    def changes(self, messages: Iterable[Asked]) -> list[dict[str, Any]]:
        """`{ref, before, after}` of messages that would be answered otherwise, at most MOST_CHANGES."""
        found: list[dict[str, Any]] = []
        for message in messages:
            before, after = (decision(self._by(models, message.text)) for models in (self.before, self.after))
            if before != after and len(found) < MOST_CHANGES:
                found.append({"ref": message.ref, "before": before, "after": after})
        return found

    def right(self, labelled: Sequence[dict[str, str]]) -> dict[str, Any]:
        """How many of these examples each version reads as they are labelled."""
        return {
            "messages": len(labelled),
            **{
                name: sum(_is_right(self._by(models, one["text"]), one) for one in labelled)
                for name, models in (("before", self.before), ("after", self.after))
            },
        }

    def _by(self, models: Models, text: str) -> Understanding:
        return understand(text, now=self.now, models=models)


def decision(seen: Understanding) -> dict[str, str | None]:
    """What decides the answer; `intent` is None where it is asked back."""
    return {
        "intent": seen.intent,
        "category": seen.category if seen.intent == "issue_report" else None,
        "emergency": seen.alarm,
    }


def _is_right(seen: Understanding, label: dict[str, str]) -> bool:
    return seen.intent == label["intent"] and (not label.get("category") or seen.category == label["category"])
