"""Is a theme one theme, however its capitals and spaces are typed?"""

from __future__ import annotations

from tests.make_case_lists import case_row, check_bytes, listed


def test_themes_that_differ_in_capitals_or_spaces_are_one_and_the_note_names_them() -> None:
    themes = ("Neglect", "NEGLECT", " neglect ", "Self-harm", "Self -harm", "Abuse")
    content = listed(*(case_row(f"F{place}", theme=theme) for place, theme in enumerate(themes)))
    report, rows = check_bytes(content)
    assert [row[3] for row in rows] == ["Neglect"] * 3 + ["Self-harm"] * 2 + ["Abuse"]
    assert report.by_theme == report.accepted_by_theme == {"Abuse": 1, "Neglect": 3, "Self-harm": 2}
    [note] = [note for note in report.notes if note.rule == "joined_spellings"]
    assert "“Neglect” (also “NEGLECT”, “neglect”); “Self-harm” (also “Self -harm”)" in note.text


def test_agencies_are_joined_too_and_a_list_of_one_spelling_has_no_note() -> None:
    report, rows = check_bytes(listed(case_row("F1", agency="Police"), case_row("F2", agency="POLICE")))
    assert [row[6] for row in rows] == ["Police", "Police"]
    assert [note.rule for note in report.notes] == ["joined_spellings"]
    assert not check_bytes(listed(case_row("F1"), case_row("F2")))[0].notes


def test_spelling_in_a_line_that_is_no_case_is_not_named() -> None:
    cases = [f"F{number},CIN,Neglect,30/03/2026,North" for number in range(5)]
    lines = ["Case reference,Level,Theme,End date,Agency", *cases, "Total: 5,,NEGLECT,,"]
    report, _rows = check_bytes("\n".join(lines).encode())
    assert report.set_aside == 1
    assert "joined_spellings" not in [note.rule for note in report.notes]
