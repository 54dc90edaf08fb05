"""Does each of the Board's pictures say what its figures say, and keep back in its marks what its table keeps back?"""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.documents.pictures import Grid, Rows
from models.rules.evidence.triangulation import Mark as Agreement
from models.rules.gates.pictures.grades import LevelGrades, grades_picture, wilson
from models.rules.gates.pictures.returns import MOST, AgencyReturns, returns_picture
from models.rules.gates.pictures.sources import ReviewMarks, sources_picture
from models.rules.gates.pictures.standards import ModeratedScore, standards_picture
from models.rules.gates.pictures.voices import ReviewVoices, voices_picture

COUNT = st.integers(0, 400)


def _numbers(cells: tuple[str, ...]) -> list[int]:
    return [int(cell.replace(",", "")) for cell in cells]


@pytest.mark.parametrize(
    "picture",
    [
        standards_picture("", "", (), (), (), ""),
        grades_picture([], 2026, "all reviews", ""),
        sources_picture([]),
        returns_picture([], 2026),
        voices_picture([], 2026),
    ],
    ids=lambda picture: picture.name,
)
def test_picture_without_figures_says_what_will_stand_there(picture: object) -> None:
    assert picture.plot is None  # type: ignore[attr-defined]
    assert picture.says.endswith(".")  # type: ignore[attr-defined]
    assert picture.table == ()  # type: ignore[attr-defined]


@given(st.lists(st.tuples(COUNT, COUNT, COUNT, COUNT), min_size=1, max_size=9))
def test_each_review_of_the_sources_is_a_whole_that_its_table_counts(counts: list[tuple[int, int, int]]) -> None:
    marks = [dict(zip(Agreement, each, strict=True)) for each in counts if sum(each)]
    reviews = [ReviewMarks(f"R{at}", each, "/") for at, each in enumerate(marks)]
    picture = sources_picture(reviews)
    assert (picture.plot is None) == (not reviews)
    lines = picture.plot.lines if isinstance(picture.plot, Rows) else ()
    for line, row in zip(lines, picture.table, strict=True):
        assert isclose(line.marks[-1].ends, 1.0)
        assert _numbers((line.value,)) == [sum(_numbers(row[1:]))]
        told = [int(mark.words.replace(",", "")) for mark in line.marks]
        assert told == [number for number in _numbers(row[1:]) if number]
        lengths = [mark.ends - mark.begins for mark in line.marks]
        assert all(isclose(length, number / sum(told)) for length, number in zip(lengths, told, strict=True))


@given(st.lists(st.tuples(COUNT, COUNT, COUNT, COUNT), min_size=1, max_size=40))
def test_bars_of_returns_count_everybody_once(counts: list[tuple[int, int, int, int]]) -> None:
    picture = returns_picture([AgencyReturns(f"A{at}", each) for at, each in enumerate(counts)], 2026)
    assert isinstance(picture.plot, Rows)
    drawn = [line.value.split(" of ") for line in picture.plot.lines]
    assert sum(int(whole.replace(",", "")) for _, whole in drawn) == sum(map(sum, counts))
    assert sum(int(part.replace(",", "")) for part, _ in drawn) == sum(each[0] + each[1] for each in counts)
    assert len(picture.table) == len(counts)
    assert len(picture.plot.lines) <= MOST + 1


def test_returns_say_one_and_several() -> None:
    assert returns_picture([AgencyReturns("A", (1, 0, 0, 0))], 2026).says == (
        "Of 1 return that were due, 1 came in on time, 0 late and 0 are overdue."
    )


@given(st.integers(0, 60), st.integers(0, 60))
def test_share_of_fewer_than_five_cases_is_drawn_nowhere(good: int, more: int) -> None:
    grades = LevelGrades("Early Help", 2026, good, good + more)
    picture = grades_picture([grades], 2026, "all reviews", "/")
    assert picture.table[1][1] == grades.words
    if grades.count < 5:
        assert picture.plot is None
        assert "Withheld" in grades.words
        return
    assert isinstance(picture.plot, Rows)
    dot = picture.plot.lines[1].marks[1]
    assert isclose(dot.begins, good / grades.count)
    low, high = wilson(good, grades.count)
    assert 0 <= low <= dot.begins <= high <= 1


def test_change_is_called_one_only_where_the_intervals_part() -> None:
    before, after = LevelGrades("Early Help", 2025, 2, 40), LevelGrades("Early Help", 2026, 38, 40)
    assert "Early Help moved by more than chance" in grades_picture([before, after], 2026, "all", "/").says
    near = LevelGrades("Early Help", 2026, 6, 40)
    assert "may be chance" in grades_picture([before, near], 2026, "all", "/").says


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6))
def test_one_to_four_voices_have_neither_bar_nor_number(counts: list[tuple[int, int]]) -> None:
    picture = voices_picture([ReviewVoices(f"R{at}", *each) for at, each in enumerate(counts)], 2026)
    if picture.plot is None:
        return
    lines = [line for line in picture.plot.lines if not line.is_group]  # type: ignore[union-attr]
    numbers = [number for each in counts for number in each]
    for line, number in zip(lines, numbers, strict=True):
        is_withheld = 0 < number < 5
        assert line.value == ("Fewer than 5" if is_withheld else str(number))
        assert bool(line.marks) == (number >= 5)
    assert picture.says.startswith("At least ") == any(0 < number < 5 for number in numbers)


def test_many_agencies_stand_beneath_one_another_and_standards_by_number() -> None:
    asked = [("s1", "Your own score: staff are trained."), ("s2", "Your own score: information is shared.")]
    scores = [ModeratedScore(f"Agency {at}", key, at % 4) for at in range(9) for key, _ in asked]
    picture = standards_picture("2026", "", asked, scores, (), "/")
    assert isinstance(picture.plot, Grid)
    assert picture.plot.columns == ("1", "2")
    assert [key.words for key in picture.plot.key] == ["1. Staff are trained.", "2. Information is shared."]
    assert len(picture.plot.rows) == 9
    assert picture.table[0][0] == "1. Staff are trained."
