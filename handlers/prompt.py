"""A prompt as it waits for its answer, and the one function that decides whether a message answers it.

Numbers, words and buttons all lead to the same option. What was not offered matches nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from core.messages import Choice, Inbound, InboundKind, Reply
from handlers.dialogue import Answer, Ask, Done, Option

_NUMBER: Final = re.compile(r"^(?:第|选|我选|要)?(\d{1,2}|[一二两三四五六七八九十])(?:个|项|号|条)?(?:吧|啊|呢|的)?$")
_HAN: Final = {han: value for value, han in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_EDGES: Final = " \t\r\n,.;:!?，。；：！？、~～…\"'“”‘’（）()【】"
_NEGATIONS: Final = ("不", "别", "没", "勿")
_SHORT: Final = 8
"""In a text of at most so many characters an option's word may stand beside others ("我要提交")."""

_AFFIRMATIONS: Final = frozenset(
    {"好", "好的", "行", "可以", "嗯", "是", "是的", "对", "对的", "要", "ok", "yes", "中", "得"}
)
_REFUSALS: Final = frozenset({"不", "不要", "不用", "不用了", "否", "不是", "不行", "没有", "no"})
YES: Final = "yes"
NO: Final = "no"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was asked last. `key` makes the ids of its choices unique; `about`: see `Done`."""

    key: str
    step: str
    text: str
    options: tuple[Option, ...]
    accepts: frozenset[InboundKind]
    greedy: bool = False
    slot: str = ""
    about: str = ""

    @classmethod
    def of(cls, asked: Ask | Done, key: str) -> Prompt:
        if isinstance(asked, Done):
            return cls(key, "", asked.text, asked.options, frozenset(), about=asked.about)
        return cls(key, asked.step.value, asked.text, asked.options, asked.accepts, asked.greedy, asked.slot)

    def reply(self, *, before: str = "") -> Reply:
        """The prompt as a message; `before` goes above it."""
        return Reply(text=f"{before}\n{self.text}".strip(), choices=self.choices())

    def choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(f"{self.key}-{n}", option.label) for n, option in enumerate(self.options, start=1))

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "step": self.step,
            "text": self.text,
            "options": [[o.value, o.label, list(o.words)] for o in self.options],
            "accepts": sorted(kind.value for kind in self.accepts),
            "greedy": self.greedy,
            "slot": self.slot,
            "about": self.about,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Prompt:
        options = tuple(Option(value, label, tuple(words)) for value, label, words in data["options"])
        accepts = frozenset(InboundKind(kind) for kind in data["accepts"])
        return cls(
            data["key"], data["step"], data["text"], options, accepts, data["greedy"], data["slot"], data["about"]
        )


@dataclass(frozen=True, slots=True)
class Stale:
    """A button of an earlier prompt was pressed."""


def match(prompt: Prompt, said: Inbound) -> Answer | Stale | None:
    """The answer that a message gives to a prompt; None when it gives none."""
    if said.kind is InboundKind.CHOICE or said.choice:
        return _by_choice(prompt, said.choice)
    if said.kind not in (InboundKind.TEXT, InboundKind.VOICE):
        return Answer() if said.kind in prompt.accepts else None
    if option := chosen(prompt.options, said.text):
        return Answer(value=option.value, text=said.text)
    if said.kind in prompt.accepts and said.text.strip():
        return Answer(text=said.text.strip())
    return None


def _by_choice(prompt: Prompt, choice: str) -> Answer | Stale:
    for made, option in zip(prompt.choices(), prompt.options, strict=True):
        if made.id == choice:
            return Answer(value=option.value, text=option.label)
    return Stale()


def chosen(options: tuple[Option, ...], text: str) -> Option | None:
    """The option that a text names by number, by label or word, or by yes and no where these are offered."""
    said = plain(text)
    if not said or not options:
        return None
    if (number := _number(said)) is not None:
        return options[number - 1] if 1 <= number <= len(options) else None
    for option in options:
        if said in {plain(option.label), *(plain(word) for word in option.words)}:
            return option
    return _by_yes_or_no(options, said) or _by_contained_word(options, said)


def _by_yes_or_no(options: tuple[Option, ...], said: str) -> Option | None:
    wanted = YES if said in _AFFIRMATIONS else NO if said in _REFUSALS else None
    return next((option for option in options if option.value == wanted), None) if wanted else None


def _by_contained_word(options: tuple[Option, ...], said: str) -> Option | None:
    """One option's word inside a short text, unless something negates it."""
    if len(said) > _SHORT:
        return None
    hits = []
    for option in options:
        words = [w for w in (plain(word) for word in (option.label, *option.words)) if len(w) > 1 and w in said]
        if words and not any(sign in said.replace(word, "") for word in words for sign in _NEGATIONS):
            hits.append(option)
    return hits[0] if len(hits) == 1 else None


def plain(text: str) -> str:
    """Folded width and case, without punctuation at the edges and without spaces."""
    return unicodedata.normalize("NFKC", text).strip(_EDGES).replace(" ", "").lower()


def _number(said: str) -> int | None:
    found = _NUMBER.match(said)
    if not found:
        return None
    digits = found.group(1)
    return int(digits) if digits.isdigit() else _HAN[digits]
