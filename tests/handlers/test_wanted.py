"""Which thing a message names that it wants for points."""

from __future__ import annotations

import pytest

from handlers.points.wanted import names_nothing, thing


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("换个垃圾袋", "垃圾袋"), ("我想换袋大米", "大米"), ("用积分换抽纸", "抽纸"), ("给我来袋米吧", "米"),
        ("兑两瓶油", "油"),
        ("换东西", ""), ("能换点啥", ""), ("积分能换什么", ""), ("兑换", ""), ("换", ""), ("能换吗", ""),
        ("换好了", ""),
        ("换的东西在哪领", ""), ("我有多少分", ""), ("换个礼品", ""), ("", ""), ("能换油不", "油"),
    ],
)  # fmt: skip
def test_the_thing_that_is_named(text: str, named: str) -> None:
    assert thing(text) == named


def test_asking_again_names_nothing() -> None:
    assert names_nothing("换东西")
    assert not names_nothing("换大米")
    assert not names_nothing("大米")
