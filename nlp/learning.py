"""From labelled sentences to the three models and their gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nlp import examples, folds
from nlp.calibration import Point, Unseen, curve, lowest_safe, temperature
from nlp.corpus import Sentence
from nlp.examples import PLANS, Read
from nlp.hints import hints
from nlp.linear import LinearModel
from nlp.models import DOUBT, HAZARD, NO_DANGER, Gate, Models
from nlp.normalise import normalise
from nlp.training import fit
from nlp.vocabulary import Vocabulary

ACCURACY: Final = 0.98
ACCEPTED: Final = 0.025
FALSE_ALARMS: Final = 0.004
FALSE_QUESTIONS: Final = 0.06
LEAST_ALARM: Final = 0.8
LEAST_QUESTION: Final = 0.2
"""A danger that only the model sees is asked about from here, taken for certain from LEAST_ALARM."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The models, each one's logits on sentences that it had not seen, and what other thresholds would give."""

    models: Models
    unseen: Mapping[str, Unseen]
    curve: Sequence[Point]


def learn(sentences: Sequence[Sentence], apart: Sequence[Mapping[str, Any]] = ()) -> Learnt:
    """Train on all sentences; temperatures and thresholds come from cross-validation.

    The sentences are harder than what residents usually write: with messages kept `apart` (as `nlp.evaluation` reads
    them) the threshold of the intent comes from these.
    """
    read = examples.read(sentences)
    vocabulary = Vocabulary.of([one.text for one in read])
    unseen = {name: folds.unseen(read, name, vocabulary=vocabulary) for name in PLANS}
    intent, category, danger = (calibrated(read, name, vocabulary, unseen[name]) for name in PLANS)
    gate = Gate()
    judged = scored(intent, apart) if apart else unseen["intent"]
    points = curve(judged, intent.temperature, margin=gate.margin)
    gate = replace(
        gate, probability=lowest_safe(points, accuracy=ACCURACY, accepted=ACCEPTED), **_alarms(unseen["danger"], danger)
    )
    return Learnt(Models(intent, category, danger, gate), unseen, points)


def scored(model: LinearModel, items: Sequence[Mapping[str, Any]]) -> Unseen:
    """Logits of labelled messages; what a second reader would accept counts as right."""
    logits = []
    right = []
    for item in items:
        text = normalise(item["text"]).text
        logits.append(model.logits(text, hints(text).intent))
        best = model.labels[int(logits[-1].argmax())]
        accepted = (item["intent"], *item.get("intents", ()), *item.get("alt_intents", ()))
        right.append(model.labels.index(best if best in accepted else item["intent"]))
    return Unseen(model.labels, np.array(logits, dtype=np.float32), np.array(right))


def calibrated(read: Sequence[Read], name: str, vocabulary: Vocabulary, unseen: Unseen) -> LinearModel:
    """The model of that name; its temperature comes from logits of models that had not seen what they judged."""
    model = fit(examples.of(read, name), PLANS[name], vocabulary=vocabulary)
    return replace(model, temperature=temperature(unseen))


def _alarms(unseen: Unseen, model: LinearModel) -> dict[str, float]:
    """What harmless sentences seldom reach: `alarm` by FALSE_ALARMS of them, `ask` by FALSE_QUESTIONS.

    They are measured beside many look-alikes; of what residents usually write far fewer reach them.
    """
    shares = unseen.probabilities(model.temperature)
    quiet = [unseen.labels.index(name) for name in (NO_DANGER, DOUBT) if name in unseen.labels]
    harmless = np.isin(unseen.right, quiet)
    hazard = unseen.labels.index(HAZARD)
    danger = 1.0 - shares[:, quiet].sum(axis=1)
    kinds = danger - shares[:, hazard]
    alarm = float(np.quantile(kinds[harmless], 1.0 - FALSE_ALARMS))
    ask = float(np.quantile(danger[harmless], 1.0 - FALSE_QUESTIONS))
    return {"alarm": round(max(alarm, LEAST_ALARM), 3), "ask": round(max(ask, LEAST_QUESTION), 3)}
