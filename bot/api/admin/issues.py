"""Residents' reports: found, read, and moved along their workflow, whose table says who may do what when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, Field

from bot import moderation
from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import AreaPrefix, Because, Call, Endpoint, Input, Json, Listing, Nothing, Reason, Text
from bot.media_links import photo_link
from community import categories
from community.categories import Category
from community.issues import Action, Actor, lists, move, views
from community.issues.photos import Photo
from community.permissions import Permission
from core.values import IssueState
from nlp.words import search_words

_PERMISSION: Final = Permission.READ_ISSUES


class IssueQuery(Listing):
    """`overdue`: past the deadline and not handled; `mine`: given to the caller; `q`: words of the summary."""

    state: IssueState | None = None
    area: AreaPrefix = ""
    overdue: bool = False
    mine: bool = False
    emergency: bool = False
    q: Annotated[str, Field(max_length=100)] = ""


class Verifying(Input):
    """`stars` is how good the report is, 1 to 5; a rule may pay by it."""

    stars: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None


class Dispatching(Input):
    """`handler` is a worker's id; without one the whole unit may handle it."""

    unit: Annotated[str, Field(min_length=1, max_length=100)]
    handler: Annotated[str, Field(max_length=32)] | None = None


class Extension(Input):
    until: AwareDatetime
    reason: Reason


class Handling(Input):
    text: Text


class Checking(Input):
    """`passed` false sends it back to be handled again and needs a reason."""

    passed: bool
    reason: Annotated[str, Field(max_length=1000)] = ""


class Merging(Input):
    into: Annotated[str, Field(min_length=1, max_length=32)]


class Noting(Input):
    text: Text


class Recategorising(Input):
    code: Annotated[str, Field(min_length=1, max_length=20)]


async def listing(call: Call, query: IssueQuery) -> Json:
    areas = call.areas(query.area)
    wanted = lists.Query(
        state=query.state,
        area_prefix=query.area,
        overdue=query.overdue,
        mine=query.mine,
        emergency=query.emergency,
        words=await _words(call, query.q) if query.q else (),
    )
    call.area_code = areas[0]
    found = await lists.listing(call.db, worker=call.worker, query=wanted, cursor=query.cursor, limit=query.limit)
    return {"items": found.items, "next": found.next, "words": list(wanted.words)}


async def _words(call: Call, query: str) -> tuple[str, ...]:
    """Names are read again for each search: areas may have been imported through another process."""
    reader = call.service.reader
    await reader.learn_places(call.db)
    return await asyncio.to_thread(search_words, query, reader.places)


async def show(call: Call, _: Nothing) -> Json:
    found = await views.view(
        call.db,
        call.vault,
        number=call.path["number"],
        viewer=Actor.staff(call.worker),
        photo_url=lambda sha256: photo_link(call.service, sha256)[0],
    )
    call.about(found["number"], found["area_code"])
    return found | {"moderation": await moderation.shown(call.db, number=found["number"])}


async def verify(call: Call, said: Verifying) -> Json:
    return await _move(call, Action.VERIFY, stars=said.stars)


async def check(call: Call, said: Checking) -> Json:
    action = Action.CHECK_PASS if said.passed else Action.CHECK_FAIL
    return await _move(call, action, reason=said.reason)


async def dispatch(call: Call, said: Dispatching) -> Json:
    return await _move(call, Action.DISPATCH, unit=said.unit, handler_id=said.handler)


async def extend(call: Call, said: Extension) -> Json:
    return await _move(call, Action.EXTEND, until=said.until, reason=said.reason)


async def handle(call: Call, said: Handling) -> Json:
    return await _move(call, Action.HANDLE, text=said.text)


async def merge(call: Call, said: Merging) -> Json:
    """The worker needs both: what they may not see cannot be merged into."""
    await views.view(
        call.db, call.vault, number=said.into, viewer=Actor.staff(call.worker), photo_url=lambda sha256: sha256
    )
    return await _move(call, Action.MERGE, into=said.into)


async def note(call: Call, said: Noting) -> Json:
    return await _move(call, Action.NOTE, text=said.text)


async def category(call: Call, said: Recategorising) -> Json:
    return await _move(call, Action.CATEGORY, category_code=said.code)


async def all_categories(_: Call, __: Nothing) -> Json:
    """The codes that `category` takes."""
    return {"items": [_listed(one) for one in categories.matters()], "next": None}


def _listed(category: Category) -> Json:
    national = categories.national(category)
    return category.to_json() | {"urgency": category.urgency, "national": national.to_json() if national else None}


def _plain(action: Action) -> Callable[[Call, Nothing], Awaitable[Json]]:
    async def take(call: Call, _: Nothing) -> Json:
        return await _move(call, action)

    return take


def _because(action: Action) -> Callable[[Call, Because], Awaitable[Json]]:
    async def take(call: Call, said: Because) -> Json:
        return await _move(call, action, reason=said.reason)

    return take


async def _move(call: Call, action: Action, **details: Any) -> Json:
    photos = tuple(Photo(stored.sha256, stored.content_type) for stored in call.photos)
    issue = await move(
        call.db,
        call.vault,
        call.service.config,
        number=call.path["number"],
        action=action,
        actor=Actor.staff(call.worker),
        photos=photos,
        **details,
    )
    call.about(issue.number, issue.area_code)
    return views.brief(issue)


def _step(name: str, handler: Any, accepts: type[Input], summary: str, *, uploads: bool = False) -> Endpoint[Any]:
    return Endpoint(
        "POST", f"/issues/{{number}}/{name}", handler, _PERMISSION, accepts, shapes.IssueLine,
        summary, f"issues {name}", uploads=uploads,
    )  # fmt: skip


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/issues", listing, _PERMISSION, IssueQuery, answers.FoundIssues,
        "Reports, newest first", "issues list",
    ),
    Endpoint(
        "GET", "/issues/{number}", show, _PERMISSION, Nothing, answers.StaffIssue, "One report", "issues show",
        personal=True,
    ),
    Endpoint(
        "GET", "/categories", all_categories, _PERMISSION, Nothing, shapes.Page[answers.ListedCategory],
        "What reports are about", "issues categories",
    ),
    _step("verify", verify, Verifying, "It is true and ours"),
    _step("reject", _because(Action.REJECT), Because, "It is not accepted"),
    _step("file", _plain(Action.FILE), Nothing, "File it: a connector pushes it, the desk dispatches it"),
    _step("dispatch", dispatch, Dispatching, "Give it to a unit, or to one worker of it"),
    _step("return", _because(Action.RETURN), Because, "The unit sends it back"),
    _step("extend", extend, Extension, "Move the deadline"),
    _step("suspend", _because(Action.SUSPEND), Because, "It cannot be done for now"),
    _step("handle", handle, Handling, "It was done, with photos of the work", uploads=True),
    _step("check", check, Checking, "Look whether it was done"),
    _step("close", _plain(Action.CLOSE), Nothing, "Close it"),
    _step("reopen", _because(Action.REOPEN), Because, "It was not done after all"),
    _step("merge", merge, Merging, "It is the same as another"),
    _step("note", note, Noting, "A remark for the staff"),
    _step("category", category, Recategorising, "Correct the category before it is forwarded"),
)  # fmt: skip
