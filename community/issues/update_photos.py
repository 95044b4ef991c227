"""Photos that a grid system names in its updates: fetched one by one, then shown as photos of the work."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from community.issues import history, photos
from community.issues.models import Issue
from community.issues.photos import Photo, PhotoKind
from community.issues.update_store import GridUpdate
from core import outbox
from core.crypto import Unreadable, Vault

FETCH: Final = "grid.photo"
MAX_SHOWN: Final = 40
"""Of all the work on one report; more stay links in its updates."""


async def queue(db: AsyncSession, vault: Vault, issue: Issue, update: GridUpdate, *, row_id: str) -> None:
    """Have the photos of a kept update fetched, each on its own: one that cannot be had keeps none of the others."""
    for position, url in enumerate(dict.fromkeys(update.photos)):
        key = f"grid-photo:{row_id}:{position}"
        payload = {"number": issue.number, "connector": issue.connector, "url": url}
        try:
            await outbox.enqueue(
                db, kind=FETCH, order_key=key, payload=payload, key=key, owner_id=issue.owner_id, vault=vault
            )
        except Unreadable:
            return  # the resident was erased: there is nobody to show them to


async def arrived(db: AsyncSession, *, number: str, photo: Photo) -> bool:
    """Show a fetched photo with its report; False when the report shows it already, or enough. Raises IssueNotFound."""
    issue = await history.locked(db, number=number)
    shown = [one for one in await photos.of(db, issue) if one.kind == PhotoKind.HANDLED.value]
    if len(shown) >= MAX_SHOWN:
        return False
    return bool(await photos.add(db, issue, [photo], kind=PhotoKind.HANDLED))
