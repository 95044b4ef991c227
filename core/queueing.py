"""A fair queue of processes for something of which there is one: who came first goes first.

SQLite lets writers that wait look again after growing pauses, so that a busy process can keep another waiting for many
seconds. Here each waits for two advisory locks beside the file: whoever holds the first stands next in line for the
second. One that has just had its turn queues behind it, and the system wakes those behind in their order.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Queue:
    """Turns among processes, one waiting task a process. Locks end with the process that held them."""

    def __init__(self, path: Path, *, patience_seconds: float) -> None:
        self._paths = path.with_name(f"{path.name}-next"), path.with_name(f"{path.name}-turn")
        self._patience = patience_seconds
        self._files: tuple[int, int] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for our turn and have it until the end of the block; who loses patience goes on without one."""
        if self._files is None:
            first, second = (os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666) for path in self._paths)
            self._files = first, second
        next_in_line, turn = self._files
        is_next = await self._lock(next_in_line)
        try:
            is_ours = await self._lock(turn)
        finally:
            if is_next:
                fcntl.flock(next_in_line, fcntl.LOCK_UN)
        try:
            yield
        finally:
            if is_ours:
                fcntl.flock(turn, fcntl.LOCK_UN)

    async def _lock(self, file: int) -> bool:
        """At once if it is free, else a thread waits; what it gets after we have left goes to the next."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = asyncio.get_running_loop().run_in_executor(None, fcntl.flock, file, fcntl.LOCK_EX)
            try:
                await asyncio.wait({waiting}, timeout=self._patience)
            finally:
                if not waiting.done():
                    waiting.add_done_callback(lambda _: fcntl.flock(file, fcntl.LOCK_UN))
            return waiting.done()
        return True

    def close(self) -> None:
        for file in self._files or ():
            os.close(file)
        self._files = None
