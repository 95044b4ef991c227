"""A report reaches the grid system once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession

from bot.grid.signed_json import SignedJson
from core import clock
from core.errors import DeliveryError
from tests.bot.grid.fake_grid import FakeGrid, Fault

EVENT = {"event_no": "HC20261121000001", "round": 1, "title": "路灯不亮", "description": "三号楼门口路灯不亮"}
ACTION = {"action_id": "a1", "round": 1, "kind": "urge", "occurred_at": "2026-11-21T16:00:00+08:00"}
NUMBER = "HC20261121000001"


@pytest.fixture
async def grid() -> AsyncIterator[FakeGrid]:
    async with FakeGrid().running() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def failure(client: SignedJson, *, attempt: int = 1) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await client.push_event(EVENT, attempt=attempt)
    return caught.value


@pytest.mark.parametrize("signer", ["hmac-sha256", "hmac-sm3"])
async def test_an_accepted_event_yields_their_number(http: ClientSession, signer: str) -> None:
    async with FakeGrid(signer=signer).running() as grid:
        assert await SignedJson(http, grid.connector()).push_event(EVENT) == "WG-000001"
        assert grid.events == {NUMBER: EVENT}
        assert not grid.unsigned


async def test_an_event_that_they_know_counts_as_accepted(grid: FakeGrid, http: ClientSession) -> None:
    client = SignedJson(http, grid.connector())
    assert await client.push_event(EVENT) == await client.push_event(EVENT)
    assert len(grid.events) == 1
    assert grid.repeated == 1


@pytest.mark.parametrize("fault", [Fault.SILENT_AFTER_ACCEPT, Fault.CUT_AFTER_ACCEPT])
async def test_after_a_lost_answer_we_look_before_we_create(grid: FakeGrid, http: ClientSession, fault: Fault) -> None:
    grid.faults.append(fault)
    client = SignedJson(http, grid.connector(), total_seconds=0.3)
    assert (await failure(client)).retryable
    assert await SignedJson(http, grid.connector()).push_event(EVENT, attempt=2) == "WG-000001"
    assert grid.look_ups == 1
    assert grid.repeated == 0


async def test_what_they_never_saw_is_created_on_the_second_attempt(grid: FakeGrid, http: ClientSession) -> None:
    grid.faults.append(Fault.CUT)
    client = SignedJson(http, grid.connector())
    assert (await failure(client)).retryable
    assert await client.push_event(EVENT, attempt=2) == "WG-000001"
    assert grid.calls == ["POST /api/events", f"GET /api/events/{NUMBER}", "POST /api/events"]


@pytest.mark.parametrize(
    "fault", [Fault.ERROR_500, Fault.BUSY_503, Fault.LIMITED_429, Fault.HTML, Fault.GARBAGE, Fault.REDIRECT,
              Fault.CODE_7]
)  # fmt: skip
async def test_trouble_at_their_end_is_tried_again(grid: FakeGrid, http: ClientSession, fault: Fault) -> None:
    grid.faults.append(fault)
    assert (await failure(SignedJson(http, grid.connector()))).retryable
    assert not grid.events


@pytest.mark.parametrize("fault", [Fault.REFUSED_422, Fault.CONFLICT_WITHOUT_NUMBER])
async def test_a_refusal_waits_for_a_worker(grid: FakeGrid, http: ClientSession, fault: Fault) -> None:
    grid.faults.append(fault)
    assert not (await failure(SignedJson(http, grid.connector()))).retryable


async def test_a_redirect_is_not_followed(grid: FakeGrid, http: ClientSession) -> None:
    grid.faults.append(Fault.REDIRECT)
    await failure(SignedJson(http, grid.connector()))
    assert grid.calls == ["POST /api/events"]


async def test_retry_after_is_passed_on(grid: FakeGrid, http: ClientSession) -> None:
    grid.faults.append(Fault.BUSY_503)
    assert (await failure(SignedJson(http, grid.connector()))).retry_after_seconds == 120


async def test_a_wrong_secret_is_a_refusal(grid: FakeGrid, http: ClientSession) -> None:
    error = await failure(SignedJson(http, grid.connector(secret="another")))
    assert (error.reason, error.retryable) == ("grid_http_401", False)


async def test_nobody_listening_is_tried_again(http: ClientSession) -> None:
    async with FakeGrid().running() as gone:
        connector = gone.connector()
    assert (await failure(SignedJson(http, connector))).retryable


async def test_a_query_in_the_address_is_kept_and_signed(grid: FakeGrid, http: ClientSession) -> None:
    await SignedJson(http, grid.connector(url=grid.url + "?tenant=7")).push_event(EVENT)
    assert grid.calls == ["POST /api/events?tenant=7"]


async def test_the_reason_never_repeats_what_was_sent(grid: FakeGrid, http: ClientSession) -> None:
    grid.faults.append(Fault.REFUSED_422)
    assert (await failure(SignedJson(http, grid.connector()))).reason == "grid_http_422_code_1422"


async def test_an_action_is_taken_once(grid: FakeGrid, http: ClientSession) -> None:
    client = SignedJson(http, grid.connector())
    await client.push_event(EVENT)
    grid.faults.append(Fault.CUT_AFTER_ACCEPT)
    with pytest.raises(DeliveryError) as caught:
        await client.push_action(NUMBER, ACTION)
    assert caught.value.retryable
    await client.push_action(NUMBER, ACTION)
    assert list(grid.actions) == ["a1"]


async def test_an_action_on_an_event_that_they_do_not_know_waits_for_a_worker(
    grid: FakeGrid, http: ClientSession
) -> None:
    with pytest.raises(DeliveryError) as caught:
        await SignedJson(http, grid.connector()).push_action(NUMBER, ACTION)
    assert not caught.value.retryable


async def test_a_timestamp_comes_from_the_clock(grid: FakeGrid, http: ClientSession) -> None:
    with clock.frozen(datetime(2027, 1, 1, tzinfo=UTC)):
        assert await SignedJson(http, grid.connector()).push_event(EVENT)
