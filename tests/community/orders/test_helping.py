"""What a neighbour earns who did what was ordered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from community import orders
from community.history import Actor, Party
from community.orders import Action, Details
from community.orders.helping import WAIT, HelpedThemselves
from community.orders.models import Order
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import NotFound
from core.values import OrderState
from points import corrections, grants
from points.grant_models import GrantRequest
from tests.community.orders.desk import MOTHER, offered, placed, wish
from tests.community.people import AREA, MONDAY, WORDING, crowd

WORKER = Actor(Party.WORKER, "w1")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def assigned(database: Database, vault: Vault) -> tuple[str, str, str]:
    """The number of an order that somebody was sent for, who ordered it, and a neighbour."""
    one, helper = await crowd(database, vault, 2)
    number = await placed(
        database, vault, resident_id=one, request=wish(await offered(database), served=MOTHER, consent=WORDING)
    )
    async with database.write() as db:
        await db.execute(update(Order).where(Order.number == number).values(state=OrderState.ASSIGNED.value))
        await corrections.fund_community(db, area_code=AREA, amount_points=100, actor_id="w", reason="t", key="fund")
    return number, one, helper


async def move(database: Database, vault: Vault, number: str, action: Action, actor: Actor, **details: Any) -> None:
    async with database.write() as db:
        await orders.move(db, vault, number=number, action=action, actor=actor, details=Details(**details))


async def paid(database: Database) -> list[tuple[Any, ...]]:
    """Recipient and points of what was asked for, after the poster's round."""
    async with database.write() as db:
        await grants.post_due(db)
        rows = await db.execute(select(GrantRequest.recipient_id, GrantRequest.amount_points))
        return [tuple(row) for row in rows]


async def test_the_helper_is_paid_by_the_stars_of_who_was_served(database: Database, vault: Vault) -> None:
    number, one, helper = await assigned(database, vault)
    await move(database, vault, number, Action.COMPLETE, WORKER, helper_id=helper)
    assert await paid(database) == [(helper, None)]
    await move(database, vault, number, Action.RATE, Actor(Party.RESIDENT, one), rating=5)
    assert await paid(database) == [(helper, 12)]


async def test_without_a_rating_the_helper_is_paid_in_full_after_a_week(database: Database, vault: Vault) -> None:
    number, _, helper = await assigned(database, vault)
    await move(database, vault, number, Action.COMPLETE, WORKER, helper_id=helper)
    with clock.frozen(MONDAY + WAIT):
        assert await paid(database) == [(helper, 10)]


async def test_an_order_that_no_resident_helped_with_earns_nothing(database: Database, vault: Vault) -> None:
    number, one, _ = await assigned(database, vault)
    await move(database, vault, number, Action.COMPLETE, WORKER)
    await move(database, vault, number, Action.RATE, Actor(Party.RESIDENT, one), rating=5)
    assert await paid(database) == []


async def test_nobody_helps_themselves_and_nobody_unknown_helps(database: Database, vault: Vault) -> None:
    number, one, _ = await assigned(database, vault)
    for helper_id, error in ((one, HelpedThemselves), ("nobody", NotFound)):
        with pytest.raises(error):
            await move(database, vault, number, Action.COMPLETE, WORKER, helper_id=helper_id)
    assert await paid(database) == []
