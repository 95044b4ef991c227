"""What every webhook adapter shares: how a delivery is refused, and the body that answers it."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import AppError, Forbidden


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
