"""Which dialogue takes a message, and what becomes of the memory. Pure of platforms; only steps touch the database.

Order: an escape word · the waiting prompt · a clearly new wish (the waiting dialogue is put aside and resumed
afterwards) · the last offer · the intent of the message · the likeliest three and a human.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from core.messages import EventKind, InboundKind, Reply
from handlers import texts
from handlers.dialogue import ENTRY, Answer, Dialogue, Done, Outcome, Turn, entry
from handlers.memory import Memory, Thread
from handlers.prompt import Prompt, Stale, chosen, match
from nlp.escape import escape_word

NEW_WISH_CONFIDENCE: Final = 0.8
"""A waiting dialogue is put aside only for a wish that is at least so sure."""

OFFERED: Final = 3
RESUME: Final = "resume"


@dataclass(frozen=True, slots=True)
class Routed:
    """The reply and what to remember; `to_human` asks for a worker."""

    reply: Reply
    memory: Memory
    to_human: bool = False


class Router:
    """The list of dialogues, and the rules above."""

    def __init__(self, dialogues: tuple[Dialogue, ...], *, is_known: Callable[[Turn], bool]) -> None:
        self.dialogues: Mapping[str, Dialogue] = {dialogue.name: dialogue for dialogue in dialogues}
        self._by_intent = {intent: dialogue for dialogue in dialogues for intent in dialogue.intents}
        self._is_known = is_known

    async def route(self, turn: Turn, memory: Memory) -> Routed:
        """Answer one message. Errors of steps are the caller's: nothing is remembered then."""
        if turn.said.kind is InboundKind.EVENT:
            return await self._event(turn, memory)
        if not _is_offered(turn, memory) and (escape := escape_word(turn.said.text)):
            routed = await self._escape(turn, memory, escape)
            if routed is not None:
                return routed
        if memory.current is not None:
            return await self._waiting(turn, memory, memory.current)
        if memory.offer is not None and (routed := await self._offered(turn, memory, memory.offer)):
            return routed
        return await self._fresh(turn, memory)

    async def _event(self, turn: Turn, memory: Memory) -> Routed:
        event = turn.said.event
        if event is None:
            return Routed(Reply(""), memory)
        if event.kind is EventKind.CLICK and event.key in self.dialogues:
            return await self._begin(turn, memory.suspend(), event.key)
        if event.key and event.kind in (EventKind.SCAN, EventKind.FOLLOW):
            return await self._begin(turn, memory.suspend(), "area", event.key)
        if event.kind in (EventKind.FOLLOW, EventKind.ENTER, EventKind.CLICK, EventKind.OTHER):
            name = "welcome" if event.kind is EventKind.FOLLOW else "menu"
            return await self._begin(turn, memory.suspend(), name)
        return Routed(Reply(""), memory)

    async def _escape(self, turn: Turn, memory: Memory, word: str) -> Routed | None:
        """None where the word means nothing just now (a bare 取消 with nothing to cancel is an ordinary wish)."""
        match word:
            case "menu":
                return await self._begin(turn, memory.suspend(), "menu")
            case "human":
                return await self._begin(turn, memory.suspend(), "human")
            case "restart":
                name = memory.current.dialogue if memory.current else "menu"
                return await self._begin(turn, Memory(), name)
            case "back" if memory.current is not None:
                return self._back(turn, memory, memory.current)
            case "cancel" if memory.current is not None:
                return self._cancel(turn, memory, memory.current)
            case _:
                return None

    def _back(self, turn: Turn, memory: Memory, thread: Thread) -> Routed:
        earlier = thread.back()
        if earlier is None:
            return Routed(thread.prompt.reply(before=texts.NO_STEP_BACK), memory)
        prompt = replace(earlier.prompt, key=turn.message_key)
        return Routed(prompt.reply(), replace(memory, current=replace(earlier, prompt=prompt)))

    def _cancel(self, turn: Turn, memory: Memory, thread: Thread) -> Routed:
        title = self.dialogues[thread.dialogue].title
        return self._finished(turn, replace(memory, current=None), Done(texts.CANCELLED.format(title=title)))

    async def _waiting(self, turn: Turn, memory: Memory, thread: Thread) -> Routed:
        answer = match(thread.prompt, turn.said)
        if isinstance(answer, Stale):
            return Routed(thread.prompt.reply(before=texts.STALE_CHOICE), memory)
        if not _is_own(turn, thread.prompt, answer) and (name := self._new_wish(turn, thread)):
            return await self._begin(turn, memory.suspend(), name)
        if answer is None:
            return Routed(thread.prompt.reply(before=texts.NOT_UNDERSTOOD), memory)
        return await self._step(turn, memory, thread, answer)

    def _new_wish(self, turn: Turn, thread: Thread) -> str | None:
        """The dialogue of a clearly different wish, unless the message only answers or begins over."""
        understood = turn.understood
        if understood.intent is None or understood.confidence < NEW_WISH_CONFIDENCE:
            return None
        wanted = self._by_intent.get(understood.intent)
        if wanted is None or wanted.name == thread.dialogue or understood.intent in ("greeting", "other"):
            return None
        return wanted.name

    async def _step(self, turn: Turn, memory: Memory, thread: Thread, answer: Answer) -> Routed:
        dialogue = self.dialogues[thread.dialogue]
        turn.draft, turn.answer = dict(thread.draft), answer
        outcome = await dialogue.steps[thread.prompt.step](turn)
        return await self._outcome(turn, memory, dialogue, outcome, thread)

    async def _offered(self, turn: Turn, memory: Memory, offer: Prompt) -> Routed | None:
        answer = match(offer, turn.said)
        if isinstance(answer, Stale):
            return Routed(offer.reply(before=texts.STALE_CHOICE), memory)
        if answer is None or not answer.value.startswith(ENTRY):
            return None
        name, _, argument = answer.value.removeprefix(ENTRY).partition(":")
        turn.hear(offer.about)
        if name == RESUME:
            return self._resumed(turn, memory, "")
        return await self._begin(turn, memory, name, argument)

    async def _fresh(self, turn: Turn, memory: Memory) -> Routed:
        if turn.said.kind in (InboundKind.IMAGE, InboundKind.LOCATION):
            return await self._begin(turn, memory, "report")
        if turn.said.kind is InboundKind.CHOICE:
            return await self._begin(turn, memory, "menu")
        understood = turn.understood
        if turn.said.kind in (InboundKind.TEXT, InboundKind.VOICE) and understood.intent in self._by_intent:
            return await self._begin(turn, memory, self._by_intent[understood.intent or ""].name)
        return self._finished(turn, memory, self._unsure(turn))

    def _unsure(self, turn: Turn) -> Done:
        """The likeliest three as choices, and a human last."""
        likely = [self._by_intent[c.name] for c in turn.understood.candidates if c.name in self._by_intent]
        usual = [self.dialogues[name] for name in ("report", "order", "volunteer") if name in self.dialogues]
        unique = {dialogue.name: dialogue for dialogue in (*likely, *usual) if dialogue.name not in ("human", "menu")}
        offered = [entry(d.name, d.title) for d in list(unique.values())[:OFFERED]]
        text = texts.UNSURE if turn.said.text.strip() else texts.UNSURE_EMPTY
        return Done(text, (*offered, entry("human", texts.TO_HUMAN)), about=turn.said.text)

    async def _begin(self, turn: Turn, memory: Memory, name: str, argument: str = "") -> Routed:
        dialogue = self.dialogues.get(name)
        if dialogue is None:
            return self._finished(turn, memory, self._unsure(turn))
        if dialogue.needs_identity and not self._is_known(turn):
            done = Done(texts.BIND_FIRST, (entry("bind", texts.BIND), entry("menu", texts.MENU)))
            return self._finished(turn, memory, done)
        turn.draft, turn.answer = {}, Answer(value=argument)
        outcome = await dialogue.begin(turn)
        return await self._outcome(turn, replace(memory, offer=None), dialogue, outcome, None)

    async def _outcome(
        self, turn: Turn, memory: Memory, dialogue: Dialogue, outcome: Outcome, thread: Thread | None
    ) -> Routed:
        if isinstance(outcome, Done):
            return self._finished(turn, replace(memory, current=None), self._with_later(turn, dialogue, outcome))
        prompt = Prompt.of(outcome, turn.message_key)
        draft: dict[str, Any] = turn.draft
        following = thread.asking(prompt, draft) if thread else Thread(dialogue.name, draft, prompt)
        return Routed(prompt.reply(), replace(memory, current=following, offer=None))

    def _with_later(self, turn: Turn, dialogue: Dialogue, done: Done) -> Done:
        """Other wishes of the same message are offered, so that none is dropped."""
        others = [self._by_intent[i] for i in turn.understood.intents if i in self._by_intent]
        later = [entry(d.name, d.title) for d in others if d.name not in (dialogue.name, "menu", "greeting")]
        known = {option.value for option in done.options}
        return replace(done, options=(*(o for o in later if o.value not in known), *done.options))

    def _finished(self, turn: Turn, memory: Memory, done: Done) -> Routed:
        """Say it; then take up again what was put aside, or offer what usually comes next."""
        if memory.suspended and not done.to_human and not done.options:
            return self._resumed(turn, memory, done.text)
        options = done.options
        if memory.suspended and not done.to_human:
            options = (*options, entry(RESUME, texts.RESUME))
        offer = Prompt.of(replace(done, options=options), turn.message_key) if options else None
        choices = offer.choices() if offer else ()
        reply = Reply(done.text, choices, url=done.url, title=done.title)
        return Routed(reply, replace(memory, offer=offer), to_human=done.to_human)

    def _resumed(self, turn: Turn, memory: Memory, before: str) -> Routed:
        """The dialogue that was put aside last asks its question again."""
        resumed = memory.resume()
        if resumed.current is None:
            return self._finished(turn, memory, self._unsure(turn))
        prompt = replace(resumed.current.prompt, key=turn.message_key)
        title = texts.RESUMED.format(title=self.dialogues[resumed.current.dialogue].title)
        reply = prompt.reply(before=f"{before}\n{title}".strip())
        return Routed(reply, replace(resumed, current=replace(resumed.current, prompt=prompt)))


def _is_offered(turn: Turn, memory: Memory) -> bool:
    """Whether the waiting prompt itself offers these words: then they choose, and mean nothing else."""
    return memory.current is not None and chosen(memory.current.prompt.options, turn.said.text) is not None


def _is_own(turn: Turn, prompt: Prompt, answer: Answer | None) -> bool:
    """Whether a message belongs to the waiting prompt, whatever else it may look like."""
    if answer is None:
        return False
    has_slot = bool(prompt.slot) and turn.understood.slot(prompt.slot) is not None
    return bool(answer.value) or prompt.greedy or has_slot
