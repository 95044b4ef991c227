"""我的任务: a worker whose WeChat is bound to their role sees what was given to them and answers it from chat.

The workflow's table decides what may be done, exactly as for the command line; whatever is seen in full or done is a
line of the audit log.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from community import audit, issues, photos, workers
from community.issues import Action, Actor, Query
from community.permissions import Worker
from community.workers import BindingCodeUnknown
from core import clock
from core.values import IssueState
from handlers import texts
from handlers import texts_tasks as words
from handlers.dialogue import ANYTHING, TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.wording import brief, moment, refusal, state

SHOWN: Final = 6
WAITING: Final = (IssueState.DISPATCHED, IssueState.IN_PROGRESS)
"""What is with the handler; returned or suspended reports are with those who dispatch."""

READ: Final = 50


class Step(StrEnum):
    LIST = "list"
    ONE = "one"
    RESULT = "result"
    REASON = "reason"
    CODE = "code"


async def _worker(turn: Turn) -> Worker | None:
    return await workers.of_resident(turn.db, turn.vault, resident_id=turn.resident_id)


async def begin(turn: Turn) -> Outcome:
    worker = await _worker(turn)
    if worker is None:
        return Done(words.TASKS_NOT_BOUND, (entry("worker_bind", words.WORKER_BIND_TITLE),))
    page = await issues.listing(turn.db, worker=worker, query=Query(mine=True), limit=READ)
    waiting = [issue for issue in page.items if issue["state"] in WAITING]
    if not waiting:
        return Done(words.TASKS_NONE)
    waiting.sort(key=lambda issue: (-issue["urgency"], issue["deadline_at"] or ""))
    options = tuple(Option(issue["number"], _line(issue), (issue["number"],)) for issue in waiting[:SHOWN])
    return Ask(Step.LIST, words.TASKS_WHICH.format(count=len(waiting)), options, accepts=TEXT)


def _line(issue: dict[str, Any]) -> str:
    due = moment(clock.parse(issue["deadline_at"])) if issue["deadline_at"] else ""
    return words.TASK_LINE.format(
        title=brief(issue["title"], 18), state=state(issue["state"]), due=words.TASK_DUE.format(due=due) if due else ""
    )


async def chosen(turn: Turn) -> Outcome:
    ticket = turn.understood.slot("ticket")
    number = turn.answer.value or (str(ticket.value) if ticket else "")
    worker = await _worker(turn)
    if not number or worker is None:
        return Unclear()
    actor = Actor.staff(worker)
    issue = await issues.view(turn.db, turn.vault, number=number, viewer=actor, photo_url=_no_address)
    await _note(turn, worker, "chat.task.show", issue)
    turn.draft = {"number": number}
    text = words.TASK_ONE.format(
        number=number,
        what=brief(issue["description"] or issue["summary"] or issue["title"], 40),
        place=issue["address"],
        due=moment(clock.parse(issue["deadline_at"])) if issue["deadline_at"] else words.TASK_NO_DUE,
        state=state(issue["state"]),
    )
    may = issues.allowed(IssueState(issue["state"]))
    options = tuple(Option(action, *words.TASK_ACTIONS[action]) for action in _OFFERED if action in may)
    return Ask(Step.ONE, text, options, accepts=TEXT) if options else Done(text)


_OFFERED: Final = (Action.START, Action.HANDLE, Action.RETURN, Action.NOTE)


def _no_address(_sha256: str) -> str:
    """Photos are looked at with `hc` or in the console, where the links are signed."""
    return ""


async def one(turn: Turn) -> Outcome:
    match turn.answer.value:
        case Action.START:
            return await _move(turn, Action.START)
        case Action.HANDLE:
            return Ask(Step.RESULT, words.TASK_ASK_RESULT, accepts=ANYTHING, greedy=True)
        case Action.RETURN | Action.NOTE as action:
            turn.draft["action"] = action
            return Ask(Step.REASON, words.TASK_ASK_REASON[action], accepts=TEXT, greedy=True)
        case _:
            return Unclear()


async def result(turn: Turn) -> Outcome:
    """What was done, in words or by a photo, which is added when it has arrived."""
    number = turn.draft["number"]
    done = await _move(turn, Action.HANDLE, text=turn.answer.text or words.TASK_PHOTO)
    if turn.media_id:
        for photo in await photos.attach(turn.db, photo_ids=[turn.media_id], issue_number=number):
            await issues.add_photo(
                turn.db, turn.vault, turn.config, number=number, sha256=photo.sha256, content_type=photo.content_type
            )
    return done


async def reason(turn: Turn) -> Outcome:
    action = Action(turn.draft["action"])
    return await _move(turn, action, **{"reason" if action is Action.RETURN else "text": turn.answer.text})


async def _move(turn: Turn, action: Action, *, text: str = "", reason: str = "") -> Outcome:
    number = turn.draft["number"]
    worker = await _worker(turn)
    if worker is None:
        return Done(words.TASKS_NOT_BOUND)
    moved = await issues.move(
        turn.db,
        turn.vault,
        turn.config,
        number=number,
        action=action,
        actor=Actor.staff(worker),
        text=text,
        reason=reason,
    )
    await audit.record(
        turn.db,
        turn.vault,
        worker_id=worker.id,
        action=f"chat.task.{action.value}",
        subject=number,
        area_code=moved.area_code,
        detail=text or reason,
        request_id=turn.message_key,
    )
    return Done(words.TASK_DONE.format(number=number, state=state(moved.state)), (entry("tasks", words.TASKS_TITLE),))


async def _note(turn: Turn, worker: Worker, action: str, issue: dict[str, Any]) -> None:
    await audit.record(
        turn.db,
        turn.vault,
        worker_id=worker.id,
        action=action,
        subject=issue["number"],
        area_code=issue["area_code"],
        request_id=turn.message_key,
    )


async def begin_binding(turn: Turn) -> Outcome:
    """员工绑定, with or without the code that `hc workers bind` shows."""
    if code := _code_in(turn.said.text):
        return await _bind(turn, code)
    return Ask(Step.CODE, words.WORKER_BIND_ASK, accepts=TEXT, greedy=True)


async def code(turn: Turn) -> Outcome:
    found = _code_in(turn.answer.text)
    return await _bind(turn, found) if found else Unclear(texts.BIND_DIGITS.format(count=workers.BINDING_DIGITS))


def _code_in(text: str) -> str:
    digits = "".join(ch for ch in text if ch.isdecimal())
    return digits if len(digits) == workers.BINDING_DIGITS else ""


async def _bind(turn: Turn, found: str) -> Outcome:
    try:
        worker = await workers.bind(
            turn.db, turn.vault, code=found, resident_id=turn.resident_id, identity_id=turn.who.identity_id
        )
    except BindingCodeUnknown as error:  # the try must be counted, so this transaction is kept
        return Ask(Step.CODE, refusal(error), accepts=TEXT, greedy=True)
    await audit.record(
        turn.db,
        turn.vault,
        worker_id=worker.id,
        action="chat.worker.bind",
        subject=worker.id,
        request_id=turn.message_key,
    )
    return Done(words.WORKER_BOUND.format(name=worker.name), (entry("tasks", words.TASKS_TITLE),))


TASKS: Final = Dialogue(
    "tasks",
    words.TASKS_TITLE,
    begin,
    {Step.LIST: chosen, Step.ONE: one, Step.RESULT: result, Step.REASON: reason},
    needs_identity=True,
)
WORKER_BIND: Final = Dialogue(
    "worker_bind", words.WORKER_BIND_TITLE, begin_binding, {Step.CODE: code}, needs_identity=True
)
