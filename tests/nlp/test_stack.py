"""Models that are read together say what each says alone, of a message and of each of its clauses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.clauses import clauses
from nlp.models import CATEGORY, DANGER, INTENT, shipped
from nlp.normalise import normalise
from nlp.stack import Stack
from nlp.training import Example, fit

TEXTS = ("路灯坏了，3栋楼下黑漆漆的", "给我换袋米，再帮我查查积分", "电话13800000001，十二号院12栋 漏水", "好", "")
POINTS = {"issue_report": 2.5, "unheard of": 1.0}


@pytest.mark.parametrize("text", TEXTS)
def test_together_they_say_what_each_says_alone(text: str) -> None:
    models = shipped()
    text = normalise(text).text
    whole, *_ = models.stack.sums(text, clauses(text))
    for at, model in ((INTENT, models.intent), (CATEGORY, models.category), (DANGER, models.danger)):
        head = models.stack.heads[at]
        shares = head.shares(whole, POINTS)
        assert shares == pytest.approx(model.probabilities(text, POINTS).tolist(), abs=1e-4)
        label, share = head.best(whole, POINTS)
        assert label == model.labels[shares.index(max(shares))]
        assert share == pytest.approx(max(shares))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([*"路灯坏了栋3 ，。换米", "12", "另外", "13800000001"]), max_size=30).map("".join))
def test_a_clause_is_read_as_a_text_that_others_follow(text: str) -> None:
    model = shipped().intent
    spans = clauses(normalise(text).text)
    text = normalise(text).text
    alone = tuple(text[start:end] for start, end in spans)
    _, *sums = shipped().stack.sums(text, spans)
    found = [shipped().stack.heads[INTENT].shares(one, {}) for one in sums]
    expected = model.probabilities_of(alone, [{}] * len(alone)).tolist() if alone else []
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-4)


def test_models_of_different_vocabularies_stand_beside_one_another() -> None:
    """As after a lesson that taught one of them anew."""
    lamps = fit([Example("路灯坏了", "灯", {}), Example("垃圾没人收", "垃圾", {"rule": 2.0})])
    pipes = fit([Example("水管漏了", "水", {}), Example("楼上太吵", "噪音", {}), Example("没电", "电", {})])
    stack = Stack(lamps, pipes, lamps)
    (sums,) = stack.sums("路灯和水管都坏了", ())
    for head, model in zip(stack.heads, (lamps, pipes, lamps), strict=True):
        expected = model.probabilities("路灯和水管都坏了", {"rule": 1.0})
        assert head.shares(sums, {"rule": 1.0}) == pytest.approx(expected.tolist(), abs=1e-4)
