"""What a resident sees of WeChat's messages: passive replies, customer-service messages and notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.wire import Fields, group_of, groups_of, text_of
from bot.simulate.said import Fault, Shown, Way, from_text
from core.messages import Choice


def passive(fields: Fields) -> Shown:
    """A passive reply. Raises Fault for a type or a shape that WeChat does not know."""
    kind = text_of(fields, "MsgType")
    match kind:
        case "text" if text := text_of(fields, "Content"):
            return from_text(text)
        case "image" if media_id := text_of(group_of(fields, "Image"), "MediaId"):
            return Shown(f"[图片 {media_id}]")
        case "news" if articles := groups_of(group_of(fields, "Articles"), "item"):
            first = articles[0]
            return _article(text_of(first, "Title"), text_of(first, "Description"), text_of(first, "Url"), Way.REPLY)
        case "transfer_customer_service":
            return Shown("[转人工客服]")
    raise Fault(f"a reply of type {kind!r} with nothing in it")


def custom(body: Mapping[str, Any]) -> Shown | None:
    """A customer-service message; None for a shape that the platform would refuse."""
    kind = body.get("msgtype")
    content = body.get(str(kind))
    if not isinstance(content, Mapping):
        return None
    match kind:
        case "text" if isinstance(text := content.get("content"), str) and text:
            return from_text(text, Way.MESSAGE)
        case "image" if media_id := content.get("media_id"):
            return Shown(f"[图片 {media_id}]", way=Way.MESSAGE)
        case "news" if articles := content.get("articles"):
            first = articles[0]
            return _article(first.get("title", ""), first.get("description", ""), first.get("url", ""), Way.MESSAGE)
        case "msgmenu" if isinstance(listed := content.get("list"), list):
            return _menu(content, listed)
    return None


def _article(title: str, description: str, url: str, way: Way) -> Shown:
    words = [title, *([] if description == title else [description])]
    return Shown("\n".join(word for word in words if word), url=url, way=way)


def _menu(content: Mapping[str, Any], listed: list[Any]) -> Shown:
    """The adapter writes numbers before the labels so that they can be typed; here they would stand there twice."""
    choices = tuple(
        Choice(str(one["id"]), str(one["content"]).removeprefix(f"{number} "))
        for number, one in enumerate(listed, start=1)
    )
    words = "\n".join(str(content[name]) for name in ("head_content", "tail_content") if content.get(name))
    return Shown(words, choices, Way.MESSAGE, has_buttons=True)


def notice(template_id: str, data: Mapping[str, Any]) -> Shown | None:
    """A subscription notice; None if a value is missing or empty."""
    values = {name: one.get("value") if isinstance(one, Mapping) else None for name, one in data.items()}
    if not values or not all(isinstance(value, str) and value for value in values.values()):
        return None
    lines = (f"{name}：{value}" for name, value in values.items())
    return Shown("\n".join((f"[服务通知 {template_id}]", *lines)), way=Way.NOTICE)
