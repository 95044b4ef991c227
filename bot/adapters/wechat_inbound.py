"""Fields of a WeChat message or event → `Inbound`. An unknown type is kept, not dropped."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.adapters.delivery import Unreadable, bounded, moment
from bot.adapters.wechat_events import event_of
from bot.adapters.wire import Fields, group_of, text_of
from core.messages import Event, EventKind, Inbound, InboundKind, Media
from core.settings import Account
from core.values import Crs, Point

MESSAGE_CRS: Final = Crs.GCJ02
REPORTED_CRS: Final = Crs.WGS84
"""What the LOCATION event reports comes from the phone's GPS (believed); what people send comes from Tencent's map."""


def dedupe_key(fields: Fields) -> str:
    """The same for every delivery of one message, different for all others of the account.

    MsgId alone is not enough: two people's can collide (WxJava#333), several media checks share sender and second
    (WxJava#2231), and so do different events (WxJava#3445). Values stand in it as they came.
    """
    if trace_id := text_of(fields, "trace_id"):
        return f"trace:{trace_id}"
    sender, is_event = text_of(fields, "FromUserName"), _kind(fields) == "event"
    message_id = text_of(fields, "MsgId") if is_event else text_of(fields, "MsgId", "MsgID")
    if message_id:
        return f"msg:{sender}:{message_id}"
    return ":".join(
        (
            "evt",
            sender,
            text_of(fields, "CreateTime"),
            text_of(fields, "Event").lower(),
            text_of(fields, "EventKey"),
            text_of(fields, "MsgID"),
        )
    )


def to_inbound(fields: Fields, account: Account) -> Inbound:
    """Raises Unreadable where nobody is named as the sender."""
    sender = text_of(fields, "FromUserName").strip()
    if not sender:
        raise Unreadable
    bare = Inbound(
        account=account.name,
        platform=account.platform,
        sender=sender,
        dedupe_key=bounded(dedupe_key(fields)),
        kind=InboundKind.OTHER,
        sent_at=moment(text_of(fields, "CreateTime"), per_second=1),
    )
    return _filled(bare, fields)


def _kind(fields: Fields) -> str:
    return text_of(fields, "MsgType").strip().lower()


def _filled(bare: Inbound, fields: Fields) -> Inbound:
    kind = _kind(fields)
    read = _READERS.get(kind)
    return read(bare, fields) if read else replace(bare, event=Event(EventKind.OTHER, kind or "unknown"))


def _media(fields: Fields) -> Media:
    return Media(
        media_id=text_of(fields, "MediaId"),
        url=text_of(fields, "PicUrl"),
        format=text_of(fields, "Format").lower(),
    )


def _image(bare: Inbound, fields: Fields) -> Inbound:
    return replace(bare, kind=InboundKind.IMAGE, media=_media(fields))


def _voice(bare: Inbound, fields: Fields) -> Inbound:
    return replace(bare, kind=InboundKind.VOICE, media=_media(fields), text=text_of(fields, "Recognition"))


def _video(bare: Inbound, fields: Fields) -> Inbound:
    return replace(bare, media=_media(fields), event=Event(EventKind.OTHER, _kind(fields)))


def _shared(bare: Inbound, fields: Fields) -> Inbound:
    """A shared page: its title is the label, its description the text, its address the event's key."""
    event = Event(EventKind.OTHER, _kind(fields), key=text_of(fields, "Url", "PagePath"))
    return replace(bare, label=text_of(fields, "Title"), text=text_of(fields, "Description"), event=event)


def _text(bare: Inbound, fields: Fields) -> Inbound:
    said, choice = text_of(fields, "Content"), text_of(fields, "bizmsgmenuid")
    if choice:
        return replace(bare, kind=InboundKind.CHOICE, text=said, choice=choice)
    return replace(bare, kind=InboundKind.TEXT, text=said)


def _location(bare: Inbound, fields: Fields) -> Inbound:
    point = _point(text_of(fields, "Location_Y"), text_of(fields, "Location_X"), MESSAGE_CRS)
    return replace(bare, kind=InboundKind.LOCATION, point=point, label=text_of(fields, "Label"))


def _event(bare: Inbound, fields: Fields) -> Inbound:
    filled = replace(bare, kind=InboundKind.EVENT, event=event_of(fields))
    if chosen := group_of(fields, "SendLocationInfo"):
        point = _point(text_of(chosen, "Location_Y"), text_of(chosen, "Location_X"), MESSAGE_CRS)
        return replace(filled, point=point, label=text_of(chosen, "Label"))
    if "Latitude" in fields:
        point = _point(text_of(fields, "Longitude"), text_of(fields, "Latitude"), REPORTED_CRS)
        return replace(filled, point=point)
    return filled


def _point(longitude: str, latitude: str, crs: Crs) -> Point | None:
    """None if these are no numbers. WeChat's X is the latitude and its Y the longitude."""
    try:
        lng, lat = float(longitude), float(latitude)
    except ValueError:
        return None
    return Point(lng, lat, crs) if math.isfinite(lng) and math.isfinite(lat) else None


_READERS: Final[Mapping[str, Callable[[Inbound, Fields], Inbound]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _shared,
    "miniprogrampage": _shared,
    "event": _event,
}
