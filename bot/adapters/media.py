"""Files from residents, stored under the hash of their content. Type by content, never by name or header."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.adapters import pictures
from bot.adapters.pictures import ImageTooLarge, NotAnImage, Picture
from core.errors import NotFound
from core.values import Point

MAX_IMAGE_BYTES: Final = 10 * 1024 * 1024
MAX_VOICE_BYTES: Final = 2 * 1024 * 1024
AT_ONCE: Final = 2
"""Pictures decoded at the same time: each may take 200 MB for a moment."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_PICTURES: Final = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"GIF8", "image/gif"))
_VOICES: Final = (
    (re.compile(rb"#!AMR"), "audio/amr"),
    (re.compile(rb"OggS.{24,64}Speex {3}", re.DOTALL), "audio/ogg"),
    (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), "audio/mpeg"),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """`size` in bytes; `gps` is the place that a picture carried before its metadata was removed."""

    sha256: str
    content_type: str
    size: int
    gps: Point | None = None


def voice_type(content: bytes) -> str:
    """The content type of a voice recording, or "" for what is none that we know."""
    return next((name for pattern, name in _VOICES if pattern.match(content)), "")


def picture_type(content: bytes) -> str:
    """The content type of a picture that `put` stored."""
    return next((name for start, name in _PICTURES if content.startswith(start)), "image/webp")


class MediaStore:
    """A folder of files named by their SHA-256, two levels deep; readable by the service's own user only."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def put(self, source: bytes | AsyncIterable[bytes]) -> Stored:
        """A picture or a voice recording. Raises NotAnImage and ImageTooLarge; no stream is read beyond the limit."""
        content = source if isinstance(source, bytes) else await _collected(source)
        if len(content) > MAX_IMAGE_BYTES:
            raise ImageTooLarge
        if voice := voice_type(content):
            if len(content) > MAX_VOICE_BYTES:
                raise ImageTooLarge
            picture = Picture(content, voice, None)
        else:
            async with self._slots:
                picture = await asyncio.to_thread(pictures.cleaned, content)
        sha256 = hashlib.sha256(picture.content).hexdigest()
        await asyncio.to_thread(self._write, self.path(sha256), picture.content)
        return Stored(sha256, picture.content_type, len(picture.content), picture.gps)

    def path(self, sha256: str) -> Path:
        """Where it lies or would lie. Raises NotFound for what is no hash, so that no name leads out of the folder."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound
        return self._root / sha256[:2] / sha256[2:4] / sha256

    async def read(self, sha256: str) -> bytes:
        """Raises NotFound."""
        try:
            return await asyncio.to_thread(self.path(sha256).read_bytes)
        except FileNotFoundError:
            raise NotFound from None

    async def erase(self, sha256: str, *, before: datetime) -> bool:
        """Erase it unless it was stored again since `before`: somebody may be about to name it. True when it is gone.

        Nothing happens where it is gone already.
        """
        return await asyncio.to_thread(_erase, self.path(sha256), before.timestamp())

    def _write(self, path: Path, content: bytes) -> None:
        """All or nothing, on the disk before the row that names it is committed."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _erase(path: Path, before: float) -> bool:
    """Taken aside first, so that whoever stores it in this moment either finds it or writes it anew."""
    aside = path.with_name(f".erased-{path.name}")
    with contextlib.suppress(FileNotFoundError):
        path.replace(aside)
    try:
        is_old = aside.stat().st_mtime < before
    except FileNotFoundError:
        return True
    if is_old:
        aside.unlink(missing_ok=True)
    else:
        aside.replace(path)
    return is_old


async def _collected(stream: AsyncIterable[bytes]) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in stream:
        size += len(part)
        if size > MAX_IMAGE_BYTES:
            raise ImageTooLarge
        parts.append(part)
    return b"".join(parts)


__all__ = ["ImageTooLarge", "MediaStore", "NotAnImage", "Stored", "picture_type", "voice_type"]
