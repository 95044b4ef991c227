"""What the rules found, as numbers that the models weigh beside the n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.confidentiality import find_wishes
from nlp.emergencies import Danger, danger
from nlp.lexicon import Hit, lexicon
from nlp.rules import category_scores, clause_scores, summed


@dataclass(frozen=True, slots=True)
class Hints:
    """Scores by name for each model, and what they were made from: a normalised text, its hits, its danger.

    `clauses` are the scores of the intents in each clause of the text.
    """

    intent: dict[str, float]
    clauses: list[dict[str, float]]
    category: dict[str, float]
    danger: dict[str, float]
    matters: Sequence[Hit]
    secrets: list[tuple[int, int]]
    seen: Danger


def hints(text: str, *, seen: Danger | None = None) -> Hints:
    """For a normalised text; `seen` where the danger is known already."""
    matters = lexicon("categories").hits(text)
    secrets = find_wishes(text)
    net = danger(text) if seen is None else seen
    clauses = clause_scores(text, matters, secrets)
    intent = summed(clauses)
    if net.kind is not None or net.urgency > 1:
        intent["danger"] = 1.0 if net.kind is not None and not net.doubt else 0.5
    return Hints(intent, clauses, category_scores(text, matters), _danger(net), matters, secrets, net)


def category_hints(text: str) -> dict[str, float]:
    """Those for the category alone, of a normalised text."""
    return category_scores(text, lexicon("categories").hits(text))


def _danger(net: Danger) -> dict[str, float]:
    found = {}
    if net.kind is not None:
        found["doubt" if net.doubt else "certain"] = 1.0
        found[net.kind] = 1.0
    if net.lookalike:
        found["lookalike"] = 1.0
    if net.urgency > 1:
        found[f"urgency{net.urgency}"] = 1.0
    return found
