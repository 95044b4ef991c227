"""Signatures of the `signed_json` wire format, the same in both directions.

The signed text is five lines: method, path with query as in the request line, unix seconds, nonce, and the SHA-256 of
the body in hex. Its HMAC is over SHA-256 or SM3 (GB/T 32905), as the connector says.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.hmac import HMAC

from core import clock
from core.errors import Unauthenticated
from core.settings import GridConnector

CLOCK_SKEW_SECONDS: Final = 300
ALGORITHMS: Final = {"hmac-sha256": SHA256, "hmac-sm3": SM3}
_NONCE: Final = re.compile(r"[\x21-\x7e]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


class BadSignature(Unauthenticated):
    code = "bad_signature"


class StaleTimestamp(Unauthenticated):
    """The request was signed more than five minutes before or after our clock."""

    code = "stale_timestamp"


def signature(connector: GridConnector, *, method: str, path_qs: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Hex of the connector's HMAC. `path_qs` is the path and query exactly as they stand in the request line."""
    signed = "\n".join((method.upper(), path_qs, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    mac = HMAC(connector.secret.encode(), ALGORITHMS[connector.signer]())
    mac.update(signed.encode())
    return mac.finalize().hex()


def sign(connector: GridConnector, *, method: str, path_qs: str, body: bytes) -> dict[str, str]:
    """The four headers of a call that leaves now, with a fresh nonce."""
    timestamp = str(int(clock.now().timestamp()))
    nonce = secrets.token_hex(16)
    return {
        "X-App-Id": connector.app_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature(
            connector, method=method, path_qs=path_qs, timestamp=timestamp, nonce=nonce, body=body
        ),
    }  # fmt: skip


def verify(
    connector: GridConnector, *, method: str, path_qs: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """Check app id, signature and time of a call that reached us; its nonce.

    The caller keeps the nonce in the transaction that applies the call. Raises BadSignature, StaleTimestamp.
    """
    timestamp, nonce = headers.get("X-Timestamp", ""), headers.get("X-Nonce", "")
    if not _SECONDS.fullmatch(timestamp) or not _NONCE.fullmatch(nonce):
        raise BadSignature
    expected = signature(connector, method=method, path_qs=path_qs, timestamp=timestamp, nonce=nonce, body=body)
    is_ours = hmac.compare_digest(headers.get("X-App-Id", "").encode(), connector.app_id.encode())
    if not hmac.compare_digest(headers.get("X-Signature", "").lower().encode(), expected.encode()) or not is_ours:
        raise BadSignature
    if abs(now.timestamp() - int(timestamp)) > CLOCK_SKEW_SECONDS:
        raise StaleTimestamp
    return nonce
