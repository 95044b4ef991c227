"""WeChat's error codes → named failures: what they mean for the sender of the outbox.

Meanings: PLATFORMS 1.4. Those of 40013, 40037, 40125, 43004 and 47003 are believed, not read in a document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import DeliveryError, DeliveryHeld, Unauthenticated

TOKEN_REJECTED: Final = frozenset({40001, 40014, 42001})
MINUTE: Final = 60.0


class LoginCodeInvalid(Unauthenticated):
    """The code from the mini-program is wrong, used or older than five minutes: it must fetch a new one."""

    code = "login_code_invalid"


@dataclass(frozen=True, slots=True)
class Failure:
    reason: str
    retryable: bool = False
    held: bool = False
    retry_after_seconds: float | None = None

    def error(self) -> DeliveryError:
        if self.held:
            return DeliveryHeld(self.reason)
        return DeliveryError(self.reason, retryable=self.retryable, retry_after_seconds=self.retry_after_seconds)


CONFIGURATION: Final = Failure("configuration")
"""Only an operator can mend it: keys, allow-list, permissions, template ids."""

UNREACHABLE: Final = Failure("unreachable", retryable=True)
UNREADABLE_ANSWER: Final = Failure("unreadable_answer", retryable=True)
BUSY: Final = Failure("busy", retryable=True)
TOKEN_FAILED: Final = Failure("token_rejected", retryable=True)

FAILURES: Final = {
    -1: BUSY,
    **dict.fromkeys(sorted(TOKEN_REJECTED), TOKEN_FAILED),
    **dict.fromkeys((40013, 40037, 40125, 40164, 48001, 61004, 89503), CONFIGURATION),
    40003: Failure("bad_recipient"),
    40007: Failure("media_gone"),
    40129: Failure("bad_scene"),
    40226: Failure("recipient_blocked"),
    43004: Failure("not_a_follower"),
    43101: Failure("not_subscribed"),
    45008: Failure("too_many_articles"),
    45009: Failure("quota_day", held=True),
    45011: Failure("quota_minute", retryable=True, retry_after_seconds=MINUTE),
    45015: Failure("window_closed", held=True),
    45047: Failure("quota_used", held=True),
    47003: Failure("template_mismatch"),
    61010: Failure("recipient_inactive"),
    87014: Failure("risky_content"),
}


def error_for(code: int) -> DeliveryError | LoginCodeInvalid:
    """The error to raise for a code other than 0; an unknown one is kept by its number and not retried."""
    if code in (40029, 40163):
        return LoginCodeInvalid()
    return FAILURES.get(code, Failure(f"wechat_{code}")).error()
