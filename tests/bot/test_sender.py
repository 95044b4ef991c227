"""The way out: one bad row can't stop the others, and every failure ends where it is named or seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from bot.sender import Deliver, Sender
from bot.service import Service
from core import clock, outbox
from core.errors import DeliveryError, DeliveryHeld, NotFound
from core.outbox import MAX_ATTEMPTS, Job, OutboxRow
from tests.house import House


class Far:
    """A far side that does what the row's payload says, and remembers whom it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def deliver(self, _service: Service, job: Job) -> None:
        self.asked.append(job.key)
        fault = FAULTS.get(job.payload.get("fault", ""))
        if fault is not None:
            raise fault()


FAULTS: dict[str, Callable[[], Exception]] = {
    "busy": lambda: DeliveryError("busy", retryable=True, retry_after_seconds=7.0),
    "refused": lambda: DeliveryError("refused", retryable=False),
    "held": lambda: DeliveryHeld("window_closed"),
    "gone": lambda: NotFound("identity_not_found"),
    "ours": lambda: KeyError("a fault of ours"),
}


def sender(house: House) -> tuple[Sender, Far]:
    far = Far()
    kinds: dict[str, Deliver] = {"far": far.deliver}
    return Sender(house.service, kinds), far


async def put(house: House, key: str, fault: str = "") -> None:
    async with house.service.database.write() as db:
        await outbox.enqueue(db, kind="far", order_key=key, payload={"fault": fault}, key=key)


async def rows(house: House) -> dict[str, tuple[str, str | None]]:
    async with house.service.database.read() as db:
        found = await db.execute(select(OutboxRow.key, OutboxRow.state, OutboxRow.last_error))
        return {row.key: (row.state, row.last_error) for row in found if row.key in (*FAULTS, "good", "unknown")}


async def test_each_row_ends_by_its_own_failure(quiet: House) -> None:
    sending, far = sender(quiet)
    for key in (*FAULTS, "good"):
        await put(quiet, key, key)
    assert await sending.once() == 6
    assert await rows(quiet) == {
        "busy": ("pending", "busy"),
        "refused": ("dead", "refused"),
        "held": ("held", "window_closed"),
        "gone": ("dead", "identity_not_found"),
        "ours": ("pending", "KeyError"),
        "good": ("done", None),
    }
    assert sorted(far.asked) == sorted([*FAULTS, "good"])


async def test_a_kind_that_nobody_knows_does_not_stop_the_rest(quiet: House) -> None:
    sending, _ = sender(quiet)
    async with quiet.service.database.write() as db:
        await outbox.enqueue(db, kind="of-a-later-version", order_key="u", payload={}, key="unknown")
    await put(quiet, "good")
    await sending.once()
    assert await rows(quiet) == {"unknown": ("pending", "KeyError"), "good": ("done", None)}


async def test_staff_hear_of_a_row_that_died_and_of_no_other(quiet: House) -> None:
    sending, _ = sender(quiet)
    await put(quiet, "refused", "refused")
    await put(quiet, "busy", "busy")
    await sending.once()
    await Sender(quiet.service).once()
    facts = [message.payload["facts"] for message in quiet.platform.staff_messages]
    assert [(fact["kind"], fact["error"]) for fact in facts] == [("far", "refused")]


async def test_it_gives_up_after_its_attempts(quiet: House) -> None:
    sending, far = sender(quiet)
    await put(quiet, "busy", "busy")
    moment = clock.now()
    for _ in range(MAX_ATTEMPTS + 3):
        moment += timedelta(hours=2)
        with clock.frozen(moment):
            await sending.once()
    assert len(far.asked) == MAX_ATTEMPTS
    assert (await rows(quiet))["busy"] == ("dead", "busy")


async def test_a_sender_that_died_is_replaced_when_its_lease_ends(quiet: House) -> None:
    await put(quiet, "good")
    async with quiet.service.database.write() as db:
        assert len(await outbox.lease(db, quiet.service.vault)) == 1
    sending, far = sender(quiet)
    assert await sending.once() == 0
    with clock.frozen(clock.now() + timedelta(seconds=outbox.LEASE_SECONDS + 1)):
        assert await sending.once() == 1
    assert far.asked == ["good"]
    assert (await rows(quiet))["good"] == ("done", None)
