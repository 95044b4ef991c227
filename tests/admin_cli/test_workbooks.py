"""Workbooks: what is a number stays one, what is a moment becomes a date, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_cli import points_sheets, workbooks
from admin_cli.client import Failure
from admin_cli.workbooks import Sheet, Value
from core.clock import SHANGHAI

MOMENT = datetime(2026, 11, 2, 9, 30, tzinfo=SHANGHAI)


def written(path: Path, *rows: list[Value]) -> list[tuple[object, ...]]:
    """What another program reads in the file, formulas as they stand."""
    workbooks.write(path, [Sheet("表", ["一", "二"], rows)])
    book = openpyxl.load_workbook(path)
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows(min_row=2)]


def test_numbers_and_moments_keep_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    assert written(path, [12345678901, MOMENT], [-3, None]) == [
        (12345678901, datetime(2026, 11, 2, 9, 30)),
        (-3, None),
    ]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet["A2"].data_type == "n"
    assert sheet["B2"].is_date
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://a.example","x")', "+86", "-5", "@SUM(A1)", "\t=1", "\n=1", "#N/A", "=", "TRUE", "12"],
)
def test_text_is_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.xlsx"
    assert written(path, [text, "x"]) == [(text, "x")]
    cell = openpyxl.load_workbook(path).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix is text.startswith(workbooks.FORMULA)


@given(st.text(max_size=40))
def test_whatever_somebody_wrote_can_be_kept(text: str) -> None:
    target = io.BytesIO()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("表")
    sheet.append([workbooks._cell(sheet, text)])
    book.save(target)
    cell = openpyxl.load_workbook(target).worksheets[0]["A1"]
    assert cell.data_type == ("n" if cell.value is None else "s")


def test_text_that_is_too_long_is_cut(tmp_path: Path) -> None:
    [(text, _)] = written(tmp_path / "table.xlsx", ["长" * 40_000, None])
    assert isinstance(text, str)
    assert len(text) == workbooks.LONGEST_TEXT


def test_the_file_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_text("was readable", encoding="utf-8")
    path.chmod(0o644)
    written(path, [1, 2])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_its_folder_no_sheet_is_begun(tmp_path: Path) -> None:
    begun: list[Sheet] = []

    def sheets() -> Iterator[Sheet]:
        begun.append(Sheet("表", ["一"], []))
        yield begun[-1]

    with pytest.raises(FileNotFoundError) as refused:
        workbooks.write(tmp_path / "missing" / "a.xlsx", sheets())
    assert (refused.value.filename, begun) == (str(tmp_path / "missing"), [])


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    written(tmp_path / "table.xlsx", [1, 1], [2, 2])
    with pytest.raises(Failure):
        written(tmp_path / "table.xlsx", [1, 1], [2, 2], [3, 3])


def entry(seq: int, amount: int, after: int, why: str = "反映问题") -> dict[str, object]:
    return {
        "seq": seq,
        "at": "2026-11-02T09:30:00+08:00",
        "why": why,
        "amount_points": amount,
        "balance_after": after,
        "transfer_id": f"t{seq}",
    }


def test_a_statement_goes_from_balance_to_balance(tmp_path: Path) -> None:
    sums = {"opening": 5, "received": 10, "spent": 3, "closing": 12, "count": 2}
    answer = {"unit": "POINT", "month": "2026-11", "sums": sums}
    path = tmp_path / "table.xlsx"
    workbooks.write(path, [points_sheets.of_statement(answer, [entry(2, -3, 12, "=兑换"), entry(1, 10, 15)])])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert sheet.title == "积分 2026-11"
    assert rows[0] == points_sheets.STATEMENT
    assert [row[2:6] for row in rows[1:]] == [
        ("期初", None, None, 5), ("反映问题", 10, None, 15), ("=兑换", None, 3, 12), ("期末", 10, 3, 12),
    ]  # fmt: skip
    assert rows[2][1] == datetime(2026, 11, 2, 9, 30)


def test_saved_as_csv_a_number_is_no_formula(tmp_path: Path) -> None:
    """A spent amount stands without its sign, in a column of its own."""
    answer = {"unit": "POINT", "month": None, "sums": None}
    out = csv.writer(io.StringIO())
    for row in points_sheets.of_statement(answer, [entry(1, -3, 0)]).rows:
        assert not any(str(value).startswith(workbooks.FORMULA) for value in row)
        out.writerow(row)
