"""志愿活动: what is on, and a seat or a place on the waiting list.

One sentence may say it all ("周六上午两个人去打扫，电话…"): then only the confirmation is asked, which names the risks
(State Council decree 685, article 12). What cannot be had leads to what can.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import volunteers
from community.volunteers import Activity, ActivityFull, ActivityNotOpen, ActivityOver, AlreadySignedUp
from community.volunteers.signups import reminder_at
from core import clock
from core.values import SignupState
from handlers import tables, texts
from handlers import texts_volunteer as words
from handlers.common import (
    appointed,
    area_of,
    ask_count,
    ask_phone,
    count_in,
    keep_phone,
    likeliest,
    likeness,
    overlaps,
    taken_phone,
    wrong,
)
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.prompt import NO, YES
from handlers.wording import brief, moment, refusal

SHOWN: Final = 6
READ: Final = 50
RISKS_SHOWN: Final = 40
OTHER: Final = "other"
NO_PHONE: Final = "no_phone"


class Step(StrEnum):
    WHICH = "which"
    PEOPLE = "people"
    AGE = "age"
    PHONE = "phone"
    CONFIRM = "confirm"


async def begin(turn: Turn) -> Outcome:
    """`phone` is None until it is known, and empty for who leaves none."""
    turn.draft = {"activity": "", "people": 0, "phone": None, "adult": False}
    _absorb(turn)
    coming = await _coming(turn)
    if not coming:
        return Done(words.VOLUNTEER_NONE, (entry("my_signups", words.MY_SIGNUPS_TITLE), entry("menu", texts.MENU_MORE)))
    return await _take(turn, coming)


async def _coming(turn: Turn, *, without: str = "") -> list[Activity]:
    found = await volunteers.upcoming(turn.db, area_code=await area_of(turn), now=clock.now(), limit=READ)
    return [activity for activity in found if activity.id != without]


def _absorb(turn: Turn) -> None:
    """Take from a message what the sign-up can use."""
    told = next((n for n, said in enumerate(texts.PARTY_WORDS, start=1) if any(w in turn.said.text for w in said)), 0)
    if count := told or (count_in(turn) if turn.understood.slot("count") else 0):
        turn.draft["people"] = count
    if phone := turn.understood.slot("phone"):
        turn.draft["phone"] = str(phone.value)


async def _take(turn: Turn, coming: list[Activity]) -> Outcome:
    """The one activity that the words point to, or a choice."""
    named = _named(turn, coming)
    if len(named) == 1:
        turn.draft["activity"] = named[0].id
        return await _next(turn)
    misses = not named and appointed(turn.understood) is not None
    return _ask_which(words.VOLUNTEER_WHICH_OTHER if misses else words.VOLUNTEER_WHICH, named or coming)


def _named(turn: Turn, coming: list[Activity]) -> list[Activity]:
    """Those that fit the time that was said and are most like the words; none where neither was said."""
    slot = appointed(turn.understood)
    fitting = [a for a in coming if overlaps(slot.value if slot else None, a.starts_at, a.ends_at)]
    alike = likeliest([(likeness(turn.said.text, a.title, words.ACTIVITY_WORDS), a) for a in fitting])
    return alike or (fitting if slot else [])


def _ask_which(text: str, offered: list[Activity]) -> Ask:
    options = tuple(
        Option(
            activity.id,
            words.VOLUNTEER_LINE.format(title=activity.title, at=moment(activity.starts_at), left=_left(activity)),
            (activity.title, *(tables.words("any") if n == 0 else ())),
        )
        for n, activity in enumerate(offered[:SHOWN])
    )
    return Ask(Step.WHICH, text, options, accepts=TEXT)


def _left(activity: Activity) -> str:
    return words.VOLUNTEER_FREE.format(count=activity.free) if activity.free > 0 else words.VOLUNTEER_FULL


async def _next(turn: Turn) -> Outcome:
    """The first thing that is still missing."""
    draft = turn.draft
    activity = await volunteers.get_activity(turn.db, activity_id=draft["activity"])
    if activity.min_age is not None and not draft["adult"]:
        options = (Option(YES, words.OF_AGE, words.OF_AGE_WORDS), Option(NO, words.TOO_YOUNG, words.TOO_YOUNG_WORDS))
        return Ask(Step.AGE, words.VOLUNTEER_ASK_AGE.format(age=activity.min_age), options)
    if not draft["people"]:
        text = words.VOLUNTEER_ASK_PEOPLE.format(title=activity.title)
        return ask_count(Step.PEOPLE, text, texts.PEOPLE, texts.PEOPLE_WORDS)
    if draft["phone"] is None:
        no_phone = Option(NO_PHONE, texts.NO_PHONE, texts.NO_PHONE_WORDS)
        return await ask_phone(turn, Step.PHONE, words.VOLUNTEER_ASK_PHONE, no_phone)
    return _confirm(turn, activity)


def _confirm(turn: Turn, activity: Activity) -> Ask:
    phone = turn.draft["phone"]
    text = words.VOLUNTEER_CONFIRM.format(
        title=activity.title,
        at=moment(activity.starts_at),
        place=activity.place,
        people=turn.draft["people"],
        phone=words.VOLUNTEER_PHONE.format(phone=phone) if phone else "",
        risks=brief(activity.risks or words.VOLUNTEER_NO_RISKS, RISKS_SHOWN),
    )
    options = (
        Option(YES, words.VOLUNTEER_YES, words.VOLUNTEER_YES_WORDS),
        Option(OTHER, texts.ANOTHER, texts.ANOTHER_WORDS),
        Option(NO, texts.NOT_NOW),
    )
    return Ask(Step.CONFIRM, text, options, accepts=TEXT)


async def which(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["activity"] = turn.answer.value
        return await _next(turn)
    _absorb(turn)
    coming = await _coming(turn)
    if not _named(turn, coming) and appointed(turn.understood) is None:
        return Unclear(words.VOLUNTEER_UNKNOWN)
    return await _take(turn, coming)


async def people(turn: Turn) -> Outcome:
    turn.draft["people"] = count_in(turn)
    if not turn.answer.value:
        _absorb(turn)
    return await _next(turn) if turn.draft["people"] else Unclear(texts.COUNT_AGAIN)


async def age(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.VOLUNTEER_TOO_YOUNG)
    turn.draft["adult"] = True
    return await _next(turn)


async def phone(turn: Turn) -> Outcome:
    given = await taken_phone(turn)
    if not given and turn.answer.value != NO_PHONE:
        return Unclear(texts.PHONE_AGAIN)
    turn.draft["phone"] = given
    return await _next(turn)


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value == YES:
        return await _sign_up(turn)
    if turn.answer.value == OTHER:
        return await _offer_others(turn, words.VOLUNTEER_WHICH)
    return Done(words.VOLUNTEER_DROPPED) if turn.answer.value == NO else await _corrected(turn)


async def _corrected(turn: Turn) -> Outcome:
    """Not yes, not no: another number, phone or activity, or nothing that helps."""
    before = dict(turn.draft)
    _absorb(turn)
    others = _named(turn, await _coming(turn))
    if len(others) == 1 and others[0].id != before["activity"]:
        turn.draft |= {"activity": others[0].id, "adult": False}
    return await _next(turn) if turn.draft != before else Unclear(wrong(turn))


async def _sign_up(turn: Turn) -> Outcome:
    draft = turn.draft
    activity = await volunteers.get_activity(turn.db, activity_id=draft["activity"])
    mine = (entry("my_signups", words.MY_SIGNUPS_TITLE),)
    try:
        signed = await volunteers.sign_up(
            turn.db,
            turn.vault,
            resident_id=turn.resident_id,
            activity_id=activity.id,
            people=draft["people"],
            phone=draft["phone"] or None,
            age_confirmed=draft["adult"],
        )
    except AlreadySignedUp as error:
        return Done(refusal(error), mine)
    except ActivityFull as error:
        return await _full(turn, error, activity)
    except (ActivityOver, ActivityNotOpen) as error:
        return await _offer_others(turn, refusal(error))
    if draft["phone"]:
        await keep_phone(turn, draft["phone"], words.VOLUNTEER_PHONE)
    if signed.state is SignupState.SEATED:
        text = words.VOLUNTEER_SEATED.format(
            title=activity.title,
            at=moment(activity.starts_at),
            place=activity.place,
            reminder=words.VOLUNTEER_REMINDER if reminder_at(activity.starts_at) > clock.now() else "",
        )
        return Done(text.strip(), mine)
    return Done(words.VOLUNTEER_WAITING.format(title=activity.title, position=signed.position), mine)


async def _full(turn: Turn, error: ActivityFull, activity: Activity) -> Outcome:
    """Fewer people where there is room for some; other activities where there is none."""
    if activity.free < 1:
        return await _offer_others(turn, refusal(error))
    turn.draft["people"] = 0
    text = words.VOLUNTEER_FEWER.format(free=activity.free)
    return ask_count(Step.PEOPLE, text, texts.PEOPLE, texts.PEOPLE_WORDS[: activity.free])


async def _offer_others(turn: Turn, text: str) -> Outcome:
    others = await _coming(turn, without=turn.draft["activity"])
    turn.draft |= {"activity": "", "adult": False}
    return _ask_which(text, others) if others else Done(text, (entry("menu", texts.MENU_MORE),))


VOLUNTEER: Final = Dialogue(
    "volunteer",
    texts.VOLUNTEER_TITLE,
    begin,
    {Step.WHICH: which, Step.PEOPLE: people, Step.AGE: age, Step.PHONE: phone, Step.CONFIRM: confirm},
    intents=("volunteer_signup",),
    needs_identity=True,
)
