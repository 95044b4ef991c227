"""A duty officer acknowledges by the signed link, once, by pressing its button; opening the link does nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import alerts
from community import duty
from tests.house import House, running


@pytest.fixture
async def house(database_url: str, redis_url: str | None, tmp_path: Path) -> AsyncIterator[House]:
    async with running(database_url, tmp_path, redis_url=redis_url, with_worker=False) as made:
        yield made


@pytest.fixture
async def page_id(house: House) -> str:
    """A page for a fire that a visitor reported."""
    async with house.chat("web") as chat:
        await chat.say("厨房着火了")
    async with house.service.database.read() as db:
        [page] = await duty.listing(db)
    return str(page["id"])


async def is_acknowledged(house: House, page_id: str) -> bool:
    async with house.service.database.read() as db:
        return (await duty.get(db, page_id=page_id)).acked_at is not None


async def press(house: House, page_id: str, token: str) -> tuple[int, str]:
    async with house.http.post(f"{house.url}/duty/ack", data={"page": page_id, "token": token}) as answer:
        return answer.status, await answer.text()


async def test_opening_the_link_acknowledges_nothing(house: House, page_id: str) -> None:
    async with house.http.get(alerts.ack_url(house.url, house.service.vault, page_id) or "") as answer:
        assert "收到，我来处理" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
    assert not await is_acknowledged(house, page_id)


async def test_the_button_acknowledges_once(house: House, page_id: str) -> None:
    token = alerts.ack_token(house.service.vault, page_id)
    assert "已确认收到" in (await press(house, page_id, token))[1]
    assert await is_acknowledged(house, page_id)
    assert "已有人确认" in (await press(house, page_id, token))[1]


@pytest.mark.parametrize("token", ["", "9999999999." + "0" * 64, "\udc00", "$form"])
async def test_without_a_valid_token_nothing_happens(house: House, page_id: str, token: str) -> None:
    status, _ = await press(house, page_id, token.encode("utf-8", "replace").decode())
    assert status == 403
    assert not await is_acknowledged(house, page_id)


async def test_a_token_of_another_page_is_refused(house: House, page_id: str) -> None:
    status, _ = await press(house, page_id, alerts.ack_token(house.service.vault, "another"))
    assert status == 403


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"page", b"x" * 5000])
async def test_a_wrong_form_is_answered_and_changes_nothing(house: House, body: bytes) -> None:
    async with house.http.post(f"{house.url}/duty/ack", data=body) as answer:
        assert answer.status in (403, 413)
