"""What a conversation remembers between two messages.

The dialogue under way, those put aside, what else was wished for meanwhile, and the last offer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from handlers.prompt import Prompt

MOST_SUSPENDED: Final = 3
MOST_LATER: Final = 3
LONGEST_TRAIL: Final = 8


@dataclass(frozen=True, slots=True)
class Thread:
    """A dialogue that waits for an answer. `trail` holds the prompts and drafts before this one, for going back."""

    dialogue: str
    draft: dict[str, Any]
    prompt: Prompt
    trail: tuple[tuple[Prompt, dict[str, Any]], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "dialogue": self.dialogue,
            "draft": self.draft,
            "prompt": self.prompt.to_json(),
            "trail": [[prompt.to_json(), draft] for prompt, draft in self.trail],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Thread:
        trail = tuple((Prompt.from_json(prompt), draft) for prompt, draft in data["trail"])
        return cls(data["dialogue"], data["draft"], Prompt.from_json(data["prompt"]), trail)

    def asking(self, prompt: Prompt, draft: dict[str, Any]) -> Thread:
        """The same dialogue at its next prompt; a repeated question is not a step back."""
        trail = self.trail
        if prompt.step != self.prompt.step:
            trail = (*trail, (self.prompt, self.draft))[-LONGEST_TRAIL:]
        return replace(self, draft=draft, prompt=prompt, trail=trail)

    def back(self) -> Thread | None:
        if not self.trail:
            return None
        prompt, draft = self.trail[-1]
        return replace(self, prompt=prompt, draft=draft, trail=self.trail[:-1])


@dataclass(frozen=True, slots=True)
class Later:
    """Another wish of a message, and its words: offered when what was begun is over."""

    dialogue: str
    words: str


@dataclass(frozen=True, slots=True)
class Memory:
    """`offer` is the last message's choice of things to begin; a waiting thread has a prompt of its own."""

    current: Thread | None = None
    suspended: tuple[Thread, ...] = field(default=())
    later: tuple[Later, ...] = field(default=())
    offer: Prompt | None = None

    @property
    def is_empty(self) -> bool:
        return self == Memory()

    def suspend(self) -> Memory:
        """Put the current dialogue aside; of too many the oldest is dropped."""
        if self.current is None:
            return self
        return replace(self, current=None, suspended=(*self.suspended, self.current)[-MOST_SUSPENDED:])

    def resume(self) -> Memory:
        if not self.suspended:
            return self
        return replace(self, current=self.suspended[-1], suspended=self.suspended[:-1], offer=None)

    def wishing(self, wishes: tuple[Later, ...]) -> Memory:
        """With these wishes for later; the newest words of each dialogue count."""
        kept = {wish.dialogue: wish for wish in (*self.later, *wishes)}
        return replace(self, later=tuple(kept.values())[-MOST_LATER:])

    def without(self, dialogue: str) -> Memory:
        """That dialogue is not to be offered: it is begun now."""
        return replace(self, later=tuple(wish for wish in self.later if wish.dialogue != dialogue))

    def to_json(self) -> dict[str, Any]:
        return {
            "current": self.current.to_json() if self.current else None,
            "suspended": [thread.to_json() for thread in self.suspended],
            "later": [[wish.dialogue, wish.words] for wish in self.later],
            "offer": self.offer.to_json() if self.offer else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Memory:
        return cls(
            Thread.from_json(data["current"]) if data["current"] else None,
            tuple(Thread.from_json(thread) for thread in data["suspended"]),
            tuple(Later(dialogue, words) for dialogue, words in data["later"]),
            Prompt.from_json(data["offer"]) if data["offer"] else None,
        )
