"""What time is it, and what day is it for the partnership?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, cast, func

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """This moment, in UTC and saying so."""
    return datetime.now(UTC)


def today() -> date:
    """The day people in the partnership have on their calendars, also in the hour after a summer midnight."""
    return london_day(now())


def london_day(moment: datetime) -> date:
    """The London calendar day of a moment. Raises ValueError for a moment without a time zone.

    >>> london_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    datetime.date(2026, 7, 2)
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(LONDON).date()


def london_day_of(moment: Any) -> ColumnElement[date]:
    """The same of a moment in the database: a column, or a function such as `now()`."""
    return cast(func.timezone(LONDON.key, moment), Date)
