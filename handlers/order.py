"""订服务: what there is, for whom, when and where; one's orders, cancelling and rating them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import orders, residents
from community.consents import Wording
from community.history import Actor, Party
from community.orders import Person, Request, Service, Slot
from core import clock
from core.values import OrderState
from handlers import texts
from handlers.common import area_of, ask_phone, keep_phone, likeness, taken_phone
from handlers.dialogue import PLACE, TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, entry
from handlers.prompt import NO, YES
from handlers.wording import moment

SHOWN: Final = 8
_MINE: Final = ("我的订单", "订单到哪", "订了什么")


class Step(StrEnum):
    SERVICE = "service"
    FOR_WHOM = "for_whom"
    SLOT = "slot"
    QUANTITY = "quantity"
    ADDRESS = "address"
    PHONE = "phone"
    CONFIRM = "confirm"


SELF: Final = "self"
RELATIVE: Final = "relative"
MY_ADDRESS: Final = "my_address"
COUNTED: Final = ("meal",)


async def begin(turn: Turn) -> Outcome:
    if any(word in turn.said.text for word in _MINE):
        return await my_orders(turn)
    turn.draft = {"service": "", "relation": "", "whom": "", "slot": "", "quantity": 0, "address": "", "phone": ""}
    _absorb(turn)
    offered = await orders.available(turn.db, area_code=await area_of(turn))
    if not offered:
        return Done(texts.ORDER_NONE, (entry("human", texts.TO_HUMAN),))
    if chosen := _named(turn, offered):
        turn.draft["service"] = chosen.id
        return await _next(turn)
    return _ask_service(offered)


def _ask_service(offered: list[Service]) -> Ask:
    options = tuple(Option(s.id, texts.ORDER_LINE.format(title=s.title, price=s.price), (s.title,)) for s in offered)
    return Ask(Step.SERVICE, texts.ORDER_WHICH, options[:SHOWN], accepts=TEXT)


def _absorb(turn: Turn) -> None:
    draft = turn.draft
    if relation := turn.understood.slot("relation"):
        draft["relation"], draft["whom"] = str(relation.value), RELATIVE
    if (count := turn.understood.slot("count")) and 1 <= int(count.value) <= 20:
        draft["quantity"] = int(count.value)
    if phone := turn.understood.slot("phone"):
        draft["phone"] = str(phone.value)
    exact = [slot.text for slot in turn.understood.all("loc") if not slot.value.get("deictic")]
    if exact:
        draft["address"] = exact[0]
    if time := turn.understood.slot("time"):
        draft["time"] = time.value


def _named(turn: Turn, offered: list[Service]) -> Service | None:
    """The one service that the words point to: by its title, or by what it is for."""
    item = turn.understood.slot("item")
    said = f"{turn.said.text} {item.value if item else ''}"
    scored = [(_likeness(said, service), service) for service in offered]
    best = max((score for score, _ in scored), default=0)
    hits = [service for score, service in scored if score == best and score > 0]
    return hits[0] if len(hits) == 1 else None


def _likeness(said: str, service: Service) -> int:
    words = texts.SERVICE_WORDS.get(service.kind, ())
    return 2 * likeness(said, service.title) + sum(word in said for word in words)


async def _next(turn: Turn) -> Outcome:
    draft = turn.draft
    service = await orders.get_service(turn.db, service_id=draft["service"])
    if not draft["whom"]:
        return _ask_for_whom(service)
    if not draft["slot"] and (asked := await _slot(turn, service)) is not None:
        return asked
    if service.kind in COUNTED and not draft["quantity"]:
        portions = tuple(Option(str(n), texts.PORTIONS.format(count=n), (f"{n}份",)) for n in (1, 2, 3))
        return Ask(Step.QUANTITY, texts.ORDER_QUANTITY, portions, accepts=TEXT)
    if service.needs_address and not draft["address"]:
        return await _ask_address(turn)
    if not draft["phone"]:
        return await ask_phone(turn, Step.PHONE, texts.ORDER_ASK_PHONE)
    return _confirm(turn, service)


def _ask_for_whom(service: Service) -> Ask:
    options = (Option(SELF, texts.ORDER_SELF, ("自己", "我")), Option(RELATIVE, texts.ORDER_RELATIVE, ("家人",)))
    return Ask(Step.FOR_WHOM, texts.ORDER_FOR_WHOM.format(title=service.title), options, accepts=TEXT)


async def _slot(turn: Turn, service: Service) -> Ask | Done | None:
    """The one slot that fits the time that was said, or a choice of what is free."""
    free = await orders.slots(turn.db, service_id=service.id, now=clock.now())
    if not free:
        return Done(texts.ORDER_NO_SLOT.format(title=service.title), (entry("order", texts.ORDER_OTHER),))
    said = turn.draft.pop("time", None)
    fitting = [slot for slot in free if said and _touches(said, slot)]
    if len(fitting) == 1:
        turn.draft["slot"] = fitting[0].start.isoformat()
        return None
    shown = (fitting or free)[:6]
    options = tuple(
        Option(s.start.isoformat(), texts.ORDER_SLOT.format(at=moment(s.start), free=s.free)) for s in shown
    )
    text = texts.ORDER_WHEN if fitting or not said else texts.ORDER_WHEN_OTHER
    return Ask(Step.SLOT, text, options, accepts=TEXT)


def _touches(said: dict[str, str], slot: Slot) -> bool:
    return clock.parse(said["start"]) < slot.end and slot.start < clock.parse(said["end"])


async def _ask_address(turn: Turn) -> Ask:
    contact = await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)
    offered = contact.address and turn.draft["whom"] == SELF
    options = (Option(MY_ADDRESS, texts.ORDER_MY_ADDRESS.format(address=contact.address)),) if offered else ()
    return Ask(Step.ADDRESS, texts.ORDER_ASK_ADDRESS, options, accepts=PLACE, slot="loc")


def _confirm(turn: Turn, service: Service) -> Ask:
    draft = turn.draft
    whom = texts.ORDER_FOR.format(relation=draft["relation"] or texts.ORDER_FAMILY) if draft["whom"] == RELATIVE else ""
    count = texts.PORTIONS.format(count=draft["quantity"]) if draft["quantity"] else ""
    text = texts.ORDER_CONFIRM.format(
        whom=whom,
        title=service.title,
        count=count,
        at=moment(clock.parse(draft["slot"])),
        address=draft["address"] or texts.ORDER_ON_SITE,
    )
    if draft["whom"] == RELATIVE:
        text = text.replace(texts.ORDER_CONFIRM_END, texts.ORDER_CONFIRM_RELATIVE)
    options = (Option(YES, texts.ORDER_YES, ("订", "下单", "同意")), Option(NO, texts.NOT_NOW))
    return Ask(Step.CONFIRM, text, options)


async def service(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["service"] = turn.answer.value
        return await _next(turn)
    _absorb(turn)
    offered = await orders.available(turn.db, area_code=await area_of(turn))
    chosen = _named(turn, offered)
    if chosen is None:
        return _ask_service(offered)
    turn.draft["service"] = chosen.id
    return await _next(turn)


async def for_whom(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["whom"] = turn.answer.value
    else:
        _absorb(turn)
        turn.draft["whom"] = turn.draft["whom"] or RELATIVE
    return await _next(turn)


async def slot(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["slot"] = turn.answer.value
    else:
        _absorb(turn)
    return await _next(turn)


async def quantity(turn: Turn) -> Outcome:
    if turn.answer.value:
        turn.draft["quantity"] = int(turn.answer.value)
    else:
        _absorb(turn)
    return await _next(turn)


async def address(turn: Turn) -> Outcome:
    if turn.answer.value == MY_ADDRESS:
        contact = await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)
        turn.draft["address"] = contact.address
    else:
        _absorb(turn)
        turn.draft["address"] = turn.said.label or turn.draft["address"] or turn.answer.text[:100]
    return await _next(turn)


async def phone(turn: Turn) -> Outcome:
    turn.draft["phone"] = await taken_phone(turn, texts.ORDER_ASK_PHONE) or ""
    if not turn.draft["phone"]:
        return await ask_phone(turn, Step.PHONE, texts.PHONE_AGAIN)
    return await _next(turn)


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(texts.ORDER_DROPPED)
    draft = turn.draft
    chosen = await orders.get_service(turn.db, service_id=draft["service"])
    contact = await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)
    served = Person(name="", phone="", relation=draft["relation"] or texts.ORDER_FAMILY)
    is_relative = draft["whom"] == RELATIVE
    number = await orders.place(
        turn.db,
        turn.vault,
        resident_id=turn.resident_id,
        area_code=await area_of(turn) or chosen.area_code,
        request=Request(
            service_id=chosen.id,
            start=clock.parse(draft["slot"]),
            contact=Person(contact.name, draft["phone"]),
            quantity=draft["quantity"] or 1,
            address=draft["address"],
            served=served if is_relative else None,
            consent=Wording(texts.CONSENT_VERSION, texts.ORDER_CONFIRM_RELATIVE, turn.account.name)
            if is_relative
            else None,
        ),
    )
    await keep_phone(turn, draft["phone"], texts.ORDER_ASK_PHONE)
    at = moment(clock.parse(draft["slot"]))
    return Done(
        texts.ORDER_DONE.format(number=number, title=chosen.title, at=at), (entry("my_orders", texts.MY_ORDERS_TITLE),)
    )


async def my_orders(turn: Turn) -> Outcome:
    mine = await orders.my_orders(turn.db, resident_id=turn.resident_id, limit=SHOWN)
    if not mine:
        return Done(texts.ORDERS_NONE, (entry("order", texts.ORDER_TITLE),))
    lines, options = [], []
    for order in mine[:3]:
        title = (await orders.get_service(turn.db, service_id=order.service_id)).title
        state = texts.ORDER_STATES[order.state]
        lines.append(
            texts.ORDERS_LINE.format(number=order.number, title=title, at=moment(order.slot_start), state=state)
        )
        if order.state in (OrderState.PLACED, OrderState.ACCEPTED, OrderState.ASSIGNED):
            options.append(entry("cancel_order", texts.ORDER_CANCEL.format(title=title), order.number))
        if order.state == OrderState.SERVED:
            options.append(entry("rate_order", texts.ORDER_RATE.format(title=title), order.number))
    return Done("\n".join(lines), tuple(options))


async def cancel_order(turn: Turn) -> Outcome:
    actor = Actor(Party.RESIDENT, turn.resident_id)
    number = turn.answer.value
    await orders.move(turn.db, turn.vault, number=number, action=orders.Action.CANCEL, actor=actor)
    return Done(texts.ORDER_CANCELLED.format(number=number))


async def rate_order(turn: Turn) -> Outcome:
    turn.draft = {"number": turn.answer.value}
    options = tuple(Option(str(n), texts.STARS[n], (f"{n}星", f"{n}分")) for n in (5, 4, 3, 2, 1))
    return Ask(Step.CONFIRM, texts.MINE_ASK_STARS, options)


async def rated(turn: Turn) -> Outcome:
    actor = Actor(Party.RESIDENT, turn.resident_id)
    stars = int(turn.answer.value)
    await orders.move(
        turn.db,
        turn.vault,
        number=turn.draft["number"],
        action=orders.Action.RATE,
        actor=actor,
        details=orders.Details(rating=stars),
    )
    return Done(texts.MINE_RATED if stars >= 3 else texts.ORDER_RATED_LOW)


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
MY_ORDERS: Final = Dialogue("my_orders", texts.MY_ORDERS_TITLE, my_orders, {}, needs_identity=True)
CANCEL_ORDER: Final = Dialogue("cancel_order", texts.MY_ORDERS_TITLE, cancel_order, {}, needs_identity=True)
RATE_ORDER: Final = Dialogue(
    "rate_order", texts.MY_ORDERS_TITLE, rate_order, {Step.CONFIRM: rated}, needs_identity=True
)
