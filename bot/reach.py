"""Reaching one identity outside its own request: the platform's windows and quotas, notices, or the page that polls.

What cannot go now is held and released when the resident writes again. An `outgoing` row is both the log of what was
sent and what the quotas are counted from.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox, notice_consents, outgoing
from bot.adapters import send_windows
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.media import picture_type
from bot.adapters.send_windows import Act, Route
from bot.adapters.wechat_api import WeChatApi
from bot.inbox import InboxRow
from bot.service import Service
from community.residents import Identity, Who
from core import clock
from core.errors import DeliveryError, DeliveryHeld
from core.messages import Reply
from core.outbox import OutboxRow, OutboxState, rowcount
from core.values import Platform

MESSAGE_WAY: Final = "message"
NOTICE_WAY: Final = "notice"
LOOKED_BACK: Final = timedelta(hours=50)
"""A little more than the longest window of any platform."""


async def reach(service: Service, who: Who, reply: Reply, *, key: str, topic: str = "", spare: int = 0) -> None:
    """Deliver one message. `topic` names the template of `notices` that may stand in for it.

    `spare` says how many more a platform must let us send afterwards, so that mere news never keep back what matters.

    Raises DeliveryHeld where only the resident's next message opens the way, and DeliveryError.
    """
    has_page = who.platform in outgoing.POLLED
    if has_page:
        await _to_page(service, who, reply, key=key)
    if who.platform is Platform.WEB:
        return
    match await _route(service, who, topic, spare=spare):
        case Route.MESSAGE:
            await _message(service, who, reply)
        case Route.NOTICE:
            await _notice(service, who, reply, topic)
        case Route.HOLD if not has_page:
            raise DeliveryHeld("window_closed")


async def _to_page(service: Service, who: Who, reply: Reply, *, key: str) -> None:
    async with service.database.write() as db:
        await outgoing.record(db, service.vault, who, reply=reply, way=outgoing.PAGE_WAY, key=key)
    await service.wakeups.nudge(who.identity_id)


async def _route(service: Service, who: Who, topic: str, *, spare: int = 0) -> Route:
    since = clock.now() - LOOKED_BACK
    account = service.conversations.account(who.account)
    async with service.database.read() as db:
        acts = await inbox.acts(db, identity_id=who.identity_id, since=since)
        sends = await outgoing.sends(db, identity_id=who.identity_id, since_at=since, way=MESSAGE_WAY)
        consented = bool(template_of(service, who, topic)) and await notice_consents.has(
            db, identity_id=who.identity_id, template=template_of(service, who, topic)
        )
    return send_windows.route(
        who.platform,
        [Act(trigger, at) for trigger, at in acts],
        sends,
        clock.now(),
        customer_service=account.customer_service,
        has_consent=consented,
        spare=spare,
    )


def template_of(service: Service, who: Who, topic: str) -> str:
    notices = service.conversations.account(who.account).notices
    return next((template for name, template in notices.items() if name == topic), "")


async def _message(service: Service, who: Who, reply: Reply) -> None:
    api = service.apis[who.account]
    if reply.media_sha256 and isinstance(api, WeChatApi):
        content = await service.media.read(reply.media_sha256)
        await api.send(who.sender, reply, media_id=await api.upload_image(content, picture_type(content)))
    else:
        await api.send(who.sender, reply)
    await _log(service, who, reply, MESSAGE_WAY)


async def beside(service: Service, who: Who, reply: Reply, *, png: bytes = b"") -> None:
    """Send what only adds to an answer where the resident's own message has opened the way; else nothing.

    `png` is a picture for WeChat. Raises DeliveryError.
    """
    api = service.apis.get(who.account)
    if api is None or await _route(service, who, "") is not Route.MESSAGE:
        return
    if png and isinstance(api, WeChatApi):
        await api.send(who.sender, reply, media_id=await api.upload_image(png, "image/png"))
    else:
        await api.send(who.sender, reply)
    await _log(service, who, reply, MESSAGE_WAY)


async def _notice(service: Service, who: Who, reply: Reply, topic: str) -> None:
    """A template's notice: one recorded consent pays for one; the platform's refusal uses it up as well."""
    template = template_of(service, who, topic)
    async with service.database.write() as db:
        await notice_consents.use(db, identity_id=who.identity_id, template=template)
    await _send_template(service.apis[who.account], who, reply, template)
    await _log(service, who, reply, NOTICE_WAY)


async def _send_template(api: WeChatApi | AlipayApi, who: Who, reply: Reply, template: str) -> None:
    values = {"thing1": reply.text.replace("\n", " ")[:20], "time2": f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"}
    await api.send_notice(who.sender, template, values)


async def _log(service: Service, who: Who, reply: Reply, way: str) -> None:
    async with service.database.write() as db:
        await outgoing.record(db, service.vault, who, reply=reply, way=way)


async def release_held(db: AsyncSession) -> int:
    """Put back in the queue what waited for a resident who has written or pressed something since."""
    wrote = (
        select(InboxRow.id)
        .join(Identity, Identity.id == InboxRow.identity_id)
        .where(
            or_(Identity.key_owner_id == OutboxRow.owner_id, Identity.resident_id == OutboxRow.owner_id),
            InboxRow.received_at > OutboxRow.settled_at,
            InboxRow.trigger.is_not(None),
        )
    )
    done = await db.execute(
        update(OutboxRow)
        .where(OutboxRow.state == OutboxState.HELD.value, exists(wrote.correlate(OutboxRow)))
        .values(state=OutboxState.PENDING.value, next_at=clock.now(), settled_at=None)
        .execution_options(synchronize_session=False)
    )
    return rowcount(done)


def is_blocked(error: DeliveryError) -> bool:
    """The resident no longer follows the account, or blocked it: nothing will ever arrive."""
    return error.reason in ("recipient_blocked", "not_follower", "bad_recipient")
