"""我的报名: one's own seats, giving one back, certified hours, and checking in and out at the place itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import honours, volunteers
from community.volunteers import CheckInCodeWrong, NotSignedUp
from core.values import SignupState
from handlers import texts
from handlers import texts_volunteer as words
from handlers.common import area_of
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Outcome, Turn, Unclear, entry
from handlers.honours import sentence
from handlers.wording import length, moment, refusal

SHOWN: Final = 6
CODE_DIGITS: Final = 6


class Step(StrEnum):
    CODE = "code"


async def my_signups(turn: Turn) -> Outcome:
    mine = await volunteers.my_signups(turn.db, resident_id=turn.resident_id, coming_only=True, limit=SHOWN)
    served = await volunteers.hours(turn.db, resident_id=turn.resident_id)
    hours = words.VOLUNTEER_HOURS.format(hours=length(served.minutes), count=served.activities)
    if area := await area_of(turn):
        standing = await honours.standing(turn.db, resident_id=turn.resident_id, area_code=area)
        hours = f"{hours}\n{sentence(standing)}".rstrip()
    if not mine:
        return Done(f"{words.SIGNUPS_NONE}\n{hours}", (entry("volunteer", texts.VOLUNTEER_TITLE),))
    options = []
    for signup, activity in mine:
        label = words.SIGNUP_CANCEL.format(
            title=activity.title, at=moment(activity.starts_at), state=_state(signup.state)
        )
        options.append(entry("cancel_signup", label, signup.id, (activity.title,)))
    return Done(f"{words.SIGNUPS_SOME.format(count=len(mine))}\n{hours}", tuple(options))


def _state(state: str) -> str:
    return words.SIGNUP_WAITS if state == SignupState.WAITING.value else ""


async def cancel_signup(turn: Turn) -> Outcome:
    """The argument is the sign-up; somebody else's is not found."""
    mine = await volunteers.my_signups(turn.db, resident_id=turn.resident_id, coming_only=True, limit=50)
    found = next(((signup, activity) for signup, activity in mine if signup.id == turn.answer.value), None)
    if found is None:
        return await my_signups(turn)
    signup, activity = found
    await volunteers.cancel_signup(turn.db, turn.vault, signup_id=signup.id)
    waited = signup.state == SignupState.WAITING.value
    return Done((words.WAITING_CANCELLED if waited else words.SIGNUP_CANCELLED).format(title=activity.title))


async def begin_check_in(turn: Turn) -> Outcome:
    """签到, with or without the code that is shown at the place."""
    if code := _code_in(turn.said.text):
        return await _check_in(turn, code)
    return Ask(Step.CODE, words.CHECK_IN_ASK, accepts=TEXT, greedy=True)


async def check_in(turn: Turn) -> Outcome:
    code = _code_in(turn.answer.text)
    return await _check_in(turn, code) if code else Unclear(words.CHECK_IN_DIGITS)


def _code_in(text: str) -> str:
    digits = "".join(ch for ch in text if ch.isdecimal())
    return digits if len(digits) == CODE_DIGITS else ""


async def _check_in(turn: Turn, code: str) -> Outcome:
    try:
        activity = await volunteers.check_in(turn.db, turn.vault, resident_id=turn.resident_id, code=code)
    except CheckInCodeWrong as error:
        return Ask(Step.CODE, refusal(error), accepts=TEXT, greedy=True)
    except NotSignedUp as error:
        return Done(refusal(error), (entry("volunteer", texts.VOLUNTEER_TITLE),))
    leave = entry("check_out", words.CHECK_OUT_TITLE, words=words.CHECK_OUT_WORDS)
    return Done(words.CHECKED_IN.format(title=activity.title), (leave,))


async def check_out(turn: Turn) -> Outcome:
    minutes = await volunteers.check_out(turn.db, resident_id=turn.resident_id)
    return Done(words.CHECKED_OUT.format(minutes=minutes), (entry("my_signups", words.MY_SIGNUPS_TITLE),))


MY_SIGNUPS: Final = Dialogue("my_signups", words.MY_SIGNUPS_TITLE, my_signups, {}, needs_identity=True)
CANCEL_SIGNUP: Final = Dialogue("cancel_signup", words.MY_SIGNUPS_TITLE, cancel_signup, {}, needs_identity=True)
CHECK_IN: Final = Dialogue("check_in", words.CHECK_IN_TITLE, begin_check_in, {Step.CODE: check_in}, needs_identity=True)
CHECK_OUT: Final = Dialogue("check_out", words.CHECK_OUT_TITLE, check_out, {}, needs_identity=True)
