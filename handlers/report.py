"""随手拍: what, where, and whether it may go as it stands. Words, photos and places come in any order."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from typing import Final

from community import areas, contacts, coordinates, photos, residents
from core import clock
from core.messages import InboundKind
from core.values import Urgency
from handlers import report_filing, tables, texts
from handlers import texts_report as words
from handlers.common import keep_phone
from handlers.dialogue import ANYTHING, Ask, Dialogue, Done, Option, Outcome, Turn
from handlers.prompt import NO, YES, above, plain
from handlers.wording import brief

SHOWN: Final = 24
MOST_PHOTOS: Final = 9
MOST_BESIDES_PLACE: Final = 4
SURE_ENOUGH_TO_ASK: Final = 0.6
"""A hint for the wrong matter confuses more than a plain one."""


class Step(StrEnum):
    WHAT = "what"
    PLACE = "place"
    AREA = "area"
    PHONE = "phone"
    CONFIRM = "confirm"
    MORE = "more"


class Choose(StrEnum):
    CONFIDENTIAL = "confidential"
    NAMED = "named"
    ADD = "add"
    PLACE = "place"
    ADDRESS = "address"
    PHOTO_PLACE = "photo_place"
    UNKNOWN = "unknown"


async def begin(turn: Turn) -> Outcome:
    if turn.media_id and (number := await report_filing.just_filed(turn)):
        return await report_filing.add_late_photo(turn, number)
    turn.draft = {"what": "", "place": "", "point": None, "photos": [], "phone": "", "confidential": False}
    is_call = any(re.fullmatch(call, plain(turn.said.text)) for call in tables.read("calls")["report"])
    _absorb(turn, "" if is_call else turn.said.text)
    return await _next(turn)


def _absorb(turn: Turn, text: str) -> None:
    """Take from one message whatever the report can use."""
    draft = turn.draft
    if turn.media_id and len(draft["photos"]) < MOST_PHOTOS:
        draft["photos"] = [*draft["photos"], turn.media_id]
    if turn.said.point is not None:
        point = turn.said.point
        coordinates.to_wgs84(point)
        draft["point"] = [point.lng, point.lat, point.crs.value]
        draft["place"] = turn.said.label or draft["place"] or words.REPORT_LOCATED
    if not text:
        return
    draft["what"] = f"{draft['what']}\n{text}".strip()
    for slot in turn.understood.all("loc"):
        if not slot.value.get("deictic"):
            draft["place"] = slot.text
        elif not draft["place"]:
            draft["vague"] = slot.text
    if phone := turn.understood.slot("phone"):
        draft["phone"], draft["phone_said"] = phone.value, phone.text
    if turn.understood.category and not draft.get("category"):
        draft["category"] = turn.understood.category
        if turn.understood.category_candidates[0].confidence >= SURE_ENOUGH_TO_ASK:
            draft["asked_as"] = turn.understood.category
    draft["confidential"] = draft["confidential"] or turn.understood.confidential
    draft["urgency"] = max(draft.get("urgency", Urgency.NORMAL), turn.understood.urgency)


async def _next(turn: Turn) -> Outcome:
    """The first thing that is still missing."""
    draft = turn.draft
    if not draft["what"]:
        text = words.REPORT_ASK_WHAT
        if draft["photos"]:
            text = words.REPORT_ASK_WHAT_PHOTO
        elif draft["point"]:
            text = words.REPORT_ASK_WHAT_PLACE
        return Ask(Step.WHAT, text, accepts=ANYTHING)
    if not draft["place"]:
        return await _ask_place(turn)
    if draft.get("area") is None and (asked := await _find_area(turn)) is not None:
        return asked
    if draft["phone"] and "keep_phone" not in draft:
        options = (Option(YES, words.REPORT_PHONE_YES), Option(NO, words.REPORT_PHONE_NO))
        return Ask(Step.PHONE, words.REPORT_ASK_PHONE.format(phone=draft["phone"]), options)
    return _confirm(turn)


async def _ask_place(turn: Turn) -> Ask:
    options: list[Option] = []
    contact = await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)
    if contact.address:
        options.append(Option(Choose.ADDRESS, words.REPORT_MY_ADDRESS))
    if await photos.gps(turn.db, turn.vault, photo_ids=turn.draft["photos"]) is not None:
        options.append(Option(Choose.PHOTO_PLACE, words.REPORT_PHOTO_PLACE))
    options.append(Option(Choose.UNKNOWN, words.REPORT_NO_PLACE, words.NO_PLACE_WORDS))
    if vague := turn.draft.get("vague"):
        text = words.REPORT_ASK_PLACE_EXACT.format(place=vague)
    else:
        hint = tables.read("places").get(turn.draft.get("asked_as", ""), words.REPORT_PLACE_HINT)
        text = words.REPORT_ASK_PLACE.format(what=brief(turn.draft["what"], SHOWN), hint=hint)
    return Ask(Step.PLACE, text, tuple(options), accepts=ANYTHING, slot="loc")


async def _find_area(turn: Turn) -> Ask | None:
    """The area and grid by position, by the resident's choice, by the account; else the resident is asked."""
    draft = turn.draft
    if draft["point"]:
        located = await areas.locate(turn.db, report_filing.point_of(draft), at=clock.now())
        if located is not None:
            draft["area"], draft["grid"] = located.community_code, located.grid_code
            return None
    home = await residents.home(turn.db, resident_id=turn.resident_id)
    draft["area"] = home.area_code or turn.account.area
    draft["grid"] = home.grid_code if home.area_code else None
    if draft["area"]:
        return None
    offered = await areas.communities(turn.db, within="")
    if not offered:
        draft["area"] = ""
        return None
    options = tuple(Option(area.code, area.name) for area in offered[:9])
    return Ask(Step.AREA, words.REPORT_ASK_AREA, options)


def _confirm(turn: Turn) -> Ask:
    draft = turn.draft
    count = len(draft["photos"])
    text = words.REPORT_SUMMARY.format(
        what=brief(draft["what"], SHOWN),
        place=draft["place"],
        photos=words.REPORT_PHOTOS.format(count=count) if count else "",
        promise=words.REPORT_CONFIDENTIAL if draft["confidential"] else "",
    )
    submit, otherwise = _ways_to_submit(confidential=draft["confidential"])
    options = (
        submit,
        Option(Choose.ADD, words.REPORT_ADD, words.ADD_WORDS),
        Option(Choose.PLACE, words.REPORT_CHANGE_PLACE, words.REPORT_CHANGE_PLACE_WORDS),
        otherwise,
        Option(NO, words.REPORT_DROP, words.REPORT_DROP_WORDS),
    )
    return Ask(Step.CONFIRM, text, options, accepts=ANYTHING)


def _ways_to_submit(*, confidential: bool) -> tuple[Option, Option]:
    """As the resident said that they want it, and the other way."""
    openly, secretly = words.REPORT_SUBMIT_WORDS, words.REPORT_SUBMIT_CONFIDENTIAL_WORDS
    if confidential:
        yes = Option(YES, words.REPORT_SUBMIT_CONFIDENTIAL, (*openly, *secretly))
        return yes, Option(Choose.NAMED, words.REPORT_SUBMIT_NAMED, words.REPORT_SUBMIT_NAMED_WORDS)
    yes = Option(YES, words.REPORT_SUBMIT, openly)
    return yes, Option(Choose.CONFIDENTIAL, words.REPORT_SUBMIT_CONFIDENTIAL, secretly)


async def what(turn: Turn) -> Outcome:
    _absorb(turn, turn.answer.text)
    return await _next(turn)


async def place(turn: Turn) -> Outcome:
    draft, chosen = turn.draft, turn.answer.value
    if chosen == Choose.ADDRESS:
        contact = await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)
        draft["place"] = contact.address
    elif chosen == Choose.PHOTO_PLACE:
        point = await photos.gps(turn.db, turn.vault, photo_ids=draft["photos"])
        draft["point"] = [point.lng, point.lat, point.crs.value] if point else None
        draft["place"] = words.REPORT_LOCATED
    elif chosen == Choose.UNKNOWN:
        draft["place"] = draft.get("vague") or words.REPORT_NO_PLACE_NAME
    elif turn.said.kind in (InboundKind.IMAGE, InboundKind.LOCATION):
        _absorb(turn, "")
    else:
        _take_place(turn)
    draft["area"] = None
    return await _next(turn)


def _take_place(turn: Turn) -> None:
    """Words in answer to "where": the place in them, or all of them; more than a place is kept as description.

    A place that only the speaker knows (我家楼下) is asked about once more.
    """
    exact = _exact_places(turn)
    vague = [slot.text for slot in turn.understood.all("loc") if slot.value["deictic"]]
    if vague and not exact and "vague" not in turn.draft:
        turn.draft["vague"] = vague[0]
        return
    turn.draft["place"] = exact[0] if exact else turn.answer.text[:60]
    if exact and not _is_mere_place(turn.answer.text, exact[0]):
        turn.draft["what"] = f"{turn.draft['what']}\n{turn.answer.text}".strip()


def _is_mere_place(text: str, place: str) -> bool:
    """Whether a text says little besides the place ("在3号楼那边")."""
    return len(text) <= len(place) + MOST_BESIDES_PLACE


def _exact_places(turn: Turn) -> list[str]:
    """Places that others know too, in order of mention."""
    return [slot.text for slot in turn.understood.all("loc") if not slot.value["deictic"]]


async def area(turn: Turn) -> Outcome:
    turn.draft["area"] = turn.answer.value
    turn.draft["grid"] = None
    return await _next(turn)


async def phone(turn: Turn) -> Outcome:
    """A number that nobody asked for is used only after recorded consent (DESIGN 3.9)."""
    turn.draft["keep_phone"] = turn.answer.value == YES
    if turn.draft["keep_phone"]:
        await keep_phone(turn, turn.draft["phone"], words.REPORT_ASK_PHONE)
    else:
        turn.draft["what"] = turn.draft["what"].replace(turn.draft["phone_said"], words.REPORT_PHONE_LEFT_OUT)
    return await _next(turn)


async def confirm(turn: Turn) -> Outcome:
    match turn.answer.value:
        case Choose.CONFIDENTIAL | Choose.NAMED as wish:
            return await report_filing.submit(turn, confidential=wish == Choose.CONFIDENTIAL)
        case str(answer) if answer == YES:
            return await report_filing.submit(turn, confidential=turn.draft["confidential"])
        case Choose.ADD:
            return Ask(Step.MORE, words.REPORT_ASK_MORE, accepts=ANYTHING, greedy=True)
        case Choose.PLACE:
            turn.draft |= {"place": "", "point": None}
            turn.draft.pop("vague", None)
            return await _ask_place(turn)
        case "":
            return await _added(turn)
        case _:
            return Done(words.REPORT_DROPPED)


async def _added(turn: Turn) -> Outcome:
    """Words, a photo or a place instead of yes or no; "不对，是3栋" corrects the place and adds nothing."""
    exact = _exact_places(turn)
    corrects = turn.answer.text.startswith(tables.words("corrections"))
    if exact and (corrects or _is_mere_place(turn.answer.text, exact[0])):
        turn.draft |= {"place": exact[0], "point": None, "area": None}
        return await _next(turn)
    asked = await more(turn)
    return replace(asked, text=above(words.REPORT_ADDED, asked.text)) if isinstance(asked, Ask) else asked


async def more(turn: Turn) -> Outcome:
    """Another photo, a place or more words for the same report; a new place replaces the old one."""
    _absorb(turn, turn.answer.text)
    if turn.said.point is not None:
        turn.draft["area"] = None
    return await _next(turn)


REPORT: Final = Dialogue(
    name="report",
    title=texts.REPORT_TITLE,
    begin=begin,
    steps={
        Step.WHAT: what,
        Step.PLACE: place,
        Step.AREA: area,
        Step.PHONE: phone,
        Step.CONFIRM: confirm,
        Step.MORE: more,
    },
    intents=("issue_report",),
)
