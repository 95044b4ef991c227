from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points import codes
from points.errors import CodeMistyped


def test_a_code_is_eight_digits_and_random() -> None:
    made = {codes.new_code() for _ in range(200)}
    assert len(made) > 190
    assert all(len(code) == 8 and code.isdigit() and codes.normalise(code) == code for code in made)


def test_the_check_digit_is_damms() -> None:
    """The worked example of the algorithm's description: 572 takes the digit 4."""
    assert codes._check("572") == 4


@given(st.integers(0, 7), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(place: int, off: int) -> None:
    code = codes.new_code()
    wrong = f"{code[:place]}{(int(code[place]) + off) % 10}{code[place + 1 :]}"
    with pytest.raises(CodeMistyped):
        codes.normalise(wrong)


@given(st.integers(0, 6))
def test_every_swap_of_two_neighbours_is_noticed(place: int) -> None:
    code = codes.new_code()
    swapped = f"{code[:place]}{code[place + 1]}{code[place]}{code[place + 2 :]}"
    if swapped != code:
        with pytest.raises(CodeMistyped):
            codes.normalise(swapped)


@pytest.mark.parametrize("form", ["{0} {1}", "{0}-{1}", " {0}{1}\n", "{0}　{1}"])
def test_a_code_may_be_typed_with_what_stands_around_it(form: str) -> None:
    code = codes.new_code()
    assert codes.normalise(form.format(code[:4], code[4:])) == code


def test_full_width_digits_are_digits() -> None:
    code = codes.new_code()
    assert codes.normalise(code.translate({ord("0") + n: ord("０") + n for n in range(10)})) == code


@given(st.text(max_size=200))
def test_any_text_is_either_a_code_or_mistyped(typed: str) -> None:
    try:
        plain = codes.normalise(typed)
    except CodeMistyped:
        return
    assert len(plain) == 8
    assert plain.isascii()
    assert plain.isdigit()
