"""The picture of a code: it can be read, belongs to its resident alone, and is sent only where a way is open."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot import qr
from core.crypto import Vault
from core.db import Database, new_id
from points import corrections, own_redemptions, redemptions, rewards
from points.errors import CodeAlreadyVerified, CodeExpired, CodeUnknown, CodeVoid
from points.redemption_views import Redemption
from tests.community.people import resident
from tests.scenarios.town import AREA


async def redeemed(database: Database, vault: Vault) -> Redemption:
    who = await resident(database, vault)
    async with database.write() as db:
        reward_id = await rewards.create_reward(db, area_code=AREA, name="抽纸", price_points=5, stock=3)
        await corrections.adjust(
            db, area_code=AREA, resident_id=who.resident_id, amount_points=9, reason="test", actor_id="w", key=new_id()
        )
        return await redemptions.redeem(
            db, vault, resident_id=who.resident_id, area_code=AREA, reward_id=reward_id, key=new_id()
        )


async def drawn(database: Database, vault: Vault, redemption_id: str, resident_id: str) -> bytes:
    async with database.read() as db:
        return await qr.of_redemption(db, vault, redemption_id=redemption_id, resident_id=resident_id)


def test_the_picture_is_sharp_and_has_its_quiet_zone() -> None:
    image = Image.open(io.BytesIO(qr.png("8H2K-7M4Q"))).convert("L")
    edge = qr.DOTS * qr.QUIET
    assert image.width == image.height >= 250
    assert {colour for _, colour in image.getcolors() or ()} == {0, 255}
    assert image.getpixel((edge, edge)) == 0
    assert image.crop((0, 0, image.width, edge)).getextrema() == (255, 255)


def test_different_codes_look_different() -> None:
    assert qr.png("8H2K-7M4Q") != qr.png("8H2K-7M4R")


async def test_only_the_resident_sees_it(database: Database, vault: Vault) -> None:
    one = await redeemed(database, vault)
    other = await resident(database, vault)
    assert await drawn(database, vault, one.id, one.resident_id) == qr.png(one.code or "")
    for redemption_id, resident_id in ((one.id, other.resident_id), (new_id(), one.resident_id)):
        with pytest.raises(CodeUnknown):
            await drawn(database, vault, redemption_id, resident_id)


async def test_a_used_code_has_no_picture_and_is_not_taken_back(database: Database, vault: Vault) -> None:
    one = await redeemed(database, vault)
    async with database.write() as db:
        await redemptions.verify(db, vault, code=one.code or "", worker_id="w", area_codes=[AREA])
    with pytest.raises(CodeUnknown):
        await drawn(database, vault, one.id, one.resident_id)
    with pytest.raises(CodeAlreadyVerified):
        async with database.write() as db:
            await own_redemptions.cancel(db, vault, redemption_id=one.id, resident_id=one.resident_id)
    with pytest.raises(CodeExpired):
        async with database.write() as db:
            await own_redemptions.send_for(db, vault, redemption_id=one.id, resident_id=one.resident_id, name="李小红")


async def test_nobody_takes_back_what_is_anothers(database: Database, vault: Vault) -> None:
    one = await redeemed(database, vault)
    other = (await resident(database, vault)).resident_id
    with pytest.raises(CodeUnknown):
        async with database.write() as db:
            await own_redemptions.cancel(db, vault, redemption_id=one.id, resident_id=other)
    with pytest.raises(CodeUnknown):
        async with database.write() as db:
            await own_redemptions.send_for(db, vault, redemption_id=one.id, resident_id=other, name="李小红")
    async with database.write() as db:
        await own_redemptions.cancel(db, vault, redemption_id=one.id, resident_id=one.resident_id)
    with pytest.raises(CodeVoid):
        async with database.write() as db:
            await own_redemptions.cancel(db, vault, redemption_id=one.id, resident_id=one.resident_id)
