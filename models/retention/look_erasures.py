"""How are looks forgotten once they have been kept long enough, a day at a time?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from models.core.looks import Look, forget_looks
from models.core.published_heads import note_forgotten
from models.retention.erasures import ERASABLE, Erasable
from models.rules.retention.retention import Holding

LOOKS = "looks"


def days_with_looks(session: Session) -> list[Holding]:
    """The days (UTC) of which looks are kept, each under its number in the calendar; they belong to no review."""
    day = cast(func.timezone("UTC", Look.looked_at), Date)
    first, last = session.scalar(select(func.min(day))), session.scalar(select(func.max(day)))
    count = (last - first).days + 1 if first and last else 0
    days = (first + timedelta(days=number) for number in range(count)) if first else ()
    return [Holding(day.toordinal(), None, day) for day in days]


def erase_looks(session: Session, days: Sequence[int], on: date) -> int:
    """Delete the looks of these days; how many they were. What stays: how many each published seal held."""
    erased = sum(forget_looks(session, date.fromordinal(day)) for day in days)
    note_forgotten(session, datetime.combine(date.fromordinal(max(days)), time(), tzinfo=UTC) + timedelta(days=1))
    return erased


ERASABLE[LOOKS] = Erasable(
    "Who has looked at cases",
    "How many looks each published seal held.",
    days_with_looks,
    erase_looks,
    least_months=12,
    least_because="so that people can be told who has seen what is kept about them",
    is_of_reviews=False,
)
