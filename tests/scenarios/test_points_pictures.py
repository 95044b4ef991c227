"""The picture of a code by the resident API, and where it is not sent."""

from __future__ import annotations

from sqlalchemy import select

from bot.api.things import MOST
from bot.outgoing import CODE_PICTURE
from bot.simulate.api_resident import ApiResident
from core.outbox import OutboxRow
from tests.house import House
from tests.scenarios.test_points_codes import CODE, redeemed


async def test_the_page_gets_the_picture_with_its_token_alone(house: House) -> None:
    async with house.chat(account="heping-mini") as chat:
        await redeemed(house, chat, account="heping-mini")
        assert isinstance(chat.resident, ApiResident)
        token = chat.resident.token
        async with house.http.get(f"{house.url}/api/v1/redemptions?limit={MOST}", headers=bearer(token)) as answer:
            (one,) = (await answer.json())["items"]
        assert CODE.fullmatch(one["code"])
        address = f"{house.url}/api/v1/redemptions/{one['id']}/qr"
        async with house.http.get(address, headers=bearer(token)) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert answer.headers["Cache-Control"] == "no-store"
            assert (await answer.read()).startswith(b"\x89PNG")
        async with house.http.get(address) as answer:
            assert answer.status == 401
        async with house.http.get(f"{house.url}/api/v1/redemptions/none/qr", headers=bearer(token)) as answer:
            assert answer.status == 404


async def test_where_no_picture_can_be_sent_the_code_in_words_is_enough(house: House) -> None:
    async with house.chat(account="heping-alipay") as chat:
        code = await redeemed(house, chat, account="heping-alipay")
        assert code in (await chat.say("我的领取码")).text
        assert house.platform.calls("media/upload") == 0
    async with house.service.database.read() as db:
        failed = await db.execute(select(OutboxRow.id).where(OutboxRow.kind == CODE_PICTURE))
        assert failed.first() is None


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
