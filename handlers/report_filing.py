"""The end of a report: filed with its photos, or one more photo for the one just filed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from community import categories, issues, photos
from community.issues import NewIssue
from core import clock
from core.values import Crs, Point, Urgency
from handlers import texts_report as words
from handlers.dialogue import Done, Turn, entry
from handlers.wording import moment

LATE_PHOTO: Final = timedelta(minutes=10)
"""A photo that comes so soon after a report was filed belongs to it."""


async def just_filed(turn: Turn) -> str | None:
    return await issues.latest_open(turn.db, resident_id=turn.resident_id, since=clock.now() - LATE_PHOTO)


async def add_late_photo(turn: Turn, number: str) -> Done:
    for photo in await photos.attach(turn.db, photo_ids=[turn.media_id], issue_number=number):
        await issues.add_photo(
            turn.db, turn.vault, turn.config, number=number, sha256=photo.sha256, content_type=photo.content_type
        )
    return Done(words.REPORT_PHOTO_ADDED.format(number=number), (entry("report", words.MORE_REPORT),))


def point_of(draft: dict[str, Any]) -> Point:
    lng, lat, crs = draft["point"]
    return Point(float(lng), float(lat), Crs(str(crs)))


async def submit(turn: Turn, *, confidential: bool) -> Done:
    draft = turn.draft
    category = categories.by_name(draft.get("category") or categories.OTHER)
    filed = await issues.report(
        turn.db,
        turn.vault,
        turn.config,
        resident_id=turn.resident_id,
        draft=NewIssue(
            description=draft["what"],
            category_code=category.code,
            category_name=category.name,
            urgency=Urgency(draft.get("urgency", Urgency.NORMAL)),
            emergency=None,
            address=draft["place"],
            point=point_of(draft) if draft["point"] else None,
            area_code=draft["area"] or "",
            grid_code=draft.get("grid"),
            photos=(),
            confidential=confidential,
            occurred_at=turn.said.sent_at,
        ),
        source=turn.who.platform.value,
    )
    for photo in await photos.attach(turn.db, photo_ids=draft["photos"], issue_number=filed.number):
        await issues.add_first_photo(turn.db, number=filed.number, sha256=photo.sha256, content_type=photo.content_type)
    return _done(filed)


def _done(filed: issues.Filed) -> Done:
    if filed.pushed:
        following = words.REPORT_NEXT_PUSHED.format(deadline=moment(filed.deadline_at))
    elif filed.is_filed:
        following = words.REPORT_NEXT_DESK.format(deadline=moment(filed.deadline_at))
    else:
        following = words.REPORT_NEXT_VERIFY
    options = (entry("my_reports", words.SEE_PROGRESS, filed.number), entry("report", words.MORE_REPORT))
    return Done(words.REPORT_DONE.format(number=filed.number, next_step=following), options)
