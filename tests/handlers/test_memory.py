"""What a conversation remembers, and forgets."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.messages import InboundKind
from handlers.dialogue import Option
from handlers.memory import MOST_LATER, MOST_SUSPENDED, Later, Memory, Thread
from handlers.prompt import Prompt

WORDS = st.text(max_size=8)
OPTIONS = st.builds(Option, WORDS, WORDS, st.tuples(WORDS), WORDS)
PROMPTS = st.builds(
    Prompt,
    WORDS,
    WORDS,
    WORDS,
    st.lists(OPTIONS, max_size=3).map(tuple),
    st.frozensets(st.sampled_from(InboundKind)),
    st.booleans(),
    WORDS,
)
DRAFTS = st.dictionaries(WORDS, WORDS | st.integers() | st.none(), max_size=3)
THREADS = st.builds(Thread, WORDS, DRAFTS, PROMPTS, st.lists(st.tuples(PROMPTS, DRAFTS), max_size=2).map(tuple))
MEMORIES = st.builds(
    Memory,
    st.none() | THREADS,
    st.lists(THREADS, max_size=2).map(tuple),
    st.lists(st.builds(Later, WORDS, WORDS), max_size=2).map(tuple),
    st.none() | PROMPTS,
)


def thread(name: str, step: str = "one", **draft: Any) -> Thread:
    return Thread(name, draft, Prompt(f"key-{step}", step, "？", (), frozenset()))


@given(MEMORIES)
def test_storing_changes_nothing(memory: Memory) -> None:
    assert Memory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


def test_the_way_back_skips_repeated_questions() -> None:
    begun = thread("report", "what")
    asked = begun.asking(Prompt("k2", "place", "？", (), frozenset()), {"what": "灯"})
    again = asked.asking(Prompt("k3", "place", "？", (), frozenset()), {"what": "灯"})
    back = again.back()
    assert back is not None
    assert (back.prompt.step, back.draft) == ("what", {})
    assert back.back() is None


def test_of_too_many_put_aside_the_oldest_is_dropped() -> None:
    memory = Memory()
    for number in range(MOST_SUSPENDED + 1):
        memory = Memory(current=thread(str(number)), suspended=memory.suspended).suspend()
    assert [one.dialogue for one in memory.suspended] == ["1", "2", "3"]
    resumed = memory.resume()
    assert resumed.current is not None
    assert resumed.current.dialogue == "3"


def test_wishes_for_later_are_kept_once_each() -> None:
    memory = Memory().wishing((Later("order", "订饭"), Later("points", "积分"))).wishing((Later("order", "订晚饭"),))
    assert {wish.dialogue: wish.words for wish in memory.later} == {"order": "订晚饭", "points": "积分"}
    assert [wish.dialogue for wish in memory.without("order").later] == ["points"]
    many = memory.wishing(tuple(Later(str(number), "") for number in range(9)))
    assert len(many.later) == MOST_LATER


def test_empty() -> None:
    assert Memory().is_empty
    assert not Memory().wishing((Later("order", ""),)).is_empty
