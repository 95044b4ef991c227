"""The only source of time: aware UTC inside, Asia/Shanghai at the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system
_here: ContextVar[datetime | None] = ContextVar("here", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _here.get() or _source()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let this task alone live at another moment: sample data is written as of its own days."""
    token = _here.set(moment)
    try:
        yield
    finally:
        _here.reset(token)


def local(moment: datetime) -> datetime:
    """The same moment on a clock in Shanghai."""
    return moment.astimezone(SHANGHAI)


def today() -> date:
    return local(now()).date()


def parse(text: str) -> datetime:
    """Read ISO 8601; a time without offset is Shanghai time. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 with the offset of Shanghai, seconds precision."""
    return local(moment).isoformat(timespec="seconds")


def is_running() -> bool:
    """Whether the time is that of the system."""
    return _source is _system


@contextmanager
def frozen(source: datetime | Callable[[], datetime]) -> Iterator[None]:
    """Replace the clock for a test or the simulator; a datetime stands still, a function is asked each time."""
    global _source  # noqa: PLW0603  the one place where time may be replaced
    before = _source
    _source = source if callable(source) else lambda: source
    try:
        yield
    finally:
        _source = before
