"""An answer of Alipay's open platform: the part that is signed, and its error codes → named failures.

In front of python-alipay-sdk 3.4.0, which cuts the signed part out by counting braces (one inside a string spoils
it), reads the last of two equal nodes instead of the signed first, and returns business errors as if all were well.
"""

from __future__ import annotations

import json
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.adapters import alipay_keys
from bot.adapters.failures import (
    BUSY,
    CONFIGURATION,
    NOT_SUBSCRIBED,
    QUOTA_DAY,
    QUOTA_MINUTE,
    TEMPLATE_MISMATCH,
    UNREADABLE_ANSWER,
    WINDOW_CLOSED,
    Failure,
    LoginCodeInvalid,
)
from core import foreign_json

OK: Final = "10000"

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = " \t\r\n"

SUB_CODES: Final = {
    "msg_sd_over_time": WINDOW_CLOSED,
    "pub.msg_batch_sd_over": QUOTA_DAY,
    "user_template_illegal": CONFIGURATION,
    "user_template_lack_keyword": TEMPLATE_MISMATCH,
    "user_keyword_length_error": TEMPLATE_MISMATCH,
    "form_id_over_time": NOT_SUBSCRIBED,
    "form_id_not_match_appid": NOT_SUBSCRIBED,
}
CODES: Final = {
    "20000": BUSY,
    "20001": CONFIGURATION,
    "40001": CONFIGURATION,
    "40003": CONFIGURATION,
    "40005": QUOTA_MINUTE,
    "40006": CONFIGURATION,
}
LOGIN_SUB_CODES: Final = ("isv.code-invalid", "isv.refresh-token-invalid")


def parts(text: str) -> dict[str, str]:
    """The members of a JSON object as they stand in it; of two equal names the first. Raises DeliveryError."""
    try:
        return _members(text)
    except (ValueError, IndexError, RecursionError):
        raise UNREADABLE_ANSWER.error() from None


def _members(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = _after(text, 0, "{")
    while True:
        name, at = _DECODER.raw_decode(text, _skip(text, at))
        start = _skip(text, _after(text, at, ":"))
        _, at = _DECODER.raw_decode(text, start)
        found.setdefault(str(name), text[start:at])
        at = _skip(text, at)
        if text[at] == "}":
            return found
        at = _after(text, at, ",")


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def _after(text: str, at: int, expected: str) -> int:
    at = _skip(text, at)
    if text[at] != expected:
        raise ValueError(expected)
    return at + 1


def read(body: bytes, method: str, key: RSAPublicKey) -> dict[str, Any]:
    """What the platform answered to `method`, its signature checked. Raises DeliveryError and LoginCodeInvalid."""
    try:
        members = parts(body.decode())
    except UnicodeDecodeError:
        raise UNREADABLE_ANSWER.error() from None
    signed = members.get(method.replace(".", "_") + "_response")
    failed = signed is None
    node = signed or members.get("error_response", "")
    answer = _object(node)
    code = str(answer.get("code", OK))
    if failed or code != OK:
        # A refusal may come unsigned. Nothing is taken from it but that the call failed.
        raise _error(code, str(answer.get("sub_code", "")))
    if not alipay_keys.is_signed(key, node.encode(), str(_value(members.get("sign", '""')))):
        raise UNREADABLE_ANSWER.error()
    return answer


def _object(node: str) -> dict[str, Any]:
    parsed = _value(node) if node else None
    if not isinstance(parsed, dict):
        raise UNREADABLE_ANSWER.error()
    return parsed


def _value(node: str) -> Any:
    try:
        return foreign_json.read(node)
    except ValueError:
        raise UNREADABLE_ANSWER.error() from None


def _error(code: str, sub_code: str) -> Exception:
    if sub_code in LOGIN_SUB_CODES:
        return LoginCodeInvalid()
    lowered = sub_code.lower().removeprefix("isv.").removeprefix("isp.")
    known = next((failure for word, failure in SUB_CODES.items() if word in lowered), None)
    return (known or CODES.get(code) or Failure(f"alipay_{sub_code or code}")).error()
