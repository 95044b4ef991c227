"""What a resident may still do after reporting; each also travels to the grid system when the report went there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import masking
from community.issues import awards, deliveries, history, moving, photos
from community.issues.actors import SYSTEM, Actor, rule_for
from community.issues.history import Step, sealed
from community.issues.models import PURPOSE_ACTION, Issue
from community.issues.moving import Details
from community.issues.photos import Photo, PhotoKind
from community.issues.telling import tell_staff
from community.issues.workflow import OPEN, Action
from core import clock
from core.crypto import Vault
from core.errors import Invalid, Refused
from core.settings import Config
from core.values import IssueState

REOPEN_DAYS: Final = 15
TEXT_CHARACTERS: Final = 1000
MAX_PHOTOS_IN_ALL: Final = 20
"""Of the resident; those of the work do not count."""


class UrgedToday(Refused):
    """A report may be urged once a day, Shanghai time."""

    code = "urged_today"


class ReopenWindowPassed(Refused):
    """A closed report may be reopened for REOPEN_DAYS days; after that a new one is needed."""

    code = "reopen_window_passed"


class AlreadyRated(Refused):
    code = "already_rated"


class TooManyPhotos(Refused):
    code = "too_many_photos"


async def latest_open(db: AsyncSession, *, resident_id: str, since: datetime) -> str | None:
    """The number of the resident's newest report made since then that nobody has settled."""
    query = select(Issue.number).where(
        Issue.resident_id == resident_id, Issue.created_at >= since, Issue.state.in_([s.value for s in OPEN])
    )
    return (await db.execute(query.order_by(Issue.created_at.desc(), Issue.number).limit(1))).scalar_one_or_none()


async def add_first_photo(db: AsyncSession, *, number: str, sha256: str, content_type: str) -> None:
    """A photo that belongs to the report as it was made, before anything of it was sent."""
    issue = await history.find(db, number=number)
    await photos.add(db, issue, [Photo(sha256, content_type)], kind=PhotoKind.REPORT)


async def add_photo(
    db: AsyncSession,
    vault: Vault,
    config: Config,  # noqa: ARG001  all follow-ups are called alike
    *,
    number: str,
    sha256: str,
    content_type: str = photos.USUAL_TYPE,
    resident_id: str | None = None,
) -> bool:
    """A photo sent after the report; False when the report had it. Raises IssueNotFound, TooManyPhotos."""
    issue, actor = await _begin(db, number, resident_id, Action.PHOTO)
    theirs = [photo for photo in await photos.of(db, issue) if photo.kind != PhotoKind.HANDLED.value]
    if len(theirs) >= MAX_PHOTOS_IN_ALL:
        raise TooManyPhotos(number=number, limit=MAX_PHOTOS_IN_ALL)
    if not await photos.add(db, issue, [Photo(sha256, content_type)], kind=PhotoKind.FOLLOW_UP):
        return False
    issue = await _stay(db, vault, issue, (Action.PHOTO, actor))
    await deliveries.follow_up(db, vault, issue, kind="photo", photos=(sha256,))
    await awards.photo_added(db, issue)
    return True


async def add_text(
    db: AsyncSession,
    vault: Vault,
    config: Config,  # noqa: ARG001  all follow-ups are called alike
    *,
    number: str,
    text: str,
    resident_id: str | None = None,
) -> None:
    """More words to a report; what is longer than TEXT_CHARACTERS is cut. Raises IssueNotFound or Invalid."""
    said = _words(text)
    if not said:
        raise Invalid(fields={"text": "empty"})
    issue, actor = await _begin(db, number, resident_id, Action.TEXT)
    issue = await _stay(db, vault, issue, (Action.TEXT, actor), said)
    await deliveries.follow_up(db, vault, issue, kind="text", text=said)
    await tell_staff(db, issue, event="issue.supplemented")


async def urge(
    db: AsyncSession,
    vault: Vault,
    config: Config,  # noqa: ARG001  all follow-ups are called alike
    *,
    number: str,
    resident_id: str,
    text: str = "",
) -> None:
    """Ask for haste, once a day. Raises IssueNotFound, TransitionRefused or UrgedToday."""
    issue, actor = await _begin(db, number, resident_id, Action.URGE)
    if issue.urged_at is not None and clock.local(issue.urged_at).date() == clock.today():
        raise UrgedToday(number=number)
    said = _words(text)
    step = Step(Action.URGE, actor, IssueState(issue.state), said)
    issue = await history.advance(db, vault, issue, step, urged_at=clock.now())
    await deliveries.follow_up(db, vault, issue, kind="urge", text=said)
    await tell_staff(db, issue, event="issue.urged")


async def withdraw(
    db: AsyncSession, vault: Vault, config: Config, *, number: str, resident_id: str, reason: str = ""
) -> Issue:
    """Take the report back. Raises IssueNotFound or TransitionRefused."""
    details = Details(reason=reason)
    issue = await _take(
        db, vault, config, number=number, action=Action.WITHDRAW, actor=Actor.resident(resident_id), details=details
    )
    await deliveries.follow_up(db, vault, issue, kind="withdraw", text=_words(reason))
    await tell_staff(db, issue, event="issue.withdrawn")
    return issue


async def reopen(
    db: AsyncSession,
    vault: Vault,
    config: Config,
    *,
    number: str,
    resident_id: str,
    reason: str,
    sent: tuple[Photo, ...] = (),
) -> Issue:
    """It is not fixed: the next round begins. Raises IssueNotFound, TransitionRefused, ReopenWindowPassed."""
    issue = await history.locked(db, number=number)
    actor = Actor.resident(resident_id)
    rule_for(issue, Action.REOPEN, actor)
    if issue.closed_at is not None and issue.closed_at + timedelta(days=REOPEN_DAYS) < clock.now():
        raise ReopenWindowPassed(number=number, days=REOPEN_DAYS)
    details = Details(reason=reason, photos=sent)
    return await moving.take(db, vault, config, issue=issue, action=Action.REOPEN, actor=actor, details=details)


async def confirm_fixed(
    db: AsyncSession, vault: Vault, config: Config, *, number: str, resident_id: str, fixed: bool, reason: str = ""
) -> Issue:
    """The resident's answer to whether it is fixed: yes closes a report of the desk, no begins the next round.

    A grid system closes its reports itself. Raises IssueNotFound, TransitionRefused, or what `reopen` raises.
    """
    if not fixed:
        return await reopen(db, vault, config, number=number, resident_id=resident_id, reason=reason or NOT_FIXED)
    issue = await _take(
        db,
        vault,
        config,
        number=number,
        action=Action.CONFIRM,
        actor=Actor.resident(resident_id),
        details=Details(reason=reason),
    )
    if issue.pushed:
        return issue
    return await moving.take(db, vault, config, issue=issue, action=Action.CLOSE, actor=SYSTEM, details=Details())


NOT_FIXED: Final = "居民反映问题没有解决"


async def rate(
    db: AsyncSession,
    vault: Vault,
    config: Config,  # noqa: ARG001  all follow-ups are called alike
    *,
    number: str,
    resident_id: str,
    stars: int,
    text: str = "",
) -> None:
    """One to five stars for what was done, once a round. Raises TransitionRefused, AlreadyRated or Invalid."""
    if stars not in range(1, 6):
        raise Invalid(fields={"stars": "1 to 5"})
    issue, actor = await _begin(db, number, resident_id, Action.RATE)
    if issue.rating is not None:
        raise AlreadyRated(number=number)
    said = _words(text)
    words = await sealed(db, vault, issue, PURPOSE_ACTION, said)
    step = Step(Action.RATE, actor, IssueState(issue.state))
    issue = await history.advance(db, vault, issue, step, rating=stars, rating_text=words)
    await deliveries.follow_up(db, vault, issue, kind="rating", text=said, rating=stars)


def _words(text: str) -> str:
    return masking.storable(text).strip()[:TEXT_CHARACTERS]


async def _begin(db: AsyncSession, number: str, resident_id: str | None, action: Action) -> tuple[Issue, Actor]:
    """The report under lock, once its resident (None: the system, for them) may do this."""
    issue = await history.locked(db, number=number)
    actor = Actor.resident(resident_id) if resident_id else SYSTEM
    rule_for(issue, action, actor)
    return issue, actor


async def _stay(db: AsyncSession, vault: Vault, issue: Issue, step: tuple[Action, Actor], reason: str = "") -> Issue:
    action, actor = step
    return await history.advance(db, vault, issue, Step(action, actor, IssueState(issue.state), reason))


async def _take(
    db: AsyncSession, vault: Vault, config: Config, *, number: str, action: Action, actor: Actor, details: Details
) -> Issue:
    issue = await history.locked(db, number=number)
    return await moving.take(db, vault, config, issue=issue, action=action, actor=actor, details=details)
