"""Digests of rows: fields are hashed with their lengths, so that moving a letter from one to the next is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def hash_fields(fields: Iterable[str]) -> str:
    """SHA-256 over the fields, each after its length in eight bytes."""
    hashed = hashlib.sha256()
    for field in fields:
        encoded = field.encode()
        hashed.update(len(encoded).to_bytes(8, "big"))
        hashed.update(encoded)
    return hashed.hexdigest()
