"""What the documents point at exists: files, headings, make targets, tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.settings import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _targets(document: Path) -> list[str]:
    text = document.read_text(encoding="utf-8")
    found = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in _targets(document):
        path, _, anchor = target.partition("#")
        there = (document.parent / path) if path else document
        assert there.exists(), target
        assert not anchor or anchor in _anchors(there), target


# The guide's worked example names a test that a reader would write.
@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if path.name != "CONTRIBUTING.md"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_tests_that_are_named_exist(document: Path) -> None:
    for name in re.findall(r"`(tests/[\w/]+(?:\.py)?)(?:::(\w+))?`", document.read_text(encoding="utf-8")):
        path, function = name
        assert (ROOT / path).exists(), path
        assert not function or f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{function}"


def test_every_make_target_says_what_it_does() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    explained = set(re.findall(r"^([a-z]+):.*## .+", MAKEFILE, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split())
    assert targets == explained == phony
