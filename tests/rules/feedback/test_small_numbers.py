"""Can nobody work out a small count from what is published beside it?"""

from __future__ import annotations

from models.rules.feedback.small_numbers import Tally


def test_a_single_small_count_takes_the_next_smallest_with_it() -> None:
    lines = Tally(23, {"Yes": 10, "No": 3, "Not sure": 12}).lines(["Yes", "No", "Not sure"])
    assert lines == [("Yes", "withheld"), ("No", "fewer than 5"), ("Not sure", "about 10")]


def test_two_small_counts_hide_each_other_and_nothing_more_is_withheld() -> None:
    lines = Tally(21, {"Yes": 14, "No": 3, "Not sure": 4}).lines(["Yes", "No", "Not sure"])
    assert lines == [("Yes", "about 15"), ("No", "fewer than 5"), ("Not sure", "fewer than 5")]


def test_a_count_of_exactly_five_may_be_the_one_that_is_withheld_as_well() -> None:
    lines = Tally(28, {"Yes": 20, "No": 3, "Not sure": 5}).lines(["Yes", "No", "Not sure"])
    assert lines == [("Yes", "about 20"), ("No", "fewer than 5"), ("Not sure", "withheld")]


def test_large_counts_beside_each_other_are_all_published() -> None:
    assert Tally(30, {"Yes": 18, "No": 12}).lines(["Yes", "No"]) == [("Yes", "about 20"), ("No", "about 10")]


def test_five_who_answered_are_enough_and_an_answer_nobody_gave_reads_none() -> None:
    assert Tally(5, {"Yes": 5}).lines(["Yes", "No"]) == [("Yes", "about 5"), ("No", "none")]
    assert Tally(4, {"Yes": 4}).lines(["Yes", "No"]) == []
