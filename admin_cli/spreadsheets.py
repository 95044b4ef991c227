"""Tables that workers keep: the rows of a CSV file, or of the first sheet of an Excel file."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from admin_cli.client import Exit, Failure

LARGEST_PART: Final = 64 * 1024 * 1024
MOST_COLUMNS: Final = 100
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_COLUMN: Final = re.compile("[A-Z]{1,3}")


def rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that hold something, each with its number in the file, counted from 1. Raises Failure."""
    try:
        found = list(_of_workbook(path) if path.suffix.lower() == ".xlsx" else _of_csv(path))
    except (ValueError, KeyError, csv.Error, zipfile.BadZipFile, ParseError, DefusedXmlException) as error:
        raise Failure(Exit.USAGE, f"{path.name} 读不懂：{error}") from None
    return [(number, cells) for number, cells in found if any(cells)]


def _of_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """A row may go over several lines; its number is that of the last."""
    reader = csv.reader(io.StringIO(_text(path.read_bytes()), newline=""), strict=True)
    for cells in reader:
        yield reader.line_num, [cell.strip() for cell in cells]


def _text(content: bytes) -> str:
    """UTF-8, or what Excel in China writes. Raises ValueError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _of_workbook(path: Path) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        sheet = min(name for name in names if re.fullmatch(r"xl/worksheets/sheet[0-9]+\.xml", name))
        shared = _shared(_part(book, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
        for row in _part(book, sheet).iter(f"{_MAIN}row"):
            yield int(row.get("r", "0")), _cells(row, shared)


def _part(book: zipfile.ZipFile, name: str) -> Element:
    """Raises ValueError where a part is larger than any table of ours."""
    if book.getinfo(name).file_size > LARGEST_PART:
        raise ValueError(f"{name} > {LARGEST_PART} bytes")
    return fromstring(book.read(name))


def _shared(strings: Element) -> list[str]:
    return [_said(one) for one in strings.iter(f"{_MAIN}si")]


def _said(element: Element) -> str:
    """The text of a string, which may stand in several runs; what is written above it (phonetic) is none of it."""
    runs = [element, *element.findall(f"{_MAIN}r")]
    return "".join(text.text or "" for run in runs for text in run.findall(f"{_MAIN}t"))


def _cells(row: Element, shared: Sequence[str]) -> list[str]:
    """Empty cells are left out of the file: each cell says in which column it is."""
    found: dict[int, str] = {}
    for position, cell in enumerate(row.iter(f"{_MAIN}c")):
        letters = _COLUMN.match(cell.get("r", ""))
        column = _number(letters.group()) if letters else position
        if column < MOST_COLUMNS:
            found[column] = _value(cell, shared).strip()
    return [found.get(column, "") for column in range(max(found, default=-1) + 1)]


def _value(cell: Element, shared: Sequence[str]) -> str:
    if (inline := cell.find(f"{_MAIN}is")) is not None:
        return _said(inline)
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") != "s":
        return value
    number = int(value)
    if not 0 <= number < len(shared):
        raise ValueError(f"no shared string {number}")
    return shared[number]


def _number(letters: str) -> int:
    """`A` → 0, `AA` → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
