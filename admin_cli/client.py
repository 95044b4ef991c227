"""The admin API over HTTP. What goes wrong is a `Failure` with the exit code that `hc` ends with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from admin_cli.login import Login

PREFIX: Final = "/admin/v1"
CHUNK_BYTES: Final = 64 * 1024
TIMEOUT_SECONDS: Final = 30.0

Json = dict[str, Any]
Sent = Callable[[int, int | None], None]
"""Told how many bytes have moved, and of how many where that is known."""


class Exit(IntEnum):
    """How `hc` ends: refused by a rule or not found · usage or 400 · not allowed or not logged in · server away."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    UNREACHABLE = 4


class Failure(Exception):
    """Ends the command: `message` goes to stderr."""

    def __init__(self, code: Exit, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


def at(*parts: str) -> str:
    """A path below the API's prefix; what a worker typed stays one part of it."""
    return "".join("/" + quote(part, safe="") for part in parts)


class Client:
    """Calls with the worker's token; every changing call carries a key, so that a proxy's repetition is harmless."""

    def __init__(self, login: Login, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=login.server.rstrip("/") + PREFIX,
            headers={"Authorization": f"Bearer {login.token}"},
            timeout=TIMEOUT_SECONDS,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Json:
        """The answer of a GET; query values of None and False are left out. Raises Failure."""
        return self._call("GET", path, params=_query(query))

    def post(self, path: str, body: Mapping[str, Any] | None = None, photos: Sequence[Path] = ()) -> Json:
        """The answer of a POST, as a form when there are photos. Raises Failure."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        given = {name: value for name, value in (body or {}).items() if value is not None}
        if not photos:
            return self._call("POST", path, json=given, headers=headers)
        files = [("photo", (photo.name, photo.read_bytes())) for photo in photos]
        return self._call("POST", path, data=given, files=files, headers=headers)

    def upload(self, path: str, body: Mapping[str, Any], moved: Sent) -> Json:
        """A POST of a large body, told of as it goes. Raises Failure."""
        content = json.dumps(body, ensure_ascii=False).encode()

        def parts() -> Iterator[bytes]:
            for start in range(0, len(content), CHUNK_BYTES):
                yield content[start : start + CHUNK_BYTES]
                moved(min(start + CHUNK_BYTES, len(content)), len(content))

        headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        return self._call("POST", path, content=parts(), headers=headers)

    def download(self, path: str, moved: Sent, **query: Any) -> Json:
        """The answer of a GET that may be large, told of as it comes. Raises Failure."""
        try:
            with self._http.stream("GET", path, params=_query(query)) as response:
                body = bytearray()
                total = int(response.headers.get("Content-Length", 0)) or None
                for chunk in response.iter_bytes():
                    body += chunk
                    moved(len(body), total)
        except _AWAY as error:
            raise _unreachable(error) from None
        return _answer(response.status_code, bytes(body))

    def _call(self, method: str, path: str, **options: Any) -> Json:
        try:
            response = self._http.request(method, path, **options)
        except _AWAY as error:
            raise _unreachable(error) from None
        return _answer(response.status_code, response.content)


_AWAY: Final = (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol)


def _unreachable(error: Exception) -> Failure:
    return Failure(Exit.UNREACHABLE, f"连不上服务器（{type(error).__name__}），请检查网络和服务器地址。")


def exit_code(status: int) -> Exit:
    """Which exit code an HTTP status means."""
    if status >= 500:
        return Exit.UNREACHABLE
    if status in (401, 403):
        return Exit.NOT_ALLOWED
    if status in (400, 405, 413, 415):
        return Exit.USAGE
    return Exit.REFUSED


def _answer(status: int, body: bytes) -> Json:
    if not 200 <= status < 300:
        raise Failure(exit_code(status), _reason(status, body))
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Failure(Exit.UNREACHABLE, "服务器的回答读不懂，请检查服务器地址。")
    return data


def _reason(status: int, body: bytes) -> str:
    """The API's own sentence with the fields that are wrong, or the bare status of something between us."""
    try:
        error = json.loads(body)["error"]
        message, fields = str(error["message"]), dict(error.get("fields") or {})
    except (ValueError, KeyError, TypeError):
        return f"服务器回答 HTTP {status}。"
    wrong = "；".join(f"{name}：{said}" for name, said in fields.items())
    return f"{message}（{wrong}）" if wrong else message


def _query(given: Mapping[str, Any]) -> dict[str, str | int]:
    """What was given; flags only when they are set."""
    kept = {name: value for name, value in given.items() if value is not None and value is not False}
    return {name: "true" if value is True else value for name, value in kept.items()}
