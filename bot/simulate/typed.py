"""A typed line → what the resident does, or what the terminal is asked to do."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from bot.simulate.said import (
    Click,
    Consent,
    Follow,
    Photo,
    Place,
    Press,
    Said,
    Scan,
    Text,
    Unfollow,
    Voice,
)
from core.messages import Choice

HELP: Final = """\
Type a message and press Enter. Besides:
  /photo FILE             send a photo
  /loc LNG,LAT [LABEL]    send a location (degrees, GCJ-02)
  /voice TEXT             send a recording in which TEXT was recognised
  /press N                press the Nth choice shown last
  /follow [SCENE]         follow the account, with SCENE from a scanned code
  /unfollow               unfollow it
  /scan SCENE             scan a code of the account
  /click KEY              press a key of the account's menu
  /consent TEMPLATE       say yes to one notice (a template id, or issue, activity, order, points, registration)
  /wait SECONDS           wait for messages
  /help, /quit"""

_NO_TEMPLATES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Quit:
    pass


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


Typed: TypeAlias = Said | Help | Quit | Wait


class NotUnderstood(Exception):
    """The line is a command with something wrong; the text says what is expected."""


def parse(line: str, choices: Sequence[Choice] = (), templates: Mapping[str, str] = _NO_TEMPLATES) -> Typed:
    """`choices` are those shown last, `templates` the account's by what they tell of. Raises NotUnderstood."""
    if not line.startswith("/"):
        return Text(line)
    word, _, rest = line.partition(" ")
    if word == "/press":
        return _press(rest.strip(), choices)
    if word == "/consent":
        template = _needed(rest.strip(), "/consent TEMPLATE")
        return Consent(templates.get(template, template))
    read = _COMMANDS.get(word)
    if read is None:
        raise NotUnderstood(f"{word}: no such command; /help lists them")
    return read(rest.strip())


def _press(wanted: str, choices: Sequence[Choice]) -> Press:
    if not wanted.isdigit() or not 1 <= int(wanted) <= len(choices):
        raise NotUnderstood(f"/press takes a number from 1 to {len(choices)}" if choices else "no choices to press")
    return Press(choices[int(wanted) - 1])


def _photo(rest: str) -> Photo:
    path = Path(_needed(rest, "/photo FILE")).expanduser()
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise NotUnderstood(f"/photo: {path}: {error}") from None
    return Photo(content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")


def _place(rest: str) -> Place:
    numbers, _, label = rest.partition(" ")
    lng, _, lat = numbers.partition(",")
    try:
        return Place(float(lng), float(lat), label.strip())
    except ValueError:
        raise NotUnderstood("expected /loc LNG,LAT [LABEL], such as /loc 116.397,39.908 和平里一区") from None


def _wait(rest: str) -> Wait:
    try:
        return Wait(float(rest))
    except ValueError:
        raise NotUnderstood("expected /wait SECONDS") from None


def _needed(rest: str, usage: str) -> str:
    if not rest:
        raise NotUnderstood(f"expected {usage}")
    return rest


_COMMANDS: Final[Mapping[str, Callable[[str], Typed]]] = {
    "/photo": _photo,
    "/loc": _place,
    "/voice": lambda rest: Voice(_needed(rest, "/voice TEXT")),
    "/follow": Follow,
    "/unfollow": lambda _rest: Unfollow(),
    "/scan": lambda rest: Scan(_needed(rest, "/scan SCENE")),
    "/click": lambda rest: Click(_needed(rest, "/click KEY")),
    "/wait": _wait,
    "/help": lambda _rest: Help(),
    "/quit": lambda _rest: Quit(),
}
