"""Excel files that `hc` writes: numbers are numbers, moments are dates, and no text is ever a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from admin_cli.client import Exit, Failure
from admin_cli.output import clean

if TYPE_CHECKING:
    from openpyxl.cell import Cell

Value = str | int | datetime | None

MOST_ROWS: Final = 1_048_576
LONGEST_TEXT: Final = 32_767
WIDTH: Final = 18
MOMENT: Final = "yyyy-mm-dd hh:mm:ss"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What begins a formula, also once the sheet is saved as CSV and opened again."""

_NOT_XML: Final = dict.fromkeys((0xFFFE, 0xFFFF))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its title, the headings of its columns, and its rows from the top."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write(path: Path, sheets: Iterable[Sheet]) -> None:
    """A workbook for its owner's eyes only. Raises Failure for more rows than a sheet has, OSError."""
    import openpyxl  # noqa: PLC0415  commands that write no workbook start without it

    path.parent.stat()  # before a sheet is begun: openpyxl complains of one that is never saved
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    path.touch(mode=0o600)
    path.chmod(0o600)
    book.save(path)


def _fill(target: Any, sheet: Sheet) -> None:
    """`target` is a sheet that is only written, of which the types know less than it has."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  see above

    target.freeze_panes = "A2"
    for column in range(1, len(sheet.headings) + 1):
        target.column_dimensions[get_column_letter(column)].width = WIDTH
    for number, row in enumerate(_rows(sheet), start=1):
        if number > MOST_ROWS:
            target.close()
            raise Failure(Exit.REFUSED, f"超过{MOST_ROWS}行，一张表放不下。")
        target.append([_cell(target, value) for value in row])


def _rows(sheet: Sheet) -> Iterator[Sequence[Value]]:
    yield sheet.headings
    yield from sheet.rows


def _cell(target: Any, value: Value) -> Cell:
    """Text is marked as text after openpyxl has guessed: it takes `=1` for a formula and `#N/A` for an error."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  see above

    if isinstance(value, datetime):
        cell = WriteOnlyCell(target, value=value.replace(tzinfo=None))  # Excel knows no time zones
        cell.number_format = MOMENT
        return cell
    if not isinstance(value, str):
        return WriteOnlyCell(target, value=value)
    text = clean(value).translate(_NOT_XML)[:LONGEST_TEXT]
    if not text:
        return WriteOnlyCell(target)
    cell = WriteOnlyCell(target, value=text)
    cell.data_type = "s"
    if text.startswith(FORMULA):
        cell.quotePrefix = True
    return cell
