"""Encryption of fields, and keyed indexes that find a name or a phone without storing it in the clear.

The ring `SECRET_KEY` holds root keys; HKDF derives one key per purpose. Each resident has a data key of their own,
stored wrapped; what belongs to them is sealed with it, and destroying it makes all of that unreadable.
A sealed value is: version byte, 12-byte nonce, ciphertext with 16-byte tag. The purpose is authenticated with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, dialect_insert
from core.errors import ConfigError

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
CACHED_KEYS: Final = 10_000
CACHED_SECONDS: Final = 60.0


class Unreadable(Exception):
    """A sealed value was tampered with, or its key is gone (an erased resident)."""


class DataKey(Base):
    """The wrapped key of one resident; the row is deleted when they are erased."""

    __tablename__ = "data_key"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    ring_id: Mapped[str]
    wrapped: Mapped[bytes]


def seal(key: bytes, purpose: str, plaintext: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, purpose.encode())


def unseal(key: bytes, purpose: str, sealed: bytes) -> bytes:
    """Raises Unreadable."""
    if sealed[:1] != VERSION or len(sealed) < 1 + NONCE_BYTES + 16:
        raise Unreadable("not a sealed value")
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, purpose.encode())
    except InvalidTag:
        raise Unreadable("wrong key or changed value") from None


@dataclass(frozen=True, slots=True)
class Ring:
    """The root keys, current first."""

    keys: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> Ring:
        """Read `id:base64 of 32 bytes`, several separated by commas. Raises ConfigError."""
        keys: list[tuple[str, bytes]] = []
        for part in (p.strip() for p in text.split(",") if p.strip()):
            name, colon, encoded = part.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                key = b""
            if not colon or not name or len(key) != KEY_BYTES:
                raise ConfigError(
                    "environment: SECRET_KEY: expected id:base64 of 32 bytes, several separated by commas"
                )
            keys.append((name, key))
        if len({name for name, _ in keys}) != len(keys) or not keys:
            raise ConfigError("environment: SECRET_KEY: expected at least one key, each with an id of its own")
        return cls(tuple(keys))

    @property
    def current_id(self) -> str:
        return self.keys[0][0]

    def derive(self, purpose: str, ring_id: str | None = None) -> bytes:
        """The key for one purpose under the named root key (default: the current one). Raises Unreadable."""
        for name, root in self.keys:
            if name == (ring_id or self.current_id):
                return _hkdf(root, purpose)
        raise Unreadable(f"the root key {ring_id!r} is not in SECRET_KEY")


@lru_cache(maxsize=256)
def _hkdf(root: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(root)


def _keyed(key: bytes, purpose: str, value: str) -> str:
    return hmac.new(key, f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()


class Vault:
    """Seals and opens fields, with residents' data keys from the database and a short memory of them."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self._cache: dict[str, tuple[float, bytes]] = {}

    def blind(self, purpose: str, value: str) -> str:
        """A keyed index of an exact value: equal values give equal indexes, under the current root key."""
        key = self.ring.derive(f"blind:{purpose}")
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

    def blinds(self, purpose: str, value: str) -> list[str]:
        """The index under each key of the ring: a row may not have been brought under the current one yet."""
        return [Vault(Ring((key,))).blind(purpose, value) for key in self.ring.keys]

    def sign(self, purpose: str, value: str) -> str:
        return hmac.new(self.ring.derive(f"sign:{purpose}"), value.encode(), hashlib.sha256).hexdigest()

    def is_signed(self, purpose: str, value: str, signature: str) -> bool:
        """Whether any key of the ring signed it, compared in constant time."""
        for name, _ in self.ring.keys:
            key = self.ring.derive(f"sign:{purpose}", name)
            if hmac.compare_digest(hmac.new(key, value.encode(), hashlib.sha256).hexdigest(), signature):
                return True
        return False

    async def sign_for(self, db: AsyncSession, owner_id: str, purpose: str, value: str) -> str:
        """A signature that outlives the root keys: its key is a data key, made at first use and wrapped anew."""
        key = await self._stored_key(db, owner_id)
        if key is None:
            _, row = self.make_key(owner_id)
            await db.execute(
                dialect_insert(db, DataKey).values(row).on_conflict_do_nothing(index_elements=["owner_id"])
            )
            key = await self._stored_key(db, owner_id)
        return _keyed(key or b"", purpose, value)

    async def is_signed_for(self, db: AsyncSession, owner_id: str, purpose: str, value: str, signature: str) -> bool:
        key = await self._stored_key(db, owner_id)
        return key is not None and hmac.compare_digest(_keyed(key, purpose, value), signature)

    async def _stored_key(self, db: AsyncSession, owner_id: str) -> bytes | None:
        """As it is in the database, never from memory: what was made in a transaction that failed is not it."""
        query = select(DataKey.ring_id, DataKey.wrapped).where(DataKey.owner_id == owner_id)
        row = (await db.execute(query)).one_or_none()
        return self.unwrap(owner_id, row.ring_id, row.wrapped) if row else None

    async def new_key(self, db: AsyncSession, owner_id: str) -> bytes:
        """Make and store the data key of a new owner."""
        key, row = self.make_key(owner_id)
        await db.execute(insert(DataKey).values(row))
        self._remember(owner_id, key)
        return key

    def make_key(self, owner_id: str) -> tuple[bytes, dict[str, object]]:
        """A new data key and the row that stores it, for callers that insert many rows at once."""
        key = secrets.token_bytes(KEY_BYTES)
        return key, {
            "owner_id": owner_id,
            "ring_id": self.ring.current_id,
            "wrapped": self._wrap(owner_id, key),
        }

    async def key(self, db: AsyncSession, owner_id: str) -> bytes:
        """The data key of an owner. Raises Unreadable when it was destroyed."""
        cached = self._cache.get(owner_id)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        row = (
            await db.execute(select(DataKey.ring_id, DataKey.wrapped).where(DataKey.owner_id == owner_id))
        ).one_or_none()
        if row is None:
            raise Unreadable("the data key was destroyed")
        key = self.unwrap(owner_id, row.ring_id, row.wrapped)
        self._remember(owner_id, key)
        return key

    def unwrap(self, owner_id: str, ring_id: str, wrapped: bytes) -> bytes:
        return unseal(self.ring.derive("wrap", ring_id), f"data-key:{owner_id}", wrapped)

    async def seal_for(self, db: AsyncSession, owner_id: str, purpose: str, text: str) -> bytes:
        return seal(await self.key(db, owner_id), purpose, text.encode())

    async def open_for(self, db: AsyncSession, owner_id: str, purpose: str, sealed: bytes) -> str:
        """Raises Unreadable."""
        return unseal(await self.key(db, owner_id), purpose, sealed).decode()

    async def destroy(self, db: AsyncSession, owner_id: str) -> None:
        """Forget the data key: all that it sealed is unreadable from the commit on (elsewhere within a minute)."""
        await db.execute(delete(DataKey).where(DataKey.owner_id == owner_id))
        self._cache.pop(owner_id, None)

    async def rewrap(self, db: AsyncSession, *, limit: int = 500) -> int:
        """Wrap up to `limit` data keys anew under the current root key; how many were not current."""
        rows = await db.execute(select(DataKey).where(DataKey.ring_id != self.ring.current_id).limit(limit))
        count = 0
        for row in rows.scalars():
            key = self.unwrap(row.owner_id, row.ring_id, row.wrapped)
            await db.execute(
                update(DataKey)
                .where(DataKey.owner_id == row.owner_id)
                .values(ring_id=self.ring.current_id, wrapped=self._wrap(row.owner_id, key))
            )
            count += 1
        return count

    def _wrap(self, owner_id: str, key: bytes) -> bytes:
        return seal(self.ring.derive("wrap"), f"data-key:{owner_id}", key)

    def _remember(self, owner_id: str, key: bytes) -> None:
        if len(self._cache) >= CACHED_KEYS:
            self._cache.clear()
        self._cache[owner_id] = (time.monotonic() + CACHED_SECONDS, key)


def load_ring(secret_key: str | None, *, embedded: bool, var: Path) -> Ring:
    """The ring of the settings; in embedded mode a key is made once at `var/secret.key` (0600). Raises ConfigError."""
    if secret_key:
        return Ring.parse(secret_key)
    if not embedded:
        raise ConfigError("environment: SECRET_KEY: is not set; with PostgreSQL it is required (id:base64 of 32 bytes)")
    path = var / "secret.key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        made = f"k1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(made)
        try:
            os.link(temporary, path)  # whoever is first wins: a second process must not replace the key
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return Ring.parse(path.read_text().strip())
