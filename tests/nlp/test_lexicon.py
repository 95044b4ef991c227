"""Words of many tables are found in one pass, and only expressions that may be met are tried."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import tables
from nlp.lexicon import lookalikes
from nlp.notation import HARMLESS_GAP, alternatives, bounded
from nlp.scanning import Words
from tests.nlp.sentences import unlabelled

WORDS = {"灯": 1, "路灯": 2, "路灯杆": 3, "灯杆": 4, "门": 5, "门口": 6}


@given(st.text(alphabet="路灯杆门口坏", max_size=12))
def test_each_word_is_found_wherever_it_stands(text: str) -> None:
    expected = [
        (start, end, WORDS[text[start:end]])
        for start in range(len(text))
        for end in range(len(text), start, -1)
        if text[start:end] in WORDS
    ]
    assert Words(WORDS).found_in(text) == expected


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(unlabelled("lookalikes")), min_size=1, max_size=6).map("，".join))
def test_lookalikes_are_those_of_one_long_expression(text: str) -> None:
    patterns = [one for row in tables.rows("lookalikes") for one in alternatives(row["pattern"])]
    whole = re.compile("|".join(bounded(one, HARMLESS_GAP) for one in sorted(patterns, key=len, reverse=True)))
    assert list(lookalikes().spans(text)) == [match.span() for match in whole.finditer(text)]
