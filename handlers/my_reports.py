"""我反映的事: how each report stands, and what its reporter may do about it: urge, add, withdraw, reopen, rate."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from community import issues, photos
from community.issues.workflow import SETTLED
from core import clock
from core.messages import InboundKind
from core.values import IssueState
from handlers import texts
from handlers import texts_report as words
from handlers.common import ask_stars
from handlers.dialogue import ANYTHING, TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.dialogue import Step as StepFunction
from handlers.wording import brief, fill, moment, state

SHOWN: Final = 5
CONTENT: Final = 3
"""From so many stars on thanks are enough; below them the way to open the case again is offered."""


class Step(StrEnum):
    LIST = "list"
    ONE = "one"
    MORE = "more"
    WHY = "why"
    STARS = "stars"


class Choose(StrEnum):
    URGE = "urge"
    MORE = "more"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    RATE = "rate"


_CHOICES: Final = {
    "open": (
        (Choose.URGE, words.MINE_URGE, words.URGE_WORDS),
        (Choose.MORE, words.REPORT_ADD, words.ADD_WORDS),
        (Choose.WITHDRAW, words.MINE_WITHDRAW, words.WITHDRAW_WORDS),
    ),
    "handled": (
        (Choose.RATE, words.FIXED_YES, words.FIXED_YES_WORDS),
        (Choose.REOPEN, words.FIXED_NO, words.FIXED_NO_WORDS),
        (Choose.MORE, words.REPORT_ADD, words.ADD_WORDS),
    ),
    "closed": (
        (Choose.RATE, words.RATE_IT, words.RATE_WORDS),
        (Choose.REOPEN, words.FIXED_NO, words.FIXED_NO_WORDS),
    ),
    "rated": ((Choose.REOPEN, words.FIXED_NO, words.FIXED_NO_WORDS),),
    "over": (),
}


async def begin(turn: Turn) -> Outcome:
    """All of one's reports, or at once the one that was named or is the only one."""
    ticket = turn.understood.slot("ticket")
    number = turn.answer.value or (ticket.value if ticket else "")
    if number:
        return await _named(turn, number)
    mine = await issues.mine(turn.db, turn.vault, resident_id=turn.resident_id, limit=SHOWN)
    if not mine:
        return Done(words.MINE_NONE, (entry("report", texts.REPORT_TITLE), entry("my_orders", texts.MY_ORDERS_TITLE)))
    if len(mine) == 1:
        return _one(turn, mine[0])
    options = tuple(
        Option(issue["number"], words.MINE_LINE.format(**_facts(issue)), (issue["number"],)) for issue in mine
    )
    return Ask(Step.LIST, words.MINE_WHICH, options, accepts=TEXT)


async def _view(turn: Turn, number: str) -> dict[str, Any] | None:
    """One of the resident's own reports; somebody else's is not found."""
    found = await issues.mine(turn.db, turn.vault, resident_id=turn.resident_id, number=number)
    return found[0] if found else None


async def _named(turn: Turn, number: str) -> Ask | Done:
    issue = await _view(turn, number)
    if issue is None:
        return Done(words.MINE_UNKNOWN.format(number=number), (entry("my_reports", texts.MY_REPORTS_TITLE),))
    return _one(turn, issue)


def _facts(issue: dict[str, Any]) -> dict[str, str]:
    return {
        "number": issue["number"],
        "title": brief(issue["title"], 14),
        "state": state(issue["state"]),
        "at": moment(clock.parse(issue["created_at"])),
        "deadline": moment(clock.parse(issue["deadline_at"])) if issue["deadline_at"] else "",
        "unit": issue.get("unit") or "",
    }


def _one(turn: Turn, issue: dict[str, Any]) -> Ask | Done:
    turn.draft = {"number": issue["number"]}
    facts = _facts(issue)
    is_open = issue["state"] not in SETTLED
    last = next((event["reason"] for event in reversed(issue["history"]) if event.get("reason")), "")
    text = fill(
        words.MINE_ONE,
        {
            **facts,
            "due": words.MINE_DUE.format(**facts) if is_open and facts["deadline"] else "",
            "why": texts.NOTICE_WHY.format(reason=brief(last, 60)) if last else "",
        },
    )
    text = "\n".join(line for line in text.splitlines() if line.strip())
    options = tuple(Option(choice, label, names) for choice, label, names in _CHOICES[_kind(issue)])
    return Ask(Step.ONE, text, options) if options else Done(text, (entry("report", words.MORE_REPORT),))


def _kind(issue: dict[str, Any]) -> str:
    if issue["state"] == "closed":
        return "rated" if issue["rating"] else "closed"
    if issue["state"] == "handled":
        return "handled"
    return "over" if issue["state"] in SETTLED else "open"


async def chosen(turn: Turn) -> Outcome:
    number = turn.answer.value
    if not number:
        ticket = turn.understood.slot("ticket")
        number = ticket.value if ticket else ""
    return await _named(turn, number) if number else Unclear()


async def one(turn: Turn) -> Outcome:
    number = turn.draft["number"]
    match turn.answer.value:
        case Choose.URGE:
            await issues.urge(turn.db, turn.vault, turn.config, number=number, resident_id=turn.resident_id)
            return Done(words.MINE_URGED.format(number=number))
        case Choose.WITHDRAW:
            await issues.withdraw(turn.db, turn.vault, turn.config, number=number, resident_id=turn.resident_id)
            return Done(words.MINE_WITHDRAWN.format(number=number))
        case Choose.MORE:
            return Ask(Step.MORE, words.REPORT_ASK_MORE, accepts=ANYTHING, greedy=True)
        case Choose.REOPEN:
            return Ask(Step.WHY, words.MINE_ASK_WHY, accepts=ANYTHING, greedy=True)
        case _:
            return await _confirmed(turn, number)


async def _confirmed(turn: Turn, number: str) -> Outcome:
    """Fixed: a handled report is confirmed; then stars."""
    issue = await _view(turn, number)
    if issue is not None and issue["state"] == "handled":
        await issues.confirm_fixed(
            turn.db, turn.vault, turn.config, number=number, resident_id=turn.resident_id, fixed=True
        )
    return _ask_stars(turn, number)


def _ask_stars(turn: Turn, number: str) -> Ask:
    turn.draft = {"number": number}
    return ask_stars(Step.STARS)


async def more(turn: Turn) -> Outcome:
    number = turn.draft["number"]
    if turn.media_id:
        for photo in await photos.attach(turn.db, photo_ids=[turn.media_id], issue_number=number):
            await issues.add_photo(
                turn.db, turn.vault, turn.config, number=number, sha256=photo.sha256, content_type=photo.content_type
            )
        return Done(words.REPORT_PHOTO_ADDED.format(number=number))
    text = turn.said.label or turn.answer.text
    if turn.said.kind is InboundKind.LOCATION and turn.said.point is not None:
        text = f"{text} ({turn.said.point.lng:.6f}, {turn.said.point.lat:.6f} {turn.said.point.crs})".strip()
    await issues.add_text(turn.db, turn.vault, turn.config, number=number, text=text, resident_id=turn.resident_id)
    return Done(words.MINE_ADDED.format(number=number))


async def why(turn: Turn) -> Outcome:
    """Not fixed: the next round begins with the resident's words, and the photo if one was sent."""
    number = turn.draft["number"]
    reason = turn.answer.text or words.MINE_NOT_FIXED
    await issues.confirm_fixed(
        turn.db, turn.vault, turn.config, number=number, resident_id=turn.resident_id, fixed=False, reason=reason
    )
    if turn.media_id:
        await photos.attach(turn.db, photo_ids=[turn.media_id], issue_number=number)
    return Done(words.MINE_REOPENED.format(number=number))


async def stars(turn: Turn) -> Outcome:
    number, given = turn.draft["number"], int(turn.answer.value)
    await issues.rate(turn.db, turn.vault, turn.config, number=number, resident_id=turn.resident_id, stars=given)
    if given >= CONTENT:
        return Done(texts.RATED)
    return Done(words.MINE_RATED_LOW, (entry("not_fixed", words.FIXED_NO, number, words.FIXED_NO_WORDS),))


async def _latest(turn: Turn, *states: IssueState) -> str:
    """The number of an entry, or of the resident's newest report in one of these states; empty if there is none."""
    if turn.answer.value:
        return turn.answer.value
    mine = await issues.mine(turn.db, turn.vault, resident_id=turn.resident_id, limit=SHOWN)
    return next((str(issue["number"]) for issue in mine if issue["state"] in states), "")


async def fixed(turn: Turn) -> Outcome:
    number = await _latest(turn, IssueState.HANDLED)
    return await _confirmed(turn, number) if number else await begin(turn)


async def not_fixed(turn: Turn) -> Outcome:
    number = await _latest(turn, IssueState.HANDLED, IssueState.CLOSED)
    if not number:
        return await begin(turn)
    turn.draft = {"number": number}
    return Ask(Step.WHY, words.MINE_ASK_WHY, accepts=ANYTHING, greedy=True)


async def begin_rating(turn: Turn) -> Outcome:
    number = await _latest(turn, IssueState.HANDLED, IssueState.CLOSED)
    return _ask_stars(turn, number) if number else await begin(turn)


_STEPS: Final[dict[str, StepFunction]] = {
    Step.LIST: chosen,
    Step.ONE: one,
    Step.MORE: more,
    Step.WHY: why,
    Step.STARS: stars,
}
MY_REPORTS: Final = Dialogue("my_reports", texts.MY_REPORTS_TITLE, begin, _STEPS, intents=("progress_query",))
FIXED: Final = Dialogue("fixed", texts.MY_REPORTS_TITLE, fixed, _STEPS)
NOT_FIXED: Final = Dialogue("not_fixed", texts.MY_REPORTS_TITLE, not_fixed, _STEPS)
RATE: Final = Dialogue("rate", words.RATE_IT, begin_rating, _STEPS)
