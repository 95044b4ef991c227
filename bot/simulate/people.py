"""The people of the simulation: their ids at each platform, and what each platform remembers of them.

The windows here are the platform's side of the matter, written from its documents and not from our adapters, so that
a mistake there shows. Sources: PLATFORMS 1.4 (WeChat, as of 2023-06-12) and 2.2 (Alipay, users' reports).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core import clock
from core.settings import Account
from core.values import Platform

DEFAULT_USER: Final = "resident"
CODE_LIVES: Final = timedelta(minutes=5)
ACTIVE_FOR: Final = timedelta(hours=2)

_PLATFORM_ID: Final = {
    Platform.WECHAT: re.compile(r"o[A-Za-z0-9_-]{27}"),
    Platform.WECHAT_MINI: re.compile(r"o[A-Za-z0-9_-]{27}"),
    Platform.ALIPAY: re.compile(r"2088\d{12}"),
    Platform.ALIPAY_MINI: re.compile(r"2088\d{12}|[A-Za-z0-9]{40,64}"),
}


def platform_id(account: Account, user: str) -> str:
    """The id under which a user is known at an account: always the same one. An id of the platform stays as it is."""
    pattern = _PLATFORM_ID.get(account.platform)
    if pattern is None or pattern.fullmatch(user):
        return user
    digest = hashlib.sha256(f"{account.app_id}:{user}".encode()).digest()
    if account.platform is Platform.ALIPAY:
        return f"2088{int.from_bytes(digest[:8], 'big') % 10**12:012d}"
    if account.platform is Platform.ALIPAY_MINI:
        return digest.hex()[:48]
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]


def login_code(identity: str) -> str:
    """A code as a mini-program gets it. It says itself whose it is and since when, so any simulator can read it."""
    return f"{identity}.{int(clock.now().timestamp())}.{secrets.token_hex(4)}"


def identity_of(code: str) -> str | None:
    """Whose code it is; None for an invented or an old one."""
    identity, _, rest = code.partition(".")
    issued, _, unique = rest.partition(".")
    if not (identity and unique and issued.isdigit()):
        return None
    age = clock.now().timestamp() - int(issued)
    return identity if age <= CODE_LIVES.total_seconds() else None


class Act(StrEnum):
    """What opens a window for messages to the resident."""

    MESSAGE = "message"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a window stays open, and how many messages it lets through (None: any number)."""

    length: timedelta
    most: int | None


_MINUTE: Final = timedelta(minutes=1)
_FIVE_MINUTES: Final = Rule(timedelta(minutes=5), None)

RULES: Final[Mapping[Platform, Mapping[Act, Rule]]] = {
    Platform.WECHAT: {
        Act.MESSAGE: Rule(timedelta(hours=48), 5),
        Act.CLICK: Rule(_MINUTE, 3),
        Act.FOLLOW: Rule(_MINUTE, 3),
        Act.SCAN: Rule(_MINUTE, 3),
    },
    Platform.WECHAT_MINI: {Act.MESSAGE: Rule(timedelta(hours=48), 5), Act.ENTER: Rule(_MINUTE, 2)},
    Platform.ALIPAY: {
        Act.MESSAGE: _FIVE_MINUTES,
        Act.CLICK: _FIVE_MINUTES,
        Act.FOLLOW: _FIVE_MINUTES,
        Act.ENTER: Rule(timedelta(days=1), 1),
    },
    Platform.ALIPAY_MINI: {},
}


class Refusal(StrEnum):
    CLOSED = "closed"
    USED_UP = "used up"


@dataclass(slots=True)
class _Window:
    ends_at: datetime
    left: int | None


@dataclass(slots=True)
class Standing:
    """One resident towards one app, as the platform keeps it."""

    platform: Platform
    follows: bool = True
    active_at: datetime | None = None
    consents: Counter[str] = field(default_factory=Counter)
    _windows: dict[Act, _Window] = field(default_factory=dict)

    def act(self, act: Act) -> None:
        """The resident did something: the window of this kind begins anew."""
        self.active_at = clock.now()
        if rule := RULES[self.platform].get(act):
            self._windows[act] = _Window(clock.now() + rule.length, rule.most)

    def unfollow(self) -> None:
        self.follows = False
        self._windows.clear()

    def send(self) -> Refusal | None:
        """One message to the resident, or why not. It counts in every window that is open."""
        open_now = [window for window in self._windows.values() if clock.now() < window.ends_at]
        if not self.follows or not open_now:
            return Refusal.CLOSED
        if not any(window.left is None or window.left > 0 for window in open_now):
            return Refusal.USED_UP
        for window in open_now:
            if window.left is not None:
                window.left -= 1
        return None

    def spend_consent(self, template_id: str) -> bool:
        """One yes pays for one notice."""
        if self.consents[template_id] <= 0:
            return False
        self.consents[template_id] -= 1
        return True

    def is_active(self) -> bool:
        """Whether a content check may name this person (PLATFORMS 1.5)."""
        return self.active_at is not None and clock.now() - self.active_at <= ACTIVE_FOR
