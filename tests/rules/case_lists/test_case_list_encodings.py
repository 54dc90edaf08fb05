"""Do the words of a list keep their letters, whatever encoding they are in, and is what was assumed said?"""

from __future__ import annotations

from pathlib import Path

import pytest

from models.rules.case_lists.report import Report
from tests.make_case_lists import check_bytes

LISTS = Path(__file__).resolve().parents[4] / "shared/data/lists"
WORDS = (
    "Négligence", "Défaut de soins", "José", "Renée", "école", "ÉCOLE", "Müller", "Siân, Ynys Môn", "garçon",
    "crème brûlée", "£50 a week",
)  # fmt: skip
TYPED = ("child’s wish", "Neglect – emotional", "“quoted” word", "wait…", "€50")


def theme_list(*themes: str) -> str:
    rows = [f'F{place},"{theme}",04/03/2025\r\n' for place, theme in enumerate(themes)]
    return "Case reference,Theme,Start date\r\n" + "".join(rows)


def notes_of(report: Report, rule: str) -> list[tuple[int, ...]]:
    return [note.rows for note in report.notes if note.rule == rule]


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("word", WORDS)
def test_one_word_with_an_accent_tells_the_encoding_of_a_whole_list(encoding: str, word: str) -> None:
    report, rows = check_bytes(theme_list("Neglect", word).encode(encoding))
    assert rows[1][3] == word
    assert notes_of(report, "assumed_encoding") == [(3,)]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("word", TYPED)
def test_dashes_and_curly_marks_tell_windows_from_mac(encoding: str, word: str) -> None:
    if encoding == "mac_roman":
        word = f"{word} Zoé"
    assert check_bytes(theme_list(word).encode(encoding))[1][0][3] == word


def test_note_says_which_encoding_was_assumed_and_names_no_word_of_the_list() -> None:
    report, _rows = check_bytes(theme_list("Négligence").encode("cp850"))
    [note] = [note for note in report.notes if note.rule == "assumed_encoding"]
    assert "MS-DOS" in note.text
    assert "gligence" not in note.text


def test_list_in_utf_8_has_no_note_on_its_letters() -> None:
    assert not notes_of(check_bytes(theme_list(*WORDS, *TYPED).encode())[0], "assumed_encoding")


@pytest.mark.skipif(not LISTS.exists(), reason="the shared lists are not here")
def test_file_joined_of_two_encodings_keeps_its_themes_whole() -> None:
    report, rows = check_bytes((LISTS / "12a_joined_encodings.csv").read_bytes())
    assert len(rows) == 6
    assert report.by_theme == {"Défaut": 2, "Neglect – emotional": 4}
    assert notes_of(report, "joined_encodings") == [(5, 6, 7)]


@pytest.mark.parametrize("other", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("is_utf8_first", [True, False])
def test_two_encodings_joined_either_way_round_read_the_same(other: str, is_utf8_first: bool) -> None:
    halves = [
        theme_list("Négligence", "crème").encode(),
        theme_list("Négligence", "crème").split("\n", 1)[1].encode(other),
    ]
    if not is_utf8_first:
        halves = [theme_list("Négligence", "crème").encode(other), halves[0].split(b"\n", 1)[1]]
    report, _rows = check_bytes(b"".join(halves))
    assert report.by_theme == {"Négligence": 2, "crème": 2}
    assert notes_of(report, "joined_encodings") == [(4, 5) if is_utf8_first else (2, 3)]


def test_rows_of_a_note_count_a_cell_of_several_lines_once() -> None:
    report, _rows = check_bytes(theme_list("Neglect\nand more", "Négligence").encode("cp1252"))
    assert notes_of(report, "assumed_encoding") == [(3,)]


@pytest.mark.parametrize("last_row", [65_535, 65_536, 65_537, 65_538])
def test_list_that_ends_exactly_at_the_limit_of_a_spreadsheet_is_told(last_row: int) -> None:
    rows = "".join(f"F{row},04/03/2025\n" for row in range(2, last_row + 1))
    report, _rows = check_bytes(("Case reference,Start date\n" + rows + "\n").encode())
    assert notes_of(report, "ends_at_limit") == ([(last_row,)] if last_row in (65_536, 65_537) else [])
