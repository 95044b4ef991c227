"""Words for search, the names of places among them, and the cache that nobody else can write."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nlp import words
from nlp.words import Cutter, cutter, dictionary, in_python, in_rust, private_folder, search_words

PLACES = frozenset({"金沙里", "幸福里", "幸福里小区", "和平里社区"})
SMALL = ({"路": 0, "路灯": 7}, 7)
PLANTED = ({"路灯坏": 10**9, "路": 0, "路灯": 0}, 10**9)


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is loaded yet, and what would be read from jieba is short."""
    monkeypatch.setattr(words, "_read", lambda _: SMALL)
    dictionary.cache_clear()
    yield
    dictionary.cache_clear()


@pytest.fixture(params=[in_python, in_rust])
def cut(request: pytest.FixtureRequest) -> Callable[[frozenset[str]], Cutter]:
    if request.param is in_rust:
        pytest.importorskip("rjieba")
    made: Callable[[frozenset[str]], Cutter] = request.param
    return made


def test_a_query_becomes_words() -> None:
    assert set(search_words("三号楼 路灯坏了")) >= {"路灯"}


def test_one_character_is_searched_when_there_is_nothing_else() -> None:
    assert search_words("灯") == ("灯",)


def test_nothing_gives_nothing() -> None:
    assert search_words("  ") == ()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("金沙里没水", {"金沙里"}),
        ("幸福里小区三号楼路灯", {"幸福里小区", "路灯"}),
        ("幸福里路灯", {"幸福里", "路灯"}),
        ("和平里社区的井盖", {"和平里社区", "井盖"}),
    ],
)
def test_a_place_is_one_word(query: str, found: set[str]) -> None:
    assert found <= set(search_words(query, PLACES))
    assert not found <= set(search_words(query))


def test_both_cutters_know_places(cut: Callable[[frozenset[str]], Cutter]) -> None:
    assert list(cut(PLACES).cut("幸福里小区没水")) == ["幸福里小区", "没水"]
    assert "金沙里" in cut(PLACES).cut_for_search("金沙里井盖丢了")


def test_a_place_that_is_gone_is_no_word_any_more(cut: Callable[[frozenset[str]], Cutter]) -> None:
    assert "幸福里小区" in cut(PLACES).cut("幸福里小区没水")
    assert "幸福里小区" not in cut(PLACES - {"幸福里小区"}).cut("幸福里小区没水")
    assert "幸福里小区" not in cut(frozenset()).cut("幸福里小区没水")


def test_the_same_places_make_no_new_cutter() -> None:
    assert cutter(frozenset(PLACES)) is cutter(frozenset(set(PLACES)))


def test_other_places_do_not_load_the_dictionary_again(monkeypatch: pytest.MonkeyPatch) -> None:
    in_python(frozenset())

    def refuse(_: Path) -> None:
        raise AssertionError("the dictionary was read again")

    monkeypatch.setattr(words, "_read", refuse)
    monkeypatch.setattr(words, "_kept", refuse)
    assert "金沙里" in in_python(PLACES).cut("金沙里没水")


def test_without_rjieba_jieba_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    cutter.cache_clear()
    monkeypatch.setattr(words, "find_spec", lambda _: None)
    assert type(cutter(PLACES)).__module__ == "jieba"
    cutter.cache_clear()


def test_jieba_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, nlp, nlp.words; sys.exit('jieba' in sys.modules or 'rjieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.usefixtures("_small")
def test_the_dictionary_is_kept_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    found = dictionary(folder)
    (cache,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache.stat().st_mode & 0o777 == 0o600
    assert marshal.loads(cache.read_bytes()) == found


@pytest.mark.usefixtures("_small")
def test_what_was_kept_is_read(tmp_path: Path) -> None:
    plant(cache_in(tmp_path / "own"), 0o600)
    assert dictionary(tmp_path / "own") == PLANTED


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("mode", [0o602, 0o620, 0o604])
def test_a_file_that_others_can_reach_is_not_read_and_replaced(tmp_path: Path, mode: int) -> None:
    cache = cache_in(tmp_path / "own")
    plant(cache, mode)
    assert dictionary(tmp_path / "own") == SMALL
    assert cache.stat().st_mode & 0o777 == 0o600
    assert marshal.loads(cache.read_bytes()) == SMALL


@pytest.mark.usefixtures("_small")
def test_a_file_of_somebody_else_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(cache_in(tmp_path / "own"), 0o600)
    real = os.fstat

    def by_another(descriptor: int) -> os.stat_result:
        found = list(real(descriptor))
        found[4] += 1
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", by_another)
    assert dictionary(tmp_path / "own") == SMALL


@pytest.mark.usefixtures("_small")
def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    plant(elsewhere, 0o600)
    cache_in(tmp_path / "own").symlink_to(elsewhere)
    assert dictionary(tmp_path / "own") == SMALL
    assert marshal.loads(elsewhere.read_bytes()) == PLANTED


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("body", [b"", b"not marshal", marshal.dumps(PLANTED)[:-3], marshal.dumps(7)])
def test_a_broken_file_is_written_anew(tmp_path: Path, body: bytes) -> None:
    cache = cache_in(tmp_path / "own")
    cache.write_bytes(body)
    cache.chmod(0o600)
    assert dictionary(tmp_path / "own") == SMALL
    assert marshal.loads(cache.read_bytes()) == SMALL


@pytest.mark.usefixtures("_small")
def test_what_cannot_be_kept_is_used_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache_in(tmp_path / "own").mkdir()
    assert dictionary(tmp_path / "own") == SMALL
    assert "not kept" in caplog.text
    assert len(list((tmp_path / "own").iterdir())) == 1


def test_what_is_planted_where_jieba_looks_by_itself_changes_nothing(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o777)
    plant(shared / "jieba.cache", 0o666)
    kept = tmp_path / "kept"
    code = "from nlp.words import in_python; print('|'.join(in_python(frozenset()).cut('路灯坏了')))"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TMPDIR": str(shared), "XDG_CACHE_HOME": str(kept), "PYTHONIOENCODING": "utf-8"},
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert ended.stdout.strip() == "路灯|坏|了"
    assert [one.name for one in shared.iterdir()] == ["jieba.cache"]


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert private_folder(shared) is None


def test_a_folder_of_ours_is_used(tmp_path: Path) -> None:
    assert private_folder(tmp_path / "own") == tmp_path / "own"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert private_folder(tmp_path / "link") is None


@pytest.mark.parametrize("query", ["路灯", "🙂", "a" * 5000, "\x00"])
def test_any_query_is_taken(query: str) -> None:
    assert isinstance(search_words(query, PLACES), tuple)


def cache_in(folder: Path) -> Path:
    """Where the cache lies in that folder, made ready by a first reading."""
    dictionary(folder)
    dictionary.cache_clear()
    (cache,) = folder.iterdir()
    cache.unlink()
    return cache


def plant(cache: Path, mode: int) -> None:
    cache.write_bytes(marshal.dumps(PLANTED))
    cache.chmod(mode)
