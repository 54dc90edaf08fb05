"""Has every row of the checklist tests and figures, and does the page tell what they reached?"""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from pathlib import Path

import pytest

from tests.assurance.collecting import TESTS
from tests.assurance.figures import FOLDER, SCALE, note_figure, scaled
from tests.assurance.page import PAGE, lines, page
from tests.assurance.results import Figure, Result, collected, kept_results
from tests.assurance.rows import ROWS
from tests.house.source import sources

HELD = Figure("leaks", "0", "0", "12 requests", holds=True)
SHORT = Figure("leaks", "2", "0", "12 requests", holds=False)


def test_the_checklist_has_forty_rows_in_their_order() -> None:
    assert [row.number for row in ROWS] == list(range(1, 41))


def test_every_row_has_a_test_that_proves_it_and_says_its_figure() -> None:
    marked, noted = _files_by_row("assures"), _files_by_row("note_figure")
    empty = [row.number for row in ROWS if not marked[row.number] & noted[row.number]]
    assert empty == [], "no file has both a test that is marked for the row and a figure of it"


def _files_by_row(called: str) -> dict[int, set[str]]:
    """The test files that call `note_figure(row, …)` or mark with `assures(row, …)`, by the numbers they write."""
    files: dict[int, set[str]] = defaultdict(set)
    for source in sources("tests"):
        for call in source.nodes(ast.Call):
            assert isinstance(call, ast.Call)
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            numbers = call.args if called == "assures" else call.args[:1]
            for number in numbers if name == called else ():
                if isinstance(number, ast.Constant):
                    files[int(str(number.value))].add(source.path)
    return files


def test_a_figure_is_written_down_only_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    note_figure(1, "leaks", reached=0, wanted="0", tried="nothing", holds=True)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    note_figure(1, "leaks", reached=0, wanted="0", tried="12 requests", holds=True)
    (tmp_path / TESTS).write_text(json.dumps({"1": {"passed": 2}}), encoding="utf-8")
    assert collected(tmp_path) == {1: Result(passed=2, figures=[HELD])}


def test_a_row_is_tried_as_long_as_the_run_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SCALE, raising=False)
    short = scaled(100, ci=3)
    monkeypatch.setenv(SCALE, "full")
    assert (short, scaled(100, ci=3)) == (3, 100)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (Result(), "not tried"),
        (Result(passed=3), "no figure"),
        (Result(passed=3, failed=1, figures=[HELD]), "**failed**"),
        (Result(passed=3, figures=[HELD, SHORT], is_full=True), "**falls short**"),
        (Result(passed=3, skipped=1, figures=[HELD], is_full=True), "reached, 1 left out"),
        (Result(passed=3, figures=[HELD]), "reached, shortened"),
        (Result(passed=3, figures=[HELD], is_full=True), "reached"),
    ],
)
def test_no_row_is_reached_by_definition(result: Result, verdict: str) -> None:
    assert result.verdict == verdict


def test_the_page_and_the_terminal_tell_every_row_and_what_falls_short() -> None:
    results = {row.number: Result() for row in ROWS} | {2: Result(passed=1, figures=[SHORT], tried_on="2026-11-28")}
    assert "| leaks: 2 (wanted 0; 12 requests) | **falls short** |" in page(results)
    told = "\n".join(lines(results))
    assert "NOT HELD: leaks: 2" in told
    assert "Of 40 rows: 39 not tried, 1 falls short." in told


def test_the_page_tells_what_the_kept_results_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(kept_results())
