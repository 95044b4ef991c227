"""What is bound, erased, left or put together at once: nobody waits in a circle, and nothing is left behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import binding, contacts, corrections, families, family_invitations, honours, privacy, sanctions
from community.binding import BindingCode
from community.families import NotInFamily
from community.residents import Resident, Who
from core import clock
from core.crypto import DataKey
from core.db import new_id
from core.errors import NotFound
from core.turns import in_turn
from points import freezes, sharing
from points.family_models import Family
from points.models import Unit
from tests.community.codes import shown_to, typed_by
from tests.community.deeds import run_due
from tests.community.people import AREA, DAY, MONDAY, WORDING, crowd, worker
from tests.community.service import served
from tests.points.town import Town
from tests.points.waits import Deed, begun, kept_open, locking, meanwhile

pytestmark = pytest.mark.usefixtures("on_monday")


async def found(town: Town, resident: str, points: int = 20) -> str:
    """A family of one, and what they put together."""
    async with town.database.write() as db:
        family_id = await families.found(db, resident_id=resident, area_code=AREA, wording=WORDING)
    await town.adjust(resident, points)
    await pool(town, resident, points)
    return family_id


async def pool(town: Town, resident: str, points: int) -> Any:
    async with town.database.write() as db:
        return await families.pool(db, resident_id=resident, amount_points=points, key=new_id())


async def leave(town: Town, resident: str) -> int:
    async with town.database.write() as db:
        return await families.leave(db, resident_id=resident)


async def erase(town: Town, resident: str) -> bool:
    async with town.database.write() as db:
        return await privacy.erase(db, town.vault, resident_id=resident, now=clock.now())


async def ask_in(town: Town, member: str, guest: str) -> str:
    """The id of an invitation."""
    async with town.database.write() as db:
        await contacts.keep(db, town.vault, resident_id=guest, phone="13800000001")
        await family_invitations.invite(db, town.vault, resident_id=member, phone="13800000001")
        (asked,) = await family_invitations.waiting(db, resident_id=guest)
    return asked.id


def joining(town: Town, guest: str, invitation_id: str) -> Deed:
    async def join(db: AsyncSession) -> None:
        await family_invitations.join(db, town.vault, resident_id=guest, invitation_id=invitation_id, wording=WORDING)

    return join


async def shared(town: Town, family_id: str) -> int:
    async with town.database.read() as db:
        return (await sharing.family_balance(db, area_code=AREA, family_id=family_id)).posted


def binding_of(town: Town, who: Who, digits: str) -> Deed:
    async def bind(db: AsyncSession) -> None:
        await binding.bind(db, town.vault, code=digits, identity_id=who.identity_id)

    return bind


async def test_the_last_one_takes_along_what_they_put_in_a_moment_before(town: Town) -> None:
    (one,) = await crowd(town.database, town.vault, 1)
    await found(town, one)
    await town.adjust(one, 10)

    async def put_in(db: AsyncSession) -> None:
        await families.pool(db, resident_id=one, amount_points=10, key="more")

    assert await meanwhile(town, put_in, leave(town, one)) == 30
    assert (await town.balance(one)).posted == 30


async def test_nothing_is_put_into_a_family_that_is_just_ending(town: Town) -> None:
    (one,) = await crowd(town.database, town.vault, 1)
    await found(town, one)
    await town.adjust(one, 10)
    with pytest.raises(NotInFamily):
        await meanwhile(town, lambda db: families.leave(db, resident_id=one), pool(town, one, 10))
    assert (await town.balance(one)).posted == 30


async def test_a_family_that_somebody_is_just_joining_does_not_end_with_its_erased_founder(town: Town) -> None:
    one, guest = await crowd(town.database, town.vault, 2)
    family_id = await found(town, one)
    invitation_id = await ask_in(town, one, guest)
    await meanwhile(town, joining(town, guest, invitation_id), erase(town, one))
    assert await shared(town, family_id) == 20
    assert await leave(town, guest) == 20


async def test_of_two_members_who_are_erased_at_once_the_last_ends_the_family(town: Town) -> None:
    one, other = await crowd(town.database, town.vault, 2)
    family_id = await found(town, one)
    invitation_id = await ask_in(town, one, other)
    async with town.database.write() as db:
        await joining(town, other, invitation_id)(db)

    async def go(db: AsyncSession) -> None:
        await privacy.erase(db, town.vault, resident_id=one, now=clock.now())

    await meanwhile(town, go, erase(town, other))
    async with town.database.read() as db:
        closed = (await db.execute(select(Family.closed_at).where(Family.id == family_id))).scalar_one()
    assert (closed, await shared(town, family_id)) == (MONDAY, 0)


async def test_who_is_just_bound_to_somebody_is_erased_with_them(town: Town, wechat: Who, alipay: Who) -> None:
    bind = binding_of(town, alipay, await shown_to(town.database, town.vault, wechat))
    await meanwhile(town, bind, erase(town, wechat.resident_id))
    async with town.database.read() as db:
        keys = await db.execute(select(DataKey).where(DataKey.owner_id.in_([wechat.resident_id, alipay.resident_id])))
        assert keys.scalars().all() == []


async def test_a_binding_calls_off_an_erasure_that_is_just_due(town: Town, wechat: Who, alipay: Who) -> None:
    digits = await shown_to(town.database, town.vault, wechat)
    async with town.database.write() as db:
        await db.execute(update(Resident).where(Resident.id == wechat.resident_id).values(erase_at=MONDAY - DAY))
    assert await meanwhile(town, binding_of(town, alipay, digits), run_due(town.database, town.vault)) == []


async def test_nobody_is_bound_who_was_just_erased(town: Town, wechat: Who, alipay: Who) -> None:
    digits = await shown_to(town.database, town.vault, wechat)

    async def go(db: AsyncSession) -> None:
        await privacy.erase(db, town.vault, resident_id=alipay.resident_id, now=clock.now())

    with pytest.raises(NotFound):
        await meanwhile(town, go, typed_by(town.database, town.vault, alipay, digits))


async def test_an_unfollow_has_the_resident_before_the_identity(town: Town, wechat: Who, alipay: Who) -> None:
    """As a binding of another one of their identities has."""
    digits = await shown_to(town.database, town.vault, wechat)

    async def unfollow() -> None:
        async with town.database.write() as db:
            await privacy.unfollowed(db, identity_id=alipay.identity_id, now=clock.now())

    async with kept_open(town.database, locking(BindingCode)):
        bind = await begun(town.database, typed_by(town.database, town.vault, alipay, digits))
        gone = await begun(town.database, unfollow())
    await asyncio.gather(bind, gone)


async def test_who_is_just_bound_does_not_end_their_family_as_who_they_were(
    town: Town, wechat: Who, alipay: Who
) -> None:
    family_id = await found(town, alipay.resident_id)
    bind = binding_of(town, alipay, await shown_to(town.database, town.vault, wechat))
    with pytest.raises(NotInFamily):
        await meanwhile(town, bind, leave(town, alipay.resident_id))
    assert await shared(town, family_id) == 20
    assert await leave(town, wechat.resident_id) == 20


async def test_an_erasure_locks_what_waits_to_be_paid_before_wallets(town: Town) -> None:
    """As the poster does; a family that ends with it comes in between."""
    (one,) = await crowd(town.database, town.vault, 1)
    family_id = await found(town, one)
    await town.fund(100)
    await town.adjust(one, 5, unit=Unit.MINUTE)
    async with town.database.write() as db:
        await sharing.pool(
            db,
            area_code=AREA,
            resident_id=one,
            family_id=family_id,
            amount_points=5,
            key=new_id(),
            unit=Unit.MINUTE,
        )
    await town.ask(one, "1")
    async with kept_open(town.database, lambda db: in_turn(db, AREA, f"family:{family_id}:closed:{Unit.MINUTE}")):
        erasing = await begun(town.database, erase(town, one))
        paying = await begun(town.database, town.pay())
    await asyncio.gather(erasing, paying)
    assert await town.findings() == []


async def test_what_a_worker_does_while_somebody_is_bound_reaches_whoever_they_are_by_now(
    town: Town, wechat: Who, alipay: Who
) -> None:
    bind = binding_of(town, alipay, await shown_to(town.database, town.vault, wechat))

    async def give() -> None:
        async with town.database.write() as db:
            await corrections.adjust(
                db,
                town.vault,
                area_code=AREA,
                resident_id=alipay.resident_id,
                amount_points=50,
                reason="补登",
                document_no=None,
                worker=worker(),
                key=new_id(),
            )

    async def freeze() -> None:
        async with town.database.write() as db:
            await sanctions.freeze(
                db,
                town.vault,
                area_code=AREA,
                resident_id=alipay.resident_id,
                reason="核对",
                worker=worker(),
                ends_at=MONDAY + DAY,
            )

    await meanwhile(town, bind, give(), freeze())
    assert await town.posted([alipay.resident_id, wechat.resident_id]) == [0, 50]
    async with town.database.read() as db:
        assert await freezes.of_resident(db, resident_id=wechat.resident_id)


async def test_a_tier_that_is_just_reached_is_kept_once_when_another_comes_who_has_it(
    town: Town, wechat: Who, alipay: Who
) -> None:
    for who in (wechat, alipay):
        await served(town.database, who.resident_id, 6000, certified_at=MONDAY - DAY)
    async with town.database.write() as db:
        assert await honours.award(db, town.vault, resident_id=alipay.resident_id)
    digits = await shown_to(town.database, town.vault, wechat)

    async def award(db: AsyncSession) -> None:
        assert await honours.award(db, town.vault, resident_id=wechat.resident_id)

    await meanwhile(town, award, typed_by(town.database, town.vault, alipay, digits))
    async with town.database.read() as db:
        standing = await honours.standing(db, resident_id=wechat.resident_id, area_code=AREA)
    assert [reached.tier.id for reached in standing.reached] == ["star_1"]
