"""docs/settings.md names every setting that there is, with its default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from core import settings
from core.settings import Account, Config, Duty, GridConnector, Notify, Service

TEXT = (settings.ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "[service]": Service,
    "[[accounts]]": Account,
    "[[grid]]": GridConnector,
    "[[duty]]": Duty,
    "[[notify]]": Notify,
}


def _keys(text: str) -> set[str]:
    """What stands in code style in the first column of the tables."""
    cells = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def _section(title: str) -> str:
    return TEXT.split(f"### `{title}`", 1)[1].split("\n### ", 1)[0]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_of_a_section_is_documented_and_no_other(title: str) -> None:
    assert _keys(_section(title)) == set(SECTIONS[title].model_fields)


def test_every_section_is_documented() -> None:
    named = {title.strip("[]") for title in SECTIONS}
    assert named == set(Config.model_fields)


def test_every_variable_is_documented_and_no_other() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    read = set(re.findall(r"""(?:env\.get\(|_integer\(env, )"([A-Z_]+)\"""", source))
    assert _keys(TEXT.split("## The TOML file", 1)[0]) == read
