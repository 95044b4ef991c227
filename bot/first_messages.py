"""First messages, as they were read: kept in memory for some seconds after the reply, so that no reply waits for them.

A first message is read for its wish alone: free words that no waiting question takes. What a process that dies had not
written yet is lost: the counts and examples of some seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.understanding import Reader
from community.residents import Who
from core import clock
from core.messages import Inbound
from handlers.dialogue import TEXT
from handlers.memory import Memory
from handlers.prompt import match, number_in
from handlers.wishes import Wishes
from nlp.escape import escape_word
from nlp.understanding import Understanding

MOST: Final = 5000
"""More than a process answers between two looks; were there more, the oldest would go uncounted."""

SHORTEST: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class FirstMessage:
    """One first message with its reading; `account_area` is where its account answers, perhaps everywhere."""

    who: Who
    day: date
    account_area: str
    text: str
    seen: Understanding


class FirstMessages:
    """A short queue in this process."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._waiting: deque[FirstMessage] = deque(maxlen=MOST)

    def see(self, who: Who, said: Inbound, memory: Memory, reader: Reader) -> None:
        """Keep a message that was answered and committed, if it was a first one; `memory` is that before it."""
        if not _is_first(said, memory) or self._wishes.called(said) is not None:
            return
        seen = reader.read(said)
        if seen.emergency is None:
            area = reader.account(said.account).area or ""
            self._waiting.append(FirstMessage(who, clock.today(), area, said.text, seen))

    def drain(self) -> list[FirstMessage]:
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def put_back(self, messages: Sequence[FirstMessage]) -> None:
        """Before what came since; of more than MOST the oldest go."""
        self._waiting = deque((*messages, *self._waiting), maxlen=MOST)


def _is_first(said: Inbound, memory: Memory) -> bool:
    words = said.text.strip()
    if said.kind not in TEXT or len(words) < SHORTEST or memory.current is not None or memory.suspended:
        return False
    if escape_word(words) or number_in(words) is not None:
        return False
    return memory.offer is None or match(memory.offer, said) is None
