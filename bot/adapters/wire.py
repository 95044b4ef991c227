"""Bytes from a platform → plain fields. XML and JSON give the same shapes, and every leaf is a string.

A field is a string, a mapping of fields, or a list where an element came several times. Ids stay text: platforms
send them as numbers, as digits and as letters. Source: offu/WeRoBot#420 (control characters).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias, cast
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bot.adapters.delivery import Unreadable
from core import foreign_json

MAX_DEPTH: Final = 8

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Fields: TypeAlias = dict[str, Value]

_ILLEGAL_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BodyFormat(StrEnum):
    XML = "xml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wire:
    """One parsed body; the answer goes out in the same format."""

    format: BodyFormat
    fields: Fields


def without_illegal(text: str) -> str:
    """The text without the characters that XML 1.0 forbids; people do type them."""
    return _ILLEGAL_IN_XML.sub("", text)


def parse(body: bytes, *, encoding: str = "utf-8") -> Wire:
    """Read one XML element or one JSON object. Raises Unreadable."""
    try:
        text = without_illegal(body.decode(encoding)).strip().removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError):
        raise Unreadable from None
    if text.startswith("{"):
        return Wire(BodyFormat.JSON, _parse_json(text))
    return Wire(BodyFormat.XML, parse_xml(text))


def parse_xml(text: str) -> Fields:
    """The children of the root element. Raises Unreadable, also for a DOCTYPE and for more than eight levels."""
    tree = _FieldBuilder()
    parser = DefusedXMLParser(target=cast("Any", tree), forbid_dtd=True)
    try:
        parser.feed(text)
        parser.close()
    except (ParseError, DefusedXmlException):
        raise Unreadable from None
    return tree.root


def _parse_json(text: str) -> Fields:
    if foreign_json.depth(text) > MAX_DEPTH:
        raise Unreadable
    try:
        parsed = json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=_refuse)
    except ValueError:
        raise Unreadable from None
    return {str(key): _plain(value) for key, value in parsed.items()}


def _refuse(_constant: str) -> str:
    raise ValueError("NaN and Infinity are no JSON")


def _plain(value: Any) -> Value:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else without_illegal(str(value))


class _FieldBuilder:
    """Receives the parser's events. Depth is counted here, so that hostile nesting is never built up."""

    def __init__(self) -> None:
        self.root: Fields = {}
        self._children: list[Fields] = []
        self._text: list[str] = []

    def start(self, _tag: str, _attributes: Mapping[str, str]) -> None:
        if len(self._children) >= MAX_DEPTH:
            raise Unreadable
        self._children.append({})
        self._text = []

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        children = self._children.pop()
        value: Value = children or "".join(self._text)
        self._text = []
        if self._children:
            _add(self._children[-1], tag, value)
        else:
            self.root = children

    def close(self) -> None:
        """The parser asks for it; the result stands in `root`."""


def _add(fields: Fields, tag: str, value: Value) -> None:
    if tag not in fields:
        fields[tag] = value
        return
    before = fields[tag]
    if isinstance(before, list):
        before.append(value)
    else:
        fields[tag] = [before, value]


def text_of(fields: Fields, *names: str) -> str:
    """The first of these fields that says something; of a repeated one the first value; otherwise ""."""
    for name in names:
        value = fields.get(name, "")
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first:
            return first
    return ""


def group_of(fields: Fields, name: str) -> Fields:
    """The nested fields of that name, or none."""
    value = fields.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, dict) else {}


def groups_of(fields: Fields, name: str) -> list[Fields]:
    """All groups of that name: none, one or several, since one comes as an object and several as a list."""
    value = fields.get(name, [])
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
