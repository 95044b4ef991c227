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

LARGEST: Final = 16 * 1024 * 1024
MOST_FILES: Final = 10
"""What claims to be larger or more is not of ours."""


def packed(models: Models) -> bytes:
    """The files that `Models.save` writes, about 1 MB; the arrays are compressed already."""
    body = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as archive:
        models.save(Path(folder))
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return body.getvalue()


def unpacked(body: bytes) -> Models:
    """Raises BrokenModel."""
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(body)) as archive:
            for info in archive.infolist()[:MOST_FILES]:
                if info.file_size > LARGEST:
                    raise BrokenModel(f"{info.filename}: larger than {LARGEST} bytes")
                (Path(folder) / Path(info.filename).name).write_bytes(archive.read(info))
            return Models.load(Path(folder))
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BrokenModel(f"packed models: {error}") from error
