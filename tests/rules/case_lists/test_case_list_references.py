"""Are references kept as people see them, refused where they tell of a person, and named where they look alike?"""

from __future__ import annotations

import io
from datetime import date

import pytest

from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.columns_seen import LEFT_OUT
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list, other_lists_note
from models.rules.case_lists.levels import Level
from models.rules.case_lists.references.personal import personal_kind

LEVELS = [Level(1, "Child in need")]


def opened(text: str) -> CaseListCheck:
    file = open_case_list(io.BytesIO(text.encode()))
    sheets = describe_sheets(file)
    sheet = likely_sheet(sheets)
    assert other_lists_note(file, sheets, sheet) is None
    return CaseListCheck(file, sheet, sheet.choice, LEVELS, today=date(2026, 11, 28))


def references_of(references: list[str], more: int = 30) -> CaseListCheck:
    """A list of these references among usual ones, read through."""
    lines = [f"QK{number},Child in need,04/03/2025" for number in range(100, 100 + more)]
    lines[10:10] = [f"{reference},Child in need,04/03/2025" for reference in references]
    check = opened("\n".join(["Case reference,Level,Start date", *lines]))
    list(check.rows())
    return check


@pytest.mark.parametrize("text", ['="004120"', "'004120", '"=""004120"""', "004120"])
def test_a_reference_kept_as_text_by_a_sign_is_read_without_it(text: str) -> None:
    check = opened(f'Case reference,Level,Start date\n{text},"=""Child in need""",="04/03/2025"\n')
    assert list(check.rows()) == [(2, "004120", 1, None, date(2025, 3, 4), None, None)]


@pytest.mark.parametrize(
    "reference", ["01-Mar", "1-Mar-25", "Mar-25", "4120.0", "1.2E+11", "1.23457E+11", "2025-03-04", "3/Sep"]
)
def test_a_damaged_reference_is_named(reference: str) -> None:
    check = references_of([reference])
    assert check.report.rows_with("damaged_reference") == [12]


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("j.smith@example.org", "email"),
        ("07700900123", "phone"),
        ("07700 900123", "phone"),
        ("+44 7700 900123", "phone"),
        ("01926 410410", "phone"),
        ("(01926) 410410", "phone"),
        ("John Smith 01/02/2010", "name_with_birth"),
        ("Smith.01.02.2010", "name_with_birth"),
        ("O'Brien Mary (1.2.10)", "name_with_birth"),
        ("943 476 5919", "nhs_number"),
        ("CV34 4RL", "postcode"),
    ],
)
def test_what_tells_of_a_person_is_refused_as_a_reference(reference: str, kind: str) -> None:
    check = references_of([reference])
    assert check.report.rejections[f"{kind}_in_reference"] == 1
    assert check.report.accepted == 30
    assert reference not in check.report.rejected[0].sentence


@pytest.mark.parametrize(
    "reference",
    ["QK-00412", "CP 12/19", "12E45", "MAR-123456", "00012345678", "TR/12/04", "1144-90", "Team 7", "S47 12"],
)
def test_a_local_reference_is_neither_personal_nor_damaged(reference: str) -> None:
    assert personal_kind(reference) is None
    check = references_of([reference])
    assert (check.report.accepted, check.report.warning_counts["damaged_reference"]) == (31, 0)


def test_references_that_look_alike_are_one_note_with_the_pairs() -> None:
    check = references_of(["004120", "4120", "qk101", "AB-1", "AB\u20131", "AB\u20141", "ZZ 9", "ZZ9"])
    notes = [note for note in check.report.notes if note.rule == "look_alike_references"]
    assert len(notes) == 1
    assert "004120 (row 12) beside 4120 (row 13)" in notes[0].text
    assert "QK101 (row 3) beside qk101 (row 14)" in notes[0].text
    assert "AB-1 (row 15), AB\u20131 (row 16) beside AB\u20141 (row 17)" in notes[0].text
    assert notes[0].rows == (3, 14, 12, 13, 15, 16, 17, 18, 19)


def test_look_alikes_across_a_long_list_are_found_and_its_repeats_are_none() -> None:
    references = [f"{number:06d}" for number in range(1, 6000)] + ["17", "000018", "000018"]
    lines = [f"{reference},Child in need,04/03/2025" for reference in references]
    check = opened("\n".join(["Case reference,Level,Start date", *lines]))
    list(check.rows())
    notes = [note for note in check.report.notes if note.rule == "look_alike_references"]
    assert [note.rows for note in notes] == [(18, 6001)]


@pytest.mark.parametrize("numbered", ["ID", "Ref", "Case number"])
def test_a_column_that_counts_the_rows_is_not_the_reference(numbered: str) -> None:
    rows = "\n".join(f"{place},70{place}0,Child in need,04/03/2025" for place in range(1, 8))
    check = opened(f"{numbered},Mosaic ID,Level,Start date\n{rows}\nTotal,7,,\n")
    assert [row[1] for row in check.rows()] == [f"70{place}0" for place in range(1, 8)]
    assert "row_numbers_passed_over" in {note.rule for note in check.report.notes}


def test_a_list_with_nothing_but_row_numbers_says_so() -> None:
    rows = "\n".join(f"{place},Child in need,04/03/2025" for place in range(1, 8))
    check = opened(f"ID,Level,Start date\n{rows}\n")
    assert len(list(check.rows())) == 7
    assert "row_numbers_as_references" in {note.rule for note in check.report.notes}


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_columns_with_one_heading_the_filled_one_is_read(is_first: bool) -> None:
    pair = "04/03/2025,Neglect," if is_first else ",Neglect,04/03/2025"
    check = opened(f"Case reference,Start date,Theme,Start date\nQK1,{pair}\nQK2,{pair}\n")
    assert [row[4] for row in check.rows()] == [date(2025, 3, 4)] * 2
    (note,) = [note for note in check.report.notes if note.rule == "same_heading"]
    assert ("column B is read" in note.text) == is_first


def test_each_column_shows_three_values_but_none_that_tells_of_a_person() -> None:
    check = opened(
        "Case reference,Contact,Start date\nQK1,j@example.org,04/03/2025\nQK2,x,04/03/2025\nQK3,,05/03/2025\n"
    )
    assert check.sheet.seen.values["Case reference"] == ("QK1", "QK2", "QK3")
    assert check.sheet.seen.values["Contact"] == (LEFT_OUT, "x")
    assert check.sheet.seen.values["Start date"] == ("04/03/2025", "05/03/2025")
