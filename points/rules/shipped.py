"""The rules that ship with the service, read from a file: what holds where no community has drafted its own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from core import clock
from core.errors import ConfigError
from points.rules.body import RuleBody
from points.rules.book import ALWAYS, Rule, RuleBook, Version
from points.rules.data import parse
from points.rules.errors import RuleInvalid
from points.rules.scheme import SCHEME, Scheme

RULES_FILE: Final = Path(__file__).with_name("rules.toml")


def load(path: Path) -> RuleBook:
    """Read and validate a rule file. Raises ConfigError, which names file, key and reason."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = tuple(_rule(one) for one in data.get("rule", ()))
        scheme = parse(Scheme, data.get(SCHEME, {}))
        _refuse_unlimited(rules)
        _refuse_overlap(rules)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigError(f"{path.name}: {error}") from None
    except RuleInvalid as error:
        where, said = next(iter(error.fields.items()))
        raise ConfigError(f"{path.name}: {where}: {said}") from None
    return RuleBook(rules, (Version(SCHEME, 1, scheme, ALWAYS, is_shipped=True),))


@lru_cache(maxsize=1)
def default() -> RuleBook:
    """The rules that ship with the service."""
    return load(RULES_FILE)


def _rule(entry: Mapping[str, Any]) -> Rule:
    said = dict(entry)
    rule_id, version, start, end = said.pop("id"), said.pop("version"), said.pop("from"), said.pop("until", None)
    if end is not None and end <= start:
        raise RuleInvalid(fields={rule_id: "until must be after from"})
    return Version(
        rule_id, version, parse(RuleBody, said), _moment(start), None if end is None else _moment(end), is_shipped=True
    )


def _moment(day: date) -> datetime:
    """Midnight in Shanghai, at which a day begins."""
    return datetime.combine(day, time(), clock.SHANGHAI).astimezone(UTC)


def _refuse_unlimited(rules: Iterable[Rule]) -> None:
    for rule in rules:
        if not rule.body.is_limited:
            raise RuleInvalid(fields={rule.id: "a rule without caps would pay without limit"})


def _refuse_overlap(rules: Iterable[Rule]) -> None:
    ordered = sorted(rules, key=lambda rule: (rule.id, rule.effective_from))
    for earlier, later in pairwise(ordered):
        if earlier.id != later.id:
            continue
        if earlier.version == later.version:
            raise RuleInvalid(fields={earlier.id: "a version stands twice"})
        if earlier.effective_until is None or earlier.effective_until > later.effective_from:
            raise RuleInvalid(fields={earlier.id: "versions overlap"})
