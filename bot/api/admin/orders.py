"""Service orders: accepted, given to a provider, done or cancelled."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Because, Call, Endpoint, InArea, Input, Json, Nothing, page
from community import residents
from community.history import Actor, Party
from community.orders import moves, views
from community.orders.models import Order
from community.orders.moves import NO_DETAILS, Details
from community.orders.workflow import Action
from community.permissions import Permission
from core.values import OrderState

_PERMISSION: Final = Permission.ORDERS


class OrderQuery(InArea):
    state: OrderState | None = None


class Assignment(Input):
    provider: Annotated[str, Field(min_length=1, max_length=100)]


class Completion(Input):
    """`helper` is the reference of the resident who did it, if one did."""

    helper: Annotated[str, Field(min_length=1, max_length=20)] | None = None


async def listing(call: Call, query: OrderQuery) -> Json:
    rows = await views.listing(
        call.db, areas=call.areas(query.area), state=query.state, limit=query.limit, after=query.cursor
    )
    return page([views.summary(row) for row in rows], limit=query.limit, cursor=rows[-1].number if rows else None)


async def show(call: Call, _: Nothing) -> Json:
    order = await _order(call)
    return await views.staff_view(call.db, call.vault, number=order.number, worker=call.worker)


async def accept(call: Call, _: Nothing) -> Json:
    return await _move(call, Action.ACCEPT)


async def assign(call: Call, said: Assignment) -> Json:
    return await _move(call, Action.ASSIGN, Details(provider=said.provider))


async def complete(call: Call, said: Completion) -> Json:
    helper = await residents.of_ref(call.db, ref=said.helper) if said.helper else None
    return await _move(call, Action.COMPLETE, Details(helper_id=helper.id if helper else None))


async def cancel(call: Call, said: Because) -> Json:
    return await _move(call, Action.CANCEL, Details(reason=said.reason))


async def _move(call: Call, action: Action, details: Details = NO_DETAILS) -> Json:
    order = await _order(call)
    actor = Actor(Party.WORKER, call.worker.id)
    state = await moves.move(
        call.db, call.vault, number=order.number, action=action, actor=actor, details=details
    )  # fmt: skip
    return {"id": order.number, "state": state.value}


async def _order(call: Call) -> Order:
    """The order in the path, if it lies in the worker's areas. Raises NotFound, NotYourTask."""
    order = await moves.get_order(call.db, number=call.path["number"])
    call.require(order.area_code)
    return order


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/orders", listing, _PERMISSION, OrderQuery, shapes.Page[shapes.OrderLine],
        "Orders, newest first", "orders list",
    ),
    Endpoint(
        "GET", "/orders/{number}", show, _PERMISSION, Nothing, shapes.Order, "One order", "orders show", personal=True
    ),
    Endpoint(
        "POST", "/orders/{number}/accept", accept, _PERMISSION, Nothing, answers.Done, "Accept it", "orders accept"
    ),
    Endpoint(
        "POST", "/orders/{number}/assign", assign, _PERMISSION, Assignment, answers.Done,
        "Give it to a provider", "orders assign",
    ),
    Endpoint(
        "POST", "/orders/{number}/complete", complete, _PERMISSION, Completion, answers.Done,
        "The service was given", "orders complete",
    ),
    Endpoint(
        "POST", "/orders/{number}/cancel", cancel, _PERMISSION, Because, answers.Done, "Cancel it", "orders cancel"
    ),
)  # fmt: skip
