"""Duties of the tasks that run beside the server: what goes wrong is told of, and the task goes on with the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from core import logs
from core.errors import AppError

EXPECTED: Final = (AppError, SQLAlchemyError, OSError)
"""What a far system or a database may do to us: a line in the log. Anything else is a fault of ours, with its trace."""

SETTLING_SECONDS: Final = 10.0
"""A process that has just started answers first; what nobody waits for begins then."""

T = TypeVar("T")
log = logs.get(__name__)


async def guarded(duty: Callable[[], Awaitable[T]], *, failed: str) -> T | None:
    """What the duty returns; None when it failed, which is logged as the event `failed`."""
    try:
        return await duty()
    except EXPECTED as error:
        log.warning(failed, duty=duty.__name__, error=type(error).__name__)
    except Exception as error:  # the boundary: whoever runs duties must go on
        log.exception(failed, duty=duty.__name__, error=type(error).__name__)
    return None
