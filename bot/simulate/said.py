"""What a resident does and what a resident sees: the same values for every kind of account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from core.messages import Choice

_NUMBERED: Final = re.compile(r"(\d{1,2}) (\S.*)")


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Photo:
    content: bytes
    content_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees in GCJ-02, the system of the platforms' own maps."""

    lng: float
    lat: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording; `text` is what the platform recognised in it."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """One of the choices shown last, by its button."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class Follow:
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Unfollow:
    pass


@dataclass(frozen=True, slots=True)
class Scan:
    scene: str


@dataclass(frozen=True, slots=True)
class Click:
    """A key of the account's menu."""

    key: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Yes to one notice of a template."""

    template_id: str


Said: TypeAlias = Text | Photo | Place | Voice | Press | Follow | Unfollow | Scan | Click | Consent

ANSWERED: Final = (Text, Photo, Place, Voice, Press, Follow, Scan, Click)
"""What a service usually answers; nothing is said to somebody who left, or who agreed to a notice."""


class Way(StrEnum):
    """How something came to be seen: as the answer, as a message of its own, or as a notice of the platform."""

    REPLY = "reply"
    MESSAGE = "message"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing on the resident's screen. `has_buttons`: the choices can be pressed, not only typed by number."""

    text: str
    choices: tuple[Choice, ...] = ()
    way: Way = Way.REPLY
    url: str = ""
    has_buttons: bool = False
    id: str = ""

    @property
    def whole(self) -> str:
        """All that can be read, in the order in which it stands there."""
        numbered = (f"{number} {choice.label}" for number, choice in enumerate(self.choices, start=1))
        return "\n".join(part for part in (self.text, self.url, *numbered) if part)

    def choice(self, wanted: str) -> Choice | None:
        """By its number or by its label."""
        for number, choice in enumerate(self.choices, start=1):
            if wanted in (str(number), choice.label):
                return choice
        return None


def from_text(text: str, way: Way = Way.REPLY) -> Shown:
    """A plain text whose last lines may be choices, numbered from 1 without a gap."""
    lines = text.split("\n")
    found: list[Choice] = []
    while lines and (match := _NUMBERED.fullmatch(lines[-1])):
        found.insert(0, Choice(match[1], match[2]))
        lines.pop()
        if match[1] == "1":
            break
    if [choice.id for choice in found] != [str(number) for number in range(1, len(found) + 1)]:
        return Shown(text, way=way)
    return Shown("\n".join(lines), tuple(found), way)


class NotHere(Exception):
    """This kind of account knows no such message; the text says which and why."""


class Fault(Exception):
    """The platform could make nothing of the answer, or got none: the resident sees `FAULT_TEXT` instead."""


class Unreachable(Exception):
    """Nobody listens at the server's address."""


class RefusedByServer(Exception):
    """The resident API said no; the text is its message for residents."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        super().__init__(message)


FAULT_TEXT: Final = "该公众号暂时无法提供服务，请稍后再试"
"""What WeChat shows when an answer is late, missing or malformed (PLATFORMS 1.2)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a platform waits for an answer, and how often it sends the same message again."""

    wait_seconds: float = 5.0
    retries: int = 3
    pause_seconds: float = 0.0
