"""How a platform can fail us, as data: what the outbox does about it, and what staff read in `hc outbox`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import DeliveryError, DeliveryHeld, Unauthenticated

MINUTE_SECONDS: Final = 60.0


class LoginCodeInvalid(Unauthenticated):
    """The code from the mini-program is wrong, used or older than five minutes: it must fetch a new one."""

    code = "login_code_invalid"


@dataclass(frozen=True, slots=True)
class Failure:
    """`held`: nothing helps until the resident acts or a quota's new day begins."""

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
NOT_SUBSCRIBED: Final = Failure("not_subscribed")
TEMPLATE_MISMATCH: Final = Failure("template_mismatch")
QUOTA_MINUTE: Final = Failure("quota_minute", retryable=True, retry_after_seconds=MINUTE_SECONDS)
QUOTA_DAY: Final = Failure("quota_day", held=True)
WINDOW_CLOSED: Final = Failure("window_closed", held=True)
QUOTA_USED: Final = Failure("quota_used", held=True)
