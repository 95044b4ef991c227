"""One lesson in a process of its own: `python -m nlp.teaching OUT` reads a lesson from stdin, prints what came of it.

The lesson is `{taught, held_out: [{text, intent, category, danger}], recent: [{ref, text}], serving, sentences,
known}`: `serving` is a file of packed models, `sentences` a CSV or folder, each null for the shipped ones; `known` are
`{sentences_digest, intent, category}` of the version that serves, if it was scored before. The new models are written
to the file OUT, packed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core import clock
from nlp import corpus, examples, folds, packing
from nlp.comparing import Asked, Pair
from nlp.corpus import BrokenCorpus, Sentence
from nlp.curve import learning_curve
from nlp.examples import DANGER_UNJUDGED, Read
from nlp.folds import CrossRead, Scores
from nlp.learning import calibrated, learn
from nlp.linear import BrokenModel
from nlp.models import DOUBT, Models, shipped
from nlp.vocabulary import Vocabulary

WORSE: Final = 0.02
"""So much may macro-F1 fall: two points."""

POLITENESS: Final = 10
MOST_MISSED: Final = 20
_BLANK: Final = re.compile("〔[^〕]*〕")


def main(arguments: Sequence[str]) -> int:
    """2 where sentences or models cannot be used."""
    os.nice(POLITENESS)
    lesson = json.load(sys.stdin)
    try:
        models, report = teach(lesson)
    except (BrokenCorpus, BrokenModel) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    Path(arguments[0]).write_bytes(packing.packed(models))
    sys.stdout.write(json.dumps(report, ensure_ascii=False))
    return 0


def teach(lesson: Mapping[str, Any]) -> tuple[Models, dict[str, Any]]:
    """New models, and how they compare with those that serve. Raises BrokenCorpus, BrokenModel."""
    serving = packing.unpacked(Path(lesson["serving"]).read_bytes()) if lesson["serving"] else shipped()
    own = corpus.read_all(Path(lesson["sentences"])) if lesson["sentences"] else corpus.read_all()
    taught = [_sentence(one) for one in lesson["taught"]]
    read, more = examples.read(own), examples.read(taught)
    seen = folds.cross_read(read, more)
    digest = _digest(own)
    before, after = _before(read, taught, seen, _known(lesson["known"], digest)), seen.scores()
    models = _models(own, taught, seen, serving)
    pair = Pair(serving, models, clock.now())
    missed = pair.missed(one.text for one in (*own, *taught) if one.danger and not one.danger.startswith(DOUBT))
    report = {
        "sentences": len(own),
        "taught": len(taught),
        "sentences_digest": digest,
        "before": before.to_json(),
        "after": after.to_json(),
        "missed": missed[:MOST_MISSED],
        "held_out": pair.right([{**one, "text": plain(one["text"])} for one in lesson["held_out"]]),
        "curve": learning_curve([*read, *more]),
        "changes": pair.changes(Asked(one["ref"], plain(one["text"])) for one in lesson["recent"]),
    }
    return models, {**report, "refused": refused(before, after, missed)}


def _models(own: Sequence[Sentence], taught: Sequence[Sentence], seen: CrossRead, serving: Models) -> Models:
    """The threshold of intents stays, for it comes from messages kept apart, which are not here.

    Where no example says anything about danger the safety net stays as it is, to the last digit.
    """
    if any(one.danger for one in taught):
        models = learn([*own, *taught]).models
        return replace(models, gate=replace(serving.gate, alarm=models.gate.alarm, ask=models.gate.ask))
    read = examples.read([*own, *taught])
    vocabulary = Vocabulary.of([one.text for one in read])
    intent = calibrated(read, "intent", vocabulary, seen.intent)
    category = calibrated(read, "category", vocabulary, seen.category)
    return Models(intent, category, serving.danger, serving.gate)


def refused(before: Scores, after: Scores, missed: Sequence[str]) -> list[str]:
    """Why a version may not serve: `intent_worse`, `category_worse`, `emergency_missed`."""
    reasons = {
        "intent_worse": after.intent < before.intent - WORSE,
        "category_worse": after.category < before.category - WORSE,
        "emergency_missed": bool(missed),
    }
    return [name for name, is_so in reasons.items() if is_so]


def plain(text: str) -> str:
    """The words without the blanks that stand for persons."""
    return _BLANK.sub("", text)


def _before(read: Sequence[Read], taught: Sequence[Sentence], seen: CrossRead, known: Scores | None) -> Scores:
    """The scores of the version that serves, on the project's own sentences, by the same folds."""
    if known is not None:
        return known
    return folds.cross_read(read).scores() if taught else seen.scores()


def _known(given: Mapping[str, Any] | None, digest: str) -> Scores | None:
    """The scores of the version that serves, unless they were found on other sentences."""
    if given is None or given["sentences_digest"] != digest:
        return None
    return Scores(given["intent"], given["category"])


def _sentence(one: Mapping[str, str]) -> Sentence:
    """An example as a sentence. Without a word on danger it says nothing about danger, not that there is none."""
    danger = one.get("danger") or ""
    return Sentence(
        text=plain(one["text"]),
        intents=(one["intent"],),
        categories=(one["category"],) if one.get("category") else (),
        danger=danger,
        source="taught",
        tags=frozenset() if danger else frozenset({DANGER_UNJUDGED}),
        slots=(),
    )


def _digest(sentences: Sequence[Sentence]) -> str:
    lines = (f"{one.text}\t{one.intents}\t{one.categories}\t{one.danger}" for one in sentences)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
