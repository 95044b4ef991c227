"""A conversation from a file: lines as they are typed, `# …` skipped, `> …` what the answer must contain."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.simulate.conversation import Conversation
from bot.simulate.said import ANSWERED, FAULT_TEXT, Fault, NotHere, RefusedByServer
from bot.simulate.typed import Help, NotUnderstood, Quit, Typed, Wait

ANSWER_SECONDS: Final = 10.0
"""How long an answer that is pushed may take."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1, as editors do."""

    number: int
    text: str

    @property
    def expectation(self) -> str | None:
        return self.text.removeprefix(">").strip() if self.text.startswith(">") else None


def read(path: Path) -> list[Line]:
    """Raises OSError and UnicodeDecodeError."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Line(number, text) for number, text in enumerate(lines, start=1) if text and not text.startswith("#")]


class ScriptFailed(Exception):
    """An expectation that was not met, or a line that could not be sent; says the line's number."""


async def run(lines: list[Line], conversation: Conversation, *, answer_seconds: float = ANSWER_SECONDS) -> None:
    """Raises ScriptFailed at the first line that fails, and Unreachable."""
    for index, line in enumerate(lines):
        if line.expectation is not None:
            await _expect(line, line.expectation, conversation, answer_seconds)
            continue
        try:
            typed = conversation.parse(line.text)
        except NotUnderstood as error:
            raise ScriptFailed(f"line {line.number}: {error}") from None
        if isinstance(typed, Quit):
            return
        await _do(line, typed, conversation)
        is_awaited = index + 1 < len(lines) and lines[index + 1].expectation is not None
        if isinstance(typed, ANSWERED) and not conversation.since_said and not is_awaited:
            await conversation.look(answer_seconds)


async def _do(line: Line, typed: Typed, conversation: Conversation) -> None:
    try:
        match typed:
            case Wait(seconds):
                await _look_for(conversation, seconds)
            case Help() | Quit():
                return
            case said:
                await conversation.send(said)
    except Fault as error:
        conversation.note(FAULT_TEXT)
        raise ScriptFailed(f"line {line.number}: {error}") from None
    except (NotHere, RefusedByServer) as error:
        raise ScriptFailed(f"line {line.number}: {error}") from None


async def _look_for(conversation: Conversation, seconds: float) -> None:
    """All that comes within the time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        await conversation.look(left)


async def _expect(line: Line, expected: str, conversation: Conversation, seconds: float) -> None:
    """Looks at everything since the last thing said, and waits for what is still to come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not any(expected in shown.whole for shown in conversation.since_said):
        left = end - loop.time()
        if left <= 0:
            raise ScriptFailed(f"line {line.number}: no answer contains {expected!r}")
        await conversation.look(left)
