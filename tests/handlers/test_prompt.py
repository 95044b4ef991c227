"""Numbers, words, positions and buttons lead to the option that was offered; nothing else does."""

from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import InboundKind
from handlers import tables
from handlers.dialogue import ANYTHING, NOTHING, TEXT, Answer, Ask, Option
from handlers.prompt import COUNT, MOST_LINES, NO, YES, NoSuchNumber, Prompt, Stale, above, chosen, match, number_in
from tests.handlers.messages import photo, pressed, said


class Step(StrEnum):
    ONE = "one"


CONFIRM = (Option(YES, "可以，下单", ("订", "下单")), Option("slot", "改时间", ("换时间",)), Option(NO, "先不了"))
ACTIVITIES = (
    Option("a", "周六清洁家园 11月28日周六09:00（还有17个名额）", ("周六清洁家园",)),
    Option("b", "为高龄老人送午餐 后天10:30（还有7个名额）", ("为高龄老人送午餐",)),
    Option("c", "老人手机课堂助教 11月25日周三14:00（还有8个名额）", ("老人手机课堂助教",)),
)


def prompt(
    options: tuple[Option, ...] = CONFIRM, *, accepts: frozenset[InboundKind] = NOTHING, slot: str = ""
) -> Prompt:
    return Prompt.of(Ask(Step.ONE, "哪一个？", options, accepts, slot=slot), "m7")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", YES), ("１", YES), ("一", YES), ("第一个", YES), ("第1个吧", YES), ("选1", YES), ("要第二个", "slot"),
        ("就第二个", "slot"), ("第三", NO), ("最后一个", NO), ("后一个", NO), ("最后那个", NO), ("前面那个", YES),
        ("头一个", YES), ("中间那个", "slot"),
        ("可以，下单", YES), ("可以下单", YES), ("下单", YES), ("订", YES), ("我要下单", YES), ("换时间", "slot"),
        ("先不了", NO), ("嗯", YES), ("好嘞", YES), ("行吧", YES), ("中", YES), ("可以的", YES), ("要得", YES),
        ("得嘞", YES), ("好的，谢谢", YES), ("OK", YES), ("👌", YES), ("不用了", NO), ("不", NO), ("算了", NO),
        ("不下单了", NO), ("还是不订了吧", NO),
    ],
)  # fmt: skip
def test_answers_to_a_confirmation(text: str, value: str) -> None:
    answer = match(prompt(), said(text))
    assert isinstance(answer, Answer)
    assert answer.value == value


@pytest.mark.parametrize(
    "text",
    [
        "不对",
        "我再想想",
        "楼道灯坏了",
        "不下单",
        "别下单",
        "两个人",
        "就我一个",
        "",
        "  ",
        "。。。",
    ],
)
def test_what_answers_nothing(text: str) -> None:
    assert match(prompt(), said(text)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("清洁家园", "a"),
        ("送午餐", "b"),
        ("手机课堂", "c"),
        ("周六清洁家园", "a"),
        ("那个手机课堂", None),
    ],
)
def test_part_of_one_label_is_enough(text: str, value: str | None) -> None:
    found = chosen(ACTIVITIES, text)
    assert (found.value if found else None) == value


def test_a_part_that_two_labels_have_names_neither() -> None:
    assert chosen(ACTIVITIES, "老人") is None
    assert chosen(ACTIVITIES, "名额") is None


@given(st.integers(min_value=4, max_value=99))
def test_a_number_beyond_the_options_matches_none(number: int) -> None:
    assert match(prompt(accepts=ANYTHING), said(str(number))) == NoSuchNumber(number)
    assert chosen(CONFIRM, str(number)) is None


@given(st.integers(min_value=4, max_value=20))
def test_unless_a_number_was_asked_for(number: int) -> None:
    assert match(prompt(accepts=TEXT, slot=COUNT), said(str(number))) == Answer(text=str(number))


@given(st.text(max_size=40), st.sampled_from([CONFIRM, ACTIVITIES, ()]), st.sampled_from([NOTHING, TEXT, ANYTHING]))
def test_any_text_at_all(text: str, options: tuple[Option, ...], accepts: frozenset[InboundKind]) -> None:
    """Never an error, never a value that was not offered, never a free text where none is accepted."""
    answer = match(prompt(options, accepts=accepts), said(text))
    if isinstance(answer, Answer):
        assert answer.value in {"", *(option.value for option in options)}
        assert answer.value or accepts


def test_kinds_that_are_accepted() -> None:
    assert match(prompt(accepts=ANYTHING), photo()) == Answer()
    assert match(prompt(accepts=TEXT), photo()) is None
    assert match(prompt(accepts=TEXT), said("😀")) is None
    assert match(prompt(accepts=TEXT), said("三号楼")) == Answer(text="三号楼")


def test_a_button_works_once_shown_and_not_afterwards() -> None:
    shown = prompt()
    assert match(shown, pressed(shown.choices()[1])) == Answer("slot", "改时间")
    later = Prompt.of(Ask(Step.ONE, "哪一个？", CONFIRM), "m8")
    assert match(later, pressed(shown.choices()[1])) == Stale()


def test_yes_and_no_do_not_overlap() -> None:
    assert not set(tables.words("yes")) & set(tables.words("no"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("第3个", 3),
        ("两个", 2),
        ("十", 10),
        ("3号楼", None),
        ("一会儿", None),
    ],
)
def test_numbers(text: str, number: int | None) -> None:
    assert number_in(text) == number


@given(st.integers(0, 2), st.integers(0, 2))
def test_two_texts_are_one_message_of_three_lines(first: int, second: int) -> None:
    joined = above("好。" + "\n好。" * first, "行？" + "\n行？" * second)
    assert joined.count("\n") + 1 <= max(MOST_LINES, first + second + 1)


def test_a_prompt_survives_storing() -> None:
    kept = prompt((*CONFIRM, Option("x", "别的", ("换",), "原话")), accepts=ANYTHING, slot="loc")
    assert Prompt.from_json(kept.to_json()) == kept
