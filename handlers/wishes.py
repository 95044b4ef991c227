"""What a message wishes for: a dialogue called by its name, or the intents that were understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from core.messages import Inbound, InboundKind
from handlers import tables, texts
from handlers.dialogue import TEXT, Dialogue, Done, Turn, entry
from handlers.prompt import plain
from nlp.understanding import Understanding

SURE: Final = 0.8
"""A waiting dialogue is put aside only for a wish that is at least so sure."""

OFFERED: Final = 3
LONGEST_CALL: Final = 20
REMEMBERED: Final = 2048
_POLITE: Final = re.compile(
    r"^(?:你好|您好|请问|请|麻烦|帮我|给我|我想|我要|想|看看|查查|查一下|看一下)+|(?:谢谢|吧|啊|呀|呢|吗|一下)+$"
)
_CLAUSE_ENDS: Final = re.compile(r"[，。；！？,;!?\n]+")
_NEVER_OFFERED: Final = ("menu", "greeting", "human", "cancel")
_USUAL: Final = ("report", "order", "volunteer")


@cache
def _calls() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(f"(?:{one})" for one in calls)) for name, calls in tables.read("calls").items()}


class Wishes:
    """Reads wishes for the dialogues of one router."""

    def __init__(self, dialogues: Mapping[str, Dialogue]) -> None:
        self._dialogues = dialogues
        self._called = lru_cache(maxsize=REMEMBERED)(self._find_call)
        self._by_intent = {intent: dialogue.name for dialogue in dialogues.values() for intent in dialogue.intents}

    def called(self, said: Inbound) -> str | None:
        """The dialogue that the whole message is a name of."""
        text = plain(said.text)
        if said.kind not in TEXT or not text or len(text) > LONGEST_CALL:
            return None
        return self._called(text)

    def _find_call(self, text: str) -> str | None:
        forms = (text, plain(_POLITE.sub("", text)))
        return next(
            (
                name
                for name, pattern in _calls().items()
                if name in self._dialogues and any(pattern.fullmatch(form) for form in forms)
            ),
            None,
        )

    def understood(self, understood: Understanding, *, at_least: float = 0.0) -> str | None:
        """The dialogue of the message's intent, if that is sure enough."""
        if understood.intent is None or understood.confidence < at_least:
            return None
        return self._by_intent.get(understood.intent)

    def others(self, turn: Turn, begun: str) -> tuple[str, ...]:
        """What the message wishes for besides the dialogue that it begins; a name that was called is one wish."""
        if self.called(turn.said) is not None:
            return ()
        names = (self._by_intent.get(intent, "") for intent in turn.understood.intents)
        return tuple(dict.fromkeys(name for name in names if name and name not in (begun, *_NEVER_OFFERED)))

    def part(self, turn: Turn, name: str) -> str:
        """The message without the clauses that wish for something else."""
        clauses = [clause for clause in _CLAUSE_ENDS.split(turn.said.text) if clause.strip()]
        kept = [clause for clause in clauses if self.understood(turn.understand(clause)) in (name, None)]
        return "，".join(kept) or turn.said.text

    def likeliest(self, said: Inbound, understood: Understanding) -> Done:
        """Three things that may be meant, and a human last."""
        likely = [self._by_intent.get(one.name, "") for one in understood.candidates]
        names = dict.fromkeys(name for name in (*likely, *_USUAL) if name and name not in _NEVER_OFFERED)
        offered = [
            entry(name, self._dialogues[name].title, about=said.text) for name in names if name in self._dialogues
        ]
        return Done(_unsure(said), (*offered[:OFFERED], entry("human", texts.TO_HUMAN)))


def _unsure(said: Inbound) -> str:
    """What to say to a message that cannot be made out."""
    if said.kind is InboundKind.VOICE and not said.text.strip():
        return texts.UNHEARD
    if said.kind is InboundKind.OTHER:
        return texts.UNREADABLE
    return texts.UNSURE if any(ch.isalnum() for ch in said.text) else texts.UNSURE_EMPTY
