"""A conversation typed at a terminal: answers and pushed messages are shown as they come."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from typing import Any, Final

from bot.simulate.conversation import Conversation
from bot.simulate.said import ANSWERED, FAULT_TEXT, Fault, NotHere, RefusedByServer
from bot.simulate.typed import HELP, Help, NotUnderstood, Quit, Typed, Wait

LOOK_SECONDS: Final = 20.0
ANSWER_SECONDS: Final = 5.0
LAST_LOOK_SECONDS: Final = 1.0
CHUNK: Final = 65536


async def chat(conversation: Conversation, lines: AsyncIterator[str], *, waits: bool) -> None:
    """Until /quit or the end of the lines. Raises Unreachable.

    `waits`: each line waits for the answer to the one before, as where nobody sits there who would.
    """
    typed = asyncio.ensure_future(anext(lines, None))
    try:
        while True:
            await _look_until(typed, conversation)
            line = await typed
            if line is None:
                await conversation.look(LAST_LOOK_SECONDS)
                return
            done = await _did(line, conversation)
            if isinstance(done, Quit):
                return
            if waits and isinstance(done, ANSWERED) and not conversation.since_said:
                await conversation.look(ANSWER_SECONDS)
            typed = asyncio.ensure_future(anext(lines, None))
    finally:
        typed.cancel()


async def _look_until(typed: asyncio.Future[str | None], conversation: Conversation) -> None:
    """Shows what is pushed until a line has been typed."""
    while not typed.done():
        look = asyncio.ensure_future(conversation.look(LOOK_SECONDS))
        both: set[asyncio.Future[Any]] = {typed, look}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not look.done():
            look.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await look
            except (Fault, RefusedByServer) as error:
                print(f"[{error}]")
                await asyncio.sleep(1)


async def _did(line: str, conversation: Conversation) -> Typed | None:
    """What was done, None where nothing could be; the reason is printed."""
    if not line.strip():
        return None
    try:
        typed = conversation.parse(line.strip())
        match typed:
            case Quit():
                pass
            case Help():
                print(HELP)
            case Wait(seconds):
                await conversation.look(seconds)
            case said:
                await conversation.send(said)
    except Fault as error:
        conversation.note(FAULT_TEXT)
        print(f"[{error}]")
    except (NotUnderstood, NotHere) as error:
        print(f"[{error}]")
    except RefusedByServer as error:
        print(f"[{error.status} {error.code}] {error}")
    else:
        return typed
    return None


async def typed_lines() -> AsyncIterator[str]:
    """The lines of standard input, without blocking what else happens."""
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    try:
        loop.add_reader(descriptor, lambda: chunks.put_nowait(os.read(descriptor, CHUNK)))
    except PermissionError:
        # A file is always ready and the loop does not take it: then there is nothing to wait for, either.
        for line in sys.stdin:
            yield line.rstrip("\n")
        return
    try:
        rest = b""
        while chunk := await _next(chunks, loop, descriptor):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace")
        if rest:
            yield rest.decode(errors="replace")
    finally:
        loop.remove_reader(descriptor)


async def _next(chunks: asyncio.Queue[bytes], loop: asyncio.AbstractEventLoop, descriptor: int) -> bytes:
    """The end of the input is an empty chunk; after it there is nothing to listen for."""
    chunk = await chunks.get()
    if not chunk:
        loop.remove_reader(descriptor)
    return chunk
