"""The picture of a code by the resident API, and by a link where the chat carries no pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.api.things import MOST
from bot.simulate.api_resident import ApiResident
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


async def test_where_no_picture_can_be_sent_a_card_leads_to_it(house: House) -> None:
    async with house.chat(account="heping-alipay") as chat:
        code = await redeemed(house, chat, account="heping-alipay")
        card = await chat.hears("点开就能看到")
        assert "大米" in card.text
        assert code not in card.whole
        status, page, headers = await read(house, card.url)
        assert (status, headers["Cache-Control"]) == (200, "no-store")
        assert code in page
        assert "给工作人员看这个码" in page
        (picture,) = re.findall(r'src="(/code/[^"]+)"', page)
        async with house.http.get(house.url + picture) as answer:
            assert (answer.content_type, answer.headers["Cache-Control"]) == ("image/png", "no-store")
            assert (await answer.read()).startswith(b"\x89PNG")
        await chat.say("取消兑换")
        await chat.hears("退给您")
        await chat.say("退掉")
        await chat.hears("已经还给您")
        status, page, _ = await read(house, card.url)
        assert "用过、退掉或者过期" in page
        assert code not in page
        async with house.http.get(house.url + picture) as answer:
            assert answer.status == 404


async def test_a_card_that_is_not_ours_opens_nothing(house: House) -> None:
    async with house.chat(account="heping-alipay") as chat:
        code = await redeemed(house, chat, account="heping-alipay")
        url = (await chat.hears("点开就能看到")).url
    address, _, signature = url.partition("?signature=")
    other = f"{house.url}/code/{'0' * 32}"
    for wrong in (
        address,
        f"{address}?signature=",
        f"{address}?signature={'0' * 64}",
        f"{other}?signature={signature}",
    ):
        status, page, _ = await read(house, wrong)
        assert status == 403
        assert code not in page
        assert (await read(house, wrong.replace("?", "/qr?") if "?" in wrong else f"{wrong}/qr"))[0] == 403


async def read(house: House, url: str) -> tuple[int, str, Mapping[str, str]]:
    async with house.http.get(url) as answer:
        return answer.status, await answer.text(), answer.headers


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
