"""Do due dates stay on their calendar day through clock changes, leap years and short months?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.core.due_dates import (
    LONDON,
    days_over,
    due_words,
    impact_due_on,
    is_overdue,
    is_recent_audit,
    london_moment,
    months_after,
    remind_on,
    return_due_on,
)

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))
SPRING_FORWARD, FALL_BACK = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize("sent_on", [SPRING_FORWARD - timedelta(3), FALL_BACK - timedelta(3), date(2026, 12, 24)])
def test_return_is_due_on_the_same_weekday_two_weeks_later_whatever_the_clocks_do(sent_on: date) -> None:
    due_on = return_due_on(sent_on)
    assert (due_on - sent_on).days == 14
    assert due_on.weekday() == sent_on.weekday()


@pytest.mark.parametrize(
    ("completed_on", "due_on"),
    [
        (date(2026, 6, 30), date(2027, 6, 30)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_impact_is_due_twelve_months_after_completion(completed_on: date, due_on: date) -> None:
    assert impact_due_on(completed_on) == due_on


@given(DAYS, st.integers(-600, 600))
def test_months_keep_their_day_or_end_on_the_last_one(day: date, months: int) -> None:
    there = months_after(day, months)
    assert (there.year - day.year) * 12 + there.month - day.month == months
    assert there.day == day.day or (there.day < day.day and (there + timedelta(1)).day == 1)


@given(DAYS, st.integers(0, 120), st.integers(0, 120))
def test_more_months_are_never_earlier(day: date, fewer: int, further: int) -> None:
    assert months_after(day, fewer) <= months_after(day, fewer + further)


@given(DAYS, st.integers(-2000, 2000))
def test_days_over_count_calendar_days(due_on: date, days: int) -> None:
    today = due_on + timedelta(days)
    assert days_over(due_on, today) == days
    assert is_overdue(due_on, today) is (days > 0)


@given(DAYS, st.integers(-365, 365))
def test_reminder_is_as_many_days_off_as_its_rule_says(due_on: date, days_after: int) -> None:
    assert days_over(due_on, remind_on(due_on, days_after)) == days_after


def test_words_tell_how_far_off_a_due_date_is() -> None:
    today = date(2026, 3, 29)
    words = [due_words(today + timedelta(days), today) for days in (-2, -1, 0, 1, 2)]
    assert words == ["2 days overdue", "1 day overdue", "due today", "due tomorrow", "due in 2 days"]


def test_case_may_be_drawn_again_on_the_anniversary_of_its_audit() -> None:
    assert is_recent_audit(date(2025, 7, 2), date(2026, 7, 1))
    assert not is_recent_audit(date(2025, 7, 1), date(2026, 7, 1))
    assert not is_recent_audit(date(2024, 2, 29), date(2025, 2, 28))
    assert is_recent_audit(date(2026, 6, 1), date(2026, 7, 1), months=2)


@given(DAYS, st.times())
def test_daily_run_comes_once_on_its_london_day(day: date, at: time) -> None:
    moment = london_moment(day, at)
    assert moment.tzinfo is UTC
    assert moment.astimezone(LONDON).date() == day
    assert london_moment(day + timedelta(1), at) - moment in (
        timedelta(hours=23),
        timedelta(days=1),
        timedelta(hours=25),
    )


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        (SPRING_FORWARD, time(0, 30), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        (SPRING_FORWARD, time(1, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (SPRING_FORWARD, time(7, 0), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        (FALL_BACK, time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (FALL_BACK, time(1, 30, fold=1), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (FALL_BACK, time(7, 0), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
    ],
)
def test_clock_changes_neither_skip_nor_double_a_run(day: date, at: time, moment: datetime) -> None:
    assert london_moment(day, at) == moment


def test_what_was_due_yesterday_is_overdue_and_what_is_due_today_is_not() -> None:
    today = date(2026, 3, 28)
    assert [is_overdue(today + timedelta(days), today) for days in (-1, 0, 1)] == [True, False, False]
