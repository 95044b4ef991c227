from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points import codes
from points.errors import CodeMistyped

CODES = st.builds(codes.new_code)
LOOK_ALIKE = ("0OQ", "1IL", "2Z", "5S", "8B", "6G", "UV", "MN")
"""At most one of each group is used."""


def fitting(digits: str) -> str:
    """An old code, with the digit that the algorithm asks for."""
    return next(f"{digits}{last}" for last in range(10) if codes._is_old(f"{digits}{last}"))


def test_a_code_is_eight_symbols_and_random() -> None:
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    assert all(len(code) == 8 and set(code) <= set(codes.ALPHABET) for code in made)
    assert all(codes.normalise(code) == code for code in made)


def test_no_two_symbols_look_alike() -> None:
    assert len(set(codes.ALPHABET)) == 23
    assert all(len(set(group) & set(codes.ALPHABET)) <= 1 for group in LOOK_ALIKE)


def test_a_code_is_shown_in_two_groups() -> None:
    assert codes.shown("8H2K7M4Q") == "8H2K-7M4Q"


@given(CODES, st.integers(0, 7), st.sampled_from(codes.ALPHABET + "01BDGILNOSUVZ"))
def test_every_single_wrong_symbol_is_noticed(code: str, place: int, symbol: str) -> None:
    wrong = f"{code[:place]}{symbol}{code[place + 1 :]}"
    if wrong != code:
        with pytest.raises(CodeMistyped):
            codes.normalise(wrong)


@given(CODES, st.integers(0, 6))
def test_every_swap_of_two_neighbours_is_noticed(code: str, place: int) -> None:
    swapped = f"{code[:place]}{code[place + 1]}{code[place]}{code[place + 2 :]}"
    if swapped != code:
        with pytest.raises(CodeMistyped):
            codes.normalise(swapped)


@given(CODES, st.integers(0, 7))
def test_a_missing_symbol_is_noticed(code: str, place: int) -> None:
    with pytest.raises(CodeMistyped):
        codes.normalise(code[:place] + code[place + 1 :])


@pytest.mark.parametrize("form", ["{0} {1}", "{0}-{1}", " {0}{1}\n", "{0}\u3000{1}", "{0}\u2014{1}", "\uff0d{0}{1}"])
def test_a_code_may_be_typed_with_what_stands_around_it(form: str) -> None:
    code = codes.new_code()
    assert codes.normalise(form.format(code[:4], code[4:])) == code


@given(CODES)
def test_small_and_full_width_symbols_read_alike(code: str) -> None:
    wide = code.translate({ord(c): chr(ord(c) + 0xFEE0) for c in codes.ALPHABET})
    assert [codes.normalise(form) for form in (code.lower(), wide, wide.lower())] == [code] * 3


def test_the_old_check_digit_is_damms() -> None:
    """The worked example of the algorithm's description: 572 takes the digit 4."""
    assert fitting("572")[-1] == "4"


@given(st.from_regex(r"[0-9]{7}", fullmatch=True), st.integers(0, 7), st.sampled_from("0123456789AHQ"))
def test_old_codes_are_read_and_their_slips_noticed(digits: str, place: int, symbol: str) -> None:
    old = fitting(digits)
    assert codes.normalise(f"{old[:4]} {old[4:]}") == old
    wrong = f"{old[:place]}{symbol}{old[place + 1 :]}"
    if wrong != old:
        with pytest.raises(CodeMistyped):
            codes.normalise(wrong)


@given(st.text(max_size=200))
def test_any_text_is_either_a_code_or_mistyped(typed: str) -> None:
    try:
        plain = codes.normalise(typed)
    except CodeMistyped:
        return
    assert len(plain) == 8
    assert set(plain) <= set(codes.ALPHABET + "01")
