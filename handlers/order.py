"""订服务: which one, for whom, when, how much and where; then one confirmation that can still be corrected.

Whatever a sentence holds is not asked again ("给我妈订明天的午饭"). A slot that is full by now leads to others.
"""

from __future__ import annotations

from typing import Final

from community import consents, contacts, coordinates, orders
from community.consents import Purpose
from community.orders import Person, Request, Service, ServiceNotOffered, SlotFull, TooLate
from core import clock
from core.errors import Refused
from core.messages import InboundKind
from handlers import texts
from handlers import texts_order as words
from handlers.common import (
    area_of,
    count_in,
    keep_phone,
    taken_phone,
    wording,
    wrong,
)
from handlers.dialogue import Dialogue, Done, Outcome, Turn, Unclear, entry
from handlers.order_questions import COUNTED, Choose, Step, absorb, ask_service, find_slot, named, next_question, take
from handlers.prompt import YES
from handlers.wording import moment, refusal

LONGEST_ADDRESS: Final = 100


async def begin(turn: Turn) -> Outcome:
    turn.draft = {"service": "", "relation": "", "whom": "", "slot": "", "quantity": 0, "address": "", "phone": ""}
    absorb(turn)
    offered = await orders.available(turn.db, area_code=await area_of(turn))
    if not offered:
        return Done(words.ORDER_NONE, (entry("human", texts.TO_HUMAN), entry("menu", texts.MENU_MORE)))
    return await take(turn, offered)


async def service(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["service"] = turn.answer.value
        return await next_question(turn)
    absorb(turn)
    offered = await orders.available(turn.db, area_code=await area_of(turn))
    return await take(turn, offered) if named(turn, offered) else Unclear(words.ORDER_UNKNOWN)


async def for_whom(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["whom"] = turn.answer.value
        return await next_question(turn)
    absorb(turn)
    return await next_question(turn) if turn.draft["whom"] else Unclear()


async def slot(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["slot"] = turn.answer.value
        return await next_question(turn)
    absorb(turn)
    return await next_question(turn) if "time" in turn.draft else Unclear(words.ORDER_WHEN_AGAIN)


async def quantity(turn: Turn) -> Outcome:
    turn.draft["quantity"] = count_in(turn)
    return await next_question(turn) if turn.draft["quantity"] else Unclear(texts.COUNT_AGAIN)


async def address(turn: Turn) -> Outcome:
    draft, point = turn.draft, turn.said.point
    if turn.answer.value == Choose.MY_ADDRESS:
        draft["address"] = (await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)).address
    elif turn.said.kind is InboundKind.LOCATION and point is not None:
        coordinates.to_wgs84(point)
        draft["address"] = turn.said.label or words.ORDER_LOCATED.format(lng=point.lng, lat=point.lat, crs=point.crs)
    else:
        absorb(turn)
        draft["address"] = turn.answer.text[:LONGEST_ADDRESS] if _is_address(turn) else ""
    return await next_question(turn) if draft["address"] else Unclear(words.ORDER_ADDRESS_AGAIN)


def _is_address(turn: Turn) -> bool:
    """A place that was recognised, or words with a number, as house numbers are."""
    return turn.understood.slot("loc") is not None or any(ch.isdecimal() for ch in turn.answer.text)


async def phone(turn: Turn) -> Outcome:
    turn.draft["phone"] = await taken_phone(turn)
    return await next_question(turn) if turn.draft["phone"] else Unclear(texts.PHONE_AGAIN)


async def confirm(turn: Turn) -> Outcome:
    match turn.answer.value:
        case Choose.SLOT:
            turn.draft["slot"] = ""
            return await next_question(turn)
        case Choose.ADDRESS:
            turn.draft["address"] = ""
            return await next_question(turn)
        case "":
            before = dict(turn.draft)
            absorb(turn)
            return await next_question(turn) if turn.draft != before else Unclear(wrong(turn))
        case answer:
            return await _place(turn) if answer == YES else Done(words.ORDER_DROPPED)


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
    await keep_phone(turn, turn.draft["phone"], words.ORDER_ASK_PHONE)
    if chosen.needs_address and turn.draft["whom"] == Choose.SELF:
        await _keep_address(turn)
    done = words.ORDER_DONE.format(number=number, title=chosen.title, at=moment(request.start))
    return Done(done, (entry("my_orders", texts.MY_ORDERS_TITLE),))


async def _request(turn: Turn, chosen: Service) -> Request:
    draft = turn.draft
    contact = await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)
    is_relative = draft["whom"] == Choose.RELATIVE
    return Request(
        service_id=chosen.id,
        start=clock.parse(draft["slot"]),
        contact=Person(contact.name, draft["phone"]),
        quantity=draft["quantity"] if chosen.kind in COUNTED else 1,
        address=draft["address"] if chosen.needs_address else "",
        served=Person("", "", draft["relation"] or words.ORDER_FAMILY) if is_relative else None,
        consent=wording(turn, words.ORDER_CONFIRM_RELATIVE) if is_relative else None,
    )


async def _keep_address(turn: Turn) -> None:
    agreed = wording(turn, words.ORDER_ASK_ADDRESS)
    await consents.give(turn.db, resident_id=turn.resident_id, purpose=Purpose.CONTACT, wording=agreed)
    await contacts.keep(turn.db, turn.vault, resident_id=turn.resident_id, address=turn.draft["address"])


async def _offer_other(turn: Turn, chosen: Service, error: Refused) -> Outcome:
    """The slot is gone: another one; the service is gone: another one."""
    sorry = texts.AND_NOW.format(sorry=refusal(error), question=words.ORDER_WHEN)
    turn.draft["slot"] = ""
    if not isinstance(error, ServiceNotOffered) and (asked := await find_slot(turn, chosen, sorry)) is not None:
        return asked
    turn.draft["service"] = ""
    return ask_service(refusal(error), await orders.available(turn.db, area_code=await area_of(turn)))


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
