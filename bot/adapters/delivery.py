"""What every webhook adapter shares: how a delivery is refused, and the body that answers it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core import clock
from core.errors import AppError, Forbidden

LONGEST_KEY: Final = 400


class Unreadable(AppError):
    """The body is not what the platform sends: neither XML nor JSON, too deep, or without a sender."""

    code = "unreadable"


class BadSignature(Forbidden):
    """Nobody who knows our token or key sent this. Forged, unsigned, undecryptable and foreign all look alike."""

    code = "bad_signature"


@dataclass(frozen=True, slots=True)
class RenderedBody:
    """The bytes of an HTTP answer with status 200."""

    content_type: str
    body: bytes


SUCCESS = RenderedBody("text/plain", b"success")
"""Taken, and nothing is said in this answer. WeChat wants it unencrypted also in safe mode."""


def moment(text: str, *, per_second: int) -> datetime:
    """A platform's epoch in seconds or milliseconds; something else, or a far age, counts as just now."""
    if text.isascii() and text.isdigit() and len(text) <= 14:
        seconds = int(text) / per_second
        if seconds < 4_102_444_800:  # the year 2100
            return datetime.fromtimestamp(seconds, UTC)
    return clock.now()


def bounded(key: str) -> str:
    """A deduplication key short enough for an index: menu keys and addresses in it may be as long as a body."""
    return key if len(key) <= LONGEST_KEY else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
