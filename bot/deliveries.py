"""How each kind of outbox row is delivered. One function a kind; a failure is a DeliveryError and is settled there."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot import alerts, code_pictures, media_jobs, moderation, outgoing, picture_checks, reach
from bot.grid import photos as grid_photos
from bot.grid import pushes
from bot.media_links import photo_link
from bot.service import Service
from community import areas, binding, duty, issues, notices, photo_files, photos, residents
from community.issues import deliveries as issue_deliveries
from community.issues import update_photos
from community.residents import Who
from community.volunteers import signups
from core import clock
from core.errors import DeliveryError, DeliveryHeld, NotFound
from core.messages import Reply
from core.outbox import Job, OutboxState
from handlers import notices as words
from handlers.prompt import Prompt


async def send_reply(service: Service, job: Job) -> None:
    """A reply that was not ready in time for its platform."""
    async with service.database.read() as db:
        who = await residents.identity(db, service.vault, identity_id=job.payload["identity_id"])
    reply = Reply.from_json(job.payload["reply"])
    await reach.reach(service, who, reply, key=job.key)


async def send_notice(service: Service, job: Job) -> None:
    """A notice to a resident, by the first of their identities that can be reached."""
    async with service.database.read() as db:
        if not await _still_wanted(db, job.payload):
            return
        try:
            resident_id = await binding.surviving(db, resident_id=job.payload["resident_id"])
        except NotFound:
            return  # erased meanwhile: there is nobody to tell
        identities = await residents.identities(db, service.vault, resident_id=resident_id)
    asked_from = job.payload.get("identity_id")
    following = [who for who in identities if who.following]
    following.sort(key=lambda who: who.identity_id != asked_from)
    if not following:
        return
    notice = words.render(job.payload["notice"], job.payload["facts"])
    held: DeliveryError | None = None
    for who in following:
        try:
            await _tell(service, who, notice, key=f"{job.key}:{who.identity_id}")
        except DeliveryHeld as error:
            held = error
        except DeliveryError as error:
            if not reach.is_blocked(error):
                raise
            held = held or error
        else:
            return
    if held is not None:
        raise held


async def _still_wanted(db: AsyncSession, payload: dict[str, Any]) -> bool:
    """A reminder of a sign-up that was cancelled meanwhile is dropped."""
    signup_id = payload["facts"].get("signup_id")
    if payload["notice"] != "signup_reminder" or not signup_id:
        return True
    return await signups.reminder_still_wanted(db, signup_id=signup_id)


async def _tell(service: Service, who: Who, notice: words.Notice, *, key: str) -> None:
    """Say it; its choices wait for an answer only where no dialogue is under way."""
    reply, reply_id = Reply(notice.text), "n" + hashlib.sha256(key.encode()).hexdigest()[:16]
    if notice.options:
        prompt = Prompt(reply_id, "", notice.text, notice.options, frozenset())
        if await service.conversations.offer(who, prompt):
            reply = prompt.reply()
    await reach.reach(service, who, reply.with_id(reply_id), key=key, topic=notice.topic, spare=notice.spare)


async def send_staff_notice(service: Service, job: Job) -> None:
    """Tell every `[[notify]]` that asked for the event. A target that failed makes the row be tried again."""
    event, facts = job.payload["event"], job.payload["facts"]
    failure: DeliveryError | None = None
    for target in service.config.notify:
        if not alerts.wants(target, event):
            continue
        try:
            await alerts.send_notice(service.http, target, event=event, facts=facts, key=job.key)
        except DeliveryError as error:
            failure = error
    if failure is not None:
        raise failure


async def send_page(service: Service, job: Job) -> None:
    """Page one member of the duty chain, unless somebody has acknowledged meanwhile."""
    async with service.database.read() as db:
        called = await duty.to_call(db, page_id=job.payload["page_id"])
        area = await _area_name(db, called.area_code) if called else ""
    level = int(job.payload["level"])
    if called is None or level >= len(service.config.duty):
        return
    page = alerts.Page(
        id=called.id,
        emergency=called.emergency,
        number=called.issue_number,
        area=area,
        at=called.created_at,
        level=level + 1,
    )
    link = alerts.ack_url(service.config.service.public_url, service.vault, called.id)
    await alerts.send_page(service.http, service.config.duty[level], page, ack_url=link, key=job.key)


async def check_report(service: Service, job: Job) -> None:
    """Let the platform judge the words of a report; the verdict is kept for the staff."""
    number = job.payload["number"]
    async with service.database.read() as db:
        who = await residents.identity(db, service.vault, identity_id=job.payload["identity_id"])
        viewer = issues.Actor.resident(who.resident_id)
        report = await issues.view(db, service.vault, number=number, viewer=viewer, photo_url=str)
    words = f"{report['description']}\n{report['address']}"
    verdict = await moderation.asked(service.apis.get(who.account), who, words)
    async with service.database.write() as db:
        await moderation.keep(db, number=number, verdict=verdict)


async def check_picture(service: Service, job: Job) -> None:
    """Hand a picture of a report to the platform; its verdict comes as an event."""
    number, sha256 = job.payload["number"], job.payload["sha256"]
    async with service.database.read() as db:
        who = await residents.identity(db, service.vault, identity_id=job.payload["identity_id"])
    url, _ = photo_link(service, sha256)
    begun = await moderation.request_picture(service.apis.get(who.account), who, url)
    trace_id, verdict = (begun, None) if isinstance(begun, str) else (job.key, begun)
    async with service.database.write() as db:
        await picture_checks.requested(db, trace_id=trace_id, number=number, sha256=sha256, verdict=verdict)


async def _area_name(db: AsyncSession, code: str) -> str:
    """The area as the people on duty know it, or its code."""
    try:
        return (await areas.get(db, code=code)).name
    except areas.AreaNotFound:
        return code


Deliver = Callable[[Service, Job], Awaitable[None]]

KINDS: Final[Mapping[str, Deliver]] = {
    outgoing.REPLY: send_reply,
    outgoing.CODE_PICTURE: code_pictures.send,
    notices.RESIDENT: send_notice,
    notices.STAFF: send_staff_notice,
    photos.FETCH: media_jobs.fetch,
    photo_files.ERASE: media_jobs.erase,
    duty.PAGE: send_page,
    moderation.CHECK: check_report,
    picture_checks.CHECK: check_picture,
    issue_deliveries.EVENT: pushes.push_event,
    issue_deliveries.ACTION: pushes.push_action,
    update_photos.FETCH: grid_photos.fetch,
}


async def after_failure(db: AsyncSession, job: Job, error: DeliveryError, state: OutboxState) -> None:
    """Let the report know how its delivery stands, and the staff of a row that died."""
    if job.kind in (issue_deliveries.EVENT, issue_deliveries.ACTION):
        await pushes.note_failure(db, job, error, is_dead=state is OutboxState.DEAD)
    if state is OutboxState.DEAD and job.kind != notices.STAFF:
        facts = {"row": job.id, "kind": job.kind, "error": error.reason, "at": clock.iso(clock.now())}
        await notices.tell_staff(db, event="outbox.dead", area_code="", facts=facts, key=str(job.id))
