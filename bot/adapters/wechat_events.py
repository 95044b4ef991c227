"""WeChat's events → `Event`: which of our kinds, which key, which details."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.adapters.wire import Fields, group_of, groups_of, text_of
from core.messages import Event, EventKind

KINDS: Final = {
    "subscribe": EventKind.FOLLOW,
    "unsubscribe": EventKind.UNFOLLOW,
    "scan": EventKind.SCAN,
    "click": EventKind.CLICK,
    "location": EventKind.LOCATION,
    "user_enter_tempsession": EventKind.ENTER,
    "subscribe_msg_popup_event": EventKind.NOTICE_CONSENT,
    "subscribe_msg_change_event": EventKind.NOTICE_CONSENT,
    "subscribe_msg_sent_event": EventKind.NOTICE_SENT,
    "templatesendjobfinish": EventKind.NOTICE_SENT,
    "wxa_media_check": EventKind.MEDIA_CHECKED,
    "view": EventKind.TECHNICAL,
    "view_miniprogram": EventKind.TECHNICAL,
    "masssendjobfinish": EventKind.TECHNICAL,
    "kf_create_session": EventKind.TECHNICAL,
    "kf_close_session": EventKind.TECHNICAL,
    "kf_switch_session": EventKind.TECHNICAL,
}
SCENE_PREFIX: Final = "qrscene_"
MAX_DETAILS: Final = 20
MAX_DETAIL: Final = 500

_ENVELOPE: Final = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Ticket"}
_NOTICE_GROUPS: Final = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")


def event_of(fields: Fields) -> Event:
    """Any event; one that we don't know keeps its name and its flat fields."""
    name = text_of(fields, "Event").strip()
    kind = KINDS.get(name.lower(), EventKind.OTHER)
    read = _READERS.get(kind)
    return read(name, fields) if read else Event(kind, name, text_of(fields, "EventKey"))


def _followed(name: str, fields: Fields) -> Event:
    """Without the prefix the key is no scene but an order's or a product's number, and stays a detail."""
    key = text_of(fields, "EventKey")
    if key.startswith(SCENE_PREFIX):
        return Event(EventKind.FOLLOW, name, key.removeprefix(SCENE_PREFIX))
    return Event(EventKind.FOLLOW, name, details=(("EventKey", key),) if key else ())


def _entered(name: str, fields: Fields) -> Event:
    return Event(EventKind.ENTER, name, text_of(fields, "SessionFrom"))


def _other(name: str, fields: Fields) -> Event:
    kind = KINDS.get(name.lower(), EventKind.OTHER)
    return Event(kind, name, text_of(fields, "EventKey"), _flat(fields))


def _notices(fields: Fields) -> list[Fields]:
    """The items of a notice event: XML nests them, JSON does not and sends one as an object, several as a list."""
    nested = next((group_of(fields, name) for name in _NOTICE_GROUPS if name in fields), fields)
    return groups_of(nested, "List")


def _consented(name: str, fields: Fields) -> Event:
    """Details: pairs of template id and `accept` or `reject`."""
    pairs = ((text_of(item, "TemplateId"), text_of(item, "SubscribeStatusString")) for item in _notices(fields))
    return Event(EventKind.NOTICE_CONSENT, name, details=tuple(pairs))


def _notice_sent(name: str, fields: Fields) -> Event:
    """Key: the platform's id of the notice; details: `TemplateId` and `Status`, which is `success` when it arrived."""
    items = _notices(fields)
    if not items:
        status = text_of(fields, "Status")
        return Event(EventKind.NOTICE_SENT, name, text_of(fields, "MsgID", "MsgId"), (("Status", status),))
    first = items[0]
    details = (
        ("TemplateId", text_of(first, "TemplateId")),
        ("Status", text_of(first, "ErrorStatus")),
        ("ErrorCode", text_of(first, "ErrorCode")),
    )
    return Event(EventKind.NOTICE_SENT, name, text_of(first, "MsgID", "MsgId"), details)


def _media_checked(name: str, fields: Fields) -> Event:
    """Key: the trace id that `media_check_async` gave; details: `suggest` (pass, review, risky) and `label`."""
    result = group_of(fields, "result")
    old_shape = {"0": "pass", "1": "risky"}.get(text_of(fields, "isrisky"), "")
    details = (
        ("suggest", text_of(result, "suggest") or old_shape),
        ("label", text_of(result, "label")),
        ("errcode", text_of(fields, "errcode")),
    )
    return Event(EventKind.MEDIA_CHECKED, name, text_of(fields, "trace_id"), details)


def _flat(fields: Fields) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name, value in fields.items():
        if name in _ENVELOPE:
            continue
        if isinstance(value, str):
            found.append((name, value[:MAX_DETAIL]))
        elif isinstance(value, dict):
            found += [(inner, text[:MAX_DETAIL]) for inner, text in value.items() if isinstance(text, str)]
    return tuple(found[:MAX_DETAILS])


_READERS: Final[Mapping[EventKind, Callable[[str, Fields], Event]]] = {
    EventKind.FOLLOW: _followed,
    EventKind.ENTER: _entered,
    EventKind.NOTICE_CONSENT: _consented,
    EventKind.NOTICE_SENT: _notice_sent,
    EventKind.MEDIA_CHECKED: _media_checked,
    EventKind.TECHNICAL: _other,
    EventKind.OTHER: _other,
}
