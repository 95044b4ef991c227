"""Which dialogue takes a message, and what becomes of the memory. Pure of platforms; only steps touch the database.

Order: an escape word · the waiting prompt · a clearly new wish (the waiting dialogue is put aside and resumed
afterwards) · the last offer · the wish of the message · the likeliest three and a human.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.errors import AppError, Invalid
from core.messages import EventKind, InboundKind, Reply
from handlers import tables, texts
from handlers.dialogue import ENTRY, TEXT, Answer, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.memory import Later, Memory, Thread
from handlers.prompt import (
    MOST_LINES,
    NoSuchNumber,
    Prompt,
    Stale,
    above,
    chosen,
    match,
    number_in,
    plain,
    without_thanks,
)
from handlers.wishes import SURE, Wishes
from handlers.wording import refusal
from nlp.escape import escape_word

RESUME: Final = "resume"
A_WORD_OR_TWO: Final = 4
"""So few characters answer the question that waits, whatever they may mean elsewhere."""


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
        self._wishes = Wishes(self.dialogues)
        self._is_known = is_known

    async def route(self, turn: Turn, memory: Memory) -> Routed:
        """Answer one message. Errors of steps are the caller's, who undoes the turn and asks `refused` what to say."""
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
        if memory.suspended and _answers(turn, memory.suspended[-1].prompt):
            return await self._waiting(turn, memory.resume(), memory.suspended[-1])
        return await self._fresh(turn, memory)

    def refused(self, turn: Turn, memory: Memory, error: AppError) -> Routed:
        """What to say when a step was refused and undone: what was wrong is asked for again, a refusal ends the job."""
        words = refusal(error)
        if isinstance(error, Invalid) and memory.current is not None:
            return self._again(turn, memory, memory.current, words)
        options = (entry("menu", texts.MENU_MORE), entry("human", texts.TO_HUMAN))
        return self._finished(turn, replace(memory, current=None), Done(words, options))

    def has_wish(self, turn: Turn, memory: Memory) -> bool:
        """Whether a dialogue waits for this message, or it clearly begins one; a call for a person is none."""
        if memory.current is not None or (turn.said.event and turn.said.event.kind is EventKind.CLICK):
            return True
        name = self._wishes.called(turn.said) or self._wishes.understood(turn.understood, at_least=SURE)
        return name not in (None, "human", "greeting")

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
        if word != "cancel":
            turn.hear("")
        match word:
            case "menu" | "human":
                return await self._begin(turn, memory.suspend(), word)
            case "restart":
                name = memory.current.dialogue if memory.current else "menu"
                return await self._begin(turn, Memory(), name)
            case "back":
                return await self._back(turn, memory)
            case _:
                return self._cancel(turn, memory if memory.current else memory.resume())

    def _cancel(self, turn: Turn, memory: Memory) -> Routed | None:
        """End the dialogue under way, or the one put aside last."""
        if memory.current is None:
            return None
        done = Done(texts.CANCELLED.format(title=self.dialogues[memory.current.dialogue].title))
        return self._finished(turn, replace(memory, current=None), done)

    async def _back(self, turn: Turn, memory: Memory) -> Routed:
        if memory.current is None:
            return self._resumed(turn, memory, "") if memory.suspended else await self._begin(turn, memory, "menu")
        earlier = memory.current.back()
        if earlier is None:
            return self._again(turn, memory, memory.current, texts.NO_STEP_BACK)
        return self._again(turn, memory, earlier, "")

    def _again(self, turn: Turn, memory: Memory, thread: Thread, before: str) -> Routed:
        """Ask a thread's question once more; the buttons of the last time are stale then."""
        prompt = replace(thread.prompt, key=turn.message_key)
        reply = prompt.reply(before=before)
        return Routed(reply, replace(memory, current=replace(thread, prompt=prompt), offer=None))

    async def _waiting(self, turn: Turn, memory: Memory, thread: Thread) -> Routed:
        answer = match(thread.prompt, turn.said)
        if isinstance(answer, Stale):
            return self._again(turn, memory, thread, texts.STALE_CHOICE)
        if isinstance(answer, NoSuchNumber):
            count = len(thread.prompt.options)
            return self._again(turn, memory, thread, texts.NO_SUCH_NUMBER.format(count=count))
        if (name := self._new_wish(turn, thread, answer)) is not None:
            return await self._wished(turn, memory.suspend(), name)
        if answer is None:
            return self._again(turn, memory, thread, _unusable(turn))
        dialogue = self.dialogues[thread.dialogue]
        turn.draft, turn.answer = dict(thread.draft), answer
        outcome = await dialogue.steps[thread.prompt.step](turn)
        if isinstance(outcome, Unclear):
            return await self._unclear(turn, memory, thread, outcome)
        return self._outcome(turn, memory, dialogue, outcome, thread)

    def _new_wish(self, turn: Turn, thread: Thread, answer: Answer | None) -> str | None:
        """The dialogue of a clearly different wish; None where the message is the prompt's own."""
        if answer is not None and answer.value:
            return None
        if (called := self._wishes.called(turn.said)) is not None:
            return called if called != thread.dialogue else None
        if answer is not None and (_is_own(turn, thread.prompt) or len(plain(turn.said.text)) <= A_WORD_OR_TWO):
            return None
        wanted = self._wishes.understood(turn.understood, at_least=SURE)
        return wanted if wanted != thread.dialogue else None

    async def _unclear(self, turn: Turn, memory: Memory, thread: Thread, unclear: Unclear) -> Routed:
        """What the step could not use may be another wish after all."""
        is_short = len(plain(turn.said.text)) <= A_WORD_OR_TWO
        wanted = None if is_short else self._wishes.understood(turn.understood, at_least=SURE)
        if wanted is not None and wanted != thread.dialogue:
            return await self._wished(turn, memory.suspend(), wanted)
        return self._again(turn, memory, thread, unclear.text or texts.NOT_UNDERSTOOD)

    async def _offered(self, turn: Turn, memory: Memory, offer: Prompt) -> Routed | None:
        answer = match(offer, turn.said)
        if isinstance(answer, Stale | NoSuchNumber):
            wrong = texts.NO_SUCH_NUMBER.format(count=len(offer.options))
            before = texts.STALE_CHOICE if isinstance(answer, Stale) else wrong
            offer = replace(offer, key=turn.message_key)
            return Routed(offer.reply(before=before), replace(memory, offer=offer))
        if answer is None or not answer.value.startswith(ENTRY):
            return None
        name, _, argument = answer.value.removeprefix(ENTRY).partition(":")
        turn.hear(answer.about)
        if name == RESUME:
            return self._resumed(turn, memory, "")
        return await self._begin(turn, memory, name, argument)

    async def _fresh(self, turn: Turn, memory: Memory) -> Routed:
        said, words = turn.said, without_thanks(turn.said.text)
        if said.kind in (InboundKind.IMAGE, InboundKind.LOCATION):
            return await self._begin(turn, memory, "report")
        if said.kind is InboundKind.CHOICE or number_in(words) is not None:
            return await self._begin(turn, memory, "menu")
        if words in tables.words("yes") and memory.suspended:
            return self._resumed(turn, memory, "")
        if words in (*tables.words("yes"), *tables.words("no")):
            return self._finished(turn, memory, Done(texts.ACKNOWLEDGED))
        name = self._wishes.called(said) or self._wishes.understood(turn.understood)
        if name is None:
            return self._finished(turn, memory, self._wishes.likeliest(said, turn.understood))
        return await self._wished(turn, memory, name)

    async def _wished(self, turn: Turn, memory: Memory, name: str) -> Routed:
        """Begin what a message wishes for, and keep its other wishes for later, each with its part of the words."""
        others = self._wishes.others(turn, name)
        later = tuple(Later(other, self._wishes.part(turn, other)) for other in others)
        if later:
            turn.hear(self._wishes.part(turn, name))
        return await self._begin(turn, memory.wishing(later), name)

    async def _begin(self, turn: Turn, memory: Memory, name: str, argument: str = "") -> Routed:
        dialogue = self.dialogues.get(name)
        if dialogue is None:
            return self._finished(turn, memory, self._wishes.likeliest(turn.said, turn.understood))
        if dialogue.needs_identity and not self._is_known(turn):
            done = Done(texts.BIND_FIRST, (entry("bind", texts.BIND), entry("menu", texts.MENU_MORE)))
            return self._finished(turn, memory.wishing((Later(name, turn.said.text),)), done, keeps_later=True)
        memory = replace(
            memory.without(name), offer=None, suspended=tuple(t for t in memory.suspended if t.dialogue != name)
        )
        turn.draft, turn.answer = {}, Answer(value=argument)
        return self._outcome(turn, memory, dialogue, await dialogue.begin(turn), None)

    def _outcome(
        self, turn: Turn, memory: Memory, dialogue: Dialogue, outcome: Outcome, thread: Thread | None
    ) -> Routed:
        if isinstance(outcome, Unclear):
            return self._finished(turn, memory, self._wishes.likeliest(turn.said, turn.understood))
        if isinstance(outcome, Done):
            return self._finished(turn, replace(memory, current=None), outcome)
        prompt = Prompt.of(outcome, turn.message_key)
        following = thread.asking(prompt, turn.draft) if thread else Thread(dialogue.name, turn.draft, prompt)
        return Routed(prompt.reply(), replace(memory, current=following, offer=None))

    def _finished(self, turn: Turn, memory: Memory, done: Done, *, keeps_later: bool = False) -> Routed:
        """Say it; then take up again what was put aside, or offer that, what else was wished for and what is usual."""
        if done.to_human:
            return Routed(Reply(done.text), replace(memory, offer=None), to_human=True)
        if memory.suspended and not done.options and _fits(done.text, memory.suspended[-1].prompt.text):
            return self._resumed(turn, memory, done.text)
        options = done.options if keeps_later else self._with_later(done.options, memory.later)
        if memory.suspended:
            title = self.dialogues[memory.suspended[-1].dialogue].title
            options = (*options, entry(RESUME, texts.RESUME.format(title=title), words=texts.RESUME_WORDS))
        offer = Prompt.of(replace(done, options=options), turn.message_key) if options else None
        reply = Reply(done.text, offer.choices() if offer else (), url=done.url, title=done.title, qr=done.qr)
        return Routed(reply, replace(memory, offer=offer, later=memory.later if keeps_later else ()))

    def _with_later(self, options: tuple[Option, ...], later: tuple[Later, ...]) -> tuple[Option, ...]:
        """The options and what was wished for; one that is among them already begins with the words of the wish."""
        offered = {option.value: option for option in options}
        for wish in later:
            title = texts.LATER.format(title=self.dialogues[wish.dialogue].title)
            new = entry(wish.dialogue, title, about=wish.words)
            offered[new.value] = replace(offered.get(new.value, new), about=wish.words)
        return tuple(offered.values())

    def _resumed(self, turn: Turn, memory: Memory, before: str) -> Routed:
        """The dialogue that was put aside last asks its question again."""
        resumed = memory.resume()
        if resumed.current is None:
            return self._finished(turn, memory, self._wishes.likeliest(turn.said, turn.understood))
        title = texts.RESUMED.format(title=self.dialogues[resumed.current.dialogue].title)
        return self._again(turn, resumed, resumed.current, above(before, title) if before else title)


def _fits(text: str, question: str) -> bool:
    """Whether both and the line between them are short enough for one message."""
    return text.count("\n") + question.count("\n") + 3 <= MOST_LINES


def _is_offered(turn: Turn, memory: Memory) -> bool:
    """Whether the waiting prompt itself offers these words: then they choose, and mean nothing else."""
    return memory.current is not None and chosen(memory.current.prompt.options, turn.said.text) is not None


def _answers(turn: Turn, prompt: Prompt) -> bool:
    """Whether a text names an option of a question that was put aside: no number, and no mere yes or no."""
    said = plain(turn.said.text)
    if number_in(said) is not None or said in (*tables.words("yes"), *tables.words("no")):
        return False
    return turn.said.kind in TEXT and chosen(prompt.options, said, by_part=False) is not None


def _is_own(turn: Turn, prompt: Prompt) -> bool:
    """Whether a text belongs to the waiting prompt, whatever else it may look like."""
    has_slot = bool(prompt.slot) and turn.understood.slot(prompt.slot) is not None
    return prompt.greedy or has_slot or turn.said.text.startswith(tables.words("corrections"))


def _unusable(turn: Turn) -> str:
    """Why a message cannot be an answer here."""
    match turn.said.kind:
        case InboundKind.VOICE if not turn.said.text.strip():
            return texts.UNHEARD_HERE
        case InboundKind.TEXT | InboundKind.VOICE:
            return texts.NOT_UNDERSTOOD
        case _:
            return texts.WRONG_KIND
