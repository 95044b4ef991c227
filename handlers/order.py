"""订服务: which one, for whom, when, how much and where; then one confirmation that can still be corrected.

Whatever a sentence holds is not asked again ("给我妈订明天的午饭"). A slot that is full by now leads to others.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents, coordinates, orders, residents
from community.consents import Purpose
from community.orders import Person, Request, Service, ServiceNotOffered, SlotFull, TooLate
from core import clock
from core.errors import Refused
from core.messages import InboundKind
from handlers import tables, texts
from handlers.common import (
    area_of,
    ask_count,
    ask_phone,
    count_in,
    keep_phone,
    likeliest,
    likeness,
    overlaps,
    taken_phone,
    wording,
    wrong,
)
from handlers.dialogue import PLACE, TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.prompt import NO, YES
from handlers.wording import brief, moment, refusal

SHOWN: Final = 9
SLOTS_SHOWN: Final = 6
LONGEST_ADDRESS: Final = 100
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


async def begin(turn: Turn) -> Outcome:
    turn.draft = {"service": "", "relation": "", "whom": "", "slot": "", "quantity": 0, "address": "", "phone": ""}
    _absorb(turn)
    offered = await orders.available(turn.db, area_code=await area_of(turn))
    if not offered:
        return Done(texts.ORDER_NONE, (entry("human", texts.TO_HUMAN), entry("menu", texts.MENU_MORE)))
    return await _take(turn, offered)


def _absorb(turn: Turn) -> None:
    """Take from a message what the order can use."""
    draft, understood = turn.draft, turn.understood
    if relation := understood.slot("relation"):
        is_self = relation.value == texts.RELATION_SELF
        draft["whom"] = Choose.SELF.value if is_self else Choose.RELATIVE.value
        draft["relation"] = "" if is_self else str(relation.value)
    elif any(word in turn.said.text for word in texts.ORDER_SELF_WORDS):
        draft["whom"] = Choose.SELF.value
    if understood.slot("count") and (count := count_in(turn)):
        draft["quantity"] = count
    if phone := understood.slot("phone"):
        draft["phone"] = str(phone.value)
    place = understood.place()
    if place is not None and not place.value["deictic"]:
        draft["address"] = place.text
    if time := understood.slot("time"):
        draft["time"], draft["slot"] = time.value, ""


async def _take(turn: Turn, offered: list[Service]) -> Outcome:
    """The one service that the words point to, or a choice of those that they may mean, or of all."""
    named = _named(turn, offered)
    if len(named) == 1:
        turn.draft["service"] = named[0].id
        return await _next(turn)
    if turn.draft.get("time") and named and len(fitting := await _given_then(turn, named)) == 1:
        turn.draft["service"] = fitting[0].id
        return await _next(turn)
    return _ask_service(texts.ORDER_WHICH, named or offered)


def _named(turn: Turn, offered: list[Service]) -> list[Service]:
    """Those whose title or purpose is most like the words."""
    item = turn.understood.slot("item")
    said = f"{turn.said.text} {item.value if item else ''}"
    return likeliest([(_likeness(said, service), service) for service in offered])


def _likeness(said: str, service: Service) -> int:
    words = texts.SERVICE_WORDS.get(service.kind, ())
    return 2 * likeness(said, service.title, texts.MEAL_WORDS) + sum(word in said for word in words)


async def _given_then(turn: Turn, named: list[Service]) -> list[Service]:
    """Those that have a slot at the time that was said."""
    now, said = clock.now(), turn.draft["time"]
    return [
        service
        for service in named
        if any(
            overlaps(said, slot.start, slot.end) for slot in await orders.slots(turn.db, service_id=service.id, now=now)
        )
    ]


def _ask_service(text: str, offered: list[Service]) -> Ask:
    options = tuple(
        Option(one.id, texts.ORDER_LINE.format(title=one.title, price=brief(one.price, 16)), (one.title,))
        for one in offered[:SHOWN]
    )
    return Ask(Step.SERVICE, text, options, accepts=TEXT)


async def _next(turn: Turn) -> Outcome:
    """The first thing that is still missing."""
    draft = turn.draft
    service = await orders.get_service(turn.db, service_id=draft["service"])
    if not draft["whom"]:
        return _ask_for_whom(service)
    if not draft["slot"] and (asked := await _find_slot(turn, service)) is not None:
        return asked
    if service.kind in COUNTED and not draft["quantity"]:
        return ask_count(Step.QUANTITY, texts.ORDER_QUANTITY, texts.PORTIONS, texts.PORTIONS_WORDS)
    if service.needs_address and not draft["address"]:
        return await _ask_address(turn)
    if not draft["phone"]:
        return await ask_phone(turn, Step.PHONE, texts.ORDER_ASK_PHONE)
    return _confirm(turn, service)


def _ask_for_whom(service: Service) -> Ask:
    options = (
        Option(Choose.SELF, texts.ORDER_SELF, ("自己", "我", "我自己", "本人", "给我")),
        Option(Choose.RELATIVE, texts.ORDER_RELATIVE, ("家人", "家里人", "别人")),
    )
    return Ask(Step.FOR_WHOM, texts.ORDER_FOR_WHOM.format(title=service.title), options, accepts=TEXT, slot="relation")


async def _find_slot(turn: Turn, service: Service, sorry: str = "") -> Ask | Done | None:
    """The one slot that fits the time that was said, or a choice of what is free."""
    free = await orders.slots(turn.db, service_id=service.id, now=clock.now())
    if not free:
        return Done(texts.ORDER_NO_SLOT.format(title=service.title), (entry("order", texts.ORDER_OTHER),))
    said = turn.draft.pop("time", None)
    fitting = [slot for slot in free if said and overlaps(said, slot.start, slot.end)]
    if len(fitting) == 1 and not sorry:
        turn.draft["slot"] = fitting[0].start.isoformat()
        return None
    options = tuple(
        Option(
            slot.start.isoformat(),
            texts.ORDER_SLOT.format(at=moment(slot.start), free=slot.free),
            tables.words("any") if n == 0 else (),
        )
        for n, slot in enumerate((fitting or free)[:SLOTS_SHOWN])
    )
    text = sorry or (texts.ORDER_WHEN if fitting or not said else texts.ORDER_WHEN_OTHER)
    return Ask(Step.SLOT, text, options, accepts=TEXT, slot="time")


async def _ask_address(turn: Turn) -> Ask:
    contact = await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)
    mine = Option(Choose.MY_ADDRESS, contact.address, ("老地方", "我家", "家里", "还是原来的", "登记的地址"))
    options = (mine,) if contact.address and turn.draft["whom"] == Choose.SELF else ()
    return Ask(Step.ADDRESS, texts.ORDER_ASK_ADDRESS, options, accepts=PLACE, slot="loc")


def _confirm(turn: Turn, service: Service) -> Ask:
    draft = turn.draft
    is_relative = draft["whom"] == Choose.RELATIVE
    text = texts.ORDER_CONFIRM.format(
        whom=texts.ORDER_FOR.format(relation=draft["relation"] or texts.ORDER_FAMILY) if is_relative else "",
        title=service.title,
        count=texts.PORTIONS.format(count=draft["quantity"]) if service.kind in COUNTED else "",
        at=moment(clock.parse(draft["slot"])),
        address=brief(draft["address"], 40) if service.needs_address else texts.ORDER_ON_SITE,
        phone=draft["phone"],
        question=texts.ORDER_CONFIRM_RELATIVE if is_relative else texts.ORDER_CONFIRM_SELF,
    )
    options = [
        Option(YES, texts.ORDER_YES, ("订", "订吧", "下单", "就这样下单", "同意")),
        Option(Choose.SLOT, texts.ORDER_CHANGE_SLOT, ("换时间", "时间不对", "换个时间")),
    ]
    if service.needs_address:
        options.append(Option(Choose.ADDRESS, texts.ORDER_CHANGE_ADDRESS, ("换地址", "地址不对", "换个地址")))
    return Ask(Step.CONFIRM, text, (*options, Option(NO, texts.NOT_NOW)), accepts=TEXT)


async def service(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["service"] = turn.answer.value
        return await _next(turn)
    _absorb(turn)
    offered = await orders.available(turn.db, area_code=await area_of(turn))
    return await _take(turn, offered) if _named(turn, offered) else Unclear(texts.ORDER_UNKNOWN)


async def for_whom(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["whom"] = turn.answer.value
        return await _next(turn)
    _absorb(turn)
    return await _next(turn) if turn.draft["whom"] else Unclear()


async def slot(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["slot"] = turn.answer.value
        return await _next(turn)
    _absorb(turn)
    return await _next(turn) if "time" in turn.draft else Unclear(texts.ORDER_WHEN_AGAIN)


async def quantity(turn: Turn) -> Outcome:
    turn.draft["quantity"] = count_in(turn)
    return await _next(turn) if turn.draft["quantity"] else Unclear(texts.COUNT_AGAIN)


async def address(turn: Turn) -> Outcome:
    draft, point = turn.draft, turn.said.point
    if turn.answer.value == Choose.MY_ADDRESS:
        draft["address"] = (await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)).address
    elif turn.said.kind is InboundKind.LOCATION and point is not None:
        coordinates.to_wgs84(point)
        draft["address"] = turn.said.label or texts.ORDER_LOCATED.format(lng=point.lng, lat=point.lat, crs=point.crs)
    else:
        _absorb(turn)
        draft["address"] = turn.answer.text[:LONGEST_ADDRESS] if _is_address(turn) else ""
    return await _next(turn) if draft["address"] else Unclear(texts.ORDER_ADDRESS_AGAIN)


def _is_address(turn: Turn) -> bool:
    """A place that was recognised, or words with a number, as house numbers are."""
    return turn.understood.slot("loc") is not None or any(ch.isdecimal() for ch in turn.answer.text)


async def phone(turn: Turn) -> Outcome:
    turn.draft["phone"] = await taken_phone(turn)
    return await _next(turn) if turn.draft["phone"] else Unclear(texts.PHONE_AGAIN)


async def confirm(turn: Turn) -> Outcome:
    match turn.answer.value:
        case Choose.SLOT:
            turn.draft["slot"] = ""
            return await _next(turn)
        case Choose.ADDRESS:
            turn.draft["address"] = ""
            return await _next(turn)
        case "":
            before = dict(turn.draft)
            _absorb(turn)
            return await _next(turn) if turn.draft != before else Unclear(wrong(turn))
        case answer:
            return await _place(turn) if answer == YES else Done(texts.ORDER_DROPPED)


async def _place(turn: Turn) -> Outcome:
    chosen = await orders.get_service(turn.db, service_id=turn.draft["service"])
    request = await _request(turn, chosen)
    try:
        number = await orders.place(
            turn.db,
            turn.vault,
            resident_id=turn.resident_id,
            area_code=await area_of(turn) or chosen.area_code,
            request=request,
        )
    except (SlotFull, TooLate, ServiceNotOffered) as error:
        return await _offer_other(turn, chosen, error)
    await keep_phone(turn, turn.draft["phone"], texts.ORDER_ASK_PHONE)
    if chosen.needs_address and turn.draft["whom"] == Choose.SELF:
        await _keep_address(turn)
    done = texts.ORDER_DONE.format(number=number, title=chosen.title, at=moment(request.start))
    return Done(done, (entry("my_orders", texts.MY_ORDERS_TITLE),))


async def _request(turn: Turn, chosen: Service) -> Request:
    draft = turn.draft
    contact = await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)
    is_relative = draft["whom"] == Choose.RELATIVE
    return Request(
        service_id=chosen.id,
        start=clock.parse(draft["slot"]),
        contact=Person(contact.name, draft["phone"]),
        quantity=draft["quantity"] if chosen.kind in COUNTED else 1,
        address=draft["address"] if chosen.needs_address else "",
        served=Person("", "", draft["relation"] or texts.ORDER_FAMILY) if is_relative else None,
        consent=wording(turn, texts.ORDER_CONFIRM_RELATIVE) if is_relative else None,
    )


async def _keep_address(turn: Turn) -> None:
    agreed = wording(turn, texts.ORDER_ASK_ADDRESS)
    await consents.give(turn.db, resident_id=turn.resident_id, purpose=Purpose.CONTACT, wording=agreed)
    await residents.set_contact(turn.db, turn.vault, resident_id=turn.resident_id, address=turn.draft["address"])


async def _offer_other(turn: Turn, chosen: Service, error: Refused) -> Outcome:
    """The slot is gone: another one; the service is gone: another one."""
    sorry = texts.AND_NOW.format(sorry=refusal(error), question=texts.ORDER_WHEN)
    turn.draft["slot"] = ""
    if not isinstance(error, ServiceNotOffered) and (asked := await _find_slot(turn, chosen, sorry)) is not None:
        return asked
    turn.draft["service"] = ""
    return _ask_service(refusal(error), await orders.available(turn.db, area_code=await area_of(turn)))


ORDER: Final = Dialogue(
    "order",
    texts.ORDER_TITLE,
    begin,
    {
        Step.SERVICE: service,
        Step.FOR_WHOM: for_whom,
        Step.SLOT: slot,
        Step.QUANTITY: quantity,
        Step.ADDRESS: address,
        Step.PHONE: phone,
        Step.CONFIRM: confirm,
    },
    intents=("service_order",),
    needs_identity=True,
)
