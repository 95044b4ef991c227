"""What `hc` prints: the API's JSON as it came, or tables and cards for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from admin_cli.words import FORMATS

Json = dict[str, Any]
Column = tuple[str, str]
"""A heading and the field below it; a dotted field reaches into objects."""

PIPED_WIDTH: Final = 240
FOUND: Final = "bold yellow"


class Printer:
    """`as_json` is set by `--json`, wherever it stands on the command line."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, emoji=False)
        self.err = Console(stderr=True, highlight=False, emoji=False)

    def listing(self, answer: Json, columns: Sequence[Column]) -> None:
        """A page of a list; how to get the next one, and which `words` were searched, is said on stderr.

        The words are marked where the table goes to a terminal.
        """
        if self.as_json:
            self._json(answer)
            return
        words = answer.get("words", ())
        table = Table(show_edge=False, header_style="bold")
        for heading, _ in columns:
            table.add_column(heading, overflow="fold")
        for item in answer["items"]:
            table.add_row(*(_marked(_cell(item, name), words) for _, name in columns))
        self.out.print(table)
        if words:
            self.note(f"查的词：{'、'.join(words)}")
        if answer.get("next"):
            self.note(f"还有更多，接着看请加：--cursor {answer['next']}")

    def rows(self, answer: Json, field: str, columns: Sequence[Column]) -> None:
        """A list that stands in a field of the answer."""
        if self.as_json:
            self._json(answer)
        else:
            self.listing({"items": answer[field]}, columns)

    def card(self, answer: Json, columns: Sequence[Column]) -> None:
        """One thing, a line for each field that says something."""
        if self.as_json:
            self._json(answer)
            return
        table = Table(show_header=False, show_edge=False, box=None)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for heading, name in columns:
            if shown := _cell(answer, name):
                table.add_row(heading, Text(shown))
        self.out.print(table)

    def lines(self, heading: str, items: Sequence[Json], columns: Sequence[Column]) -> None:
        """A list within a card; `--json` has it in the answer already."""
        if self.as_json or not items:
            return
        self.out.print(Text(f"\n{heading}", style="bold"))
        for item in items:
            self.out.print(Text("  " + "  ".join(_cell(item, name) for _, name in columns)))

    def done(self, answer: Json, message: str) -> None:
        """A change was made."""
        if self.as_json:
            self._json(answer)
        else:
            self.out.print(Text(clean(message)))

    def note(self, message: str) -> None:
        """A remark beside the answer, on stderr."""
        self.err.print(Text(clean(message)))

    def _json(self, answer: Json) -> None:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")


def clean(text: str) -> str:
    """Text without control characters: what residents write must not steer a worker's terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def _marked(shown: str, words: Sequence[str]) -> Text:
    """The searched words stand out; the database compares Latin letters in either case."""
    text = Text(shown)
    text.highlight_words(words, FOUND, case_sensitive=False)
    return text


def _cell(item: Mapping[str, Any], name: str) -> str:
    """What stands in a table for one field; nothing where it is empty."""
    value = _field(item, name)
    if value is None or value in ("", [], {}):
        return ""
    return clean(FORMATS[name](value)) if name in FORMATS else _shown(value)


def _field(item: Mapping[str, Any], name: str) -> Any:
    value: Any = item
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case str():
            return clean(value.replace("T", " ")[:16]) if _is_time(value) else clean(value)
        case list() | dict():
            return clean(json.dumps(value, ensure_ascii=False))
        case _:
            return str(value)


def _is_time(value: str) -> bool:
    """`2026-11-21T09:00:00+08:00`, as the API writes moments."""
    return len(value) == 25 and value[10] == "T" and value[19:] == "+08:00"
