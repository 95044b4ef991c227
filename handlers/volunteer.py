"""志愿活动: what is on, a seat or a place on the waiting list, one's own sign-ups and hours."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import volunteers
from community.volunteers import Activity
from core import clock
from core.values import SignupState
from handlers import texts
from handlers.common import area_of, ask_phone, keep_phone, likeness, overlaps, taken_phone
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, entry
from handlers.prompt import NO, YES
from handlers.wording import moment

SHOWN: Final = 6
_MINE: Final = ("我报", "我的报名", "报了哪", "时长", "几个小时", "多少小时")


class Step(StrEnum):
    WHICH = "which"
    PEOPLE = "people"
    AGE = "age"
    PHONE = "phone"
    CONFIRM = "confirm"


async def begin(turn: Turn) -> Outcome:
    if any(word in turn.said.text for word in _MINE) and "我报名" not in turn.said.text:
        return await my_signups(turn)
    turn.draft = {"activity": "", "people": 0, "phone": "", "adult": False}
    _absorb(turn)
    coming = await volunteers.upcoming(turn.db, area_code=await area_of(turn), now=clock.now(), limit=SHOWN)
    if not coming:
        return Done(texts.VOLUNTEER_NONE, (entry("my_signups", texts.MY_SIGNUPS_TITLE), entry("menu", texts.MENU_MORE)))
    if chosen := _named(turn, coming):
        turn.draft["activity"] = chosen.id
        return await _next(turn)
    options = tuple(
        Option(a.id, texts.VOLUNTEER_LINE.format(title=a.title, at=moment(a.starts_at), left=_left(a))) for a in coming
    )
    return Ask(Step.WHICH, texts.VOLUNTEER_WHICH, options, accepts=TEXT)


def _left(activity: Activity) -> str:
    return texts.VOLUNTEER_FREE.format(count=activity.free) if activity.free > 0 else texts.VOLUNTEER_FULL


def _absorb(turn: Turn) -> None:
    count, phone = turn.understood.slot("count"), turn.understood.slot("phone")
    if count is not None and 1 <= int(count.value) <= 20:
        turn.draft["people"] = int(count.value)
    if phone is not None:
        turn.draft["phone"] = str(phone.value)


def _named(turn: Turn, coming: list[Activity]) -> Activity | None:
    """The one activity that the words and the time in them point to."""
    when = turn.understood.slot("time")
    fitting = [a for a in coming if overlaps(when, a.starts_at, a.ends_at)]
    liked = [a for a in fitting if likeness(turn.said.text, a.title)]
    candidates = liked or (fitting if when is not None else [])
    return candidates[0] if len(candidates) == 1 else None


async def _next(turn: Turn) -> Outcome:
    draft = turn.draft
    activity = await volunteers.get_activity(turn.db, activity_id=draft["activity"])
    if activity.min_age is not None and not draft["adult"]:
        options = (Option(YES, texts.YES), Option(NO, texts.NO))
        return Ask(Step.AGE, texts.VOLUNTEER_ASK_AGE.format(age=activity.min_age), options)
    if not draft["people"]:
        counts = tuple(Option(str(n), texts.PEOPLE.format(count=n), (f"{n}人", f"{n}个人")) for n in (1, 2, 3))
        return Ask(Step.PEOPLE, texts.VOLUNTEER_ASK_PEOPLE.format(title=activity.title), counts, accepts=TEXT)
    if not draft["phone"]:
        return await ask_phone(turn, Step.PHONE, texts.VOLUNTEER_ASK_PHONE)
    text = texts.VOLUNTEER_CONFIRM.format(
        title=activity.title, at=moment(activity.starts_at), place=activity.place, people=draft["people"]
    )
    options = (Option(YES, texts.VOLUNTEER_YES, ("报名", "报")), Option(NO, texts.NOT_NOW))
    return Ask(Step.CONFIRM, text, options)


async def which(turn: Turn) -> Outcome:
    if not turn.answer.value:
        _absorb(turn)
        coming = await volunteers.upcoming(turn.db, area_code=await area_of(turn), now=clock.now(), limit=SHOWN)
        chosen = _named(turn, coming)
        if chosen is None:
            return await begin(turn)
        turn.draft["activity"] = chosen.id
    else:
        turn.draft["activity"] = turn.answer.value
    return await _next(turn)


async def people(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["people"] = int(turn.answer.value)
    else:
        _absorb(turn)
    if not turn.draft["people"] and turn.answer.text.isdigit() and 1 <= int(turn.answer.text) <= 20:
        turn.draft["people"] = int(turn.answer.text)
    return await _next(turn)


async def age(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(texts.VOLUNTEER_TOO_YOUNG)
    turn.draft["adult"] = True
    return await _next(turn)


async def phone(turn: Turn) -> Outcome:
    turn.draft["phone"] = await taken_phone(turn, texts.VOLUNTEER_ASK_PHONE) or ""
    if not turn.draft["phone"]:
        return await ask_phone(turn, Step.PHONE, texts.PHONE_AGAIN)
    return await _next(turn)


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(texts.VOLUNTEER_DROPPED)
    draft = turn.draft
    activity = await volunteers.get_activity(turn.db, activity_id=draft["activity"])
    signed = await volunteers.sign_up(
        turn.db,
        turn.vault,
        resident_id=turn.resident_id,
        activity_id=activity.id,
        people=draft["people"],
        phone=draft["phone"],
        age_confirmed=draft["adult"],
    )
    await keep_phone(turn, draft["phone"], texts.VOLUNTEER_ASK_PHONE)
    options = (entry("my_signups", texts.MY_SIGNUPS_TITLE),)
    if signed.state is SignupState.SEATED:
        text = texts.VOLUNTEER_SEATED.format(title=activity.title, at=moment(activity.starts_at), place=activity.place)
        return Done(text, options)
    return Done(texts.VOLUNTEER_WAITING.format(title=activity.title, position=signed.position), options)


async def my_signups(turn: Turn) -> Outcome:
    mine = await volunteers.my_signups(turn.db, resident_id=turn.resident_id, coming_only=True, limit=SHOWN)
    served = await volunteers.hours(turn.db, resident_id=turn.resident_id)
    hours = texts.VOLUNTEER_HOURS.format(hours=f"{served.minutes / 60:.1f}")
    if not mine:
        return Done(f"{texts.SIGNUPS_NONE}\n{hours}", (entry("volunteer", texts.VOLUNTEER_TITLE),))
    options = tuple(
        entry("cancel_signup", texts.SIGNUP_CANCEL.format(title=a.title, at=moment(a.starts_at)), s.id) for s, a in mine
    )
    return Done(f"{texts.SIGNUPS_SOME.format(count=len(mine))}\n{hours}", options)


async def cancel_signup(turn: Turn) -> Outcome:
    """The argument is the sign-up; somebody else's is not found."""
    mine = await volunteers.my_signups(turn.db, resident_id=turn.resident_id, coming_only=True, limit=50)
    found = next(((s, a) for s, a in mine if s.id == turn.answer.value), None)
    if found is None:
        return await my_signups(turn)
    await volunteers.cancel_signup(turn.db, turn.vault, signup_id=found[0].id)
    return Done(texts.SIGNUP_CANCELLED.format(title=found[1].title))


VOLUNTEER: Final = Dialogue(
    "volunteer",
    texts.VOLUNTEER_TITLE,
    begin,
    {Step.WHICH: which, Step.PEOPLE: people, Step.AGE: age, Step.PHONE: phone, Step.CONFIRM: confirm},
    intents=("volunteer_signup",),
    needs_identity=True,
)
MY_SIGNUPS: Final = Dialogue("my_signups", texts.MY_SIGNUPS_TITLE, my_signups, {}, needs_identity=True)
CANCEL_SIGNUP: Final = Dialogue("cancel_signup", texts.MY_SIGNUPS_TITLE, cancel_signup, {}, needs_identity=True)
