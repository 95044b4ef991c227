"""What an example may be labelled: the words of the guideline, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import Invalid
from nlp.corpus import DANGERS
from nlp.understanding import CATEGORIES, INTENTS

REPORT: Final = "issue_report"


class LabelWrong(Invalid):
    """The intent or category is none of the guideline's, or they do not go together."""

    code = "label_wrong"


@dataclass(frozen=True, slots=True)
class Label:
    """What a message wishes for; a report is about a category. `danger` is empty, a kind, `hazard` or `doubt:kind`."""

    intent: str
    category: str = ""
    danger: str = ""


def checked(intent: str, category: str = "", danger: str = "") -> Label:
    """Raises LabelWrong."""
    if intent not in INTENTS:
        raise LabelWrong(fields={"intent": " ".join(INTENTS)})
    if intent == REPORT and category not in CATEGORIES:
        raise LabelWrong(fields={"category": " ".join(CATEGORIES)})
    if intent != REPORT and category:
        raise LabelWrong(fields={"category": f"belongs to {REPORT} alone"})
    if danger and danger.removeprefix("doubt:") not in DANGERS:
        raise LabelWrong(fields={"danger": " ".join(DANGERS)})
    return Label(intent, category, danger)
