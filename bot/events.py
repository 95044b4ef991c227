"""What events mean beside their answer: following, unfollowing, consent to notices, verdicts on pictures."""

from __future__ import annotations

from bot import notice_consents, picture_checks
from community import privacy
from core import clock
from core.messages import Event, EventKind
from handlers.dialogue import Turn


async def note(turn: Turn, event: Event) -> None:
    """Take up an event in the transaction that answers it."""
    match event.kind:
        case EventKind.UNFOLLOW:
            await privacy.unfollowed(turn.db, identity_id=turn.who.identity_id, now=clock.now())
        case EventKind.FOLLOW:
            await privacy.followed(turn.db, identity_id=turn.who.identity_id, now=clock.now())
        case EventKind.NOTICE_CONSENT:
            await notice_consents.note(turn.db, identity_id=turn.who.identity_id, event=event)
        case EventKind.MEDIA_CHECKED if turn.account.moderation == "platform":
            await picture_checks.heard(turn.db, event)
        case _:
            return
