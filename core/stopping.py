"""Ending a task for certain."""

from __future__ import annotations

import asyncio
from typing import Any, Final

CANCEL_AGAIN_SECONDS: Final = 1.0


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended. Its fault, if it had one, stays with it.

    A cancelling that meets a client while it connects can be lost there: one is not always enough.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_SECONDS)
