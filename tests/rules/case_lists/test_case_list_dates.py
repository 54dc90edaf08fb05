"""Are the dates that real systems write read as they are meant, with a note on whatever was decided?"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.rules.case_lists.check import CaseRow
from models.rules.case_lists.date_readings import DateReader
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.notes import Note
from models.rules.case_lists.report import Report
from tests.make_case_lists import (
    TODAY,
    case_row,
    check_bytes,
    csv_bytes,
    inline_row,
    listed,
    raw_workbook,
    sheet_xml,
    xlsx_bytes,
)

LISTS = Path(__file__).resolve().parents[4] / "shared" / "data" / "lists"
THE_DAY = date(2025, 3, 4)


def noted(report: Report, rule: str) -> list[Note]:
    return [note for note in report.notes if note.rule == rule]


def choice_for(content: bytes, **changes: object) -> ColumnChoice:
    sheet = likely_sheet(describe_sheets(open_case_list(io.BytesIO(content))))
    return replace(sheet.choice, **changes)  # type: ignore[arg-type]


def checked_ends(*ends: str, start: str = "04/03/2025") -> tuple[Report, list[date | None]]:
    report, rows = check_bytes(listed(*(case_row(f"F{n}", start=start, end=end) for n, end in enumerate(ends))))
    return report, [row[5] for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "04/03/2025, 00:00:00", "04/03/2025, 9:15 pm", "04 Mar 2025 09:15 am", "Tue 04 Mar 2025",
        "Tuesday, 4 March 2025", "4th of March 2025", "the 4th of March 2025", "2025-03-04T00:00:00.000",
        "04.03.2025 00:00",
        "20250304", "4-Mar-25", "March 4, 2025", "Tue Mar 04 2025 00:00:00 GMT+0000 (Greenwich Mean Time)",
        "Tue, 04 Mar 2025 00:00:00 GMT", "Tue Mar 4 00:00:00 GMT 2025", "04MAR2025:00:00:00", "04MAR2025",
        "04-MAR-25 12.00.00.000000 AM", "Mar 4 2025 12:00AM", "2025-Mar-04", "04 / 03 / 2025", "04–03–2025",
        "04/03/2025 - 09:15", "04/03/2025 at 9am", "04/03/2025 (Tue)", "4 Mawrth 2025", "Dydd Mawrth 4 Mawrth 2025",
        "20250304T091500", "2025-03-04 00:00:00+00", "45720", "45720.75", "04\u00a0Mar\u30002025", "Tues 4/3/25",
        "2025-03-04T23:59:59", "45720.999988426", "２０２５/03/04",
    ],
)  # fmt: skip
def test_shapes_that_senders_cannot_change_are_read(text: str) -> None:
    report, rows = check_bytes(csv_bytes([("Case reference", "Level", "Start date"), ("F1", "CIN", text)]))
    assert [row[4] for row in rows] == [THE_DAY], report.rejections


def test_september_is_read_in_every_usual_spelling_also_welsh() -> None:
    for text in ("4 Sept 2025", "Sept. 4, 2025", "4 Sep 2025", "4 Medi 2025", "4th September, 2025"):
        assert DateReader("day").read(text).day == date(2025, 9, 4), text


@pytest.mark.parametrize(
    "text",
    [
        "25-Mar",
        "Tuesday 4 March",
        "4 foo 2025",
        "2021",
        "03/25",
        "soon",
        "2025.03",
        "31 Feb 2025",
        "x" * 5000,
        "12:30:00",
    ],
)
def test_texts_that_name_no_day_stay_unreadable(text: str) -> None:
    assert DateReader("day", "end").read(text).is_unreadable


@pytest.mark.parametrize(
    "text",
    [
        "01/01/1900", "1900-01-01", "31/12/9999", "9999-12-31", "31/12/2099", "2099", "2999", "0000-00-00",
        "00/00/0000", "NULL", "null", "N/A", "#N/A", "-", "--", "—", "TBC", "TBC?", "1899-12-30", "31/12/1899", "0",
        "01/01/0001", "1753-01-01", "0000-00-00 00:00:00", "00/01/1900", "00-Jan-00", "2958465", "1970-01-01",
        "99/99/9999",
        "Ongoing", "31/12/99", "2079-06-06", "9999-12-31T00:00:00Z", "?", "none", "12/31/9999",
    ],
)  # fmt: skip
def test_placeholder_in_a_column_of_ends_is_an_open_end_with_a_note(text: str) -> None:
    report, ends = checked_ends("", text, "05/03/2025")
    assert ends == [None, None, date(2025, 3, 5)]
    assert [list(note.rows) for note in noted(report, "placeholder_end")] == [[3]]
    assert "1 cell" in noted(report, "placeholder_end")[0].text
    assert not report.warning_counts["unreadable_end"]


@pytest.mark.parametrize("text", ["01/01/1900", "NULL", "31/12/9999", "unknown", "0000-00-00"])
def test_placeholder_in_a_column_of_starts_is_an_unknown_start(text: str) -> None:
    report, rows = check_bytes(listed(case_row("F1"), case_row("F2", start=text), case_row("F3", start="")))
    assert [row[1] for row in rows] == ["F1"]
    assert [problem.codes for problem in report.rejected] == [("placeholder_start",), ("missing_start",)]
    assert [list(note.rows) for note in noted(report, "placeholder_start")] == [[3]]


def test_birth_on_the_first_day_of_1900_is_an_unknown_one_and_one_of_1970_is_a_birth() -> None:
    report, _rows = check_bytes(listed(case_row("F1", born="01/01/1900"), case_row("F2", born="01/01/1970")))
    assert [list(note.rows) for note in noted(report, "placeholder_dob")] == [[2]]


def test_level_told_by_the_end_agrees_with_the_end_that_counts_as_blank() -> None:
    content = listed(*(case_row(f"F{n}", end=end) for n, end in enumerate(("soon", "31/12/9999", "", "17/05/2019"))))
    choice = choice_for(content, level=None, level_rule="open_or_closed", open_level="CIN")
    report, rows = check_bytes(content, choice)
    assert [(row[2], row[5]) for row in rows] == [(3, None), (3, None), (3, None), (1, date(2019, 5, 17))]
    assert "Level not recorded" not in report.by_level
    assert "counts as blank and the case as open" in noted(report, "unreadable_end")[0].text


def test_two_digit_years_look_forward_in_ends_and_back_in_births() -> None:
    rows = [
        case_row("F1", start="13/03/25", end="15/06/29", born="15/06/26"),
        case_row("F2", start="13/03/25", end="15/06/50", born="15/06/19"),
        case_row("F3", start="13/03/50", end="15/06/52"),
        case_row("F4", start="13/03/25", end="15/06/24"),
    ]
    report, accepted = check_bytes(listed(*rows))
    assert [(str(row[4]), str(row[5])) for row in accepted] == [
        ("2025-03-13", "2029-06-15"),
        ("2025-03-13", "2050-06-15"),
        ("1950-03-13", "1952-06-15"),
    ]
    assert report.rows_with("end_before_start") == [5]
    assert not report.warning_counts["born_in_future"]
    assert len(noted(report, "two_digit_years")) == 3
    assert "1977 to 2076" in noted(report, "two_digit_years")[1].text


def test_utc_stamps_become_the_day_in_london_and_other_stamps_keep_theirs() -> None:
    starts = (
        "2025-06-02T23:00:00Z", "2025-06-02T23:30:00+00:00", "2025-06-03T00:00:00+01:00", "2025-06-02T23:30:00",
        "2025-03-03T23:30:00Z", "20250602T230000Z", "2025-06-03T01:00:00+05:30", "Mon, 02 Jun 2025 23:00:00 GMT",
    )  # fmt: skip
    report, rows = check_bytes(listed(*(case_row(f"F{n}", start=start) for n, start in enumerate(starts))))
    days = [str(row[4])[5:] for row in rows]
    assert days == ["06-03", "06-03", "06-03", "06-02", "03-03", "06-03", "06-02", "06-03"]
    assert [list(note.rows) for note in noted(report, "utc_stamps")] == [[2, 3, 7, 8, 9]]


def test_day_number_a_rounding_error_before_midnight_is_that_midnight_also_in_a_workbook() -> None:
    assert DateReader("day").read("45719.99999999999").day == THE_DAY
    assert DateReader("day").read("45719.999988426").day == date(2025, 3, 3)
    assert DateReader("day").read("45719.99999996528").day == date(2025, 3, 3)  # 23:59:59.997 of a database
    styles = b'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    cells = '<c t="inlineStr"><is><t>F1</t></is></c><c s="1"><v>45719.99999999999</v></c>'
    sheet = sheet_xml(inline_row(1, "Case reference", "Start date") + f'<row r="2">{cells}</row>')
    assert check_bytes(raw_workbook(sheet, styles=styles))[1][0][4] == THE_DAY


@pytest.mark.parametrize("text", ["Mar-25", "03/2025", "2025-03", "March 2025", "Mawrth 2025"])
def test_month_without_a_day_is_its_first_day_with_a_note(text: str) -> None:
    report, rows = check_bytes(listed(case_row("F1", start=text, end=""), case_row("F2", start="04/03/2025", end=text)))
    assert [(row[4], row[5]) for row in rows] == [(date(2025, 3, 1), None), (THE_DAY, THE_DAY)]
    assert [list(note.rows) for note in noted(report, "month_without_day")] == [[2], [3]]


def test_weekday_that_contradicts_its_date_is_noted_and_the_date_used() -> None:
    report, rows = check_bytes(listed(case_row("F1", start="Mon 4 Mar 2025"), case_row("F2", start="Tue 4 Mar 2025")))
    assert [row[4] for row in rows] == [THE_DAY, THE_DAY]
    assert [list(note.rows) for note in noted(report, "weekday_contradicts")] == [[2]]


def starts_of(content: bytes, *, is_restoring: bool) -> tuple[Report, Sequence[CaseRow]]:
    return check_bytes(content, choice_for(content, restore_swapped_dates=is_restoring))


@pytest.mark.parametrize(
    ("cells", "meant"),
    [
        ([date(2025, 4, 3), "03/14/2025", date(2025, 5, 4), "04/25/2025"], ["03-04", "03-14", "04-05", "04-25"]),
        ([date(2025, 4, 3), "14/03/2025", date(2025, 5, 4), "25/04/2025"], ["03-04", "03-14", "04-05", "04-25"]),
    ],
)
def test_half_converted_column_is_noted_and_swapped_back_when_chosen(cells: list[object], meant: list[str]) -> None:
    rows = [(f"F{n}", "CIN", cell) for n, cell in enumerate(cells)]
    content = xlsx_bytes({"Cases": [("Case reference", "Level", "Start date"), *rows]})
    report, accepted = starts_of(content, is_restoring=False)
    (note,) = noted(report, "half_converted_dates")
    assert (list(note.rows), note.choice) == ([2, 4], "restore_swapped_dates")
    assert [str(row[4]) for row in accepted][::2] == ["2025-04-03", "2025-05-04"]
    report, accepted = starts_of(content, is_restoring=True)
    assert [str(row[4])[5:] for row in accepted] == meant
    assert "swapped back, as chosen" in noted(report, "half_converted_dates")[0].text


@pytest.mark.parametrize("other", [date(2025, 5, 14), "05/06/2025"])
def test_column_with_later_days_or_convertible_texts_is_not_half_converted(other: object) -> None:
    cells = [date(2025, 4, 3), "03/14/2025", date(2025, 5, 4), "04/25/2025", other]
    rows = [(f"F{n}", "CIN", cell) for n, cell in enumerate(cells)]
    report, _rows = check_bytes(xlsx_bytes({"Cases": [("Case reference", "Level", "Start date"), *rows]}))
    assert not noted(report, "half_converted_dates")


def test_placeholders_prove_no_order_of_day_and_month() -> None:
    report, ends = checked_ends("31/12/9999", "03/14/2025", "04/05/2025", start="2025-03-01")
    assert ends == [None, date(2025, 3, 14), date(2025, 4, 5)]
    assert not noted(report, "mixed_date_order")


def test_odd_dates_are_noted_in_the_same_rows_whether_judged_together_or_alone() -> None:
    odd = ("31/12/9999", "15/06/29", "Mar-25", "soon", "", "2025-06-02T23:00:00Z", "Mon 4 Mar 2025", "45720", "NULL")
    rows = [case_row(f"F{n}", start=odd[n % 9], end=odd[n // 9 % 9], born=odd[n % 7]) for n in range(500)]
    together, alone = (check_bytes(listed(*rows), is_row_by_row=is_row_by_row) for is_row_by_row in (False, True))
    assert together[1] == alone[1]
    assert together[0].as_facts() == alone[0].as_facts()


@pytest.mark.skipif(not LISTS.is_dir(), reason="the lists that went wrong elsewhere are not here")
@pytest.mark.parametrize(
    "name",
    [
        "04c_serial_float.csv", "05b_js_locale.csv", "05f_bst_z.csv", "07a_half_converted.xlsx",
        "08f_cin_placeholders.csv", "18a_date_formats.xlsx", "20a_two_digit_years.csv",
    ],
)  # fmt: skip
def test_list_that_went_wrong_elsewhere_gives_its_figures(name: str) -> None:
    figures = json.loads((LISTS / "expected.json").read_text())[name]
    content = (LISTS / name).read_bytes()
    report, rows = starts_of(content, is_restoring=True)
    assert len(rows) == figures["cases"]
    assert report.rejected_count == figures.get("rejected", 0)
    days = [str(row[4]) for row in rows]
    assert min(days) == figures.get("first_start", min(days))
    assert days == figures.get("true_starts", days)
    assert set(days) == {figures["all starts"]} if "all starts" in figures else True
    if "open" in figures:
        assert sum(row[5] is None for row in rows) == figures["open"]
        assert report.by_level == {"Child in need": figures["open"], "Closed": figures["closed"]}
    if name.startswith("20a"):
        assert [row[5].year for row in rows if row[5]] == [2029, 2030, 2031, 2040, 2049, 2050]
        assert min(row[5] for row in rows if row[5]) > TODAY
