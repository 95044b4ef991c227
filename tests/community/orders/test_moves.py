"""The transition table of orders, walked completely; each move is a row, a notice, and happens once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import select, update

from community import orders
from community.history import Actor, MoveRefused, Party, Subject, of
from community.orders import TRANSITIONS, Action, Details, TooLate
from community.orders.models import Order, SlotUse
from community.orders.workflow import MAY
from community.permissions import NotYourTask
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import AppError, Forbidden, Invalid, NotFound
from core.values import OrderState, Role
from tests.community.orders.desk import LUNCH_ON_TUESDAY, MOTHER, offered, placed, wish
from tests.community.people import AREA, MONDAY, OTHER_AREA, WORDING, crowd, notices_of, told, worker

WORKER = Actor(Party.WORKER, "w1")
DETAILS = Details(provider="和平里食堂", rating=5)


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def an_order(database: Database, vault: Vault, state: OrderState = OrderState.PLACED) -> tuple[str, str]:
    """Its number and its resident."""
    (one,) = await crowd(database, vault, 1)
    request = wish(await offered(database), served=MOTHER, consent=WORDING)
    number = await placed(database, vault, resident_id=one, request=request)
    async with database.write() as db:
        await db.execute(update(Order).where(Order.number == number).values(state=state.value))
    return number, one


@pytest.mark.parametrize(("party", "state", "action"), list(product(Party, OrderState, Action)))
async def test_every_pair_of_the_table(
    database: Database, vault: Vault, party: Party, state: OrderState, action: Action
) -> None:
    number, one = await an_order(database, vault, state)
    actor = WORKER if party is Party.WORKER else Actor(Party.RESIDENT, one)
    target = TRANSITIONS.get((state, action)) if action in MAY[party] else None
    async with database.write() as db:
        if target is None:
            with pytest.raises(MoveRefused if action in MAY[party] else Forbidden):
                await orders.move(db, vault, number=number, action=action, actor=actor, details=DETAILS)
        else:
            moved = await orders.move(db, vault, number=number, action=action, actor=actor, details=DETAILS)
            assert moved is target
        order = await orders.get_order(db, number=number)
        changes = await of(db, vault, subject=Subject.ORDER, subject_id=order.id)
    assert order.state == (target or state).value
    assert [(c.from_state, c.to_state, c.by) for c in changes[1:]] == (
        [(state.value, target.value, actor.by)] if target else []
    )


async def test_the_whole_way_tells_the_resident_each_step(database: Database, vault: Vault) -> None:
    number, one = await an_order(database, vault)
    async with database.write() as db:
        for action in (Action.ACCEPT, Action.ASSIGN, Action.ASSIGN, Action.COMPLETE):
            await orders.move(db, vault, number=number, action=action, actor=WORKER, details=DETAILS)
        rated = Details(rating=5, rating_text="很好")
        resident = Actor(Party.RESIDENT, one)
        await orders.move(db, vault, number=number, action=Action.RATE, actor=resident, details=rated)
        shown = await orders.own_view(db, vault, number=number, resident_id=one)
    assert await notices_of(database, vault, resident_id=one) == [
        "order_accepted",
        "order_assigned",
        "order_assigned",
        "order_served",
    ]
    assert (await told(database, vault, resident_id=one))[1]["facts"]["provider"] == "和平里食堂"
    assert (shown["provider"], shown["rating"], shown["rating_text"]) == ("和平里食堂", 5, "很好")
    assert [h["to"] for h in shown["history"]] == ["placed", "accepted", "assigned", "assigned", "served", "rated"]


@pytest.mark.parametrize(
    ("action", "details", "field"),
    [
        (Action.ASSIGN, Details(provider=" "), "provider"),
        (Action.RATE, Details(rating=6), "rating"),
        (Action.RATE, Details(), "rating"),
    ],
)
async def test_an_action_without_what_it_needs_changes_nothing(
    database: Database, vault: Vault, action: Action, details: Details, field: str
) -> None:
    state = OrderState.ACCEPTED if action is Action.ASSIGN else OrderState.SERVED
    number, one = await an_order(database, vault, state)
    actor = WORKER if action is Action.ASSIGN else Actor(Party.RESIDENT, one)
    async with database.write() as db:
        with pytest.raises(Invalid) as refused:
            await orders.move(db, vault, number=number, action=action, actor=actor, details=details)
        assert (await orders.get_order(db, number=number)).state == state.value
    assert list(refused.value.fields) == [field]


async def test_cancelling_frees_the_room(database: Database, vault: Vault) -> None:
    number, one = await an_order(database, vault)
    async with database.write() as db:
        actor = Actor(Party.RESIDENT, one)
        await orders.move(db, vault, number=number, action=Action.CANCEL, actor=actor)
        assert (await db.execute(select(SlotUse.taken))).scalar_one() == 0


async def test_a_resident_does_not_cancel_what_has_begun_but_a_worker_may(database: Database, vault: Vault) -> None:
    number, one = await an_order(database, vault)
    with clock.frozen(LUNCH_ON_TUESDAY):
        async with database.write() as db:
            actor = Actor(Party.RESIDENT, one)
            with pytest.raises(TooLate):
                await orders.move(db, vault, number=number, action=Action.CANCEL, actor=actor)
            reason = Details(reason="食堂停电")
            await orders.move(db, vault, number=number, action=Action.CANCEL, actor=WORKER, details=reason)
    (notice,) = await told(database, vault, resident_id=one)
    assert (notice["notice"], notice["facts"]["reason"]) == ("order_cancelled", "食堂停电")


async def test_another_residents_order_is_not_found(database: Database, vault: Vault) -> None:
    number, _ = await an_order(database, vault)
    stranger = Actor(Party.RESIDENT, "0" * 32)
    async with database.write() as db:
        with pytest.raises(NotFound):
            await orders.move(db, vault, number=number, action=Action.CANCEL, actor=stranger)
        with pytest.raises(NotFound):
            await orders.own_view(db, vault, number=number, resident_id="0" * 32)
        with pytest.raises(NotFound):
            await orders.get_order(db, number="D2601010001")


async def test_two_who_cancel_at_once_free_the_room_once(database: Database, vault: Vault) -> None:
    number, one = await an_order(database, vault)
    barrier = asyncio.Barrier(4)

    async def cancel(actor: Actor) -> bool:
        await barrier.wait()
        try:
            async with database.write() as db:
                await orders.move(db, vault, number=number, action=Action.CANCEL, actor=actor)
        except AppError:
            return False
        return True

    resident = Actor(Party.RESIDENT, one)
    assert sum(await asyncio.gather(*(cancel(actor) for actor in (WORKER, resident, WORKER, resident)))) == 1
    async with database.read() as db:
        assert (await db.execute(select(SlotUse.taken))).scalar_one() == 0


async def test_staff_see_the_orders_of_their_areas_only(database: Database, vault: Vault) -> None:
    numbers = [(await an_order(database, vault))[0] for _ in range(3)]
    async with database.read() as db:
        first = await orders.listing(db, areas=[AREA], limit=2)
        rest = await orders.listing(db, areas=[AREA], limit=2, after=first[-1].number)
        assert sorted(o.number for o in first + rest) == numbers
        assert await orders.listing(db, areas=[OTHER_AREA]) == []
        assert await orders.listing(db, areas=[AREA], state=OrderState.SERVED) == []
        shown = await orders.staff_view(db, vault, number=numbers[0], worker=worker())
        assert shown["contact"]["phone"] == "13800000000"
        for other in (worker(Role.DESK, OTHER_AREA), worker(Role.HANDLER)):
            with pytest.raises(NotYourTask):
                await orders.staff_view(db, vault, number=numbers[0], worker=other)


async def test_a_masked_view_shows_no_name_phone_or_room(database: Database, vault: Vault) -> None:
    number, one = await an_order(database, vault)
    async with database.read() as db:
        order = await orders.get_order(db, number=number)
        shown = await orders.show(db, vault, order=order, masked=True)
        (mine,) = await orders.my_orders(db, resident_id=one)
    assert shown["contact"] == {"name": "**明", "phone": "138******00", "relation": ""}
    assert shown["served"]["name"] == "**花"
    assert "501" not in shown["address"]
    assert "王" not in str(orders.summary(mine))
