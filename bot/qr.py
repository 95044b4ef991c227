"""A redemption's code as a QR picture: drawn when it is shown or sent and never stored, so no file holds a code."""

from __future__ import annotations

import io
from typing import Final

import segno
from sqlalchemy.ext.asyncio import AsyncSession

from core.crypto import Vault
from points import own_redemptions
from points.errors import CodeUnknown

DOTS: Final = 10
"""Pixels of one module: some 300 across, sharp on a phone and small to send."""

QUIET: Final = 4
"""Modules of white around it, as ISO/IEC 18004 asks for."""


def png(code: str) -> bytes:
    """The code, as it is shown, in a picture that is read also where a quarter of it is dirty or glares."""
    out = io.BytesIO()
    segno.make_qr(code, error="q").save(out, kind="png", scale=DOTS, border=QUIET)
    return out.getvalue()


async def of_redemption(db: AsyncSession, vault: Vault, *, redemption_id: str, resident_id: str) -> bytes:
    """The picture for the resident whose redemption it is. Raises CodeUnknown, also when it cannot be used any more."""
    redemption = await own_redemptions.get(db, vault, redemption_id=redemption_id, resident_id=resident_id)
    if redemption.code is None:
        raise CodeUnknown
    return png(redemption.code)
