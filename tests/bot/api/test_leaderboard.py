"""The list of volunteers over HTTP: who may join, what a platform thinks of a name, and leaving."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from community import consents
from community.consents import Purpose
from community.residents import Identity
from core import clock
from handlers import texts, texts_points
from tests.bot.api.test_resident_promises import a_session
from tests.bot.api.town import Town
from tests.community.service import served

PATH = "/api/v1/leaderboard"


async def a_known_one(town: Town) -> str:
    """The token of a resident for whom a platform vouches."""
    token = await a_session(town)
    async with town.service.database.write() as db:
        await db.execute(update(Identity).where(Identity.resident_id == town.resident_id).values(verified=True))
    return token


async def join(town: Town, token: str, nickname: str = "青松", consent: str = texts.CONSENT_VERSION) -> tuple[int, Any]:
    return await town.call_as(token, "POST", PATH, json={"nickname": nickname, "consent": consent})


async def test_who_joins_is_shown_and_who_leaves_is_gone(town: Town) -> None:
    token = await a_known_one(town)
    await served(town.service.database, town.resident_id, 90, certified_at=clock.now(), area_code="110101001")
    _, before = await town.call_as(token, "GET", PATH)
    assert (before["items"], before["nickname"]) == ([], None)
    assert before["consent"]["text"] == texts_points.LEADERBOARD_CONSENT
    status, joined = await join(town, token)
    place = {"rank": 1, "nickname": "青松", "minutes": 90, "is_mine": True}
    assert (status, joined["items"], joined["mine"], joined["nickname"]) == (200, [place], place, "青松")
    status, left = await town.call_as(token, "DELETE", PATH)
    assert (status, left["items"], left["nickname"]) == (200, [], None)
    assert (await town.call_as(token, "DELETE", PATH))[0] == 200
    async with town.service.database.read() as db:
        records = await consents.history(db, resident_id=town.resident_id)
    assert [(one.purpose, one.granted) for one in records] == [
        (Purpose.LEADERBOARD, True),
        (Purpose.LEADERBOARD, False),
    ]


async def test_a_visitor_sees_nobody_and_joins_nothing(town: Town) -> None:
    token = await a_known_one(town)
    await join(town, token)
    await served(town.service.database, town.resident_id, 90, certified_at=clock.now())
    visitor = await a_session(town)
    assert (await town.call_as(visitor, "GET", PATH))[1]["items"] == []
    status, answer = await join(town, visitor)
    assert (status, answer["error"]["code"]) == (403, "identity_needed")
    assert (await town.call_as("wrong", "GET", PATH))[0] == 401


async def test_what_does_not_fit_is_refused(town: Town) -> None:
    token = await a_known_one(town)
    status, answer = await join(town, token, "老党员")
    assert (status, answer["error"]["code"]) == (422, "nickname_refused")
    status, answer = await join(town, token, consent="2020-01")
    assert (status, answer["error"]["code"]) == (422, "consent_outdated")
    bodies: tuple[Any, ...] = ({}, {"nickname": "青松"}, {"nickname": 5, "consent": "x"}, [])
    for body in bodies:
        assert (await town.call_as(token, "POST", PATH, json=body))[0] == 400
    assert (await town.call_as(token, "GET", f"{PATH}?month=2026-13"))[0] == 400
    assert (await town.call_as(token, "GET", PATH))[1]["nickname"] is None


async def test_a_name_that_the_platform_cannot_judge_is_not_shown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await a_known_one(town)
    conversations = town.service.conversations
    strict = conversations.account("web").model_copy(update={"moderation": "platform"})
    monkeypatch.setattr(type(conversations), "account", lambda *_: strict)
    status, answer = await join(town, token)
    assert (status, answer["error"]["code"]) == (422, "nickname_refused")


async def test_what_keeps_a_resident_from_spending_stands_beside_the_points(town: Town) -> None:
    token = await a_session(town)
    assert (await town.call_as(token, "GET", "/api/v1/points"))[1]["frozen"] is None
    _, made = await town.post(f"/points/{town.ref}/freeze", {"reason": "核对上报"})
    _, found = await town.call_as(token, "GET", "/api/v1/points")
    assert (found["frozen"]["reason"], clock.parse(found["frozen"]["until"])) == (
        "核对上报",
        clock.parse(made["ends_at"]),
    )
    await town.post(f"/points/{town.ref}/unfreeze", {"reason": "核对完了"})
    assert (await town.call_as(token, "GET", "/api/v1/points"))[1]["frozen"] is None


async def test_ones_own_month(town: Town) -> None:
    token = await a_session(town)
    await town.post(f"/points/{town.ref}/adjust", {"amount": 30, "reason": "补登"})
    month = f"{clock.today():%Y-%m}"
    status, found = await town.call_as(token, "GET", f"/api/v1/points/entries?month={month}")
    assert (status, found["sums"]) == (200, {"opening": 0, "received": 30, "spent": 0, "closing": 30, "count": 1})
    assert found["items"][0]["why"] == "调整（补登）"
    _, minutes = await town.call_as(token, "GET", "/api/v1/points/entries?unit=MINUTE")
    assert (minutes["items"], minutes["sums"]) == ([], None)
    for wrong in ("month=2026-13", "unit=YUAN", "unit="):
        assert (await town.call_as(token, "GET", f"/api/v1/points/entries?{wrong}"))[0] == 400
