"""How are looks forgotten once they have been kept long enough, a day at a time?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from models.core.looks import forget_looks
from models.core.published_heads import note_forgotten
from models.retention.erasures import ERASABLE, Erasable
from models.retention.holdings import Held

LOOKS = "looks"


def days_with_looks() -> Held:
    """The days (UTC) of which looks are kept, each under its number in the calendar; they belong to no review."""
    return Held(
        """SELECT day - DATE '0001-01-01' + 1 AS id, NULL::int AS review_id, day AS made_on
        FROM (SELECT generate_series(min(looked_at AT TIME ZONE 'UTC')::date, max(looked_at AT TIME ZONE 'UTC')::date,
                                     '1 day')::date AS day FROM looks) days
        WHERE EXISTS (SELECT FROM looks WHERE looked_at >= day::timestamp AT TIME ZONE 'UTC'
                      AND looked_at < (day + 1)::timestamp AT TIME ZONE 'UTC')""",
        stands_alone=True,
    )


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
    portion=30,
    least_months=12,
    least_because="so that people can be told who has seen what is kept about them",
    is_of_reviews=False,
)
