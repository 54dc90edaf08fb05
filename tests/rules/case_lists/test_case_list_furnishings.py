"""Does no line of a report become a case, and no case a line of a report?"""

from __future__ import annotations

import io
from datetime import date

import pytest

from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.levels import Level
from models.rules.case_lists.report import Report

LEVELS = [Level(1, "Child in need"), Level(2, "Looked after"), Level(3, "Care leaver")]
DATED = ["Case reference,Level,Theme,Start date,End date,Team"] + [
    f"QK{number},Child in need,Neglect,{number % 28 + 1:02d}/03/2025,,North" for number in range(100, 130)
]
UNDATED = ["Child Unique ID,Gender,Ethnicity,Eligibility Category,LA In Touch,Type of Accommodation"] + [
    f"{number},a) Male,a) WBRI,b) Former relevant,a) Yes,B" for number in range(7000, 7030)
]
PLAIN = ["Case reference,Level"] + [f"QK{number},Child in need" for number in range(100, 130)]


def checked(lines: list[str], **choice: bool) -> tuple[Report, list[str]]:
    file = open_case_list(io.BytesIO("\r\n".join(lines).encode()))
    sheet = likely_sheet(describe_sheets(file))
    amended = type(sheet.choice)(**{**vars(sheet.choice), **choice})
    check = CaseListCheck(file, sheet, amended, LEVELS, today=date(2026, 11, 28))
    references = [row[1] for row in check.rows()]
    return check.report, references


def note_rows(report: Report, rule: str) -> list[int]:
    return [row for note in report.notes if note.rule == rule for row in note.rows]


FURNISHINGS = [
    "Total: 30",
    "Total,30",
    "Grand total,,,,,30",
    "Subtotal,30,,,,",
    "Number of children: 30",
    "30",
    "Page 1 of 1",
    "Page 2",
    "Source: case system. Extracted 02/03/2026 09:14",
    "Applied filters: Status is Open",
    "Status is Open",
    "Report run by A. Person on 01/04/2026",
    "Printed on 01/04/2026",
    "(30 rows affected)",
    "30 records",
    "Signed: A. Person",
    "A. Person, Head of Service",
    "OFFICIAL-SENSITIVE",
    "* counted once per child",
    "End of report",
    "North team",
    "--------,--------,--------,--------",
]


@pytest.mark.parametrize("line", FURNISHINGS)
@pytest.mark.parametrize("list_lines", [DATED, UNDATED], ids=["dated", "undated"])
def test_a_furnishing_under_the_list_is_no_case(list_lines: list[str], line: str) -> None:
    report, references = checked([*list_lines, "", line])
    assert len(references) == 30
    assert report.rows == 30 + report.rejected_count
    assert note_rows(report, "no_cases") == ([33] if not report.rejected_count else [])


@pytest.mark.parametrize("line", [line for line in FURNISHINGS if line != "30"])  # a number is asked about
def test_a_furnishing_in_the_middle_of_an_undated_list_is_no_case(line: str) -> None:
    _report, references = checked([*UNDATED[:16], line, *UNDATED[16:]])
    assert len(references) == 30


@pytest.mark.parametrize("list_lines", [DATED, UNDATED, PLAIN], ids=["dated", "undated", "two columns"])
def test_headings_that_come_again_are_no_case(list_lines: list[str]) -> None:
    report, references = checked([*list_lines[:11], list_lines[0], *list_lines[11:21], list_lines[0], *list_lines[21:]])
    assert len(references) == 30
    assert note_rows(report, "no_cases") == [12, 23]


@pytest.mark.parametrize("line", ["Total: 30", "Page 1 of 1", "Source: case system", "Report run on 1 April"])
def test_a_furnishing_under_a_list_of_two_columns_is_no_case(line: str) -> None:
    _report, references = checked([*PLAIN, line])
    assert len(references) == 30


def test_a_list_of_one_case_keeps_it_above_its_furnishings() -> None:
    report, references = checked([*UNDATED[:2], "Total: 1", "Source: case system. Extracted 02/03/2026", "Page 1 of 1"])
    assert references == ["7000"]
    assert report.set_aside == 3


@pytest.mark.parametrize(
    "line",
    [
        "QK999,,,,,",  # nothing known but its reference
        "QK-999,Child in need,Neglect,04/03/2025,,North",
        "Total-99,Child in need,Neglect,04/03/2025,,North",
        "Page,Child in need,Neglect,04/03/2025,,North",
        "REPORT7,Child in need,Neglect,04/03/2025,,North",
    ],
)
def test_a_case_of_another_shape_is_not_set_aside(line: str) -> None:
    report, references = checked([*DATED[:15], line, *DATED[15:]])
    assert report.set_aside == 0
    assert len(references) + report.rejected_count == 31


def test_officer_is_asked_about_what_may_be_a_case_and_decides() -> None:
    lines = [*UNDATED, "7030,,,,,"]
    report, references = checked(lines)
    assert references[-1] == "7030"
    assert note_rows(report, "perhaps_no_cases") == [32]
    assert next(note for note in report.notes if note.rule == "perhaps_no_cases").choice == "leave_out_doubtful"
    report, references = checked(lines, leave_out_doubtful=True)
    assert (len(references), report.set_aside, report.rows) == (30, 1, 30)


def test_furnishings_far_down_a_long_list_are_found() -> None:
    rows = [f"{number},a) Male,a) WBRI,b) Former relevant,a) Yes,B" for number in range(100_000, 103_000)]
    report, references = checked(
        [UNDATED[0], *rows[:1500], "Subtotal: 1500", *rows[1500:], "Total: 3000", "Page 9 of 9"]
    )
    assert len(references) == 3000
    assert note_rows(report, "no_cases") == [1502, 3003, 3004]


@pytest.mark.parametrize("shape", ["QK{}", "CH {}", "{}", "{}/25", "A-{}-X", "{}abcdef0123456789"])
def test_no_case_of_a_usual_list_is_set_aside_or_asked_about(shape: str) -> None:
    lines = [DATED[0], *(f"{shape.format(n)},Child in need,Neglect,04/03/2025,,North" for n in range(1000, 3000))]
    report, references = checked(lines)
    assert len(references) == 2000
    assert not {note.rule for note in report.notes} & {"no_cases", "perhaps_no_cases"}
