"""Tables of workers: CSV in two encodings and the first sheet of an Excel file; hostile ones are refused."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import pytest

from admin_cli import spreadsheets
from admin_cli.client import Failure

_MAIN: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET: Final = f"""<worksheet {_MAIN}><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>查积分</t></is></c><c r="C3"><v>5</v></c></row>
<row r="4"></row></sheetData></worksheet>"""
STRINGS: Final = f"""<sst {_MAIN}><si><t>text</t></si>
<si><r><t>int</t></r><r><t>ent</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>"""


def workbook(path: Path, sheet: str = SHEET, strings: str = STRINGS) -> Path:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        book.writestr("xl/sharedStrings.xml", strings)
    return path


def test_the_first_sheet_is_read_with_its_gaps(tmp_path: Path) -> None:
    found = spreadsheets.rows(workbook(tmp_path / "a.xlsx"))
    assert found == [(1, ["text", "intent"]), (3, ["查积分", "", "5"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_comes_as_excel_writes_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('text,intent\r\n\r\n"查,积分",points_query\r\n'.encode(encoding))
    assert spreadsheets.rows(path) == [(1, ["text", "intent"]), (3, ["查,积分", "points_query"])]


ENTITIES: Final = f'<!DOCTYPE x [<!ENTITY a "b">]><sst {_MAIN}><si><t>&a;</t></si></sst>'
NO_STRING: Final = (
    f'<worksheet {_MAIN}><sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("sheet", "strings"),
    [
        (SHEET, ENTITIES),
        (SHEET, "<broken"),
        (NO_STRING, STRINGS),
        ("", STRINGS),
        (NO_STRING.replace("9", "x"), STRINGS),
    ],
)
def test_a_hostile_or_broken_workbook_is_refused(tmp_path: Path, sheet: str, strings: str) -> None:
    with pytest.raises(Failure, match="读不懂"):
        spreadsheets.rows(workbook(tmp_path / "a.xlsx", sheet, strings))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "LARGEST_PART", 10)
    with pytest.raises(Failure, match="bytes"):
        spreadsheets.rows(workbook(tmp_path / "a.xlsx"))


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", b"no zip"), ("a.csv", b'"open\n'), ("a.csv", b"\xff\xfe\xff")]
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Failure, match="读不懂"):
        spreadsheets.rows(path)


def test_a_workbook_without_a_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("other.xml", "<x/>")
    with pytest.raises(Failure, match="读不懂"):
        spreadsheets.rows(path)
