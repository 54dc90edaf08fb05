"""Do the pictures of actions say no more than their figures, in words that agree with them?"""

from __future__ import annotations

from datetime import date

import pytest

from models.rules.documents.pictures import Columns, Line, Picture, Rows
from models.rules.gates.pictures.actions import Month, Standing, over_time_picture
from models.rules.gates.pictures.checked_actions import CheckedReview, embedded_picture
from models.rules.gates.pictures.open_actions import LeadAgency, OpenActions, overdue_picture

ON = date(2026, 11, 27)
LONGEST_BASE = 200
"""So many characters of a base stand on paper and in files; more is cut."""

_WORDS = "reviews for children and combined reviews (one agency)"


def month(on: date, *counts: int) -> Month:
    return Month(on, Standing(*counts) if counts else None)


DECEMBER, SEPTEMBER = month(date(2025, 12, 31), 2, 23, 6, 4), month(date(2026, 9, 30), 11, 40, 16, 15)
OCTOBER, NOW = month(date(2026, 10, 31), 10, 38, 18, 18), month(ON, 9, 37, 21, 20)


def over_time(*months: Month, is_over: bool = False) -> Picture:
    return over_time_picture(months, "all reviews", "/actions/", is_over=is_over)


@pytest.mark.parametrize(
    ("months", "says"),
    [
        (
            (DECEMBER, SEPTEMBER, OCTOBER, NOW),
            "41 of 87 actions are complete, up from 10 of 35 in December 2025. "
            "Overdue actions peaked at 11 in September.",
        ),
        ((NOW,), "41 of 87 actions are complete. 9 of 46 open actions are overdue."),
        ((month(ON, 0, 0, 1, 0),), "1 of 1 action is complete."),
        ((month(ON, 1, 0, 0, 0),), "0 of 1 action is complete. 1 of 1 open action is overdue."),
        (
            (month(date(2026, 9, 30), 0, 1, 1, 0), month(ON, 1, 0, 0, 1)),
            "1 of 2 actions is complete, as in September 2026. Overdue actions stand at 1, the most on any of the days "
            "counted.",
        ),
        (
            (month(date(2025, 12, 31), 0, 2, 0, 0), month(ON, 0, 2, 0, 0)),
            "0 of 2 actions are complete, as in December 2025. None was overdue on any of the days counted.",
        ),
        (
            (month(date(2026, 9, 30), 2, 0, 3, 0), month(date(2026, 10, 31), 3, 0, 2, 0), month(ON, 3, 0, 2, 0)),
            "2 of 5 actions are complete, down from 3 of 5 in September 2026. At most 3 actions were overdue, in "
            "October and November.",
        ),
        (
            (month(date(2026, 9, 30), 1, 0, 0, 0), month(ON, 1, 0, 0, 0)),
            "0 of 1 action is complete, as in September 2026. 1 action was overdue on each of the days counted.",
        ),
    ],
)
def test_sentence_over_time_agrees_with_its_figures(months: tuple[Month, ...], says: str) -> None:
    assert over_time(*months).says == says


def test_more_complete_of_many_more_is_not_called_a_rise() -> None:
    """Ten of ten and later fifteen of forty-five: the number went up, the share went down, so neither word is used."""
    says = over_time(month(date(2025, 12, 31), 0, 0, 10, 0), month(ON, 0, 30, 15, 0)).says
    assert says.startswith("15 of 45 actions are complete; it was 10 of 10 in December 2025.")


def test_months_before_the_first_action_are_not_compared_with() -> None:
    nothing, first = month(date(2025, 12, 31), 0, 0, 0, 0), month(date(2026, 9, 30), 0, 4, 1, 0)
    assert over_time(nothing, first, month(ON, 0, 3, 2, 0)).says.startswith(
        "2 of 5 actions are complete, up from 1 of 5 in September 2026."
    )
    assert (
        over_time(nothing, month(ON, 1, 3, 1, 0)).says == "1 of 5 actions is complete. 1 of 4 open actions is overdue."
    )


def test_year_that_is_over_is_told_in_the_past_and_names_what_was_not_counted() -> None:
    gap, may, december = (
        month(date(2025, 4, 30)),
        month(date(2025, 5, 31), 1, 4, 0, 0),
        month(date(2025, 12, 31), 3, 1, 1, 0),
    )
    picture = over_time(gap, may, december, is_over=True)
    assert picture.says == (
        "At the end of December 2025, 1 of 5 actions was complete, up from 0 of 5 in May 2025. Overdue actions stood "
        "at 3, the most on any of the days counted."
    )
    assert picture.table[0] == ("30 April 2025", *("Not counted",) * 5)
    assert "Not counted: Apr 2025." in picture.base
    assert isinstance(picture.plot, Columns)
    assert picture.plot.piles[0].marks == ()


@pytest.mark.parametrize(
    ("months", "is_over", "says"),
    [
        ((month(ON, 0, 0, 0, 0),), False, "yet"),
        ((month(date(2026, 10, 31), 0, 0, 0, 0), month(ON, 0, 0, 0, 0)), False, "yet"),
        ((month(date(2024, 11, 30)), month(date(2024, 12, 31))), True, "for 2024"),
    ],
)
def test_where_nothing_is_counted_a_sentence_says_what_will_stand_there(
    months: tuple[Month, ...], is_over: bool, says: str
) -> None:
    picture = over_time(*months, is_over=is_over)
    assert picture.plot is None
    assert picture.says == (
        f"No action of an agreed plan is on record {says}; actions stand here by month once the Board agrees a plan."
    )


def test_columns_have_the_figures_of_the_table_and_the_key_those_of_the_last_day() -> None:
    picture = over_time(DECEMBER, month(date(2026, 1, 31)), SEPTEMBER, NOW)
    assert isinstance(picture.plot, Columns)
    assert [(key.words, key.count) for key in picture.plot.key] == [
        ("Overdue", 9), ("Open, in time", 37), ("Complete", 21), ("Complete and embedded", 20),
    ]  # fmt: skip
    top = int(picture.plot.ticks[-1].words)
    drawn = [sum(mark.ends - mark.begins for mark in pile.marks) * top for pile in picture.plot.piles]
    told = [0 if row[-1] == "Not counted" else int(row[-1]) for row in picture.table]
    assert [round(length) for length in drawn] == told == [35, 0, 82, 87]
    assert [sum(map(int, row[1:5])) for row in picture.table if row[-1] != "Not counted"] == [35, 82, 87]


POLICE, HEALTH, COUNCIL = LeadAgency("Police", 3, 8), LeadAgency("Health", 3, 4, "/h"), LeadAgency("Council", 1, 5)


def overdue(ages: tuple[int, ...], *agencies: LeadAgency, moved: int = 0, is_one_agency: bool = False) -> Picture:
    actions = OpenActions(ON, ages, agencies, moved, ("/a", "/b", "/c", "/d"), is_one_agency)
    return overdue_picture(actions, "all reviews", "/actions/")


@pytest.mark.parametrize(
    ("ages", "agencies", "says"),
    [
        (
            (2, 3, 1, 1), (POLICE, HEALTH, COUNCIL),
            "7 of 17 open actions are overdue, 5 of them by more than 14 days. Health and Police lead 3 each.",
        ),
        (
            (3, 0, 0, 0), (POLICE,),
            "3 of 8 open actions are overdue, none of them by more than 14 days. Police leads all of them.",
        ),
        ((0, 0, 0, 1), (COUNCIL,), "1 of 5 open actions is overdue, by over 90 days. Council leads it."),
        ((1, 0, 0, 0), (COUNCIL,), "1 of 5 open actions is overdue, by 1 to 14 days. Council leads it."),
        ((0, 0, 0, 0), (LeadAgency("Police", 0, 1),), "0 of 1 open action is overdue."),
        (
            (4, 0, 0, 0), tuple(LeadAgency(name, 1, 1) for name in "ABCD"),
            "4 of 4 open actions are overdue, none of them by more than 14 days.",
        ),
    ],
)  # fmt: skip
def test_sentence_on_overdue_actions_agrees_with_its_figures(
    ages: tuple[int, ...], agencies: tuple[LeadAgency, ...], says: str
) -> None:
    assert overdue(ages, *agencies).says == says


def test_one_agency_is_not_told_that_it_leads_its_own_actions() -> None:
    assert overdue((3, 0, 0, 0), POLICE, is_one_agency=True).says.endswith("by more than 14 days.")


def test_rows_of_overdue_actions_have_the_figures_of_the_table() -> None:
    picture = overdue((2, 3, 0, 2), POLICE, HEALTH, COUNCIL, moved=6)
    lines = _lines(picture)
    assert [(line.label, *line.value.split(" of ")) for line in lines] == list(picture.table)
    ages, agencies = picture.table[:4], picture.table[4:]
    assert sum(int(row[1]) for row in ages) == sum(int(row[1]) for row in agencies) == 7
    assert [line.href for line in lines[:4]] == ["/a", "/b", "", "/d"], "an age without actions leads nowhere"
    assert [line.label for line in lines[4:]] == ["Police", "Health", "Council"], "most overdue first, then most open"
    assert "6 dates were moved" in picture.base
    whole = [max(mark.ends for mark in line.marks) for line in lines[:4]]
    assert whole == [1.0] * 4, "the whole stands behind each age"


def test_many_agencies_share_the_last_line_and_none_is_lost() -> None:
    agencies = [LeadAgency(f"Agency {number:02}", number % 3, 3) for number in range(14)]
    picture = overdue((13, 0, 0, 0), *agencies)
    rows = picture.table[4:]
    assert len(rows) == 10
    assert rows[-1][0] == "5 other agencies"
    assert sum(int(row[1]) for row in rows) == 13
    assert sum(int(row[2]) for row in rows) == 42


def test_without_overdue_actions_no_ages_are_drawn_and_without_open_ones_nothing_is() -> None:
    picture = overdue((0, 0, 0, 0), LeadAgency("Police", 0, 4))
    assert [line.label for line in _lines(picture)] == [row[0] for row in picture.table] == ["Police"]
    empty = overdue((0, 0, 0, 0))
    assert empty.plot is None
    assert empty.says == "No action of an agreed plan is open; overdue actions stand here by age and by lead agency."


def checked(*counts: int, due_on: date = date(2026, 8, 30), is_complete: bool = True) -> CheckedReview:
    one, two, three, four, five = counts
    return CheckedReview("Neglect", due_on, is_complete, (one, two, three, four, five), "/n")


def embedded(*reviews: CheckedReview) -> Picture:
    return embedded_picture(reviews, 2026, "all reviews", "/impact-analyses/", on=ON)


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        (
            (2, 1, 1, 1, 3),
            "Of 5 actions checked, 2 are embedded, 1 is partly, 1 is not and of 1 nobody can tell. 3 more are to be "
            "checked.",
        ),
        ((1, 0, 0, 0, 1), "Of 1 action checked, 1 is embedded. 1 more is to be checked."),
        ((0, 2, 0, 0, 0), "Of 2 actions checked, 0 are embedded and 2 are partly."),
        ((0, 0, 0, 0, 1), "1 action is still to be checked."),
        ((0, 0, 0, 0, 4), "4 actions are still to be checked."),
    ],
)
def test_sentence_on_embedded_actions_agrees_with_its_figures(counts: tuple[int, ...], says: str) -> None:
    assert embedded(checked(*counts)).says == says


def test_line_of_a_review_says_how_late_its_analysis_is_until_it_is_complete() -> None:
    days = (date(2026, 11, 6), True), (date(2026, 11, 6), False), (ON, False), (date(2026, 12, 7), False)
    picture = embedded(*(checked(1, 0, 0, 0, 1, due_on=on, is_complete=is_complete) for on, is_complete in days))
    assert [(line.tag, line.tag_tone) for line in _lines(picture)] == [
        ("", ""), ("Late", "red"), ("due Nov", ""), ("due Dec", ""),
    ]  # fmt: skip
    assert [row[-1] for row in picture.table] == ["Complete", "21 days late", "Today", "In 10 days"]


def test_bars_of_reviews_are_wholes_with_the_figures_of_the_table() -> None:
    picture = embedded(checked(2, 1, 0, 1, 1), checked(0, 0, 3, 0, 0), checked(0, 0, 0, 0, 0))
    lines = _lines(picture)
    assert [[int(mark.words) for mark in line.marks] for line in lines] == [[2, 1, 1, 1], [3]]
    assert [int(row[-2]) for row in picture.table] == [5, 3], "a review without actions is left out"
    assert {line.marks[-1].ends for line in lines} == {1.0}
    assert [line.value for line in lines] == ["2 of 5", "0 of 3"]
    assert picture.base.startswith("8 actions of 2 impact analyses due in 2026, of all reviews")


def test_year_without_an_impact_analysis_says_what_will_stand_there() -> None:
    picture = embedded()
    assert picture.plot is None
    assert picture.says.startswith("No impact analysis is due in 2026; ")


def test_bases_are_short_enough_to_stand_whole_on_paper() -> None:
    months = [month(date(2026, number, 28), *((9, 3, 700, 300) if number > 2 else ())) for number in range(1, 13)]
    actions = OpenActions(date(2026, 9, 30), (1000, 0, 0, 0), (LeadAgency("Police", 1000, 2000),), 1200)
    pictures = (
        over_time_picture(months, _WORDS, "/"), overdue_picture(actions, _WORDS, "/"),
        embedded_picture([checked(100, 200, 3, 4, 5)] * 5, 2026, _WORDS, "/", on=ON),
    )  # fmt: skip
    assert [picture.name for picture in pictures if len(picture.base) > LONGEST_BASE] == []


def _lines(picture: Picture) -> list[Line]:
    assert isinstance(picture.plot, Rows)
    return [line for line in picture.plot.lines if not line.is_group]
