"""The H5 chat page at `/` with its files, and short pages of one heading, a text and little more.

Nothing is built and nothing comes from another host; the content-security policy allows no inline script or style.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import ETag, web

ROOT: Final = Path(__file__).parent
ASSETS: Final = (
    "chat.css", "board.css", "icon.svg", "ico.svg", "chat.js", "api.js", "board.js", "board_dialog.js",
    "board_member.js", "codes.js", "devices.js", "element.js", "export.js", "linkify.js", "moments.js", "outgoing.js",
    "parting.js", "points.js", "store.js", "things.js", "transcript.js", "words.js",
)  # fmt: skip
CONTENT_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ACK_PATH: Final = "/duty/ack"

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), microphone=(), camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FORM: Final = Template(
    '<form method="post" action="$action"><input type="hidden" name="page" value="$page">'
    '<input type="hidden" name="token" value="$token"><button type="submit">收到，我来处理</button></form>'
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served; browsers ask each time whether it changed, so an upgrade shows at once."""

    body: bytes
    content_type: str
    etag: str

    @classmethod
    def read(cls, name: str) -> Asset:
        body = (ROOT / name).read_bytes()
        return cls(body, CONTENT_TYPES[Path(name).suffix], hashlib.sha256(body).hexdigest()[:32])

    async def serve(self, request: web.Request) -> web.Response:
        headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache"}
        is_known = any(tag.value in (self.etag, "*") for tag in request.if_none_match or ())
        response = web.Response(status=304, headers=headers) if is_known else self._whole(headers)
        response.etag = ETag(self.etag)
        return response

    def _whole(self, headers: dict[str, str]) -> web.Response:
        response = web.Response(body=self.body, content_type=self.content_type, charset="utf-8", headers=headers)
        response.enable_compression()
        return response


def routes() -> list[web.RouteDef]:
    """`GET /` and `GET /assets/…`, read once."""
    served = [web.get("/", Asset.read("index.html").serve)]
    return served + [web.get(f"/assets/{name}", Asset.read(name).serve) for name in ASSETS]


def ack_page(*, page_id: str, token: str, text: str) -> web.Response:
    """What the link of a page opens: its text and a button. Opening alone acknowledges nothing; previews open links."""
    form = FORM.substitute(action=ACK_PATH, page=escape(page_id), token=escape(token))
    return short_page("值班通知", text, form)


def short_page(heading: str, text: str, more: str = "", *, status: int = 200) -> web.Response:
    """A page that nobody keeps; `more` is markup, the rest is not."""
    template = Template((ROOT / "short.html").read_text(encoding="utf-8"))
    body = template.substitute(heading=escape(heading), text=escape(text), more=more)
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    return web.Response(text=body, content_type="text/html", status=status, headers=headers)
