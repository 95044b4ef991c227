"""Every sentence is short; every refusal and every notice has one."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
import community
import core
import handlers
import nlp
import points
from core.errors import (
    AppError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    TooLarge,
    Unauthenticated,
)
from handlers import notices, tables, texts_notices, texts_points, wording
from handlers.prompt import MOST_LINES
from nlp.understanding import CATEGORIES
from points.models import TransferKind
from points.rules import default

PACKAGES = (core, nlp, points, community, handlers, bot)
ERRORS = (AppError, Conflict, Forbidden, Invalid, NotFound, RateLimited, Refused, TooLarge, Unauthenticated)
TELLERS = {"tell_resident", "tell_step"}


def modules() -> Iterator[str]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield found.name


def subclasses(of: type[AppError]) -> Iterator[type[AppError]]:
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def sources() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            if "simulate" in path.parts:  # it plays the platforms, whose codes are not ours
                continue
            yield ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def test_every_kind_of_error_has_words() -> None:
    for name in modules():
        importlib.import_module(name)
    without = {one.code for one in subclasses(AppError) if one.__module__.split(".")[0] != "tests"}
    assert sorted(without - set(tables.read("refusals"))) == []


def test_every_code_that_is_raised_has_words() -> None:
    names = {error.__name__ for error in ERRORS}
    codes = {
        node.args[0].value
        for tree in sources()
        for name, node in called(tree)
        if name in names and node.args and isinstance(node.args[0], ast.Constant)
    }
    assert codes
    assert sorted(map(str, codes - set(tables.read("refusals")))) == []


def test_every_notice_that_is_named_has_words() -> None:
    named = {
        keyword.value.value
        for tree in sources()
        for name, node in called(tree)
        if name in TELLERS
        for keyword in node.keywords
        if keyword.arg == "notice" and isinstance(keyword.value, ast.Constant)
    }
    assert named
    assert sorted(map(str, named - set(texts_notices.NOTICES))) == []


@pytest.mark.parametrize("code", sorted(tables.read("refusals")))
def test_refusals_are_one_line(code: str) -> None:
    said = wording.refusal(AppError(code))
    assert said
    assert "\n" not in said
    assert "{" not in said


@pytest.mark.parametrize("name", sorted(texts_notices.NOTICES))
def test_notices_are_short_even_without_their_facts(name: str) -> None:
    said = notices.render(name, {}).text
    assert said.count("\n") < MOST_LINES
    assert said.count("？") <= 1
    assert "{" not in said


def every_text() -> Iterator[tuple[str, str]]:
    """All sentences of all modules of texts, with the names they stand under."""
    for found in pkgutil.iter_modules(handlers.__path__):
        if not found.name.startswith("texts"):
            continue
        for name, value in vars(importlib.import_module(f"handlers.{found.name}")).items():
            if isinstance(value, str) and name.isupper():
                yield f"{found.name}.{name}", value
            elif isinstance(value, dict) and name.isupper():
                yield from ((f"{found.name}.{name}.{key}", one) for key, one in value.items() if isinstance(one, str))


@pytest.mark.parametrize(("name", "text"), list(every_text()))
def test_texts_are_short_and_ask_one_thing(name: str, text: str) -> None:
    assert text.count("\n") < MOST_LINES, name
    assert text.count("？") + text.count("?") <= 1, name
    assert len(text) <= 100, name


def test_an_unknown_code_gets_general_words() -> None:
    assert wording.refusal(NotFound("never_heard_of")) == tables.read("refusals")["status_404"]


def test_long_words_are_cut() -> None:
    assert wording.brief("一二\n三四", 10) == "一二，三四"
    assert wording.brief("一二三四五六", 4) == "一二三四…"


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0分钟"), (45, "45分钟"), (60, "1小时"), (750, "12小时30分"), (6000, "100小时")]
)
def test_lengths_are_said_exactly(minutes: int, said: str) -> None:
    assert wording.length(minutes) == said


def test_every_rule_and_kind_of_entry_has_words() -> None:
    shown = {kind.value for kind in TransferKind} - {"grant", "allocation"}
    assert shown | {rule.id for rule in default().rules} <= set(texts_points.POINTS_WHY)


def test_each_hint_where_is_for_a_category_and_short() -> None:
    hints = tables.read("places")
    assert set(hints) <= set(CATEGORIES)
    assert all(len(hint) <= 30 and "？" not in hint for hint in hints.values())
