"""Tables of workers: CSV in two encodings and the first sheet of an Excel file; hostile ones are refused."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import openpyxl
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


_OFFICE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
TYPES: Final = f"""<Types xmlns="{_PACKAGE}/content-types">
<Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{_OFFICE}.sharedStrings+xml"/></Types>"""
BOOK: Final = f"""<workbook {_MAIN} xmlns:r="{_RELATED}">
<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"""
RELATIONS: Final = f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"""


def workbook(path: Path, sheet: str = SHEET, strings: str = STRINGS, book_part: str = BOOK, types: str = TYPES) -> Path:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", types)
        book.writestr("xl/workbook.xml", book_part)
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        book.writestr("xl/sharedStrings.xml", strings)
    return path


def test_the_first_sheet_is_read_with_its_gaps(tmp_path: Path) -> None:
    found = spreadsheets.rows(workbook(tmp_path / "a.xlsx"))
    assert found == [(1, ["text", "intent"]), (3, ["查积分", "", "5"])]


def test_what_was_typed_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([13800000000, 1.38e10, 3.0, 0.1, 0.1 + 0.2, 1e-7, " 查积分 ", True])
    sheet.append([date(2026, 1, 2), datetime(2026, 1, 2, 8, 30), time(8, 30)])
    book.save(path)
    assert spreadsheets.rows(path) == [
        (1, ["13800000000", "13800000000", "3", "0.1", "0.3", "0.0000001", "查积分", "TRUE"]),
        (2, ["2026-01-02", "2026-01-02T08:30:00", "08:30:00"]),
    ]


def test_a_date_in_a_format_of_chinese_excel_is_a_date(tmp_path: Path) -> None:
    sheet = f'<worksheet {_MAIN}><sheetData><row r="1"><c r="A1" s="1"><v>46024</v></c></row></sheetData></worksheet>'
    styles = f"""<styleSheet {_MAIN}>
    <fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>"""
    path = workbook(tmp_path / "a.xlsx", sheet)
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/styles.xml", styles)
    assert spreadsheets.rows(path) == [(1, ["2026-01-02"])]


def test_a_formula_stands_for_what_it_came_to_and_a_wrong_dimension_hides_nothing(tmp_path: Path) -> None:
    sheet = f"""<worksheet {_MAIN}><dimension ref="A1"/><sheetData>
    <row r="2"><c r="B2"><f>1+2</f><v>3</v></c><c r="CV2"><v>4</v></c><c r="CW2"><v>5</v></c></row>
    </sheetData></worksheet>"""
    found = spreadsheets.rows(workbook(tmp_path / "a.xlsx", sheet))
    assert found == [(2, ["", "3", *[""] * (spreadsheets.MOST_COLUMNS - 3), "4"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_comes_as_excel_writes_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('text,intent\r\n\r\n"查,积分",points_query\r\n'.encode(encoding))
    assert spreadsheets.rows(path) == [(1, ["text", "intent"]), (3, ["查,积分", "points_query"])]


_BOMB: Final = '<!DOCTYPE x [<!ENTITY b "b"><!ENTITY a "&b;&b;&b;">]>'
_OUTSIDE: Final = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
NO_STRING: Final = (
    f'<worksheet {_MAIN}><sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize("doctype", [_BOMB, _OUTSIDE])
@pytest.mark.parametrize("part", ["sheet", "strings", "book_part", "types"])
def test_entities_are_refused_in_every_part(tmp_path: Path, part: str, doctype: str) -> None:
    parts = {"sheet": SHEET, "strings": STRINGS, "book_part": BOOK, "types": TYPES}
    path = workbook(tmp_path / "a.xlsx", **{part: doctype + parts[part]})
    with pytest.raises(Failure, match="EntitiesForbidden"):
        spreadsheets.rows(path)


@pytest.mark.parametrize(
    ("sheet", "strings"),
    [
        (SHEET, "<broken"),
        (NO_STRING, STRINGS),
        ("", STRINGS),
        (NO_STRING.replace("9", "x"), STRINGS),
        (SHEET.replace('r="B1"', 'r="?"'), STRINGS),
        (SHEET.replace('r="3"', 'r="x"'), STRINGS),
        (SHEET.replace("<v>5</v>", "<v>five</v>"), STRINGS),
    ],
)
def test_a_broken_workbook_is_refused(tmp_path: Path, sheet: str, strings: str) -> None:
    with pytest.raises(Failure, match="读不懂"):
        spreadsheets.rows(workbook(tmp_path / "a.xlsx", sheet, strings))


def test_a_row_far_away_is_refused_before_it_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 10)
    with pytest.raises(Failure, match="rows"):
        spreadsheets.rows(workbook(tmp_path / "a.xlsx", SHEET.replace('<row r="4">', '<row r="999999999999">')))


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


def test_a_workbook_whose_sheets_are_missing_is_refused(tmp_path: Path) -> None:
    empty = BOOK.replace('<sheet name="a" sheetId="1" r:id="rId1"/>', "")
    with pytest.raises(Failure, match="读不懂"):
        spreadsheets.rows(workbook(tmp_path / "a.xlsx", book_part=empty))
