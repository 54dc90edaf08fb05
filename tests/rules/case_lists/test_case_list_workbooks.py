"""Is what a workbook hides, formats or has not calculated told, and does formatting alone cost nothing?"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from models.core.errors import RuleBroken
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.files.blank_cells import without_blank_cells
from models.rules.case_lists.files.number_formats import is_date_format, read_digit_format
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.notes import Note
from models.rules.case_lists.report import Report
from models.rules.case_lists.samples import sample_rows
from tests.make_case_lists import TODAY, check_bytes, inline_row, raw_workbook, sheet_xml

LISTS = Path(__file__).resolve().parents[4] / "shared/data/lists"
HEADINGS = ("Case reference", "Theme", "Start date")
Sheet = xlsxwriter.worksheet.Worksheet


def workbook(shape: Callable[[xlsxwriter.Workbook, Sheet], None], count: int = 6) -> bytes:
    """A workbook of so many cases that `shape` then changes."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Cases")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, count + 1):
            sheet.write_row(row, 0, (f"F{row}", "Neglect", date(2025, 3, row)))
        shape(book, sheet)
    return target.getvalue()


def note_of(report: Report, rule: str) -> Note:
    [note] = [note for note in report.notes if note.rule == rule]
    return note


def shared(name: str) -> bytes:
    if not LISTS.exists():
        pytest.skip("the shared lists are not here")
    return (LISTS / name).read_bytes()


def test_hidden_sheet_that_comes_first_is_never_guessed_and_is_named() -> None:
    report, rows = check_bytes(shared("02b_hidden_sheet_first.xlsx"))
    assert len(rows) == 8
    assert "Last year" in note_of(report, "hidden_sheets").text


@pytest.mark.parametrize("hide", ["hide", "very_hidden"])
def test_hidden_list_is_marked_and_a_visible_sheet_is_offered_even_if_it_is_no_list(hide: str) -> None:
    def shape(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        book.add_worksheet("Guidance").write(0, 0, "Read me")
        book.worksheets()[1].activate()
        getattr(sheet, hide)()

    sheets = describe_sheets(open_case_list(io.BytesIO(workbook(shape))))
    assert [(sheet.name, sheet.is_hidden) for sheet in sheets] == [("Cases", True), ("Guidance", False)]
    assert likely_sheet(sheets).name == "Guidance"
    assert "is hidden" in note_of(check_bytes(workbook(shape), sheet="Cases")[0], "hidden_sheet").text


@pytest.mark.parametrize("options", [{"hidden": True}, {"hidden": True, "level": 1}])
def test_hidden_rows_are_counted_and_left_out_where_the_officer_says_so(options: dict[str, object]) -> None:
    content = workbook(lambda _book, sheet: [sheet.set_row(row, None, None, options) for row in (2, 4)])
    report, rows = check_bytes(content)
    note = note_of(report, "hidden_rows")
    assert (len(rows), note.rows, note.choice) == (6, (3, 5), "leave_out_hidden")
    choice = ColumnChoice("Case reference", theme="Theme", start="Start date", leave_out_hidden=True)
    report, rows = check_bytes(content, choice)
    assert [row[0] for row in rows] == [2, 4, 6, 7]
    assert note_of(report, "hidden_rows").text.startswith("2 hidden rows left out")


def test_rows_of_no_height_are_hidden_and_a_list_that_hides_nothing_has_no_note() -> None:
    report, _rows = check_bytes(workbook(lambda _book, sheet: sheet.set_row(3, 0)))
    assert note_of(report, "hidden_rows").rows == (4,)
    assert not check_bytes(workbook(lambda _book, sheet: None))[0].notes


def test_chosen_column_that_is_hidden_is_named() -> None:
    report, _rows = check_bytes(workbook(lambda _book, sheet: sheet.set_column(2, 2, None, None, {"hidden": True})))
    assert "“Start date” is hidden" in note_of(report, "hidden_columns").text


def test_references_are_read_as_their_number_format_shows_them() -> None:
    assert check_bytes(shared("06e_ref_number_format.xlsx"))[1][0][1] == "004120"
    rows = check_bytes(shared("18b_number_formats_in_reference.xlsx"))[1]
    assert [row[1] for row in rows] == [str(number) for number in range(45_000, 45_012)]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("000000", "004120"), ('"CH-"000000', "CH-004120"), ('"CH-"0', "CH-4120"), ("0000-000", "0004-120"),
        (r"\C\H000000", "CH004120"), ("00\\/0000", "00/4120"), ("[Red]000000;-0", "004120"), ("#0000", "4120"),
        ("[$-809]000000", "004120"), ("_-000000_-", "004120"), ('000000;"("0")"', "004120"),
        ('"A;B"000000', "A;B004120"),
        ("0", None), ("General", None), ("@", None), ("#,##0", None), ("0.00", None), ('"Day "0', None), ("0%", None),
        ('0 "days"', None), ("[<=9999999]000-0000;0", None), ("00E+00", None), ("[$£-809]000000", None),
    ],
)  # fmt: skip
def test_format_of_fixed_digits_gives_its_text_and_any_other_none(code: str, shown: str | None) -> None:
    digits = read_digit_format(code)
    assert (digits.show(4120) if digits else None) == shown
    assert not is_date_format(code)


def test_day_numbers_in_general_cells_follow_the_epoch_of_1904() -> None:
    report, _rows = check_bytes(shared("03b_1904_general.xlsx"))
    assert report.starts == {"first": "2025-03-04", "last": "2025-04-18"}
    file = open_case_list(io.BytesIO(shared("03b_1904_general.xlsx")))
    sheet = describe_sheets(file)[0]
    assert sample_rows(file, sheet, sheet.choice, {}, today=TODAY)[0].days["start"] == ("44258", date(2025, 3, 4))


def test_date_cell_a_rounding_error_below_midnight_is_that_midnight() -> None:
    def shape(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        sheet.write_number(1, 2, 45719.99999999999, book.add_format({"num_format": "dd/mm/yyyy"}))

    assert check_bytes(workbook(shape))[1][0][4] == date(2025, 3, 4)


def uncalculated(rows: int) -> bytes:
    cells = "".join(
        f'<row r="{row}"><c t="inlineStr"><is><t>F{row}</t></is></c><c><f>H2+5</f>'
        f"{'<v>43831</v>' if row > rows + 1 else ''}</c></row>"
        for row in range(2, 12)
    )
    return raw_workbook(sheet_xml(inline_row(1, "Case reference", "Start date") + cells))


def test_formulas_that_were_never_calculated_are_a_note_or_refuse_the_column() -> None:
    report, _rows = check_bytes(uncalculated(3))
    assert note_of(report, "never_calculated").rows == (2, 3, 4)
    with pytest.raises(RuleBroken, match="“Start date” were never calculated: open the workbook in Excel, save it"):
        check_bytes(uncalculated(8))


def test_noughts_of_a_program_that_cannot_calculate_are_no_values() -> None:
    def shape(_book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        for row in range(1, 7):
            sheet.write_formula(row, 2, "=TODAY()")

    with pytest.raises(RuleBroken, match="never calculated"):
        check_bytes(workbook(shape))


def test_parts_named_with_backslashes_are_read() -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(lambda _book, sheet: None))) as good,
        zipfile.ZipFile(target, "w") as odd,
    ):
        for name in good.namelist():
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = entry.orig_filename = name.replace("/", "\\")
            odd.writestr(entry, good.read(name))
    assert b"xl\\workbook.xml" in target.getvalue()
    assert len(check_bytes(target.getvalue())[1]) == 6


def processor_seconds(content: bytes) -> float:
    started = time.process_time()
    assert len(check_bytes(content)[1]) == 6
    return time.process_time() - started


@pytest.mark.parametrize("is_written", [True, False])
def test_formatting_far_below_six_cases_costs_hardly_more_than_reading_the_file(is_written: bool) -> None:
    def shape(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        border = book.add_format({"border": 1})
        for row in range(7, 60_000):
            if is_written:
                for place in range(6):
                    sheet.write_blank(row, place, None, border)
            else:
                sheet.set_row(row, 20, border)

    assert processor_seconds(workbook(shape)) < 0.7  # 2 seconds before


def test_value_below_a_long_stretch_of_formatting_is_found() -> None:
    def shape(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        border = book.add_format({"border": 1})
        for row in range(7, 5_000):
            for place in range(6):
                sheet.write_blank(row, place, None, border)
        sheet.write_row(5_000, 0, ("F7", "Neglect", date(2025, 3, 9)))

    assert [row[0] for row in check_bytes(workbook(shape))[1]][-2:] == [7, 5_001]


def test_cells_are_left_out_only_where_no_other_moves_wherever_the_file_is_cut() -> None:
    kept = [
        b'<row r="1"><c r="A1" s="1"/><c><v>1</v></c></row>',
        b'<row r="3" s="1"/><row><c><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v><![CDATA[<row r="2"/><row r="3"/>]]></v></c></row>',
        b'<x:row r="1"><x:c r="A1"/><x:c r="B1"><x:v>1</x:v></x:c></x:row>',
        b'<!-- <row r="8"/><row r="9"/><row r="10"> -->',
    ]
    for sheet in kept:
        for cut in range(1, len(sheet)):
            assert b"".join(without_blank_cells([sheet[:cut], sheet[cut:]])) == sheet
    filled, last = b'<row r="1"><c r="B1"><v>1</v></c></row>', b'<row r="3"/></sheetData>'
    blank = filled.replace(b"<c ", b'<c r="A1" s="1"/><c ') + b'<row r="2"><c r="A2"></c></row>' + last
    assert b"".join(without_blank_cells([blank])) == filled + last
