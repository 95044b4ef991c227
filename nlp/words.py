"""Words of a text by jieba, for search and for explaining: the names of the community's places are words to it.

jieba costs 70 MB and a third of a second, so it is loaded when the first query comes; rjieba, the same in Rust, is
taken where it is installed. jieba by itself reads `jieba.cache` from the shared temporary directory with `marshal`,
whoever put it there. It never gets so far here: we hand it its dictionary, from a cache that only this user can write.
"""

from __future__ import annotations

import hashlib
import logging
import marshal
import os
import stat
import tempfile
import warnings
from collections import ChainMap
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from platformdirs import user_cache_path

SHORTEST: Final = 2
MOST_WORDS: Final = 8

Dictionary: TypeAlias = tuple[dict[str, int], int]
"""How often each word occurs, 0 for what only begins one, and the sum."""

_log: Final = logging.getLogger(__name__)


class Cutter(Protocol):
    def cut(self, text: str, /) -> Iterable[str]:
        """The words of a text, one after another, nothing left out."""
        ...

    def cut_for_search(self, text: str, /) -> Iterable[str]:
        """The same, and before each long word the words within it."""
        ...


def search_words(query: str, places: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The words of a query, longest first, without those of one character unless there are no others.

    Each of `places` is one word.
    """
    cut = [word.strip() for part in query.split() for word in cutter(places).cut_for_search(part)]
    words = list(dict.fromkeys(word for word in cut if word))
    long = [word for word in words if len(word) >= SHORTEST]
    # A long word and its parts all match the same text, so the parts add nothing.
    whole = [word for word in long if not any(word != other and word in other for other in long)]
    return tuple(sorted(whole or words, key=len, reverse=True)[:MOST_WORDS])


@lru_cache(maxsize=1)
def cutter(places: frozenset[str] = frozenset()) -> Cutter:
    """Made anew when other places come: in milliseconds by jieba, in a tenth of a second by rjieba."""
    return in_rust(places) if find_spec("rjieba") else in_python(places)


def in_rust(places: frozenset[str]) -> Cutter:
    """By rjieba, whose dictionary is part of it. Raises ModuleNotFoundError."""
    import rjieba  # noqa: PLC0415  optional, and 57 MB

    made = rjieba.Jieba()
    for name in _shortest_first(places):
        made.add_word(name, None, None)
    return made


def in_python(places: frozenset[str]) -> Cutter:
    """By jieba: its dictionary is loaded once, and the places lie above it."""
    jieba = _jieba()
    words, total = dictionary(user_cache_path("happy-community") / "words")
    made = jieba.Tokenizer()
    made.FREQ, made.total, made.initialized = ChainMap({}, words), total, True
    for name in _shortest_first(places):
        made.add_word(name)
    tokenizer: Cutter = made
    return tokenizer


def _shortest_first(places: frozenset[str]) -> list[str]:
    """A name gets the weight that keeps it whole against the words known so far, so its parts go before it."""
    return sorted(places, key=lambda name: (len(name), name))


@lru_cache(maxsize=1)
def dictionary(wanted: Path) -> Dictionary:
    """The dictionary of jieba, from the cache in this folder if both are ours alone, else read anew and kept there."""
    source = Path(_jieba().__file__).with_name("dict.txt")
    folder = private_folder(wanted)
    if folder is None:
        return _read(source)
    cache = folder / f"{hashlib.sha256(source.read_bytes()).hexdigest()}.cache"
    if (kept := _kept(cache)) is not None:
        return kept
    found = _read(source)
    try:
        _keep(cache, marshal.dumps(found))
    except OSError as error:
        _log.warning("the cache of words was not kept: %s", type(error).__name__)
    return found


def _read(source: Path) -> Dictionary:
    with source.open("rb") as file:
        found: Dictionary = _jieba().Tokenizer.gen_pfdict(file)
    return found


def _kept(cache: Path) -> Dictionary | None:
    """What a file holds that nobody else can have written; the very file that is read is looked at, not its name."""
    try:
        with open(cache, "rb", opener=_without_following) as file:
            if not _is_ours(os.fstat(file.fileno()), stat.S_ISREG):
                return None
            words, total = marshal.loads(file.read())  # noqa: S302  ours, as was just checked
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return words, total


def _keep(cache: Path, body: bytes) -> None:
    """Written whole or not at all, in place of whatever lay there. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=cache.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        Path(name).replace(cache)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def private_folder(wanted: Path) -> Path | None:
    """That folder, made if it is missing, if it is ours alone."""
    try:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = wanted.lstat()
    except OSError:
        return None
    return wanted if _is_ours(found, stat.S_ISDIR) else None


def _is_ours(found: os.stat_result, is_kind: Any) -> bool:
    return is_kind(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _without_following(path: str, flags: int) -> int:
    """Neither a link to somebody else's file nor a pipe that never answers."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


@lru_cache(maxsize=1)
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has escapes and imports that newer Pythons warn of
        import jieba  # noqa: PLC0415  see the head of this file
    jieba.setLogLevel(logging.WARNING)
    return jieba
