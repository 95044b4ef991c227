"""家庭积分: a family whose members put points together, each with consent, and spend them together."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents, contacts, families, family_invitations
from community.consents import Purpose
from community.families import FamilyView
from handlers import texts
from handlers import texts_points as words
from handlers.common import area_of, choose_area_first, taken_phone, wording
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.points import amounts
from handlers.prompt import NO, YES
from handlers.wording import moment
from points import sharing, statements
from points.statements import Balance


class Step(StrEnum):
    START = "start"
    INVITED = "invited"
    AMOUNT = "amount"
    POOL = "pool"
    PHONE = "phone"
    LEAVE = "leave"


async def begin(turn: Turn) -> Outcome:
    """What the family has; or the invitation that waits; or what a family is, and whether to begin one."""
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is not None:
        return await _shown(turn, family)
    if waiting := await family_invitations.waiting(turn.db, resident_id=turn.resident_id):
        return await _ask_joining(turn, waiting[0])
    if not await area_of(turn):
        return choose_area_first()
    options = (
        Option(YES, words.FAMILY_START, words.FAMILY_START_WORDS),
        Option(NO, words.FAMILY_NO),
    )
    return Ask(Step.START, words.FAMILY_ABOUT, options)


async def _ask_joining(turn: Turn, invitation: family_invitations.Invitation) -> Ask:
    turn.draft = {"invitation": invitation.id}
    phone = (await contacts.read(turn.db, turn.vault, resident_id=invitation.invited_by)).phone
    who = words.FAMILY_FROM.format(ending=phone[-4:]) if phone else words.FAMILY_FROM_SOMEONE
    options = (Option(YES, words.FAMILY_JOIN, words.FAMILY_JOIN_WORDS), Option(NO, words.FAMILY_DECLINE))
    return Ask(Step.INVITED, words.FAMILY_INVITED_BY.format(who=who), options)


async def _balance(turn: Turn, family: FamilyView) -> Balance:
    return await sharing.family_balance(turn.db, area_code=family.area_code, family_id=family.id)


async def _shown(turn: Turn, family: FamilyView) -> Done:
    balance = await _balance(turn, family)
    coming = balance.next_expiry
    text = words.FAMILY_SHOWN.format(
        count=len(family.members),
        points=balance.available,
        held=words.HELD.format(held=balance.held) if balance.held else "",
        next=words.NEXT.format(points=coming.amount_points, until=moment(coming.at)) if coming else "",
    )
    options = (
        entry("family_pool", words.FAMILY_POOL_TITLE, words=words.FAMILY_POOL_WORDS),
        entry("redeem", words.REDEEM_TITLE, words=words.REDEEM_TITLE_WORDS),
        _inviting(),
        entry("family_leave", words.FAMILY_LEAVE_TITLE, words=words.FAMILY_LEAVE_WORDS),
    )
    return Done(text.rstrip(), options)


async def start(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.FAMILY_DROPPED, (entry("points", texts.POINTS_TITLE),))
    await families.found(
        turn.db,
        resident_id=turn.resident_id,
        area_code=await area_of(turn) or "",
        wording=wording(turn, words.FAMILY_ABOUT),
    )
    options = (
        _inviting(),
        entry("family_pool", words.FAMILY_POOL_TITLE, words=words.FAMILY_POOL_WORDS),
    )
    return Done(words.FAMILY_MADE, options)


async def invited(turn: Turn) -> Outcome:
    invitation_id = turn.draft["invitation"]
    if turn.answer.value != YES:
        await family_invitations.decline(turn.db, resident_id=turn.resident_id, invitation_id=invitation_id)
        return Done(words.FAMILY_DECLINED, (entry("points", texts.POINTS_TITLE),))
    family = await family_invitations.join(
        turn.db,
        turn.vault,
        resident_id=turn.resident_id,
        invitation_id=invitation_id,
        wording=wording(turn, words.FAMILY_INVITED_BY.format(who="")),
    )
    points = (await _balance(turn, family)).available
    options = (entry("family_pool", words.FAMILY_POOL_TITLE), entry("redeem", words.REDEEM_TITLE))
    return Done(words.FAMILY_JOINED.format(count=len(family.members), points=points), options)


def _no_family() -> Done:
    return Done(words.FAMILY_NONE, (entry("family", words.FAMILY_TITLE),))


async def _own(turn: Turn, family: FamilyView) -> int:
    """What the resident can put in: points of the family's community."""
    mine = await statements.balance(turn.db, area_code=family.area_code, resident_id=turn.resident_id)
    return mine.available


async def begin_pooling(turn: Turn) -> Outcome:
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is None:
        return _no_family()
    if (stopped := await amounts.stopped(turn)) is not None:
        return stopped
    available = await _own(turn, family)
    if not available:
        return Done(words.FAMILY_POOL_NONE, (entry("points_how", words.HOW_TITLE),))
    return amounts.ask(Step.AMOUNT, words.FAMILY_POOL_ASK.format(available=available), available)


async def amount(turn: Turn) -> Outcome:
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is None:
        return _no_family()
    if amounts.declined(turn):
        return Done(words.FAMILY_DROPPED, (entry("family", words.FAMILY_TITLE),))
    count = amounts.said(turn, await _own(turn, family))
    if isinstance(count, Unclear):
        return count
    turn.draft = {"count": count}
    options = (Option(YES, words.FAMILY_POOL_YES, words.FAMILY_POOL_WORDS), Option(NO, texts.NOT_NOW))
    return Ask(Step.POOL, words.FAMILY_POOL_SURE.format(count=count), options)


async def pool(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.FAMILY_DROPPED, (entry("family", words.FAMILY_TITLE),))
    await families.pool(
        turn.db,
        resident_id=turn.resident_id,
        amount_points=turn.draft["count"],
        key=f"chat:{turn.message_key}:pool",
    )
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is None:
        return _no_family()
    text = words.FAMILY_POOLED.format(points=(await _balance(turn, family)).available)
    return Done(text, (entry("redeem", words.REDEEM_TITLE), _inviting(), entry("family", words.FAMILY_TITLE)))


def _inviting() -> Option:
    return entry("family_invite", words.FAMILY_INVITE_TITLE, words=words.FAMILY_INVITE_WORDS)


async def begin_inviting(turn: Turn) -> Outcome:
    if await families.of_resident(turn.db, resident_id=turn.resident_id) is None:
        return _no_family()
    return Ask(Step.PHONE, words.FAMILY_INVITE_ASK, accepts=TEXT, slot="phone")


async def phone(turn: Turn) -> Outcome:
    number = await taken_phone(turn)
    if not number:
        return Unclear(texts.PHONE_AGAIN)
    await family_invitations.invite(turn.db, turn.vault, resident_id=turn.resident_id, phone=number)
    return Done(words.FAMILY_INVITE_DONE, (entry("family", words.FAMILY_TITLE),))


async def begin_leaving(turn: Turn) -> Outcome:
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is None:
        return _no_family()
    text = words.FAMILY_LEAVE_SURE
    if len(family.members) == 1:
        text = words.FAMILY_LEAVE_LAST.format(points=(await _balance(turn, family)).available)
    options = (Option(YES, words.FAMILY_LEAVE_YES, words.FAMILY_LEAVE_WORDS), Option(NO, texts.NOT_NOW))
    return Ask(Step.LEAVE, text, options)


async def leave(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.FAMILY_KEPT, (entry("family", words.FAMILY_TITLE),))
    taken = await families.leave(turn.db, resident_id=turn.resident_id)
    await consents.withdraw(
        turn.db,
        resident_id=turn.resident_id,
        purpose=Purpose.FAMILY,
        wording=wording(turn, words.FAMILY_LEAVE_SURE),
    )
    text = words.FAMILY_LEFT_LAST.format(points=taken) if taken else words.FAMILY_LEFT
    return Done(text, (entry("points", texts.POINTS_TITLE),))


FAMILY: Final = Dialogue(
    "family", words.FAMILY_TITLE, begin, {Step.START: start, Step.INVITED: invited}, needs_identity=True
)
FAMILY_POOL: Final = Dialogue(
    "family_pool",
    words.FAMILY_POOL_TITLE,
    begin_pooling,
    {Step.AMOUNT: amount, Step.POOL: pool},
    needs_identity=True,
)
FAMILY_INVITE: Final = Dialogue(
    "family_invite", words.FAMILY_INVITE_TITLE, begin_inviting, {Step.PHONE: phone}, needs_identity=True
)
FAMILY_LEAVE: Final = Dialogue(
    "family_leave", words.FAMILY_LEAVE_TITLE, begin_leaving, {Step.LEAVE: leave}, needs_identity=True
)
