"""The picture of a code, sent after the text that has the code: an outbox row names the redemption, never the code.

Alipay's messages carry pictures only from its own public store, where a code must not lie: there the card leads to a
page of ours that shows it.
"""

from __future__ import annotations

from contextlib import suppress

from bot import qr, reach
from bot.service import Service
from bot.web import code_page
from community import residents
from core.errors import DeliveryHeld
from core.messages import Reply, ReplyKind
from core.outbox import Job
from core.values import Platform
from handlers import texts_points as words
from points import own_redemptions
from points.errors import CodeUnknown
from points.redemption_views import Redemption


async def send(service: Service, job: Job) -> None:
    """Send it; nothing where the code was used meanwhile, or where no way is open. Raises DeliveryError."""
    redemption_id = job.payload["redemption_id"]
    async with service.database.read() as db:
        who = await residents.identity(db, service.vault, identity_id=job.payload["identity_id"])
        try:
            redemption = await own_redemptions.get(
                db, service.vault, redemption_id=redemption_id, resident_id=who.resident_id
            )
        except CodeUnknown:
            return
    if redemption.code is None:
        return
    with suppress(DeliveryHeld):
        if who.platform is Platform.WECHAT:
            await reach.beside(service, who, Reply("", type=ReplyKind.IMAGE), png=qr.png(redemption.code))
        else:
            await reach.beside(service, who, _card(service, redemption))


def _card(service: Service, redemption: Redemption) -> Reply:
    return Reply(
        words.CODE_LINK,
        type=ReplyKind.LINK,
        title=words.CODE_LINK_TITLE.format(name=redemption.reward_name),
        url=code_page.link(service.config.service.public_url, service.vault, redemption.id),
    )
