"""Words for search, and the cache that nobody else can write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlp.words import private_folder, search_words


def test_a_query_becomes_words() -> None:
    assert set(search_words("三号楼 路灯坏了")) >= {"路灯"}


def test_one_character_is_searched_when_there_is_nothing_else() -> None:
    assert search_words("灯") == ("灯",)


def test_nothing_gives_nothing() -> None:
    assert search_words("  ") == ()


def test_jieba_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, nlp, nlp.words; sys.exit('jieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    made = private_folder(shared)
    assert made != shared
    assert made.stat().st_mode & 0o077 == 0


def test_a_folder_of_ours_is_used(tmp_path: Path) -> None:
    assert private_folder(tmp_path / "own") == tmp_path / "own"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert private_folder(tmp_path / "link") != tmp_path / "link"


@pytest.mark.parametrize("query", ["路灯", "🙂", "a" * 5000, "\x00"])
def test_any_query_is_taken(query: str) -> None:
    assert isinstance(search_words(query), tuple)
