"""Word to the staff: notices of new work, and pages to the duty chain. Sent to addresses that the settings name.

No personal data leaves here: a notice holds numbers, categories and areas, and says with which command to look further.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession

from core import clock, foreign_json
from core.crypto import Vault
from core.db import dump_json
from core.errors import DeliveryError
from core.settings import Duty, Notify

TOTAL_SECONDS: Final = 15.0
ACK_LINK_SECONDS: Final = 24 * 3600
ACK_PURPOSE: Final = "duty.ack"
MARKDOWN_BYTES: Final = 4096
"""The longest markdown content that a WeCom group robot takes, in bytes of UTF-8 (WeCom documentation 91770)."""

ROBOT_BUSY: Final = frozenset({-1, 45009})
"""WeCom error codes after which the same call may succeed later: system busy, more than 20 messages a minute."""

MOMENTS: Final = frozenset({"deadline", "start", "at"})
"""Facts that are moments in ISO 8601; they are shown as a clock in Shanghai shows them."""

TEXTS: Final[dict[str, dict[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "data" / "alerts.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Page:
    """One call to one member of the duty chain. `emergency` is its kind, `level` counts the chain from 1."""

    id: str
    emergency: str
    number: str
    area: str
    at: datetime
    level: int = 1


class _Shown(dict[str, str]):
    """Facts as people read them; what is missing or empty is a dash."""

    def __missing__(self, _key: str) -> str:
        return "—"


def wants(target: Notify, event: str) -> bool:
    """Whether a target asked for this event: by name, by `issue.*`, or all of them with `*`."""
    return any(
        wanted in ("*", event) or (wanted.endswith(".*") and event.startswith(wanted[:-1])) for wanted in target.events
    )


def notice_text(event: str, facts: Mapping[str, Any]) -> str:
    """One line about one event; one that the texts don't know is told by its name.

    Some have other words in an emergency, or for who did it (the fact `by`).
    """
    templates = TEXTS["notice"]
    case = "emergency" if facts.get("emergency") else facts.get("by", "")
    template = templates.get(f"{event}.{case}") or templates.get(event, templates["other"])
    shown = {key: _shown(key, value) for key, value in facts.items() if value not in (None, "")}
    return _line(template.format_map(_Shown(shown, event=event)))


def _shown(name: str, value: object) -> str:
    if name == "urgency":
        return TEXTS["urgency"].get(str(value), str(value))
    if name == "emergency":
        return emergency_name(str(value))
    if name in MOMENTS:
        return _clock_time(clock.parse(str(value)))
    return str(value)


def _clock_time(moment: datetime) -> str:
    return clock.local(moment).strftime("%m-%d %H:%M")


def page_text(page: Page) -> str:
    """What the duty officer reads, a few lines."""
    facts = _Shown(
        emergency=emergency_name(page.emergency),
        number=page.number,
        area=page.area,
        at=_clock_time(page.at),
        level=str(page.level),
        page_id=page.id,
    )
    names = ("title", "body", *(("level",) if page.level > 1 else ()), "acknowledge")
    return "\n".join(_line(TEXTS["page"][name].format_map(facts)) for name in names)


def emergency_name(kind: str) -> str:
    return TEXTS["emergency"].get(kind, TEXTS["emergency"]["other"])


def _line(text: str) -> str:
    """On one line, and without the angle brackets in which a robot would read a mention or a colour."""
    return " ".join(text.split()).replace("<", "＜").replace(">", "＞")


async def send_notice(http: ClientSession, target: Notify, *, event: str, facts: Mapping[str, Any], key: str) -> None:
    """Tell one `[[notify]]` target; `key` lets it know a repetition. Raises DeliveryError."""
    text = notice_text(event, facts)
    if target.kind == "wecom_robot":
        await _send_markdown(http, target.url, text)
        return
    payload = {"kind": "notice", "id": key, "event": event, "text": text, "facts": dict(facts)}
    await _send_webhook(http, target.url, target.secret, payload, key=key)


async def send_page(http: ClientSession, target: Duty, page: Page, *, ack_url: str | None, key: str = "") -> None:
    """Page one `[[duty]]` target, with the link that acknowledges where there is one. Raises DeliveryError.

    `key` is this call's own (the chain may call the same person again); by default the page's level stands for it.
    """
    text = page_text(page)
    if target.kind == "wecom_robot":
        link = f"\n[{TEXTS['page']['link']}]({ack_url})" if ack_url else ""
        await _send_markdown(http, target.url, _shortened(text, MARKDOWN_BYTES - len(link.encode())) + link)
        return
    payload = {
        "kind": "page",
        "id": page.id,
        "emergency": page.emergency,
        "number": page.number,
        "area": page.area,
        "at": clock.iso(page.at),
        "level": page.level,
        "text": text,
        "ack_command": f"hc duty ack {page.id}",
        "ack_url": ack_url,
    }
    await _send_webhook(http, target.url, target.secret, payload, key=key or f"{page.id}:{page.level}")


def ack_url(public_url: str, vault: Vault, page_id: str) -> str | None:
    """The link that opens the acknowledging page; None when the settings name no public address."""
    if not public_url:
        return None
    return f"{public_url.rstrip('/')}/duty/ack?page={page_id}&token={ack_token(vault, page_id)}"


def ack_token(vault: Vault, page_id: str) -> str:
    """Lets its bearer acknowledge this page, for a day: unix seconds of its end, a dot, and a signature."""
    expires = int(clock.now().timestamp()) + ACK_LINK_SECONDS
    return f"{expires}.{vault.sign(ACK_PURPOSE, f'{page_id}:{expires}')}"


def check_ack_token(vault: Vault, page_id: str, token: str) -> bool:
    expires, _, signature = token.partition(".")
    if not (token.isascii() and expires.isdigit() and len(expires) <= 12):
        return False
    return int(expires) >= clock.now().timestamp() and vault.is_signed(ACK_PURPOSE, f"{page_id}:{expires}", signature)


async def _send_webhook(http: ClientSession, url: str, secret: str, payload: dict[str, Any], *, key: str) -> None:
    body = dump_json(payload).encode()
    timestamp = str(int(clock.now().timestamp()))
    headers = {"X-Timestamp": timestamp, "Idempotency-Key": key}
    if secret:
        signed = timestamp.encode() + b"\n" + body
        headers["X-Signature"] = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    await _post(http, url, body, headers)


async def _send_markdown(http: ClientSession, url: str, text: str) -> None:
    """A robot says what went wrong inside an answer of 200."""
    message = {"msgtype": "markdown", "markdown": {"content": _shortened(text, MARKDOWN_BYTES)}}
    answer = await _post(http, url, dump_json(message).encode(), {})
    try:
        parsed = foreign_json.read(answer)
    except ValueError:
        raise DeliveryError("wecom_no_json", retryable=True) from None
    code = parsed.get("errcode") if isinstance(parsed, dict) else None
    if code != 0:
        raise DeliveryError(f"wecom_errcode_{code}", retryable=code is None or code in ROBOT_BUSY)


async def _post(http: ClientSession, url: str, body: bytes, headers: dict[str, str]) -> bytes:
    headers = headers | {"Content-Type": "application/json; charset=utf-8"}
    try:
        async with (
            asyncio.timeout(TOTAL_SECONDS),
            http.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            answer = await response.content.read(64 * 1024)
    except (ClientError, TimeoutError) as error:
        raise DeliveryError(f"alert_{type(error).__name__}", retryable=True) from None
    if not 200 <= response.status < 300:
        retryable = response.status == 429 or response.status >= 500
        raise DeliveryError(f"alert_http_{response.status}", retryable=retryable)
    return answer


def _shortened(text: str, limit_bytes: int) -> str:
    """Cut between characters so that the UTF-8 form fits."""
    return text.encode()[:limit_bytes].decode(errors="ignore")
