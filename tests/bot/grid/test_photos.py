"""Photos that a grid system names stand beside the report; addresses that lead inside our network are not called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.grid.photos import PublicResolver
from bot.service import Service
from community.issues import update_photos
from core.errors import DeliveryError
from core.outbox import OutboxRow
from tests.bot.grid.fake_grid import FakeGrid
from tests.house import House
from tests.scenarios.test_grid import filed, until_there, update
from tests.scenarios.test_photos import photos_of
from tests.scenarios.test_report import photo


class Pictures:
    """A host of pictures; `asked` are the paths that were called."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{name}", self._answer)
        return app

    def url(self, name: str, *, host: str = "127.0.0.1") -> str:
        return str(self.server.make_url(f"/{name}").with_host(host))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked.append(name)
        if name == "moved":
            raise web.HTTPFound(self.url("after.jpg", host="localhost"))
        content = {"after.jpg": photo("green"), "large": photo() + b"\0" * 11_000_000, "voice": b"#!AMR\n" + b"\0" * 40}
        return web.Response(body=content.get(name, b"<html>"), content_type="image/jpeg")


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    made = Pictures()
    await made.server.start_server()
    yield made
    await made.server.close()


async def fetches(service: Service) -> list[tuple[str, str | None]]:
    """State and fault of each fetch, in order."""
    async with service.database.read() as db:
        query = select(OutboxRow.state, OutboxRow.last_error).where(OutboxRow.kind == update_photos.FETCH)
        return [(row.state, row.last_error) for row in await db.execute(query.order_by(OutboxRow.id))]


async def reported(house: House, grid: FakeGrid) -> str:
    async with house.chat() as chat:
        number = await filed(chat)
        await until_there(grid, number)
    return number


async def shown(house: House, number: str) -> list[dict[str, Any]]:
    photos: list[dict[str, Any]] = (await house.admin("GET", f"/issues/{number}"))["photos"]
    return photos


async def test_a_photo_of_the_work_is_fetched_and_shown(gridded: House, grid: FakeGrid, pictures: Pictures) -> None:
    number = await reported(gridded, grid)
    await update(gridded, grid, number, "handled", "u1", photos=[pictures.url("after.jpg")] * 2)
    assert await photos_of(gridded, number) == 1
    (one,) = await shown(gridded, number)
    assert (one["kind"], one["content_type"]) == ("handled", "image/jpeg")
    async with gridded.http.get(one["url"]) as answer:
        assert answer.status == 200
    await update(gridded, grid, number, "closed", "u2", photos=[pictures.url("after.jpg")])
    await settled(gridded, 2)
    assert len(await shown(gridded, number)) == 1


async def settled(house: House, count: int) -> list[tuple[str, str | None]]:
    """So many fetches, once each is over."""
    for _ in range(200):
        found = await fetches(house.service)
        if len(found) == count and not {state for state, _ in found} & {"pending", "leased"}:
            return found
        await house.service.wakeups.wait("test", 0.05)
    return found


async def test_what_is_no_picture_or_too_large_is_not_kept(gridded: House, grid: FakeGrid, pictures: Pictures) -> None:
    number = await reported(gridded, grid)
    names = ("page", "voice", "large", "after.jpg")
    await update(gridded, grid, number, "handled", "u1", photos=[pictures.url(name) for name in names])
    faults = [(state, fault) for state, fault in await settled(gridded, 4)]
    assert faults == [("dead", "NotAnImage"), ("dead", "NotAnImage"), ("dead", "TooMuch"), ("done", None)]
    assert len(await shown(gridded, number)) == 1


@pytest.mark.alike("host")
@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"])
async def test_another_host_inside_is_not_called(gridded: House, grid: FakeGrid, pictures: Pictures, host: str) -> None:
    number = await reported(gridded, grid)
    address = pictures.url("after.jpg").replace("127.0.0.1", host)
    await update(gridded, grid, number, "handled", "u1", photos=[address])
    assert await settled(gridded, 1) == [("dead", "photo_at_private_address")]
    assert pictures.asked == []


async def test_nothing_is_redirected(gridded: House, grid: FakeGrid, pictures: Pictures) -> None:
    number = await reported(gridded, grid)
    await update(gridded, grid, number, "handled", "u1", photos=[pictures.url("moved")])
    for _ in range(100):
        if pictures.asked:
            break
        await gridded.service.wakeups.wait("test", 0.05)
    assert set(pictures.asked) == {"moved"}
    assert await shown(gridded, number) == []


async def test_a_name_that_leads_inside_is_refused_when_it_is_resolved() -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=PublicResolver())) as http:
        with pytest.raises(DeliveryError):
            await http.get("http://localhost:9/")
