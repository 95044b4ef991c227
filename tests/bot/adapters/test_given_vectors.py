"""The codec against the collection of genuine and published samples that HC_VECTORS names; skipped without it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.adapters import wire
from bot.adapters.wechat_codec import AesKey, is_signed
from bot.adapters.wechat_inbound import dedupe_key, to_inbound
from core.settings import Account
from core.values import Platform

_FILE = os.environ.get("HC_VECTORS", "")
VECTORS: dict[str, Any] = json.loads(Path(_FILE).read_text(encoding="utf-8")) if _FILE else {}

pytestmark = pytest.mark.skipif(not VECTORS, reason="HC_VECTORS names no collection of samples")
ACCOUNT = Account(name="sample", platform=Platform.WECHAT, app_id="wx1", token="sample-token")


def test_every_payload_is_read_as_expected_and_gets_its_key() -> None:
    for sample in VECTORS["wechat_payloads"]:
        read = wire.parse(sample["body"].encode())
        assert read.format == sample["format"], sample["id"]
        assert read.fields == sample["expected"], sample["id"]
        assert dedupe_key(read.fields) == sample["suggested_dedupe_key"], sample["id"]
        assert to_inbound(read.fields, ACCOUNT).dedupe_key == sample["suggested_dedupe_key"]


def test_every_wechat_signature_and_cipher() -> None:
    checked = 0
    for sample in VECTORS["wechat_crypto"]:
        if sample["kind"] == "signature3":
            assert is_signed(sample["signature"], sample["token"], sample["timestamp"], sample["nonce"])
            checked += 1
        if sample["kind"] not in ("decrypt", "encrypt"):
            continue
        key = AesKey(sample["encoding_aes_key"], sample["appid"])
        assert key.decrypt(sample["encrypt"]) == sample["plaintext"].encode(), sample["id"]
        prefix = sample["random16"].encode()
        assert key.encrypt(sample["plaintext"].encode(), prefix=prefix) == sample["encrypt"], sample["id"]
        given = sample.get("msg_signature") or sample["msg_signature_computed_here"]
        assert is_signed(given, sample["token"], sample["timestamp"], sample["nonce"], sample["encrypt"])
        checked += 1
    assert checked >= 11
