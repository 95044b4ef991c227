"""Tables that workers keep: the rows of a CSV file, or of the first sheet of an Excel file."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from admin_cli.client import Exit, Failure

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell, ReadOnlyCell

LARGEST_PART: Final = 64 * 1024 * 1024
MOST_COLUMNS: Final = 100
MOST_ROWS: Final = 1_048_576
# What a broken workbook raises out of openpyxl and zipfile; what defusedxml refuses is a ValueError.
_UNREADABLE: Final = (
    *(ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError, EOFError, RuntimeError, SyntaxError),
    *(zipfile.BadZipFile, zlib.error),
)
# ECMA-376 part 1, 18.8.30: built-in formats that are dates and times in Chinese Excel; openpyxl knows the English ones.
_CHINESE_DATES: Final = frozenset({*range(27, 37), *range(50, 59)})


def rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that hold something, each with its number in the file, counted from 1. Raises Failure."""
    content = path.read_bytes()
    try:
        found = _of_workbook(content) if path.suffix.lower() == ".xlsx" else list(_of_csv(content))
    except (csv.Error, *_UNREADABLE) as error:
        raise Failure(Exit.USAGE, f"{path.name} 读不懂：{error.__cause__ or error}") from None
    return [(number, cells) for number, cells in found if any(cells)]


def _of_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """A row may go over several lines; its number is that of the last."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    for cells in reader:
        yield reader.line_num, [cell.strip() for cell in cells]


def _text(content: bytes) -> str:
    """UTF-8, or what Excel in China writes. Raises ValueError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _of_workbook(content: bytes) -> list[tuple[int, list[str]]]:
    """Formulas stand for their last results. Where the sheet says it ends is not asked: programs write it wrongly."""
    import openpyxl  # noqa: PLC0415  commands that read no workbook start without it

    _weigh(content)
    found: list[tuple[int, list[str]]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of styles and extensions, which no table of ours needs
        with closing(openpyxl.load_workbook(io.BytesIO(content), True, data_only=True, keep_links=False)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
                if number > MOST_ROWS:
                    raise ValueError(f"> {MOST_ROWS} rows")
                if width := max((column for column, cell in enumerate(row, 1) if cell.value is not None), default=0):
                    found.append((number, [_typed(_value(cell, book.epoch)) for cell in row[:width]]))
    return found


def _weigh(content: bytes) -> None:
    """Raises ValueError where a part is larger than any table of ours."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for part in book.infolist():
            if part.file_size > LARGEST_PART:
                raise ValueError(f"{part.filename} > {LARGEST_PART} bytes")


def _value(cell: Cell | MergedCell, epoch: datetime) -> object:
    """What openpyxl read, or the date or time that it took for a number."""
    from openpyxl.utils.datetime import from_excel  # noqa: PLC0415  see above

    if cell.data_type != "n" or cell.value is None:
        return cell.value
    read = cast("ReadOnlyCell", cell)  # the types know only the cells of a workbook that is read whole
    if read.style_array.numFmtId in _CHINESE_DATES:
        return from_excel(cell.value, epoch)
    return cell.value


def _typed(value: object) -> str:
    """As it was typed: no exponent, no `.0`, no more than the 15 digits Excel keeps; dates and times in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value).strip()
