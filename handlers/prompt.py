"""A prompt as it waits for its answer, and the one function that decides whether a message answers it.

Numbers, words and buttons all lead to the same option. What was not offered matches nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from core.messages import Choice, Inbound, InboundKind, Reply
from handlers import tables
from handlers.dialogue import Answer, Ask, Done, Option

MOST_LINES: Final = 3
"""Of a message, besides its choices: many who read it are old, and the screen is small."""

_LEADING: Final = r"^(?:那|就|要|选|来|给|请|第|我要|我选|我想要)*"
_ENDING: Final = r"(?:吧|啊|呢|的|就行|就好|好了)*$"
_NUMBER: Final = re.compile(rf"{_LEADING}(\d{{1,2}}|[一二两三四五六七八九十])(?:个|项|号|条|种|件)?{_ENDING}")
_PLACED: Final = re.compile(rf"{_LEADING}(最后|后|前|头|上|下|中间|末)(?:面|边)?(?:那|的)?(?:一|1)?个{_ENDING}")
_HAN: Final = {han: value for value, han in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_EDGES: Final = " \t\r\n,.;:!?，。；：！？、~～…\"'“”‘’（）()【】"
_NEGATIONS: Final = ("不", "别", "没", "勿")
_NOT_DOING: Final = re.compile(
    r"(?:还是|那|就|我|先)*(?:不想|不要|不|别)(?:再)?(?P<deed>[\u4e00-\u9fff]{1,4}?)[了啦][吧啊呀]?"
)
_SHORT: Final = 8
"""In a text of at most so many characters an option's word may stand beside others ("我要提交")."""

_SHORTEST_PART: Final = 2
"""So much of an option's label is enough to name it, where no other option has it too."""

YES: Final = "yes"
NO: Final = "no"
COUNT: Final = "count"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was asked last; without a step it offers things to begin. `key` makes the ids of its choices unique."""

    key: str
    step: str
    text: str
    options: tuple[Option, ...]
    accepts: frozenset[InboundKind]
    greedy: bool = False
    slot: str = ""

    @classmethod
    def of(cls, asked: Ask | Done, key: str) -> Prompt:
        if isinstance(asked, Done):
            return cls(key, "", asked.text, asked.options, frozenset())
        return cls(key, asked.step.value, asked.text, asked.options, asked.accepts, asked.greedy, asked.slot)

    def reply(self, *, before: str = "") -> Reply:
        """The prompt as a message; `before` goes above it."""
        return Reply(text=above(before, self.text), choices=self.choices())

    def choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(f"{self.key}-{n}", option.label) for n, option in enumerate(self.options, start=1))

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "step": self.step,
            "text": self.text,
            "options": [[o.value, o.label, list(o.words), o.about] for o in self.options],
            "accepts": sorted(kind.value for kind in self.accepts),
            "greedy": self.greedy,
            "slot": self.slot,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Prompt:
        options = tuple(Option(value, label, tuple(words), about) for value, label, words, about in data["options"])
        accepts = frozenset(InboundKind(kind) for kind in data["accepts"])
        return cls(data["key"], data["step"], data["text"], options, accepts, data["greedy"], data["slot"])


def above(first: str, second: str) -> str:
    """Two texts as one message; on one line where lines would be too many otherwise."""
    lines = first.count("\n") + second.count("\n") + 2
    return f"{first}{'' if lines > MOST_LINES else chr(10)}{second}".strip()


@dataclass(frozen=True, slots=True)
class Stale:
    """A button of an earlier prompt was pressed."""


@dataclass(frozen=True, slots=True)
class NoSuchNumber:
    """A number was said that is none of those offered."""

    number: int


def match(prompt: Prompt, said: Inbound) -> Answer | Stale | NoSuchNumber | None:
    """The answer that a message gives to a prompt; None when it gives none."""
    if said.kind is InboundKind.CHOICE or said.choice:
        return _by_choice(prompt, said.choice)
    if said.kind not in (InboundKind.TEXT, InboundKind.VOICE):
        return Answer() if said.kind in prompt.accepts else None
    if option := chosen(prompt.options, said.text, by_part=bool(prompt.step)):
        return Answer(value=option.value, text=said.text, about=option.about)
    number = number_in(plain(said.text))
    if number is not None and prompt.options and prompt.slot != COUNT:
        return NoSuchNumber(number)
    if said.kind in prompt.accepts and any(ch.isalnum() for ch in said.text):
        return Answer(text=said.text.strip())
    return None


def _by_choice(prompt: Prompt, choice: str) -> Answer | Stale:
    for made, option in zip(prompt.choices(), prompt.options, strict=True):
        if made.id == choice:
            return Answer(value=option.value, text=option.label, about=option.about)
    return Stale()


def chosen(options: tuple[Option, ...], text: str, *, by_part: bool = True) -> Option | None:
    """The option that a text names: by number or position, label or word, yes or no where these are offered.

    With `by_part` a part of one label is enough.
    """
    said = without_thanks(text)
    if not said or not options:
        return None
    if (number := number_in(said)) is not None:
        return options[number - 1] if 1 <= number <= len(options) else None
    for option in options:
        if said in {plain(option.label), *(plain(word) for word in option.words)}:
            return option
    return (
        _by_yes_or_no(options, said)
        or _by_position(options, said)
        or _by_contained_word(options, said)
        or (_by_part_of_label(options, said) if by_part else None)
    )


def _by_yes_or_no(options: tuple[Option, ...], said: str) -> Option | None:
    declined = said in tables.words("no") or _declines(options, said)
    wanted = YES if said in tables.words("yes") else NO if declined else None
    return next((option for option in options if option.value == wanted), None) if wanted else None


def _declines(options: tuple[Option, ...], said: str) -> bool:
    """不换了 says no where the other option is 换, whatever 换了 may mean elsewhere."""
    found = _NOT_DOING.fullmatch(said)
    offered = [word for option in options if option.value == YES for word in (option.label, *option.words)]
    return found is not None and any(plain(word).startswith(found.group("deed")) for word in offered)


def _by_position(options: tuple[Option, ...], said: str) -> Option | None:
    """最后一个, 前面那个, and the middle one of three."""
    found = _PLACED.match(said)
    if found is None or len(options) == 1:
        return None
    match found.group(1):
        case "最后" | "后" | "末" | "下":
            return options[-1]
        case "中间":
            return options[len(options) // 2] if len(options) % 2 else None
        case _:
            return options[0]


def _by_contained_word(options: tuple[Option, ...], said: str) -> Option | None:
    """One option's word inside a short text, unless something negates it."""
    if len(said) > _SHORT:
        return None
    return _only(options, lambda option: _names(option, said))


def _names(option: Option, said: str) -> bool:
    words = [w for w in (plain(word) for word in (option.label, *option.words)) if len(w) > 1 and w in said]
    return any(words) and not any(sign in said.replace(word, "") for word in words for sign in _NEGATIONS)


def _by_part_of_label(options: tuple[Option, ...], said: str) -> Option | None:
    if len(said) < _SHORTEST_PART:
        return None
    return _only(options, lambda option: said in plain(option.label))


def _only(options: tuple[Option, ...], fits: Callable[[Option], bool]) -> Option | None:
    hits = [option for option in options if fits(option)]
    return hits[0] if len(hits) == 1 else None


def without_thanks(text: str) -> str:
    """行吧，谢谢 answers like 行吧."""
    said = plain(text)
    for ending in tables.words("thanks"):
        said = plain(said.removesuffix(ending))
    return said


def plain(text: str) -> str:
    """Folded width and case, without punctuation at the edges, spaces and commas."""
    return unicodedata.normalize("NFKC", text).strip(_EDGES).replace(" ", "").replace(",", "").lower()


def number_in(said: str) -> int | None:
    """The number that a plain text is, as figures or in Chinese, 第二个 included; None for every other text."""
    found = _NUMBER.match(said)
    if not found:
        return None
    digits = found.group(1)
    return int(digits) if digits.isdecimal() else _HAN[digits]
