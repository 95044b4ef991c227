"""The resident API and everything else over HTTP: what is wrong gets one JSON error and leaves no trace."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import aiohttp

from core import clock
from handlers import texts
from tests.bot.grid.fake_grid import FakeGrid
from tests.house import House
from tests.scenarios.test_report import photo
from tests.scenarios.untouched import TALKING, untouched


class Visitor:
    """Somebody on the web page, as their browser speaks to us."""

    def __init__(self, house: House, token: str) -> None:
        self.house = house
        self.headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def of(cls, house: House) -> Visitor:
        async with house.http.post(f"{house.url}/api/v1/login", json={"account": "web"}) as answer:
            return cls(house, (await answer.json())["token"])

    async def call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        headers = self.headers | how.pop("headers", {})
        async with self.house.http.request(method, f"{self.house.url}{path}", headers=headers, **how) as answer:
            return answer.status, await answer.json()

    async def say(self, **message: Any) -> tuple[int, Any]:
        return await self.call("POST", "/api/v1/messages", json=message)

    async def upload(self, content: bytes, name: str = "photo.jpg") -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(content), filename=name, content_type="image/jpeg")
        return await self.call("POST", "/api/v1/media", data=form)


def check_error(answer: Any, code: str = "") -> None:
    """One shape for all, with a sentence in Chinese."""
    assert set(answer) == {"error"}
    assert set(answer["error"]) <= {"code", "message", "fields"}
    assert any("一" <= letter <= "鿿" for letter in answer["error"]["message"])
    if code:
        assert answer["error"]["code"] == code


REFUSED = [
    ("GET", "/nowhere", 404),
    ("GET", "/api/v1/nowhere", 404),
    ("GET", "/admin/v1/nowhere", 404),
    ("GET", "/MP_verify_unknown.txt", 404),
    ("GET", "/../etc/passwd", 404),
    ("GET", "/media/" + "0" * 64, 403),
    ("GET", "/media/not-a-hash", 404),
    ("DELETE", "/api/v1/login", 405),
    ("PUT", "/wechat/heping", 405),
    ("GET", "/alipay/heping-alipay", 405),
    ("POST", "/alipay/nobody", 404),
    ("POST", "/grid/v1/nobody/updates", 404),
    ("GET", "/api/v1/me", 401),
    ("GET", "/admin/v1/issues", 401),
]


async def test_errors_are_json_everywhere(quiet: House) -> None:
    for method, path, status in REFUSED:
        async with untouched(quiet), quiet.http.request(method, quiet.url + path) as answer:
            assert (answer.status, answer.content_type) == (status, "application/json"), path
            check_error(await answer.json())
            assert ("Allow" in answer.headers) == (status == 405)


NO_OBJECTS = [
    b"",
    b"[]",
    b"3",
    b"null",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"[" * 50_000,
]


async def test_what_is_no_json_object_is_400(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for body in NO_OBJECTS:
        for path in ("/api/v1/login", "/api/v1/messages"):
            async with untouched(quiet):
                status, answer = await visitor.call("POST", path, data=body)
            assert status == 400, (path, body[:20])
            check_error(answer)


async def test_more_than_64_kib_is_413(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    body = json.dumps({"id": "a", "type": "text", "text": "x" * 65536}).encode()

    async def dribble() -> Any:
        for start in range(0, len(body), 8192):
            yield body[start : start + 8192]

    async with untouched(quiet):
        for path in ("/api/v1/messages", "/api/v1/login"):
            status, answer = await visitor.call("POST", path, data=body)
            assert status == 413
            check_error(answer, "too_large")
        status, _ = await visitor.call("POST", "/api/v1/messages", data=dribble())
        assert status == 413, "a length that is not announced counts too"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "id"),
    ({"id": "a"}, "type"),
    ({"id": "", "type": "text", "text": "x"}, "id"),
    ({"id": "a" * 65, "type": "text", "text": "x"}, "id"),
    ({"id": "有空格", "type": "text", "text": "x"}, "id"),
    ({"id": 7, "type": "text", "text": "x"}, "id"),
    ({"id": "a", "type": "video", "text": "x"}, "type"),
    ({"id": "a", "type": "text"}, "text"),
    ({"id": "a", "type": "text", "text": "x" * 10_001}, "text"),
    ({"id": "a", "type": "text", "text": 5}, "text"),
    ({"id": "a", "type": "choice"}, "choice"),
    ({"id": "a", "type": "image"}, "media_id"),
    ({"id": "a", "type": "image", "media_id": "../../etc"}, "media_id"),
    ({"id": "a", "type": "location", "lng": 116.4, "lat": 39.9}, "crs"),
    ({"id": "a", "type": "location", "lng": "116.4", "lat": 39.9, "crs": "gcj02"}, "lng"),
    ({"id": "a", "type": "location", "lng": float("nan"), "lat": 39.9, "crs": "gcj02"}, "lng"),
    ({"id": "a", "type": "location", "lng": 1e999, "lat": 39.9, "crs": "gcj02"}, "lng"),
    ({"id": "a", "type": "location", "lng": 116.4, "lat": 39.9, "crs": "mars"}, "crs"),
    ({"id": "a", "type": "text", "text": "x", "sender": "somebody-else"}, "sender"),
]


async def test_a_wrong_message_names_its_field(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for message, field in WRONG:
        async with untouched(quiet):
            status, answer = await visitor.say(**message)
        assert status == 400, message
        check_error(answer, "invalid")
        assert field in answer["error"]["fields"], message


OUTSIDE = [(0.0, 0.0), (2.35, 48.85), (1000.0, 39.9), (116.4, -39.9), (-1e308, 1e308)]


async def test_a_place_outside_china_is_not_believed(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for number, (lng, lat) in enumerate(OUTSIDE):
        async with untouched(quiet, but=TALKING):
            status, answer = await visitor.say(id=f"n{number}", type="location", lng=lng, lat=lat, crs="wgs84")
        assert status == 200
        (reply,) = answer["replies"]
        assert "位置收到" not in reply["text"], (lng, lat)
        assert reply["text"] != texts.FAILED


STRANGE = ["\U0001f600" * 20, "]]>", "\x00", "x" * 10_000, "\n\n\n", "\u202e灯坏了"]


async def test_any_text_gets_a_polite_sentence(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for number, text in enumerate(STRANGE):
        async with untouched(quiet, but=TALKING):
            status, answer = await visitor.say(id=f"n{number}", type="text", text=text)
        assert status == 200, text[:20]
        assert answer["replies"][0]["text"] not in ("", texts.FAILED), text[:20]


async def test_a_zip_called_jpg_is_no_photo(quiet: House) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("photo.jpg", photo())
    visitor = await Visitor.of(quiet)
    for content in (packed.getvalue(), b"", b"<svg onload='x'/>", b"\xff\xd8" + b"x" * 500, photo()[:60]):
        async with untouched(quiet):
            status, answer = await visitor.upload(content)
        assert 400 <= status < 500
        check_error(answer)
    assert not [path for path in (quiet.service.settings.var / "media").rglob("*") if path.is_file()]


async def test_forty_megabytes_are_413_and_are_not_read(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    async with untouched(quiet):
        status, answer = await visitor.upload(b"\xff\xd8" + bytes(40 * 1024 * 1024))
    assert status == 413
    check_error(answer)


async def test_an_upload_without_a_length_is_cut_off(quiet: House) -> None:
    """Ten megabytes and no end in sight, in pieces."""
    visitor = await Visitor.of(quiet)

    async def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8'
        for _ in range(11 * 16):
            yield bytes(65536)
        yield b"\r\n--b--\r\n"

    async with untouched(quiet):
        status, answer = await visitor.call(
            "POST", "/api/v1/media", data=endless(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
    assert status == 413
    check_error(answer)


OTHER_FIELD = b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n'
NO_UPLOADS = [
    ("image/jpeg", b"\xff\xd8"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=b", b"x"),
    (
        "multipart/form-data; boundary=b",
        OTHER_FIELD,
    ),
    ("multipart/form-data; boundary=b", b"--b--\r\n"),
    ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n"),
]


async def test_an_upload_that_is_none_is_400(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for content_type, body in NO_UPLOADS:
        async with untouched(quiet):
            headers = {"Content-Type": content_type}
            status, answer = await visitor.call("POST", "/api/v1/media", data=body, headers=headers)
        assert status == 400, (content_type, body)
        check_error(answer)


NO_NUMBERS = [
    "/api/v1/messages?after=-1",
    "/api/v1/messages?after=x",
    "/api/v1/messages?after=٣",
    "/api/v1/messages?after=99999999999999999999",
    "/api/v1/issues?limit=0",
    "/api/v1/issues?limit=101",
    "/api/v1/issues?limit=ten",
    "/api/v1/issues?cursor=nonsense",
    "/api/v1/issues?cursor=%00",
    "/api/v1/issues/%00",
    "/api/v1/orders?cursor=%00",
    "/api/v1/signups?limit=-5",
    "/api/v1/points/entries?cursor=-1",
    "/api/v1/points/entries?cursor=99999999999999999999999",
]


async def test_numbers_and_cursors_that_are_none_are_refused(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    for path in NO_NUMBERS:
        status, answer = await visitor.call("GET", path)
        assert 400 <= status < 500, path
        check_error(answer)


async def test_a_token_that_is_none_opens_nothing(quiet: House) -> None:
    visitor = await Visitor.of(quiet)
    good = visitor.headers["Authorization"]
    for token in ("", "Bearer", "Bearer ", "Basic " + good[7:], good + "x", "Bearer " + "x" * 5000, "Bearer 令牌"):
        async with quiet.http.get(
            f"{quiet.url}/api/v1/me", headers={"Authorization": token.encode().decode("latin-1")}
        ) as answer:
            assert answer.status in (400, 401), token
    assert (await visitor.call("GET", "/api/v1/me"))[0] == 200


async def test_stale_and_replayed_grid_updates_change_nothing(gridded: House, grid: FakeGrid) -> None:
    url, connector = f"{gridded.url}/grid/v1/district/updates", grid.connector()
    async with gridded.chat("web") as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        number = (await chat.choose("1")).whole.split("编号")[1][:11]
    body = {"update_id": "u1", "event_no": number, "status": "accepted", "occurred_at": clock.iso(clock.now())}
    with clock.frozen(clock.now()):
        assert (await grid.update(url, body, connector=connector))[0] == 200
    before = (await gridded.admin("GET", f"/issues/{number}"))["history"]
    for wrong, status in (
        ({"update_id": "u2", "event_no": number, "status": "closed"}, 400),
        ({"update_id": "u3", "event_no": number, "status": "closed", "occurred_at": "yesterday"}, 400),
        ({"update_id": "u4", "event_no": "R00000000000", "status": "closed", "occurred_at": body["occurred_at"]}, 404),
        ({"update_id": "u1", "event_no": number, "status": "closed", "occurred_at": body["occurred_at"]}, 409),
    ):
        assert (await grid.update(url, wrong, connector=connector))[0] == status, wrong
    other = grid.connector(secret="another-secret")
    assert (await grid.update(url, body | {"update_id": "u5"}, connector=other))[0] == 401
    assert (await gridded.admin("GET", f"/issues/{number}"))["history"] == before
