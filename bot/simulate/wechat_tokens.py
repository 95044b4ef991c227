"""Access tokens as WeChat hands them out: two kinds, two hours, one valid at a time of each (PLATFORMS 1.4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from core import clock

LIFE: Final = timedelta(seconds=7200)
RENEWED_BEFORE_END: Final = timedelta(minutes=5)
FORCED_APART: Final = timedelta(seconds=30)
FORCED_A_DAY: Final = 20


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    ends_at: datetime

    @property
    def expires_in(self) -> int:
        """Seconds."""
        return max(int((self.ends_at - clock.now()).total_seconds()), 0)


@dataclass(slots=True)
class AppTokens:
    """The tokens of one app. Those that were valid once are remembered, for the right error code."""

    stable: Token | None = None
    plain: Token | None = None
    known: set[str] = field(default_factory=set)
    forced: list[datetime] = field(default_factory=list)

    def stable_token(self, *, force: bool) -> Token | None:
        """The same one for every caller until it is near its end; None when it was forced too often today."""
        now = clock.now()
        if force and self.stable:
            self.forced = [at for at in self.forced if now - at < timedelta(days=1)]
            if len(self.forced) >= FORCED_A_DAY:
                return None
            if not self.forced or now - self.forced[-1] >= FORCED_APART:
                self.forced.append(now)
                self.stable = None
        if self.stable is None or self.stable.ends_at - now <= RENEWED_BEFORE_END:
            self.stable = self._new()
        return self.stable

    def plain_token(self) -> Token:
        """A new one each time; it ends the one before."""
        self.plain = self._new()
        return self.plain

    def fault(self, value: str) -> int:
        """The error code of a call with this token, 0 for a good one."""
        current = [token for token in (self.stable, self.plain) if token and token.value == value]
        if current:
            return 0 if current[0].ends_at > clock.now() else 42001
        return 42001 if value in self.known else 40001

    def revoke(self) -> None:
        """All tokens stop working, as when an operator resets the secret."""
        self.stable = self.plain = None
        self.known.clear()

    def _new(self) -> Token:
        token = Token(secrets.token_urlsafe(96), clock.now() + LIFE)
        self.known.add(token.value)
        return token
