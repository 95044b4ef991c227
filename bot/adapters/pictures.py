"""Pictures from strangers: recognised by content, bounded, stripped. Pure, slow, and to be run in a thread.

Pillow is imported with the first picture.
"""

from __future__ import annotations

import io
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from core.errors import Invalid, TooLarge
from core.values import Crs, Point

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

MAX_PIXELS: Final = 50_000_000
JPEG_QUALITY: Final = 88
GPS_DIRECTORY: Final = 0x8825

_STORED_AS: Final = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
"""Of a GIF the first frame is kept; an MPO is what some phones call a JPEG with a second view in it."""

_CONTENT_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_MODES: Final = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L"), "WEBP": ("RGB", "RGBA")}


class NotAnImage(Invalid):
    """By its content this is no picture of a kind that we keep, whatever its name says."""

    code = "not_an_image"


class ImageTooLarge(TooLarge):
    """More than ten megabytes, or more than fifty million pixels."""

    code = "image_too_large"


@dataclass(frozen=True, slots=True)
class Picture:
    """Re-encoded bytes without metadata, and the place that stood in it (WGS-84), if any."""

    content: bytes
    content_type: str
    gps: Point | None


def cleaned(content: bytes) -> Picture:
    """Raises NotAnImage and ImageTooLarge."""
    from PIL import Image, ImageOps  # noqa: PLC0415  eight megabytes that an idle server need not hold

    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP", "GIF"]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise ImageTooLarge
            gps = _gps(opened.getexif())
            kind = _STORED_AS[opened.format or ""]
            upright = ImageOps.exif_transpose(opened)
            return Picture(_encoded(upright, kind), _CONTENT_TYPES[kind], gps)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageTooLarge from None
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, struct.error):
        # What Pillow raises for a damaged file depends on where the damage is.
        raise NotAnImage from None


def _encoded(image: Image, kind: str) -> bytes:
    allowed = _MODES[kind]
    if image.mode not in allowed:
        transparent = "RGBA" in allowed and image.has_transparency_data
        image = image.convert("RGBA" if transparent else "RGB")
    # Saving would copy comments, XMP and colour profiles from here.
    image.info.clear()
    out = io.BytesIO()
    options: dict[str, Any] = {"quality": JPEG_QUALITY} if kind != "PNG" else {"optimize": False}
    image.save(out, kind, **options)
    return out.getvalue()


def _gps(exif: Exif) -> Point | None:
    """The place in the metadata; None where there is none, it is (0, 0), or it makes no sense."""
    try:
        directory = exif.get_ifd(GPS_DIRECTORY)
        lat = _degrees(directory[2], negative=directory.get(1) == "S")
        lng = _degrees(directory[4], negative=directory.get(3) == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OSError, struct.error):
        return None
    plausible = math.isfinite(lat) and math.isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180
    return Point(lng, lat, Crs.WGS84) if plausible and (lng or lat) else None


def _degrees(parts: Any, *, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value
