"""A family pools points with the consent of each; invitations tell nothing, and the last one takes what is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community import consents, contacts, families, family_invitations, privacy
from community.consents import ConsentMissing, Purpose
from community.families import AlreadyInFamily, NotInFamily
from community.family_invitations import FamilyFull, InvitationUnknown
from community.residents import Who
from core import clock
from core.crypto import Vault
from core.db import Database, new_id
from points import corrections, sharing, statements
from tests.community.codes import bound
from tests.community.people import AREA, WORDING, crowd, notices_of, told
from tests.points.town import Town

PHONE = "13800000001"


async def found(database: Database, founder: str) -> str:
    async with database.write() as db:
        return await families.found(db, resident_id=founder, area_code=AREA, wording=WORDING)


async def invite(database: Database, vault: Vault, founder: str, phone: str = PHONE) -> None:
    async with database.write() as db:
        await family_invitations.invite(db, vault, resident_id=founder, phone=phone)


async def invited(database: Database, guest: str) -> list[family_invitations.Invitation]:
    async with database.read() as db:
        return await family_invitations.waiting(db, resident_id=guest)


async def join(database: Database, vault: Vault, guest: str) -> None:
    (invitation,) = await invited(database, guest)
    async with database.write() as db:
        await family_invitations.join(db, vault, resident_id=guest, invitation_id=invitation.id, wording=WORDING)


async def leave(database: Database, resident_id: str) -> int:
    async with database.write() as db:
        return await families.leave(db, resident_id=resident_id)


async def with_phone(database: Database, vault: Vault, resident_id: str, phone: str = PHONE) -> None:
    async with database.write() as db:
        await contacts.keep(db, vault, resident_id=resident_id, phone=phone)


async def give(database: Database, resident_id: str, points: int) -> None:
    async with database.write() as db:
        await corrections.adjust(
            db,
            area_code=AREA,
            resident_id=resident_id,
            amount_points=points,
            reason="test",
            actor_id="w",
            key=new_id(),
        )


async def pool(database: Database, resident_id: str, points: int) -> None:
    async with database.write() as db:
        await families.pool(db, resident_id=resident_id, amount_points=points, key=new_id())


async def available(database: Database, resident_id: str) -> int:
    async with database.read() as db:
        return (await statements.balance(db, area_code=AREA, resident_id=resident_id)).available


async def test_two_pool_and_the_last_takes_what_is_left(database: Database, vault: Vault) -> None:
    founder, guest = await crowd(database, vault, 2)
    family = await found(database, founder)
    await with_phone(database, vault, guest)
    await invite(database, vault, founder)
    assert await notices_of(database, vault, resident_id=guest) == ["family_invited"]
    await join(database, vault, guest)
    (joined,) = await told(database, vault, resident_id=founder)
    assert (joined["notice"], joined["facts"]) == ("family_joined", {"ending": "0001"})
    await give(database, founder, 10)
    await give(database, guest, 5)
    await pool(database, founder, 10)
    await pool(database, guest, 2)
    assert await leave(database, founder) == 0
    assert await available(database, founder) == 0
    assert await leave(database, guest) == 12
    assert await available(database, guest) == 15
    async with database.read() as db:
        assert (await sharing.family_balance(db, area_code=AREA, family_id=family)).posted == 0
        assert await families.of_resident(db, resident_id=guest) is None


async def test_an_unknown_number_and_a_number_of_two_look_the_same(database: Database, vault: Vault) -> None:
    founder, first, second = await crowd(database, vault, 3)
    await found(database, founder)
    await invite(database, vault, founder, "13800000009")
    for one in (first, second):
        await with_phone(database, vault, one)
    await invite(database, vault, founder)
    assert await invited(database, first) == await invited(database, second) == []


async def test_asked_twice_is_told_once(database: Database, vault: Vault) -> None:
    founder, guest = await crowd(database, vault, 2)
    await found(database, founder)
    await with_phone(database, vault, guest)
    await invite(database, vault, founder)
    await invite(database, vault, founder)
    assert len(await invited(database, guest)) == 1
    assert await notices_of(database, vault, resident_id=guest) == ["family_invited"]


async def test_an_invitation_is_for_whom_it_is_and_ends(database: Database, vault: Vault) -> None:
    founder, guest, stranger = await crowd(database, vault, 3)
    await found(database, founder)
    await with_phone(database, vault, guest)
    await invite(database, vault, founder)
    (invitation,) = await invited(database, guest)
    with pytest.raises(InvitationUnknown):
        async with database.write() as db:
            await family_invitations.join(db, vault, resident_id=stranger, invitation_id=invitation.id, wording=WORDING)
    with clock.at(clock.now() + family_invitations.INVITATION_LIFE + timedelta(seconds=1)):
        assert await invited(database, guest) == []
    async with database.write() as db:
        await family_invitations.decline(db, resident_id=guest, invitation_id=invitation.id)
    with pytest.raises(InvitationUnknown):
        async with database.write() as db:
            await family_invitations.join(db, vault, resident_id=guest, invitation_id=invitation.id, wording=WORDING)


async def test_one_family_at_a_time(database: Database, vault: Vault) -> None:
    founder, guest = await crowd(database, vault, 2)
    await found(database, founder)
    await found(database, guest)
    with pytest.raises(AlreadyInFamily):
        await found(database, founder)
    await with_phone(database, vault, guest)
    await invite(database, vault, founder)
    with pytest.raises(AlreadyInFamily):
        await join(database, vault, guest)
    await leave(database, guest)
    await join(database, vault, guest)


async def test_a_family_has_an_end(database: Database, vault: Vault) -> None:
    founder, *guests = await crowd(database, vault, family_invitations.MOST_MEMBERS + 1)
    await found(database, founder)
    for number, guest in enumerate(guests[:-1]):
        await with_phone(database, vault, guest, f"1380000{number:04}")
        await invite(database, vault, founder, f"1380000{number:04}")
    with pytest.raises(FamilyFull):
        await invite(database, vault, founder, "13800009999")


async def test_without_consent_nothing_is_pooled(database: Database, vault: Vault) -> None:
    founder, stranger = await crowd(database, vault, 2)
    await found(database, founder)
    await give(database, founder, 10)
    async with database.write() as db:
        await consents.withdraw(db, resident_id=founder, purpose=Purpose.FAMILY, wording=WORDING)
    with pytest.raises(ConsentMissing):
        await pool(database, founder, 5)
    with pytest.raises(NotInFamily):
        await pool(database, stranger, 5)


async def of_two(database: Database, vault: Vault) -> tuple[str, str, str]:
    """A family with 10 points, its founder and a guest."""
    founder, guest = await crowd(database, vault, 2)
    family = await found(database, founder)
    await with_phone(database, vault, guest)
    await invite(database, vault, founder)
    await join(database, vault, guest)
    await give(database, founder, 10)
    await pool(database, founder, 10)
    return family, founder, guest


async def test_an_erased_member_leaves_and_the_points_stay(database: Database, vault: Vault) -> None:
    family, founder, guest = await of_two(database, vault)
    for one in (founder, guest):
        async with database.write() as db:
            exported = await privacy.export(db, vault, resident_id=one)
            assert [entry["family_id"] for entry in exported["families"]] == [family]
            await privacy.erase(db, vault, resident_id=one, now=clock.now())
        async with database.read() as db:
            left = await sharing.family_balance(db, area_code=AREA, family_id=family)
        assert left.posted == (10 if one == founder else 0)


async def test_the_family_of_who_is_bound_to_a_member_of_another_ends_and_its_points_come_along(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await found(database, wechat.resident_id)
    family = await found(database, alipay.resident_id)
    await give(database, alipay.resident_id, 10)
    await pool(database, alipay.resident_id, 10)
    with clock.frozen(clock.now()):
        await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        left = await sharing.family_balance(db, area_code=AREA, family_id=family)
        mine = await statements.balance(db, area_code=AREA, resident_id=wechat.resident_id)
        assert (left.posted, mine.posted) == (0, 10)
        assert await families.of_resident(db, resident_id=alipay.resident_id) is None


async def test_the_last_member_is_not_erased_while_another_has_something_to_collect(
    database: Database, vault: Vault
) -> None:
    """Or the points that wait for that would keep this erasure from ending, and those after it."""
    family, founder, guest = await of_two(database, vault)
    town = Town(database, vault, area=AREA)
    waiting = await town.redeem(guest, await town.reward(price=10), family_id=family)
    await leave(database, guest)
    async with database.write() as db:
        assert not await privacy.erase(db, vault, resident_id=founder, now=clock.now(), when_closed=True)
        assert await privacy.erase_due(db, vault, clock.now()) == []
    await town.void(waiting.id)
    async with database.write() as db:
        assert await privacy.erase_due(db, vault, clock.now()) == [founder]
