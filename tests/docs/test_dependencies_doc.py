"""docs/dependencies.md gives a reason for every dependency, and the locks hold each of them."""

from __future__ import annotations

import re
import tomllib

import pytest

from core.settings import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
TEXT = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def _names(requirements: list[str]) -> set[str]:
    names = {match.group() for line in requirements if (match := re.match(r"[A-Za-z0-9-]+", line))}
    return names - {PROJECT["name"]}


def _reasons(section: str) -> set[str]:
    text = TEXT.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ") and "| reason |" not in line]
    return {name.strip() for cell in cells for name in cell.split(",")}


def test_what_runs_has_a_reason_and_nothing_else_is_there() -> None:
    assert _reasons("At run time") == _names([*PROJECT["dependencies"], *EXTRAS["server"]])


def test_what_tests_has_a_reason_and_nothing_else_is_there() -> None:
    named = {"types-*" if name.startswith("types-") else name for name in _names(EXTRAS["test"])}
    assert _reasons("For tests") | _reasons("Optional") == named


def test_what_may_be_left_out_has_a_reason_and_is_tested() -> None:
    assert _reasons("Optional") == _names(EXTRAS["rjieba"])


@pytest.mark.parametrize(("lock", "extras"), [("requirements", ["server"]), ("requirements-test", ["server", "test"])])
def test_the_lock_holds_every_dependency_by_hash_and_names_no_index(lock: str, extras: list[str]) -> None:
    text = (ROOT / f"{lock}.lock").read_text(encoding="utf-8")
    wanted = _names([*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])])
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))
    assert wanted <= locked.keys()
    assert not re.findall(r"^\s*--(?!hash)\S+|://", text, re.MULTILINE)
