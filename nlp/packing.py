"""Models as one piece of bytes, for whoever keeps them elsewhere than in a folder; never pickle."""

from __future__ import annotations

import io
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Final

from nlp.linear import BrokenModel
from nlp.models import Models

NAMES: Final = ("gate.json", "intent.npz", "category.npz", "danger.npz")
LARGEST: Final = 16 * 1024 * 1024
"""A file that claims to be larger is not one of ours."""


def packed(models: Models) -> bytes:
    """About 1.5 MB; the arrays are compressed already."""
    body = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as archive:
        models.save(Path(folder))
        for name in NAMES:
            archive.write(Path(folder) / name, name)
    return body.getvalue()


def unpacked(body: bytes) -> Models:
    """Raises BrokenModel."""
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in NAMES:
                if archive.getinfo(name).file_size > LARGEST:
                    raise BrokenModel(f"{name}: larger than {LARGEST} bytes")
                (Path(folder) / name).write_bytes(archive.read(name))
            return Models.load(Path(folder))
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BrokenModel(f"packed models: {error}") from error
