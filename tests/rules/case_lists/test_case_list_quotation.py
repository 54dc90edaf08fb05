"""Is no row swallowed by a quotation mark that stands alone, and is a note of several lines still one cell?"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from models.core.errors import RuleBroken
from models.rules.case_lists.file import open_case_list
from tests.make_case_lists import check_bytes

LISTS = Path(__file__).resolve().parents[4] / "shared/data/lists"
HEADINGS = "Case reference,Level,Start date,Notes"


def lines(count: int = 30, note: str = "no note") -> list[str]:
    return [f"QK{100 + place},CIN,{place % 28 + 1:02d}/01/2025,{note}" for place in range(count)]


def read(rows: list[str], heading: str = HEADINGS, newline: str = "\n") -> tuple[int, list[tuple[int, ...]], list[str]]:
    content = newline.join([heading, *rows, ""]).encode()
    report, accepted = check_bytes(content)
    notes = [note.rows for note in report.notes if note.rule == "stray_quotation_mark"]
    return len(accepted), notes, [str(row[1]) for row in accepted]


@pytest.mark.skipif(not LISTS.exists(), reason="the shared lists are not here")
def test_stray_mark_in_notes_nobody_imports_swallows_no_case() -> None:
    report, rows = check_bytes((LISTS / "10d_notes_swallow.csv").read_bytes())
    assert len(rows) == 80
    assert [(note.rule, note.rows) for note in report.notes if note.rows] == [("stray_quotation_mark", (6,))]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("closes_after", [1, 2, 20])
def test_rows_up_to_the_next_stray_mark_are_rows_and_the_note_names_the_first(closes_after: int, newline: str) -> None:
    rows = lines()
    rows[4] = rows[4].replace("no note", '"Seen at home')
    rows[4 + closes_after] = rows[4 + closes_after].replace("no note", 'height 5ft 6"')
    count, notes, references = read(rows, newline=newline)
    assert (count, notes) == (30, [(6,)])
    assert references == [f"QK{number}" for number in range(100, 130)]


def test_mark_that_is_never_closed_swallows_nothing() -> None:
    rows = lines()
    rows[4] = rows[4].replace("no note", '"Seen at home')
    assert read(rows)[:2] == (30, [(6,)])


def test_mark_in_the_last_row_is_a_sign_of_its_cell() -> None:
    assert read([*lines(), 'QK999,CIN,01/02/2025,"x'])[:2] == (31, [(32,)])


def test_rows_before_a_properly_quoted_cell_are_not_swallowed() -> None:
    rows = lines()
    rows[4] = rows[4].replace("no note", '"Seen at home')
    rows[9] = rows[9].replace("no note", '"Corlemere, Cafcass"')
    assert read(rows)[:2] == (30, [(6,)])


def test_stray_mark_in_a_list_quoted_throughout_is_mended() -> None:
    rows = [",".join(f'"{cell}"' for cell in row.split(",")) for row in lines()]
    rows[4] = rows[4].removesuffix('"')
    assert read(rows)[:2] == (30, [(6,)])


def test_stray_mark_in_a_theme_in_the_middle_is_mended() -> None:
    rows = [f"QK{place},Neglect,{place % 28 + 1:02d}/01/2025" for place in range(100, 130)]
    rows[4] = rows[4].replace("Neglect", '"Neglect')
    rows[7] = rows[7].replace("Neglect", 'Neglect"')
    report, accepted = check_bytes("\n".join(["Case reference,Theme,Start date", *rows]).encode())
    assert len(accepted) == 30
    assert accepted[4][3] == "Neglect"
    assert [note.rows for note in report.notes if note.rule == "stray_quotation_mark"] == [(6,)]


@pytest.mark.parametrize(
    "note",
    [
        "Seen at home, with mother, well, and happy\nSeen at school, alone, quiet, but well\nRang, twice, no answer, x",
        "12 High Street, Corlemere, Western Shires, England\n14 Low Street, Rustleby, Wayfenshire, England",
        "Visits:\n12/01/2025, seen\n19/01/2025, not seen, letter sent",
        'He said: ""no, never, again, please""\nand left',
    ],
)
def test_note_of_several_lines_with_commas_stays_one_cell(note: str) -> None:
    rows = lines()
    rows[4] = rows[4].replace("no note", f'"{note}"')
    assert read(rows)[:2] == (30, [])


def test_note_of_several_lines_in_the_first_column_stays_one_cell() -> None:
    rows = [f"no note,QK{place},{place % 28 + 1:02d}/01/2025" for place in range(100, 130)]
    rows[4] = rows[4].replace("no note", '"Seen at home\nand at school"')
    assert read(rows, "Notes,Case reference,Start date")[:2] == (30, [])


def test_some_rows_pasted_into_a_note_are_refused_with_the_row() -> None:
    rows = lines()
    pasted = "\n".join(lines(3))
    rows[4] = rows[4].replace("no note", f'"See:\n{pasted}\nand so on"')
    with pytest.raises(RuleBroken, match="In row 6 a quoted cell holds what look like rows"):
        read(rows)


def test_line_that_opens_a_mark_out_of_place_is_named() -> None:
    rows = lines()
    rows[20] = rows[20].replace("no note", '"Seen" at home')
    with pytest.raises(RuleBroken, match=r"Near line 22 of the file \(row 22\)"):
        read(rows)


def test_every_pass_reads_the_same_rows_wherever_it_begins() -> None:
    rows = lines(2_000)
    rows[4] = rows[4].replace("no note", '"Seen at home')
    rows[1_900] = rows[1_900].replace("no note", '6"')
    file = open_case_list(io.BytesIO("\n".join([HEADINGS, *rows]).encode()))
    for first in (1, 2, 7, 1_500):
        numbers = [number for batch in file.batches("", first) for number in batch.numbers]
        assert numbers == list(range(first, 2_002))
    assert [note.rows for note in file.notes("", 1)] == [(6,)]
