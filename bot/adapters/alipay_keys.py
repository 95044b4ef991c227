"""RSA2 for Alipay on `cryptography`, with keys as consoles hand them out: PEM of either kind, or bare base64."""

from __future__ import annotations

import base64
import binascii
import textwrap
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from core.errors import ConfigError

KEYS_KEPT = 32


@lru_cache(maxsize=KEYS_KEPT)
def private_key(text: str) -> RSAPrivateKey:
    """Raises ConfigError, without the key in its message. Checking a key takes 50 ms, so it is done once."""
    for label in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        try:
            key = serialization.load_pem_private_key(_pem(text, label), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        if isinstance(key, RSAPrivateKey):
            return key
    raise ConfigError("an Alipay account: private_key: expected an RSA key as PEM or base64")


def public_key(text: str) -> RSAPublicKey:
    """Raises ConfigError."""
    for label in ("PUBLIC KEY", "RSA PUBLIC KEY"):
        try:
            key = serialization.load_pem_public_key(_pem(text, label))
        except (ValueError, UnsupportedAlgorithm):
            continue
        if isinstance(key, RSAPublicKey):
            return key
    raise ConfigError("an Alipay account: alipay_public_key: expected an RSA key as PEM or base64")


def _pem(text: str, label: str) -> bytes:
    stripped = text.strip()
    if stripped.startswith("-----"):
        return stripped.encode()
    lines = "\n".join(textwrap.wrap("".join(stripped.split()), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()


def private_pem(key: RSAPrivateKey) -> str:
    """PKCS#8 PEM, which every library reads."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: RSAPublicKey) -> str:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, spki).decode()


def public_base64(key: RSAPublicKey) -> str:
    """The key on one line, as the gateway check wants it."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, spki)).decode()


def sign(key: RSAPrivateKey, content: bytes) -> str:
    """RSA2 (SHA-256, PKCS#1 v1.5) in base64."""
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, content: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
