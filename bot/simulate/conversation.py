"""One resident's talk: sends what they do, remembers what their screen shows, and writes it down as it reads."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulate.opening import Resident
from bot.simulate.said import (
    Click,
    Consent,
    Follow,
    Photo,
    Place,
    Press,
    Said,
    Scan,
    Shown,
    Text,
    Unfollow,
    Voice,
    Way,
)
from bot.simulate.typed import Typed, parse
from core.messages import Choice

RESIDENT = "居民"
WAYS = {Way.REPLY: "", Way.MESSAGE: "", Way.NOTICE: "（通知）"}

Listener = Callable[[str], None]


class Conversation:
    """`name` is what the account is called on the screen; `listener` gets each line of the transcript as it comes.

    Without `echo` it gets the service's lines only, as where the resident's stand on the screen already.
    """

    def __init__(self, resident: Resident, *, name: str, listener: Listener | None = None, echo: bool = True) -> None:
        self.resident = resident
        self.transcript: list[str] = []
        self.choices: tuple[Choice, ...] = ()
        """Those that were shown last and may be pressed or typed."""
        self.since_said: list[Shown] = []
        """What was shown since the resident last did something."""
        self._name = name
        self._listener = listener
        self._echo = echo

    def parse(self, line: str) -> Typed:
        """What a typed line means here and now. Raises NotUnderstood."""
        templates = {str(kind): template for kind, template in self.resident.account.notices.items()}
        return parse(line, self.choices, templates)

    async def send(self, said: Said) -> list[Shown]:
        """Do it; what is answered at once. Raises Fault, Unreachable, RefusedByServer and NotHere."""
        self._write(RESIDENT, described(said))
        self.since_said = []
        return self._saw(await self.resident.send(said))

    async def look(self, seconds: float) -> list[Shown]:
        """What was pushed since the last time, waiting up to `seconds` for the first of it."""
        return self._saw(await self.resident.pushed(seconds))

    def note(self, text: str) -> None:
        """A line that stands on the screen but was not said by the service."""
        self._write(self._name, text)

    def _saw(self, shown: list[Shown]) -> list[Shown]:
        for one in shown:
            self._write(self._name + WAYS[one.way], one.whole)
            if one.way is not Way.NOTICE:
                self.choices = one.choices
        self.since_said.extend(shown)
        return shown

    def _write(self, who: str, text: str) -> None:
        first, *more = text.split("\n")
        for line in (f"{who}：{first}", *(f"　　{line}" for line in more)):
            self.transcript.append(line)
            if self._listener and (self._echo or who != RESIDENT):
                self._listener(line)


def described(said: Said) -> str:
    """As it stands in a transcript."""
    match said:
        case Text(text):
            return text
        case Press(choice):
            return f"［按］{choice.label}"
        case Photo(content):
            return f"［照片，{len(content)} 字节］"
        case Voice(text):
            return f"［语音］{text}"
        case Place(lng, lat, label):
            return f"［位置 {lng:g},{lat:g}］{label}"
        case _:
            return f"［{_event(said)}］"


def _event(said: Said) -> str:
    match said:
        case Follow(scene):
            return f"关注 {scene}".strip()
        case Unfollow():
            return "取消关注"
        case Scan(scene):
            return f"扫码 {scene}"
        case Click(key):
            return f"菜单 {key}"
        case Consent(template_id):
            return f"同意通知 {template_id}"
        case _:
            return type(said).__name__
