"""WeChat's error codes → named failures.

Meanings as developers.weixin.qq.com gives them; those of 40013, 40037, 40125, 43004 and 47003 are believed, not read.
"""

from __future__ import annotations

from typing import Final

from bot.adapters.failures import (
    BUSY,
    CONFIGURATION,
    NOT_SUBSCRIBED,
    QUOTA_DAY,
    QUOTA_MINUTE,
    QUOTA_USED,
    TEMPLATE_MISMATCH,
    TOKEN_FAILED,
    WINDOW_CLOSED,
    Failure,
    LoginCodeInvalid,
)
from core.errors import DeliveryError

TOKEN_REJECTED: Final = frozenset({40001, 40014, 42001})

FAILURES: Final = {
    -1: BUSY,
    **dict.fromkeys(sorted(TOKEN_REJECTED), TOKEN_FAILED),
    **dict.fromkeys((40013, 40037, 40125, 40164, 48001, 61004, 89503), CONFIGURATION),
    40003: Failure("bad_recipient"),
    40007: Failure("media_gone"),
    40129: Failure("bad_scene"),
    40226: Failure("recipient_blocked"),
    43004: Failure("not_follower"),
    43101: NOT_SUBSCRIBED,
    45008: Failure("too_many_articles"),
    45009: QUOTA_DAY,
    45011: QUOTA_MINUTE,
    45015: WINDOW_CLOSED,
    45047: QUOTA_USED,
    47003: TEMPLATE_MISMATCH,
    61010: Failure("recipient_inactive"),
    87014: Failure("risky_content"),
}


def error_for(code: int) -> DeliveryError | LoginCodeInvalid:
    """The error to raise for a code other than 0; an unknown one is kept by its number and not retried."""
    if code in (40029, 40163):
        return LoginCodeInvalid()
    return FAILURES.get(code, Failure(f"wechat_{code}")).error()
