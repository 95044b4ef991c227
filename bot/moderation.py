"""The platform's content check of what residents report, for accounts whose `moderation` is `platform`.

Nothing that a resident writes is shown to other residents, so nothing is kept back: a report reaches the staff and the
grid at once, an emergency as ever, and the verdict stands beside it for whoever makes its words public later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot import picture_checks
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.moderation import Suggestion, Verdict, worst
from bot.adapters.wechat_api import WeChatApi
from community import issues
from community.residents import Who
from core import clock, outbox
from core.db import Base, dialect_insert
from core.errors import DeliveryError
from handlers.dialogue import Turn

CHECK: Final = "moderation.check"
NO_CHECK: Final = "no_check"


class ModerationVerdict(Base):
    """What the platform said of one report's words; `label` is its own word for the kind of risk."""

    __tablename__ = "moderation_verdict"

    issue_number: Mapped[str] = mapped_column(primary_key=True)
    suggestion: Mapped[str]
    label: Mapped[str]
    at: Mapped[datetime]


async def queue(turn: Turn, *, since: datetime) -> None:
    """Let the report that was filed since a moment be checked, if there is one, and a photo that was added to one.

    Photos that are still to be fetched are checked when they arrive.
    """
    if turn.account.moderation != "platform":
        return
    number = await issues.latest_open(turn.db, resident_id=turn.resident_id, since=since)
    if number is not None or turn.media_id:
        await picture_checks.queue(turn.db, photo_id=turn.media_id, number=number)
    if number is None:
        return
    payload = {"number": number, "identity_id": turn.who.identity_id}
    await outbox.enqueue(
        turn.db, kind=CHECK, order_key=f"moderation:{number}", payload=payload, key=f"moderation:{number}"
    )


async def asked(api: WeChatApi | AlipayApi | None, who: Who, text: str) -> Verdict:
    """The platform's verdict; what it will not judge is for a person. Raises DeliveryError if it may later."""
    if api is None:
        return Verdict(Suggestion.REVIEW, NO_CHECK)
    try:
        return await (api.check_text(who.sender, text) if isinstance(api, WeChatApi) else api.check_text(text))
    except DeliveryError as error:
        if error.retryable:
            raise
        return Verdict(Suggestion.REVIEW, error.reason)


async def request_picture(api: WeChatApi | AlipayApi | None, who: Who, url: str) -> str | Verdict:
    """The trace id of a check that was begun, or a verdict where none can be. Raises DeliveryError if it may later."""
    if not isinstance(api, WeChatApi):
        return Verdict(Suggestion.REVIEW, NO_CHECK)
    try:
        return await api.check_image(who.sender, url)
    except DeliveryError as error:
        if error.retryable:
            raise
        return Verdict(Suggestion.REVIEW, error.reason)


async def keep(db: AsyncSession, *, number: str, verdict: Verdict) -> None:
    """The first verdict stands."""
    row = {
        "issue_number": number,
        "suggestion": verdict.suggestion.value,
        "label": verdict.label,
        "at": clock.now(),
    }
    await db.execute(
        dialect_insert(db, ModerationVerdict).values(row).on_conflict_do_nothing(index_elements=["issue_number"])
    )


async def shown(db: AsyncSession, *, number: str) -> dict[str, Any] | None:
    """For staff: `suggestion` (`pass`, `review`, `risky`) and `label` of the gravest, `held_back` from anything public.

    `pictures` says it of each picture.
    """
    query = select(ModerationVerdict).where(ModerationVerdict.issue_number == number)
    row = (await db.execute(query)).scalar_one_or_none()
    pictures = await picture_checks.of(db, number=number)
    found = [row] if row else []
    verdicts = [Verdict(Suggestion(one.suggestion), one.label) for one in found]
    verdicts += [Verdict(Suggestion(one["suggestion"]), one["label"]) for one in pictures]
    if not verdicts:
        return None
    gravest = worst(verdicts)
    return {
        "suggestion": gravest.suggestion.value,
        "label": gravest.label,
        "held_back": gravest.suggestion is not Suggestion.CLEAN,
        "at": clock.iso(max([*(one.at for one in found), *(one["at"] for one in pictures)])),
        "pictures": [{name: one[name] for name in ("sha256", "suggestion", "label")} for one in pictures],
    }
