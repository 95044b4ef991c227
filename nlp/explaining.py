"""Why a message was read as it was, in words for whoever teaches the models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from nlp.deciding import read_intent
from nlp.hints import hints
from nlp.linear import LinearModel
from nlp.models import Models
from nlp.ngrams import BEGIN, END, marked
from nlp.normalise import normalise
from nlp.words import cutter

_SHOWN: Final = 10


def explain(text: str, models: Models) -> Iterator[str]:
    """Lines: the normalised text, the rules that were met, what spoke for the likeliest label, and why we ask back."""
    plain = normalise(text).text
    found = hints(plain)
    yield f"read as    {plain}"
    for name, scores in (("intent", found.intent), ("category", found.category), ("danger", found.danger)):
        named = ", ".join(f"{label} {value:.1f}" for label, value in sorted(scores.items(), key=lambda one: -one[1]))
        yield f"rules      {name}: {named or 'none'}"
    yield from _model("intent", models.intent, plain, found.intent)
    yield from _model("category", models.category, plain, found.category)
    reading, gate = read_intent(plain, found, models), models.gate
    if reading.intent is None:
        first, second = models.intent.probabilities(plain, found.intent).argsort()[::-1][:2]
        shares = models.intent.probabilities(plain, found.intent)
        yield (
            f"asked back {models.intent.labels[first]} {shares[first]:.2f} before {models.intent.labels[second]} "
            f"{shares[second]:.2f}; taken at {gate.probability:.2f} with a margin of {gate.margin:.2f}"
        )
    else:
        yield f"taken      {'+'.join(reading.intents)} ({reading.confidence:.2f})"


def _model(name: str, model: LinearModel, plain: str, points: dict[str, float]) -> Iterator[str]:
    shares = model.probabilities(plain, points)
    first, second = shares.argsort()[::-1][:2]
    one, other = model.labels[int(first)], model.labels[int(second)]
    yield f"{name:10} {one} {shares[first]:.2f} before {other} {shares[second]:.2f}"
    weighed = model.contributions(plain, points, label=one, against=other)
    words = ", ".join(f"{word} {weight:+.2f}" for word, weight in by_word(plain, dict(weighed))[:_SHOWN])
    yield f"           by word: {words or 'none'}"
    for part, weight in weighed[:_SHOWN]:
        shown = part.replace(BEGIN, "^").replace(END, "$")
        yield f"           {weight:+.2f} {shown}"


def by_word(plain: str, weights: Mapping[str, float]) -> list[tuple[str, float]]:
    """The words of a normalised text, each with the sum of the n-grams within it, the strongest first.

    An n-gram that two words share counts in both; those across their border count in neither.
    """
    words = {word for word in cutter().cut(marked(plain).strip(BEGIN + END)) if word.isalnum()}
    sums = {word: sum(weights.get(gram, 0.0) for gram in {*word, *map("".join, pairwise(word))}) for word in words}
    return sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))
