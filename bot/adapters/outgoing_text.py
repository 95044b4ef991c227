"""Text on its way out: what a platform's envelope can hold, and where to cut it."""

from __future__ import annotations

import re
from typing import Final

from bot.adapters.wire import without_illegal
from core.messages import Reply, ReplyKind

WECHAT_TEXT_BYTES: Final = 2048
"""Believed limit of a text, passive or sent, in UTF-8 bytes; not in the documents that could be read."""

WEB: Final = ("https://", "http://")
"""Other addresses, such as `javascript:`, are never shown."""

_SENTENCE_END: Final = re.compile(r"[。！？!?…；;\n]+[”’」』）)]*")
_CONTROL: Final = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    r"""Without control characters, lone surrogates and direction overrides; line ends are `\n`."""
    return _CONTROL.sub("", without_illegal(text.replace("\r\n", "\n").replace("\r", "\n")))


def cdata(text: str) -> str:
    """A CDATA section that its own text cannot end: `]]>` is divided over two sections."""
    return f"<![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def pieces(text: str, limit_bytes: int) -> list[str]:
    """The text in parts of at most `limit_bytes` UTF-8 bytes, each ending with a sentence where there is one."""
    parts: list[str] = []
    rest = text
    while len(rest.encode()) > limit_bytes:
        head = rest.encode()[:limit_bytes].decode(errors="ignore")
        ends = [match.end() for match in _SENTENCE_END.finditer(head)]
        # A sentence end in the first quarter would waste most of the message; then the cut is hard.
        cut = ends[-1] if ends and ends[-1] > len(head) // 4 else len(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def cap(text: str, limit_bytes: int) -> str:
    """The first sentences that fit, with `…` if something was left out."""
    if len(text.encode()) <= limit_bytes:
        return text
    return pieces(text, max(limit_bytes - len("…".encode()), 4))[0] + "…"


def numbered(reply: Reply) -> str:
    """The choices as lines that can be answered by their number, for where there are no buttons."""
    return "\n".join(f"{number} {clean(choice.label)}" for number, choice in enumerate(reply.choices, start=1))


def is_article(reply: Reply) -> bool:
    """A link without choices is shown as a card to press; with choices it must be a text, since cards show none."""
    linked = reply.type in (ReplyKind.LINK, ReplyKind.CARD) and reply.url.startswith(WEB)
    return linked and not reply.choices


def plain(reply: Reply, limit_bytes: int) -> str:
    """A reply as one text: words, link, numbered choices. The words give way, the choices stay whole."""
    url = reply.url if reply.url.startswith(WEB) else ""
    title = clean(reply.title)
    words = clean(reply.text)
    head = title if title and title not in words else ""
    tail = "\n".join(part for part in (url, numbered(reply)) if part)
    upper = "\n".join(part for part in (head, words) if part)
    room = limit_bytes - len(tail.encode()) - 1
    if room < 4:
        return cap(tail, limit_bytes)
    return "\n".join(part for part in (cap(upper, room), tail) if part)
