"""Structured logs with a correlation id. Secrets that adapters declare, and numbers of people, never come through."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Final, Literal

import structlog

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")

_secrets: set[str] = set()
_PERSONAL: Final = re.compile(
    r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)|\b(?:o[A-Za-z0-9_-]{27}|2088\d{12})\b|(?<=secret=)[^&\s]+|(?<=access_token=)[^&\s]+"
)
_MASK: Final = "‹redacted›"
SHORTEST_SECRET: Final = 6


def declare_secrets(values: Iterable[str]) -> None:
    """Each adapter tells its secrets here; the logger removes them wherever they turn up."""
    _secrets.update(value for value in values if len(value) >= SHORTEST_SECRET)


def redact(text: str) -> str:
    """The text without declared secrets, phone and ID numbers, platform ids and tokens in URLs."""
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, _MASK)
    return _PERSONAL.sub(_MASK, text)


def _redact_event(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: _redacted(value) for key, value in event.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return redact(str(value))


def _correlate(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if current := correlation_id.get():
        event.setdefault("correlation_id", current)
    return event


class _RedactingFormatter(logging.Formatter):
    """Libraries log through the standard module: the same contract holds for them, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(log_format: Literal["console", "json"], level: str) -> None:
    """Set up structlog and the standard logging, once per process."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            _correlate,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter())
    logging.basicConfig(level=max(getattr(logging, level), logging.WARNING), handlers=[handler], force=True)


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(logger_name=name)
    return logger
