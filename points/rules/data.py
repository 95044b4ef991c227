"""The strict model that rules are read with: unknown names, fractions and strings for numbers are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from core.db import dump_json
from points.rules.errors import RuleInvalid


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Body = TypeVar("Body", bound=Data)


def parse(kind: type[Body], raw: Mapping[str, Any]) -> Body:
    """Raises RuleInvalid, whose `fields` name each place and reason."""
    try:
        return kind.model_validate_json(dump_json(raw), strict=True)
    except ValidationError as error:
        wrong = {".".join(str(part) for part in one["loc"]) or "body": one["msg"] for one in error.errors()}
        raise RuleInvalid(fields=wrong) from None


def canonical(body: Data) -> str:
    """The JSON that is stored and hashed: names in order, nothing that stands at its default."""
    return dump_json(body.model_dump(mode="json", exclude_defaults=True))
