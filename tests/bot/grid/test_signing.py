"""Signatures are those of the contract, and nothing but an exact, timely one passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grid.signing import BadSignature, StaleTimestamp, sign, signature, verify
from core import clock
from core.settings import GridConnector

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PATH = "/grid/v1/district/updates"


def connector(signer: str = "hmac-sha256") -> GridConnector:
    return GridConnector.model_validate(
        {"name": "district", "kind": "signed_json", "url": "https://grid.example/api", "app_id": "community",
         "secret": "gridsecret", "signer": signer}
    )  # fmt: skip


def signed(body: bytes, *, path_qs: str = PATH, at: datetime = NOW, signer: str = "hmac-sha256") -> dict[str, str]:
    with clock.frozen(at):
        return sign(connector(signer), method="POST", path_qs=path_qs, body=body)


def check(headers: dict[str, str], body: bytes, *, path_qs: str = PATH, signer: str = "hmac-sha256") -> str:
    return verify(connector(signer), method="POST", path_qs=path_qs, headers=headers, body=body, now=NOW)


def test_the_published_vector() -> None:
    made = signature(
        connector(), method="POST", path_qs="/api/events", timestamp="1700000000", nonce="abc", body=b"{}"
    )  # fmt: skip
    assert made == "f479da7b4344bdb67a4b5ea49e8896ce3fb789c93effa7a417c7e56d8a2a7fb9"


@pytest.mark.parametrize("signer", ["hmac-sha256", "hmac-sm3"])
def test_what_we_sign_verifies_and_yields_its_nonce(signer: str) -> None:
    headers = signed(b"{}", signer=signer)
    assert check(headers, b"{}", signer=signer) == headers["X-Nonce"]


def test_sm3_is_another_digest_than_sha256() -> None:
    with pytest.raises(BadSignature):
        check(signed(b"{}", signer="hmac-sm3"), b"{}")


def test_each_call_has_a_nonce_of_its_own() -> None:
    assert signed(b"{}")["X-Nonce"] != signed(b"{}")["X-Nonce"]


@pytest.mark.parametrize("header", ["X-App-Id", "X-Timestamp", "X-Nonce", "X-Signature"])
def test_a_missing_header_is_refused(header: str) -> None:
    headers = signed(b"{}")
    del headers[header]
    with pytest.raises(BadSignature):
        check(headers, b"{}")


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-App-Id", "other"), ("X-Timestamp", "1e9"), ("X-Timestamp", "-5"), ("X-Timestamp", "１７"),
     ("X-Nonce", "a b"), ("X-Nonce", "n" * 129), ("X-Signature", "签名"), ("X-Signature", "00" * 32)],
)  # fmt: skip
def test_a_changed_header_is_refused(header: str, value: str) -> None:
    with pytest.raises(BadSignature):
        check(signed(b"{}") | {header: value}, b"{}")


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_only_the_signed_body_passes(body: bytes, other: bytes) -> None:
    headers = signed(body)
    if body == other:
        assert check(headers, other)
        return
    with pytest.raises(BadSignature):
        check(headers, other)


def test_the_query_is_part_of_what_is_signed() -> None:
    with pytest.raises(BadSignature):
        check(signed(b"{}"), b"{}", path_qs=PATH + "?a=1")


@pytest.mark.parametrize("minutes", [-5, 5])
def test_five_minutes_of_difference_are_believed(minutes: int) -> None:
    assert check(signed(b"{}", at=NOW + timedelta(minutes=minutes)), b"{}")


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_are_stale(seconds: int) -> None:
    with pytest.raises(StaleTimestamp):
        check(signed(b"{}", at=NOW + timedelta(seconds=seconds)), b"{}")
