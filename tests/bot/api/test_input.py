"""Bad input to the admin API: a clear answer in JSON, and nothing changed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.api.admin.areas import LARGEST_IMPORT
from bot.http import LARGEST_BODY
from core.values import Role
from tests.bot.api.test_issues import a_photo
from tests.bot.api.town import UNIT, Town


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"text": 1}',
        b'{"text": ""}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "a", "\\u0000": 1}',
    ],
)
async def test_a_body_that_is_none_is_400(town: Town, body: bytes) -> None:
    number = await town.report()
    status, answer = await town.call("POST", f"/issues/{number}/note", data=body)
    assert (status, answer["error"]["code"]) == (400, "invalid")
    assert len((await town.get(f"/issues/{number}"))[1]["history"]) == 1


async def test_a_body_that_is_too_large_is_413(town: Town) -> None:
    number = await town.report()
    status, answer = await town.call("POST", f"/issues/{number}/note", data=BytesIO(b" " * (LARGEST_BODY + 1)))
    assert (status, answer["error"]["code"]) == (413, "too_large")
    status, _ = await town.call("POST", "/areas/import", data=BytesIO(b" " * (LARGEST_IMPORT + 1)))
    assert status == 413


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=many", "surprise=1", "state=nonsense", "limit=1&limit=2", "cursor=%00", "area=%25"],
)
async def test_a_query_that_is_wrong_is_400(town: Town, query: str) -> None:
    status, answer = await town.get(f"/issues?{query}")
    assert (status, answer["error"]["message"] != "") == (400, True)


async def test_a_value_is_never_repeated_in_an_answer(town: Town) -> None:
    number = await town.report()
    _, answer = await town.post(f"/issues/{number}/note", {"text": "x" * 1001, "王小明": "13800000001"})
    assert "13800000001" not in str(answer)


async def test_unknown_paths_and_methods_answer_in_json(town: Town) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("DELETE", "/issues", 405), ("POST", "/me", 405)):
        url = town.server.make_url(f"/admin/v1{path}")
        async with town.service.http.request(method, url) as response:
            assert response.status == status
            assert (await response.json())["error"]["message"]


async def dispatched(town: Town) -> str:
    number = await town.report()
    for step, body in (("verify", {}), ("file", {}), ("dispatch", {"unit": UNIT})):
        await town.post(f"/issues/{number}/{step}", body)
    return number


def form(photos: int, **fields: str) -> aiohttp.FormData:
    made = aiohttp.FormData(fields, default_to_multipart=True)
    for n in range(photos):
        made.add_field("photo", a_photo(), filename=f"{n}.jpg", content_type="image/jpeg")
    return made


async def test_a_form_is_bounded_and_checked(town: Town) -> None:
    number = await dispatched(town)
    handle = f"/issues/{number}/handle"
    cases: list[tuple[Any, int]] = [
        (form(10, text="换了"), 413),
        (form(1), 400),
        (form(1, text="换了", surprise="1"), 400),
        (form(0, text="长" * 6000), 413),
    ]
    for data, status in cases:
        assert (await town.call("POST", handle, data=data, role=Role.HANDLER))[0] == status
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    for raw in (b"", b"--x\r\nbroken", b"no form"):
        assert (await town.call("POST", handle, data=raw, headers=broken))[0] == 400
    assert (await town.get(f"/issues/{number}"))[1]["state"] == "dispatched"


async def test_a_form_is_taken_only_where_photos_are(town: Town) -> None:
    number = await town.report()
    assert (await town.call("POST", f"/issues/{number}/note", data=form(1, text="x")))[0] == 400


async def test_a_strange_authorization_is_401(town: Town) -> None:
    for token in ("", "  ", "x" * 5000, "hcw_wrong"):
        status, _ = await town.get("/me", token=token or " ")
        assert status == 401
