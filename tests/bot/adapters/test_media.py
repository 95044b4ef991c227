"""Files from strangers: by content, bounded, without metadata, stored under their hash."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import stat
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.adapters import pictures
from bot.adapters.media import MAX_IMAGE_BYTES, MediaStore
from bot.adapters.pictures import ImageTooLarge, NotAnImage
from core import clock
from core.errors import NotFound
from core.values import Crs

SECRET = b"PHONE-OF-OWNER"


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def picture(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, kind, **options)
    return out.getvalue()


def exif(lat: tuple[Any, ...] = (39, 54, 36), lng: tuple[Any, ...] = (116, 24, 0), refs: str = "NE") -> Image.Exif:
    made = Image.Exif()
    made[0x0110] = SECRET.decode()
    gps = made.get_ifd(pictures.GPS_DIRECTORY)
    gps.update({1: refs[0], 2: lat, 3: refs[1], 4: lng})
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_the_place_is_taken_out_and_all_metadata_is_gone(store: MediaStore, kind: str) -> None:
    stored = await store.put(picture(kind, exif=exif()))
    assert stored.gps is not None
    assert stored.gps.crs is Crs.WGS84
    assert stored.gps.lng == pytest.approx(116.4)
    assert stored.gps.lat == pytest.approx(39.91)
    content = await store.read(stored.sha256)
    assert SECRET not in content
    with Image.open(io.BytesIO(content)) as opened:
        assert not opened.getexif()
        assert opened.format == kind


async def test_south_and_west_are_negative(store: MediaStore) -> None:
    gps = (await store.put(picture(exif=exif(refs="SW")))).gps
    assert gps is not None
    assert gps.lat < 0 > gps.lng


@pytest.mark.parametrize("lat", [(0, 0, 0), (200, 0, 0), (1,)])
async def test_a_place_that_makes_no_sense_is_none(store: MediaStore, lat: tuple[int, ...]) -> None:
    lng = (0, 0, 0) if lat == (0, 0, 0) else (116, 24, 0)
    assert (await store.put(picture(exif=exif(lat=lat, lng=lng)))).gps is None


async def test_comments_and_profiles_are_gone(store: MediaStore) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    for content in (
        picture("JPEG", comment=SECRET, icc_profile=SECRET),
        picture("PNG", pnginfo=notes, icc_profile=SECRET),
        picture("WEBP", icc_profile=SECRET, xmp=SECRET),
        picture("GIF", mode="P", comment=SECRET),
    ):
        stored = await store.put(content + SECRET)
        assert SECRET not in await store.read(stored.sha256)


async def test_a_turned_photo_is_stored_upright(store: MediaStore) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    stored = await store.put(picture(exif=turned))
    with Image.open(store.path(stored.sha256)) as opened:
        assert opened.size == (30, 40)


@pytest.mark.parametrize(
    ("kind", "mode", "content_type"),
    [
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGBA", "image/webp"),
    ],
)
async def test_all_modes_are_kept_as_something_that_shows(
    store: MediaStore, kind: str, mode: str, content_type: str
) -> None:
    assert (await store.put(picture(kind, mode))).content_type == content_type


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", zipped(), picture()[:200], b"\xff\xd8\xff" + zipped(), picture("BMP"), picture("TIFF"), b"<svg/>"],
)
async def test_what_is_no_picture_is_refused_and_not_stored(store: MediaStore, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotAnImage):
        await store.put(content)
    assert not (tmp_path / "media").exists()


async def test_forty_megabytes_are_refused_before_they_are_read(store: MediaStore) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(40):
            read += 1024 * 1024
            yield b"\xff" * 1024 * 1024

    with pytest.raises(ImageTooLarge):
        await store.put(endless())
    assert read <= MAX_IMAGE_BYTES + 1024 * 1024
    with pytest.raises(ImageTooLarge):
        await store.put(b"\xff" * (MAX_IMAGE_BYTES + 1))


@pytest.mark.parametrize("size", [(10_000, 5_001), (10_000, 10_000), (15_000, 12_000)])
async def test_few_bytes_of_many_pixels_are_refused(store: MediaStore, size: tuple[int, int]) -> None:
    bomb = picture("PNG", mode="1", size=size)
    assert len(bomb) < 1024 * 1024
    with pytest.raises(ImageTooLarge):
        await store.put(bomb)


async def test_a_stream_is_stored_like_bytes(store: MediaStore) -> None:
    content = picture()

    async def stream() -> AsyncIterator[bytes]:
        yield content[:100]
        yield content[100:]

    assert await store.put(stream()) == await store.put(content)


async def test_the_name_is_the_hash_of_the_content_and_only_we_may_read_it(store: MediaStore) -> None:
    stored = await store.put(picture())
    path = store.path(stored.sha256)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == stored.sha256 == path.name
    assert path.parent.name == stored.sha256[2:4]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stored.size == path.stat().st_size


async def test_the_same_picture_twice_at_once_is_one_file(store: MediaStore) -> None:
    first, second = await asyncio.gather(store.put(picture()), store.put(picture()))
    assert first == second
    assert [path.name for path in store.path(first.sha256).parent.iterdir()] == [first.sha256]


async def test_erasing(store: MediaStore) -> None:
    stored = await store.put(picture())
    for _ in range(2):
        assert await store.erase(stored.sha256, before=clock.now() + timedelta(minutes=1))
    with pytest.raises(NotFound):
        await store.read(stored.sha256)
    assert list(store.path(stored.sha256).parent.iterdir()) == []


async def test_what_was_stored_again_is_not_erased(store: MediaStore) -> None:
    """Whoever stored it last is about to name it in a row."""
    stored = await store.put(picture())
    os.utime(store.path(stored.sha256), (0, 0))
    await store.put(picture())
    assert not await store.erase(stored.sha256, before=clock.now() - timedelta(minutes=1))
    assert await store.read(stored.sha256)


async def test_an_erasure_that_a_crash_cut_short_is_finished(store: MediaStore) -> None:
    path = store.path((await store.put(picture())).sha256)
    path.replace(path.with_name(f".erased-{path.name}"))
    assert await store.erase(path.name, before=clock.now() + timedelta(minutes=1))
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_hash_leads_nowhere(store: MediaStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.path(name)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"#!AMR\n" + b"\x3c" * 40, "audio/amr"),
        (b"OggS" + b"\0" * 24 + b"Speex   1.2", "audio/ogg"),
        (b"ID3\x04" + b"\0" * 40, "audio/mpeg"),
        (b"\xff\xfb\x90" + b"\0" * 40, "audio/mpeg"),
    ],
)
async def test_voice_is_stored_as_it_is(store: MediaStore, content: bytes, content_type: str) -> None:
    stored = await store.put(content)
    assert stored.content_type == content_type
    assert await store.read(stored.sha256) == content
    with pytest.raises(ImageTooLarge):
        await store.put(content + b"\0" * (2 * 1024 * 1024))


BASES = [picture("JPEG", exif=exif()), picture("PNG", mode="P"), picture("WEBP"), picture("GIF", mode="P")]

HITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12)


# Pillow warns of damaged metadata, which is what is tested here.
@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(BASES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12), st.floats(0.1, 1)
)
def test_a_damaged_picture_is_read_or_refused(base: bytes, hits: list[tuple[float, int]], kept: float) -> None:
    damaged = bytearray(base[: max(int(len(base) * kept), 1)])
    for place, value in hits:
        damaged[int(place * (len(damaged) - 1))] = value
    try:
        pictures.cleaned(bytes(damaged))
    except (NotAnImage, ImageTooLarge):
        return
