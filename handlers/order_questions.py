"""What an order still lacks, asked one thing at a time; and what a sentence says already."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import contacts, orders
from community.orders import Service
from core import clock
from handlers import tables, texts
from handlers import texts_order as words
from handlers.common import appointed, ask_count, ask_phone, count_in, likeliest, likeness, overlaps
from handlers.dialogue import PLACE, TEXT, Ask, Done, Option, Outcome, Turn, entry
from handlers.prompt import NO, YES
from handlers.wording import brief, moment

SHOWN: Final = 12
SLOTS_SHOWN: Final = 6
COUNTED: Final = ("meal",)
"""Kinds of services of which more than one is ordered at a time."""


class Step(StrEnum):
    SERVICE = "service"
    FOR_WHOM = "for_whom"
    SLOT = "slot"
    QUANTITY = "quantity"
    ADDRESS = "address"
    PHONE = "phone"
    CONFIRM = "confirm"


class Choose(StrEnum):
    SELF = "self"
    RELATIVE = "relative"
    MY_ADDRESS = "my_address"
    SLOT = "slot"
    ADDRESS = "address"


def absorb(turn: Turn) -> None:
    """Take from a message what the order can use."""
    draft, understood = turn.draft, turn.understood
    if relation := understood.slot("relation"):
        is_self = relation.value == words.RELATION_SELF
        draft["whom"] = Choose.SELF.value if is_self else Choose.RELATIVE.value
        draft["relation"] = "" if is_self else str(relation.value)
    elif any(word in turn.said.text for word in words.ORDER_SELF_PHRASES):
        draft["whom"] = Choose.SELF.value
    if understood.slot("count") and (count := count_in(turn)):
        draft["quantity"] = count
    if phone := understood.slot("phone"):
        draft["phone"] = str(phone.value)
    place = understood.place()
    if place is not None and not place.value["deictic"]:
        draft["address"] = place.text
    if time := appointed(understood):
        draft["time"], draft["slot"] = time.value, ""


async def take(turn: Turn, offered: list[Service]) -> Outcome:
    """The one service that the words point to, or a choice of those that they may mean, or of all."""
    alike = named(turn, offered)
    if len(alike) == 1:
        turn.draft["service"] = alike[0].id
        return await next_question(turn)
    if turn.draft.get("time") and len(fitting := await _given_then(turn, alike)) == 1:
        turn.draft["service"] = fitting[0].id
        return await next_question(turn)
    return ask_service(words.ORDER_WHICH, alike or offered)


def named(turn: Turn, offered: list[Service]) -> list[Service]:
    """Those whose title or purpose is most like the words."""
    item = turn.understood.slot("item")
    said = f"{turn.said.text} {item.value if item else ''}"
    return likeliest([(_likeness(said, service), service) for service in offered])


def _likeness(said: str, service: Service) -> int:
    names = words.SERVICE_WORDS.get(service.kind, ())
    return 2 * likeness(said, service.title, words.MEAL_WORDS) + sum(name in said for name in names)


async def _given_then(turn: Turn, alike: list[Service]) -> list[Service]:
    """Those that have a slot at the time that was said."""
    now, said = clock.now(), turn.draft["time"]
    return [
        service
        for service in alike
        if any(
            overlaps(said, slot.start, slot.end) for slot in await orders.slots(turn.db, service_id=service.id, now=now)
        )
    ]


def ask_service(text: str, offered: list[Service]) -> Ask:
    """A choice, kinds in the order of `SERVICE_WORDS`: what is wanted most often first."""
    kinds = list(words.SERVICE_WORDS)
    ordered = sorted(offered, key=lambda one: kinds.index(one.kind) if one.kind in kinds else len(kinds))
    options = tuple(
        Option(one.id, words.ORDER_LINE.format(title=one.title, price=brief(one.price, 16)), (one.title,))
        for one in ordered[:SHOWN]
    )
    return Ask(Step.SERVICE, text, options, accepts=TEXT)


async def next_question(turn: Turn) -> Outcome:
    """The first thing that is still missing."""
    draft = turn.draft
    service = await orders.get_service(turn.db, service_id=draft["service"])
    if not draft["whom"]:
        return _ask_for_whom(service)
    if not draft["slot"] and (asked := await find_slot(turn, service)) is not None:
        return asked
    if service.kind in COUNTED and not draft["quantity"]:
        return ask_count(Step.QUANTITY, words.ORDER_QUANTITY, words.PORTIONS, words.PORTIONS_WORDS)
    if service.needs_address and not draft["address"]:
        return await _ask_address(turn)
    if not draft["phone"]:
        return await ask_phone(turn, Step.PHONE, words.ORDER_ASK_PHONE)
    return _confirm(turn, service)


def _ask_for_whom(service: Service) -> Ask:
    options = (
        Option(Choose.SELF, words.ORDER_SELF, words.ORDER_SELF_WORDS),
        Option(Choose.RELATIVE, words.ORDER_RELATIVE, words.ORDER_RELATIVE_WORDS),
    )
    return Ask(Step.FOR_WHOM, words.ORDER_FOR_WHOM.format(title=service.title), options, accepts=TEXT, slot="relation")


async def find_slot(turn: Turn, service: Service, sorry: str = "") -> Ask | Done | None:
    """The one slot that fits the time that was said, or a choice of what is free."""
    free = await orders.slots(turn.db, service_id=service.id, now=clock.now())
    if not free:
        return Done(words.ORDER_NO_SLOT.format(title=service.title), (entry("order", words.ORDER_OTHER),))
    said = turn.draft.pop("time", None)
    fitting = [slot for slot in free if said and overlaps(said, slot.start, slot.end)]
    if len(fitting) == 1 and not sorry:
        turn.draft["slot"] = fitting[0].start.isoformat()
        return None
    options = tuple(
        Option(
            slot.start.isoformat(),
            words.ORDER_SLOT.format(at=moment(slot.start), free=slot.free),
            tables.words("any") if n == 0 else (),
        )
        for n, slot in enumerate((fitting or free)[:SLOTS_SHOWN])
    )
    text = sorry or (words.ORDER_WHEN if fitting or not said else words.ORDER_WHEN_OTHER)
    return Ask(Step.SLOT, text, options, accepts=TEXT, slot="time")


async def _ask_address(turn: Turn) -> Ask:
    contact = await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)
    mine = Option(Choose.MY_ADDRESS, contact.address, words.ORDER_MY_ADDRESS_WORDS)
    options = (mine,) if contact.address and turn.draft["whom"] == Choose.SELF else ()
    return Ask(Step.ADDRESS, words.ORDER_ASK_ADDRESS, options, accepts=PLACE, slot="loc")


def _confirm(turn: Turn, service: Service) -> Ask:
    draft = turn.draft
    is_relative = draft["whom"] == Choose.RELATIVE
    text = words.ORDER_CONFIRM.format(
        whom=words.ORDER_FOR.format(relation=draft["relation"] or words.ORDER_FAMILY) if is_relative else "",
        title=service.title,
        count=words.PORTIONS.format(count=draft["quantity"]) if service.kind in COUNTED else "",
        at=moment(clock.parse(draft["slot"])),
        address=brief(draft["address"], 40) if service.needs_address else words.ORDER_ON_SITE,
        phone=draft["phone"],
        question=words.ORDER_CONFIRM_RELATIVE if is_relative else words.ORDER_CONFIRM_SELF,
    )
    options = [
        Option(YES, words.ORDER_YES, words.ORDER_YES_WORDS),
        Option(Choose.SLOT, words.ORDER_CHANGE_SLOT, words.ORDER_CHANGE_SLOT_WORDS),
    ]
    if service.needs_address:
        options.append(Option(Choose.ADDRESS, words.ORDER_CHANGE_ADDRESS, words.ORDER_CHANGE_ADDRESS_WORDS))
    return Ask(Step.CONFIRM, text, (*options, Option(NO, texts.NOT_NOW)), accepts=TEXT)
