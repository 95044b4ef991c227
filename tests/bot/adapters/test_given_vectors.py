"""The codec against the collection of genuine and published samples that HC_VECTORS names; skipped without it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.adapters import alipay_answers, alipay_keys, wire
from bot.adapters.alipay_form import Form
from bot.adapters.wechat_codec import AesKey, is_signed
from bot.adapters.wechat_inbound import dedupe_key, to_inbound
from core.settings import Account
from core.values import Platform
from tests.bot.adapters import alipay_side

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


def _alipay(kind: str) -> list[dict[str, Any]]:
    found = [sample for sample in VECTORS["alipay"] if sample["kind"].endswith(kind)]
    assert found
    return found


def test_alipays_signatures() -> None:
    for sample in _alipay("rsa2_verify"):
        key = alipay_keys.public_key(sample["public_key_pem"])
        assert alipay_keys.is_signed(key, sample["message"].encode(), sample["signature_b64"])
    for sample in _alipay("notify_signature"):
        key = alipay_keys.public_key(sample["alipay_public_key_pem"])
        fields = {name: value.encode() for name, value in sample["form"].items()}
        assert Form.parse(alipay_side.form(fields)).is_signed_by(key) is sample["expect"]["V1"]
    for sample in _alipay("double quotes"):
        key = alipay_keys.public_key(sample["alipay_public_key_pem"])
        assert alipay_keys.is_signed(key, f'"{sample["response"]}"'.encode(), sample["sign"])


def test_the_signed_part_of_alipays_answers() -> None:
    for sample in _alipay("response_node_extract"):
        assert alipay_answers.parts(sample["raw"])[sample["node"]] == sample["expect"], sample["id"]
