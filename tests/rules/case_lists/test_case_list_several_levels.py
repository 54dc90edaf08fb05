"""Does the check name every case that stands in several levels, and no other?"""

from __future__ import annotations

import io
import random
from collections import defaultdict
from collections.abc import Sequence

import pytest

from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.report import LISTED, Report
from models.rules.case_lists.several_levels import check_levels
from tests.make_case_lists import HEADINGS, LEVELS, TODAY, case_row, csv_bytes, listed, xlsx_bytes

LABELS = [level.label for level in LEVELS]


def opened(content: bytes) -> CaseListCheck:
    file = open_case_list(io.BytesIO(content))
    sheet = likely_sheet(describe_sheets(file))
    return CaseListCheck(file, sheet, sheet.choice, LEVELS, today=TODAY)


def checked(content: bytes) -> Report:
    return check_levels(opened(content))


def found(report: Report) -> list[tuple[int, str, list[str]]]:
    assert report.several_levels is not None
    return [(case["row"], case["reference"], case["levels"]) for case in report.several_levels["listed"]]


def test_case_in_two_levels_is_named_with_its_first_row_and_its_levels_highest_first() -> None:
    report = checked(listed(case_row("F1", "CIN"), case_row("F2", "CPP"), case_row("F1", "CPP"), case_row("F2", "CPP")))
    assert found(report) == [(2, "F1", ["Child protection plan", "Child in need"])]
    assert report.several_levels == {"count": 1, "listed": [{"row": 2, "reference": "F1", "levels": LABELS[3:1:-1]}]}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((case_row("F1", "CIN"), case_row("F1", "Child in need")), "two words for one level"),
        ((case_row("F1", "CIN"), case_row("F1", "")), "a row without a level"),
        ((case_row("F1", "CIN"), case_row("F1", "CPP", start="soon")), "a row that cannot be used"),
        ((case_row("F1", "CIN"), case_row("f1", "CPP")), "another reference"),
        ((), "an empty list"),
    ],
)
def test_case_stands_in_one_level_whatever_else_its_rows_say(rows: Sequence[tuple[str, ...]], why: str) -> None:
    assert found(checked(listed(*rows))) == [], why


def test_reference_with_signs_around_it_is_the_same_case_and_shown_clean() -> None:
    report = checked(listed(case_row(" F1\u00a0", "CIN"), case_row("F1", "CPP")))
    assert [case[:2] for case in found(report)] == [(2, "F1")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_cases_found_are_those_that_counting_by_hand_finds(kind: str) -> None:
    dice = random.Random(7)
    rows = [case_row(f"F{dice.randrange(900)}", dice.choice(LABELS)) for _ in range(3000)]
    rows[dice.randrange(100)] = ("",) * len(HEADINGS)
    by_hand: dict[str, set[str]] = defaultdict(set)
    first: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        if row[0]:
            by_hand[row[0]].add(row[1])
            first.setdefault(row[0], number)
    expected = [
        (first[case], case, sorted(levels, key=LABELS.index, reverse=True))
        for case, levels in by_hand.items()
        if len(levels) > 1
    ]
    table = [HEADINGS, *rows]
    report = checked(csv_bytes(table) if kind == "csv" else xlsx_bytes({"Cases": table}))
    assert found(report) == sorted(expected)


def test_only_so_many_cases_are_listed_and_all_are_counted() -> None:
    many = LISTED + 5
    rows = [case_row(f"F{number}", level) for level in ("CIN", "CPP") for number in range(many)]
    report = checked(listed(*rows))
    assert report.several_levels is not None
    assert report.several_levels["count"] == many
    assert [case[1] for case in found(report)] == [f"F{number}" for number in range(LISTED)]


def test_the_check_for_levels_reports_what_the_check_itself_reports() -> None:
    content = listed(case_row("F1", "CIN"), case_row("", "CPP"), case_row("F1", "CPP"), case_row("F3", "no such level"))
    plain = opened(content)
    assert len(list(plain.rows())) == 3
    report = checked(content)
    report.several_levels = None
    assert report.as_facts() == plain.report.as_facts()


def test_a_list_too_long_to_look_for_repeats_says_that_it_was_not_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.rules.case_lists.repeats.MAX_ROWS", 1)
    rows = [case_row("F1", level) for _ in range(30_000) for level in ("CIN", "CPP")]
    report = checked(listed(*rows))
    assert (report.repeats_searched, report.cases, report.several_levels) == (False, None, None)
