"""Holds what the API answers against what its document promises; fields that the document lacks are a fault too."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from bot.api import openapi


def check(method: str, path: str, status: int, answer: Any) -> None:
    """Raises jsonschema.ValidationError, or LookupError for what the document does not have."""
    name = path.split("/")[1]
    for pattern, template in _templates(name):
        validator = _validator(name, method, template, status) if pattern.fullmatch(path.partition("?")[0]) else None
        if validator is not None:
            validator.validate(answer)
            return
    raise LookupError(f"{method} {path} {status} is not documented")


@lru_cache(maxsize=2)
def _document(name: str) -> dict[str, Any]:
    document = openapi.admin_document() if name == "admin" else openapi.resident_document()
    document["components"]["schemas"] = {
        name: _closed(schema) for name, schema in document["components"]["schemas"].items()
    }
    return document


@lru_cache(maxsize=2)
def _templates(name: str) -> list[tuple[re.Pattern[str], str]]:
    """Literal paths before those with names in them, as the router has them."""
    paths = sorted(_document(name)["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), path) for path in paths]


@lru_cache(maxsize=200)
def _validator(name: str, method: str, template: str, status: int) -> Draft202012Validator | None:
    operation = _document(name)["paths"][template].get(method.lower())
    if operation is None:
        return None
    responses = operation["responses"]
    promised = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    if promised is None:
        return None
    schema = promised["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": _document(name)["components"]})


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return (
        {**schema, "additionalProperties": False}
        if schema.get("type") == "object" and "properties" in schema
        else schema
    )
