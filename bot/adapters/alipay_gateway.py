"""One Alipay app's gateway: messages in GBK XML, and notifications in JSON, at one URL.

The reply itself never travels in the answer: it leaves by `alipay.open.public.message.custom.send`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.adapters import alipay_keys, wire
from bot.adapters.alipay_form import Form, signed_answer
from bot.adapters.delivery import SUCCESS, BadSignature, RenderedBody, Unreadable, bounded, moment
from bot.adapters.outgoing_text import cdata
from bot.adapters.wire import Fields, group_of, text_of
from core import clock, logs
from core.messages import Event, EventKind, Inbound, InboundKind, Media, Reply
from core.settings import Account

KINDS: Final = {
    "follow": EventKind.FOLLOW,
    "unfollow": EventKind.UNFOLLOW,
    "click": EventKind.CLICK,
    "enter": EventKind.ENTER,
}
RESERVED_ACTIONS: Final = ("authentication", "delete")
"""Values of ActionParam that the platform uses itself; they are no menu keys."""


@dataclass(frozen=True, slots=True)
class AlipayDelivery:
    """One verified delivery. `inbound` is None where no resident is behind it: a gateway check, a notice to the app."""

    inbound: Inbound | None
    is_notification: bool = False
    is_gateway_check: bool = False


class AlipayAdapter:
    """Verifies with Alipay's key, answers under the app's. Raises ConfigError for keys that are none."""

    answers_passively: Final = False

    def __init__(self, account: Account) -> None:
        self.account = account
        logs.declare_secrets(account.secrets())
        self._app_key = alipay_keys.private_key(account.private_key)
        self._alipay_key = alipay_keys.public_key(account.alipay_public_key)

    def receive(self, _query: Mapping[str, str], body: bytes) -> AlipayDelivery:
        """Raises Unreadable (400) and BadSignature (403), which is also the answer to another app's messages."""
        form = Form.parse(body)
        if not form.is_signed_by(self._alipay_key):
            raise BadSignature
        content = form.text("biz_content")
        if not form.is_gateway_message:
            self._check_app(form.text("app_id"))
            return AlipayDelivery(self._notified(form, content), is_notification=True)
        fields = wire.parse_xml(wire.without_illegal(content).strip())
        self._check_app(text_of(fields, "AppId"))
        if text_of(fields, "EventType").lower() == "verifygw":
            return AlipayDelivery(None, is_gateway_check=True)
        return AlipayDelivery(_message(fields, self.account))

    def render(self, delivery: AlipayDelivery, _reply: Reply | None = None) -> RenderedBody:
        """The acknowledgement. A reply is not part of it and must be sent on its own."""
        if delivery.is_notification:
            return SUCCESS
        if delivery.is_gateway_check:
            key = alipay_keys.public_base64(self._app_key.public_key())
            return signed_answer(f"<success>true</success><biz_content>{key}</biz_content>", self._app_key)
        sender = delivery.inbound.sender if delivery.inbound else ""
        inner = (
            f"<XML><ToUserId>{cdata(sender)}</ToUserId><AppId>{cdata(self.account.app_id)}</AppId>"
            f"<CreateTime>{int(clock.now().timestamp() * 1000)}</CreateTime>"
            f"<MsgType>{cdata('ack')}</MsgType></XML>"
        )
        return signed_answer(inner, self._app_key)

    def _check_app(self, app_id: str) -> None:
        if app_id and app_id != self.account.app_id:
            raise BadSignature

    def _notified(self, form: Form, content: str) -> Inbound | None:
        """A notification that names a resident, as an event; None for one about the app."""
        fields = wire.parse(content.encode()).fields if content.strip() else {}
        user_id, open_id = text_of(fields, "user_id", "to_user_id"), text_of(fields, "open_id", "to_open_id")
        if not user_id and not open_id:
            return None
        details = tuple((name, value) for name, value in fields.items() if isinstance(value, str))
        return Inbound(
            account=self.account.name,
            platform=self.account.platform,
            sender=user_id or open_id,
            alternate_sender=open_id if user_id else "",
            dedupe_key=bounded(f"notify:{form.text('notify_id')}"),
            kind=InboundKind.EVENT,
            sent_at=moment(form.text("utc_timestamp"), per_second=1000),
            event=Event(EventKind.OTHER, form.text("msg_method"), details=details[:20]),
        )


def dedupe_key(fields: Fields) -> str:
    """Of a gateway message: its MsgId, or else what makes an event one: sender, millisecond, type and parameter."""
    sender = text_of(fields, "FromAlipayUserId", "FromUserId")
    if message_id := text_of(fields, "MsgId"):
        return f"msg:{sender}:{message_id}"
    parts = (text_of(fields, name) for name in ("CreateTime", "EventType", "ActionParam"))
    return ":".join(("evt", sender, *parts))


def _message(fields: Fields, account: Account) -> Inbound:
    """Raises Unreadable where nobody is named as the sender."""
    user_id = text_of(fields, "FromAlipayUserId").strip()
    open_id = text_of(fields, "FromUserId").strip()
    if not user_id and not open_id:
        raise Unreadable
    kind = text_of(fields, "MsgType").strip().lower()
    bare = Inbound(
        account=account.name,
        platform=account.platform,
        sender=user_id or open_id,
        alternate_sender=open_id if user_id and open_id != user_id else "",
        dedupe_key=bounded(dedupe_key(fields)),
        kind=InboundKind.OTHER,
        sent_at=moment(text_of(fields, "CreateTime"), per_second=1000),
        event=Event(EventKind.OTHER, kind or "unknown"),
    )
    match kind:
        case "text":
            said = text_of(group_of(fields, "Text"), "Content") or text_of(fields, "Content", "Text")
            return replace(bare, kind=InboundKind.TEXT, text=said, event=None)
        case "image":
            return replace(bare, kind=InboundKind.IMAGE, media=_image(fields), event=None)
        case "event":
            return replace(bare, kind=InboundKind.EVENT, event=_event(fields))
        case _:
            return bare


def _image(fields: Fields) -> Media:
    """Nested like a text, or flat: no genuine picture message was seen (believed)."""
    nested = group_of(fields, "Image") or fields
    return Media(media_id=text_of(nested, "MediaId"), format=text_of(nested, "Format").lower())


def _event(fields: Fields) -> Event:
    name, parameter = text_of(fields, "EventType").strip(), text_of(fields, "ActionParam")
    kind = KINDS.get(name.lower(), EventKind.OTHER)
    if parameter in RESERVED_ACTIONS:
        return Event(EventKind.OTHER, name, parameter)
    scene = _scene(parameter)
    if scene and kind is EventKind.ENTER:
        return Event(EventKind.SCAN, name, scene)
    return Event(kind, name, scene or ("" if parameter.startswith("{") else parameter))


def _scene(parameter: str) -> str:
    """The scanned code's id in the JSON that an `enter` carries, or "" where there is none."""
    if not parameter.startswith("{"):
        return ""
    try:
        fields = wire.parse(parameter.encode()).fields
    except Unreadable:
        return ""
    return text_of(group_of(fields, "scene"), "sceneId")
