"""Typed errors. A domain error is a past fact with a code; the words for people stand in `handlers/refusals.toml`.

`AppError` is what a caller did wrong or asked in vain; it maps to one HTTP status and one `hc` exit code.
`DeliveryError` is what a far system did; it says whether trying again can help.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """A refusal with a stable code, an HTTP status and facts that the wording may use.

    `is_kept` is set by whoever wrote down, in the caller's transaction, that this was refused: `Database.write` then
    commits that record, although the refusal leaves the transaction.
    """

    status: ClassVar[int] = 400
    code: str = "invalid"
    is_kept: bool = False

    def __init__(self, code: str | None = None, *, fields: Mapping[str, str] | None = None, **facts: object) -> None:
        self.code = code or type(self).code
        self.fields = dict(fields or {})
        self.facts = facts
        super().__init__(self.code)


class Invalid(AppError):
    status = 400
    code = "invalid"


class Unauthenticated(AppError):
    status = 401
    code = "unauthenticated"


class Forbidden(AppError):
    status = 403
    code = "forbidden"


class NotFound(AppError):
    status = 404
    code = "not_found"


class Conflict(AppError):
    """The request contradicts one that was made before under the same key."""

    status = 409
    code = "conflict"


class TooLarge(AppError):
    status = 413
    code = "too_large"


class Refused(AppError):
    """A rule of the domain says no: nothing was changed."""

    status = 422
    code = "refused"


class RateLimited(AppError):
    status = 429
    code = "rate_limited"


class Unavailable(AppError):
    """A system that we depend on does not answer; the same request may succeed later."""

    status = 503
    code = "unavailable"


class ConfigError(Exception):
    """A setting is wrong: the message names file, key and what is expected."""


class DeliveryError(Exception):
    """A far system did not take what we sent. `retryable` says whether the same call may succeed later."""

    def __init__(self, reason: str, *, retryable: bool, retry_after_seconds: float | None = None) -> None:
        self.reason = reason
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds
        super().__init__(reason)


class DeliveryHeld(DeliveryError):
    """The far system will take it only after something else happens (a new message, a quota's new day)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, retryable=False)
