"""A code shown in one chat binds the identity that types it in another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from community import binding, residents
from community.binding import CODE_LIFE, BindingCode, Bound, CodeRejected
from community.residents import Who
from community.tries import MAX_TRIES, TooManyTries
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import NotFound
from core.values import Platform
from tests.community.codes import bound, shown_to, typed_by
from tests.community.people import MONDAY, resident


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def test_the_identity_joins_and_the_former_resident_names_its_successor(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        everybody = await residents.identities(db, vault, resident_id=wechat.resident_id)
        assert {who.sender for who in everybody} == {wechat.sender, alipay.sender}
        assert (await residents.current(db, alipay)).resident_id == wechat.resident_id
        assert await binding.surviving(db, resident_id=alipay.resident_id) == wechat.resident_id
        assert await binding.family(db, resident_id=wechat.resident_id) == sorted(
            [wechat.resident_id, alipay.resident_id]
        )


async def test_a_code_works_once(database: Database, vault: Vault, wechat: Who, alipay: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    await typed_by(database, vault, alipay, digits)
    other = await resident(database, vault, platform=Platform.WEB)
    with pytest.raises(CodeRejected):
        await typed_by(database, vault, other, digits)


async def test_two_who_type_one_code_at_once_are_not_both_bound(database: Database, vault: Vault, wechat: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    others = [await resident(database, vault, platform=Platform.ALIPAY) for _ in range(4)]
    barrier = asyncio.Barrier(len(others))

    async def attempt(who: Who) -> bool:
        await barrier.wait()
        try:
            await typed_by(database, vault, who, digits)
        except CodeRejected:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt(who) for who in others))) == 1


async def test_a_code_lives_ten_minutes_and_a_new_one_replaces_it(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    first = await shown_to(database, vault, wechat)
    with clock.frozen(MONDAY + CODE_LIFE), pytest.raises(CodeRejected):
        await typed_by(database, vault, alipay, first)
    second = await shown_to(database, vault, wechat)
    with pytest.raises(CodeRejected):
        await typed_by(database, vault, alipay, first)
    assert (await typed_by(database, vault, alipay, second)).resident_id == wechat.resident_id


async def test_five_wrong_tries_are_all_there_are_for_ten_minutes(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    digits = await shown_to(database, vault, wechat)
    wrong = f"{(int(digits) + 1) % 10**8:08d}"
    for left in reversed(range(MAX_TRIES)):
        with pytest.raises(CodeRejected) as refused:
            await typed_by(database, vault, alipay, wrong)
        assert refused.value.facts == {"tries_left": left}
    with pytest.raises(TooManyTries):
        await typed_by(database, vault, alipay, digits)
    with clock.frozen(MONDAY + CODE_LIFE + timedelta(seconds=1)):
        fresh = await shown_to(database, vault, wechat)
        await typed_by(database, vault, alipay, fresh)


async def test_only_an_index_of_the_code_is_kept(database: Database, vault: Vault, wechat: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    async with database.read() as db:
        row = (await db.execute(select(BindingCode))).scalar_one()
    assert (len(digits), digits.isdigit()) == (8, True)
    assert digits not in row.code_index


async def test_typing_ones_own_code_changes_nothing(database: Database, vault: Vault, wechat: Who) -> None:
    done = await typed_by(database, vault, wechat, await shown_to(database, vault, wechat))
    assert done == Bound(wechat.resident_id, None)


async def test_an_unknown_identity_is_not_bound(database: Database, vault: Vault, wechat: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    async with database.write() as db:
        with pytest.raises(NotFound):
            await binding.bind(db, vault, code=digits, identity_id="0" * 32)


@pytest.mark.parametrize("visitor_joins", [True, False])
async def test_a_visitor_bound_to_a_verified_resident_counts_as_verified(
    database: Database, vault: Vault, wechat: Who, *, visitor_joins: bool
) -> None:
    visitor = await resident(database, vault, platform=Platform.WEB)
    assert not visitor.verified
    to, joining = (wechat, visitor) if visitor_joins else (visitor, wechat)
    await bound(database, vault, to, joining)
    async with database.read() as db:
        assert (await residents.current(db, visitor)).verified


async def test_a_chain_of_bindings_leads_to_the_last(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    web = await resident(database, vault, platform=Platform.WEB)
    shown_before = await shown_to(database, vault, alipay)
    await bound(database, vault, wechat, alipay)
    with pytest.raises(CodeRejected):
        await typed_by(database, vault, web, shown_before)
    await bound(database, vault, web, wechat)
    async with database.read() as db:
        for who in (wechat, alipay):
            assert await binding.surviving(db, resident_id=who.resident_id) == web.resident_id
        assert len(await binding.family(db, resident_id=web.resident_id)) == 3


async def test_two_who_bind_each_other_at_once_become_one_and_not_a_circle(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    codes = {who.identity_id: await shown_to(database, vault, who) for who in (wechat, alipay)}
    barrier = asyncio.Barrier(2)

    async def attempt(who: Who, digits: str) -> str | None:
        await barrier.wait()
        try:
            return (await typed_by(database, vault, who, digits)).merged_from
        except CodeRejected:  # the other one was quicker, and the code of who was merged is void
            return None

    merged = await asyncio.gather(
        attempt(wechat, codes[alipay.identity_id]), attempt(alipay, codes[wechat.identity_id])
    )
    assert len([one for one in merged if one]) == 1
    async with database.read() as db:
        owners = {(await residents.current(db, who)).resident_id for who in (wechat, alipay)}
        (owner,) = owners
        for who in (wechat, alipay):
            assert await binding.surviving(db, resident_id=who.resident_id) == owner
