"""The way out to a grid event system: each report and each follow-up once, as the far side sees it.

An answer that did not reach us may hide a success, so a second attempt asks the far side before it creates. What is
sent carries its idempotency key; what the far side calls known counts as taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession
from yarl import URL

from bot.grid.signing import sign
from core import clock, foreign_json
from core.db import dump_json
from core.errors import DeliveryError
from core.settings import GridConnector

TOTAL_SECONDS: Final = 30.0
"""For one push with everything it asks; shorter than the lease of an outbox row."""

MAX_ANSWER_BYTES: Final = 256 * 1024
MAX_EXTERNAL_NO: Final = 200
LONGEST_RETRY_AFTER_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, Any] | None
    retry_after_seconds: float | None

    @property
    def external_no(self) -> str | None:
        data = (self.body or {}).get("data")
        number = data.get("external_no") if isinstance(data, dict) else None
        if isinstance(number, int) and not isinstance(number, bool):
            number = str(number)
        return number if isinstance(number, str) and 0 < len(number) <= MAX_EXTERNAL_NO else None

    @property
    def is_success(self) -> bool:
        return self.status in (200, 201) and self.body is not None and self.body.get("code") == 0

    def failure(self) -> DeliveryError:
        """What went wrong, without the far side's own words: they may repeat what we sent."""
        code = (self.body or {}).get("code")
        reason = f"grid_http_{self.status}" + (f"_code_{code}" if isinstance(code, int) and code else "")
        is_refusal = 400 <= self.status < 500 and self.status != 429
        return DeliveryError(reason, retryable=not is_refusal, retry_after_seconds=self.retry_after_seconds)


class SignedJson:
    """One `signed_json` connector over a shared HTTP session."""

    def __init__(self, http: ClientSession, connector: GridConnector, *, total_seconds: float = TOTAL_SECONDS) -> None:
        self._http = http
        self._connector = connector
        self._base = URL(connector.url)
        self._total_seconds = total_seconds

    async def push_event(self, event: dict[str, Any], *, attempt: int = 1) -> str:
        """Deliver one report (the event body of the wire format); the far side's number of it.

        `attempt` counts from 1; from the second on we look before we create. Raises DeliveryError.
        """
        number = str(event["event_no"])
        async with _deadline(self._total_seconds):
            if attempt > 1 and (known := await self._find(number)) is not None:
                return known
            answer = await self._call("POST", ("events",), event, idempotency_key=number)
            if (answer.is_success or answer.status == 409) and answer.external_no is not None:
                return answer.external_no
            raise answer.failure()

    async def push_action(self, event_no: str, action: dict[str, Any]) -> None:
        """Deliver one follow-up; `action_id` lets the far side know a repetition. Raises DeliveryError."""
        async with _deadline(self._total_seconds):
            answer = await self._call(
                "POST", ("events", event_no, "actions"), action, idempotency_key=str(action["action_id"])
            )
            is_known = answer.status == 409 and answer.external_no is not None
            if not answer.is_success and not is_known:
                raise answer.failure()

    async def _find(self, event_no: str) -> str | None:
        answer = await self._call("GET", ("events", event_no))
        if answer.status == 404:
            return None
        if answer.is_success and answer.external_no is not None:
            return answer.external_no
        raise answer.failure()

    async def _call(
        self, method: str, path: tuple[str, ...], payload: dict[str, Any] | None = None, *, idempotency_key: str = ""
    ) -> _Answer:
        url = self._base.joinpath(*path).with_query(self._base.query)
        body = b"" if payload is None else dump_json(payload).encode()
        headers = {"Accept": "application/json"}
        if payload is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        headers |= sign(self._connector, method=method, path_qs=url.raw_path_qs, body=body)
        try:
            async with self._http.request(
                method, url, data=body or None, headers=headers, allow_redirects=False
            ) as response:
                return _Answer(response.status, await _read_json(response), _retry_after(response))
        except ClientError as error:
            raise DeliveryError(f"grid_{type(error).__name__}", retryable=True) from None


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise DeliveryError("grid_timeout", retryable=True) from None


async def _read_json(response: ClientResponse) -> dict[str, Any] | None:
    """The JSON object of an answer; None when it is anything else, or too long to be one."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            return None
    try:
        parsed = foreign_json.read(bytes(body))
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _retry_after(response: ClientResponse) -> float | None:
    """`Retry-After` in seconds, given as a number or as an HTTP date (RFC 9110, 10.2.3)."""
    given = response.headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given), LONGEST_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - clock.now()).total_seconds(), 0.0), LONGEST_RETRY_AFTER_SECONDS)
