"""The sample's past reports: filed on their day and walked through the workflow to where they stand."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.service import Service
from community import categories, issues
from community.issues import Action, Actor, NewIssue
from community.permissions import Worker
from core import clock
from core.settings import Config, GridConnector
from core.values import Crs, Point, Urgency

BY_HAND: Final = Config(grid=(GridConnector(name="desk", kind="desk", auto_file=False),))
"""Sample reports begin unverified, so that every state can be shown."""

_TO_FILED: Final = (Action.VERIFY, Action.FILE)
_TO_WORK: Final = (*_TO_FILED, Action.DISPATCH, Action.START)
_TO_CLOSED: Final = (*_TO_WORK, Action.HANDLE, Action.CHECK_PASS)
WALKS: Final[dict[str, tuple[Action, ...]]] = {
    "submitted": (),
    "verified": (Action.VERIFY,),
    "filed": _TO_FILED,
    "offlist_review": (*_TO_FILED[:1], Action.OFFLIST),
    "dispatched": _TO_WORK[:3],
    "in_progress": _TO_WORK,
    "returned": (*_TO_WORK[:3], Action.RETURN),
    "suspended": (*_TO_WORK, Action.SUSPEND),
    "handled": _TO_CLOSED[:5],
    "closed": (*_TO_CLOSED, Action.CLOSE),
    "not_accepted": (Action.REJECT,),
    "merged": (Action.MERGE,),
    "withdrawn": (Action.WITHDRAW,),
    "void": (Action.VOID,),
}


def in_order(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The oldest first; merged ones after those that they went into."""
    return sorted(entries, key=lambda entry: ("duplicate_of" in entry, -entry["days_ago"], entry["at"]))


async def load(
    db: AsyncSession,
    service: Service,
    entry: dict[str, Any],
    numbers: dict[str, str],
    *,
    admin: Worker,
    people: dict[str, str],
) -> None:
    """File one report and walk it to where it stands; `numbers` learns its number."""
    at, reporter = _moment(entry), people[entry["reporter"]]
    with clock.at(at):
        numbers[entry["key"]] = await _file(db, service, entry, reporter)
    await _walk(db, service, entry, numbers, staff=Actor.staff(admin), reporter=Actor.resident(reporter), at=at)


def _moment(entry: dict[str, Any]) -> datetime:
    """When it was reported; what today's clock has not reached yet is moved to a little while ago."""
    given = time.fromisoformat(entry["at"])
    day = clock.local(clock.now()) - timedelta(days=entry["days_ago"])
    at = day.replace(hour=given.hour, minute=given.minute, second=0, microsecond=0)
    return min(at, clock.now() - timedelta(minutes=5))


async def _file(db: AsyncSession, service: Service, entry: dict[str, Any], resident_id: str) -> str:
    category = categories.by_name(entry["category"])
    draft = NewIssue(
        description=entry["description"],
        area_code=entry["grid"][:12],
        category_code=category.code if category else "",
        urgency=Urgency(entry["urgency"]),
        address=entry["address"],
        point=Point(entry["lng"], entry["lat"], Crs(entry["crs"])),
        grid_code=entry["grid"],
        confidential=entry.get("confidential", False),
        occurred_at=clock.now(),
    )
    filed = await issues.report(db, service.vault, BY_HAND, resident_id=resident_id, draft=draft, source="wechat")
    return filed.number


async def _walk(
    db: AsyncSession,
    service: Service,
    entry: dict[str, Any],
    numbers: dict[str, str],
    *,
    staff: Actor,
    reporter: Actor,
    at: datetime,
) -> None:
    number, steps = numbers[entry["key"]], WALKS[entry["state"]]
    pause = min((clock.now() - at) / (len(steps) + 2), timedelta(hours=20))
    for count, action in enumerate(steps, start=1):
        with clock.at(at + pause * count):
            await issues.move(
                db,
                service.vault,
                BY_HAND,
                number=number,
                action=action,
                actor=reporter if action is Action.WITHDRAW else staff,
                reason=entry.get("reason", ""),
                unit=entry.get("unit", ""),
                text=entry.get("result", ""),
                into=numbers.get(entry.get("duplicate_of", "")),
            )
    if "rating" in entry:
        with clock.at(at + pause * (len(steps) + 1)):
            await issues.rate(
                db,
                service.vault,
                BY_HAND,
                number=number,
                resident_id=reporter.id,
                stars=entry["rating"],
                text=entry.get("rating_text", ""),
            )
