"""What a dialogue is: a few named steps that take an answer and return what happens next.

A prompt and the answers it accepts are built together, as one `Ask`; what was not offered cannot be matched. A step
calls one function of `community` or `points` in the transaction that it is given and returns; it never sends, never
commits. It returns an `Ask`, an `Unclear` (the same question again), or `Done`, which may offer what people usually
want next: each such option begins another dialogue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from community.residents import Who
from core.crypto import Vault
from core.messages import Inbound, InboundKind
from core.settings import Account, Config
from nlp.understanding import Understanding

TEXT: Final = frozenset({InboundKind.TEXT, InboundKind.VOICE})
PLACE: Final = TEXT | {InboundKind.LOCATION}
ANYTHING: Final = PLACE | {InboundKind.IMAGE}
NOTHING: Final[frozenset[InboundKind]] = frozenset()
ENTRY: Final = "go:"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: shown as `label`, also matched by any of `words`, handed to the step as `value`.

    `about` are the words with which the dialogue of an entry begins, as if they were said now.
    """

    value: str
    label: str
    words: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: which step takes the answer, what may be chosen, and which other kinds of message it accepts.

    A `greedy` one takes any text for its answer, also one that looks like another wish (a note, a reason); one that
    waits for a `slot` takes any text that holds it, and a `count` may be a number beyond those offered.
    """

    step: StrEnum
    text: str
    options: tuple[Option, ...] = ()
    accepts: frozenset[InboundKind] = NOTHING
    greedy: bool = False
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The dialogue is over. Options are entries (`report`, `my_reports:R2611…`), see `entry`; `qr` as in a Reply."""

    text: str
    options: tuple[Option, ...] = ()
    url: str = ""
    title: str = ""
    qr: str = ""
    to_human: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """The words say nothing to this question: it is asked again, below a sentence that says what was missing."""

    text: str = ""


Outcome = Ask | Done | Unclear


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to the waiting prompt: a chosen value, or a message of a kind that the prompt accepts."""

    value: str = ""
    text: str = ""
    about: str = ""


@dataclass(slots=True)
class Turn:
    """All that a step may use. `draft` is the dialogue's own memory, JSON values only, kept sealed between messages."""

    db: AsyncSession
    vault: Vault
    config: Config
    account: Account
    who: Who
    said: Inbound
    message_key: str
    understood: Understanding
    understand: Callable[[str], Understanding]
    draft: dict[str, Any]
    answer: Answer = field(default_factory=Answer)
    media_id: str = ""

    def hear(self, text: str) -> None:
        """Take these words for what was said: those of an earlier message, or none where a number was chosen."""
        self.said = replace(self.said, text=text)
        self.understood = self.understand(text)

    @property
    def resident_id(self) -> str:
        return self.who.resident_id


Step = Callable[[Turn], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One job a resident comes for. `begin` gets the argument of its entry, if any, as `turn.answer.value`."""

    name: str
    title: str
    begin: Step
    steps: Mapping[str, Step]
    intents: tuple[str, ...] = ()
    needs_identity: bool = False


def entry(dialogue: str, label: str, argument: str = "", words: tuple[str, ...] = (), about: str = "") -> Option:
    """An option that begins a dialogue."""
    return Option(f"{ENTRY}{dialogue}:{argument}", label, words, about)
