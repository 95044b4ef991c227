"""Words of a text by jieba, for search: which parts of a worker's query must be found in a summary.

jieba costs 80 MB and a second, so it is loaded when the first query comes. Its own cache lies unprotected in the
shared temporary directory and is read by `marshal`; ours is a folder that only this user can write.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

SHORTEST: Final = 2
MOST_WORDS: Final = 8


def search_words(query: str) -> tuple[str, ...]:
    """The words of a query, longest first, without those of one character unless there are no others."""
    cut = [word.strip() for part in query.split() for word in _tokenizer().cut_for_search(part)]
    words = list(dict.fromkeys(word for word in cut if word))
    long = [word for word in words if len(word) >= SHORTEST]
    # A long word and its parts all match the same text, so the parts add nothing.
    whole = [word for word in long if not any(word != other and word in other for other in long)]
    return tuple(sorted(whole or words, key=len, reverse=True)[:MOST_WORDS])


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has escapes and imports that newer Pythons warn of
        import jieba  # noqa: PLC0415  see the head of this file
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(private_folder(user_cache_path("happy-community") / "words"))
    tokenizer.initialize()
    return tokenizer


def private_folder(wanted: Path) -> Path:
    """That folder if it is ours alone, else a new one that is."""
    try:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = wanted.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="happy-community-"))
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return wanted if is_ours else Path(tempfile.mkdtemp(prefix="happy-community-"))
