"""What has an agency not handed in by its day, whatever it was asked for?

Each noun whose returns may be late says so by `@late_source`: self-evaluations, Section 11 returns, case audits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class LateReturn:
    """One thing an agency has not handed in. `subject` names the record (`self_evaluations:12`).

    `review_id` is None where the thing belongs to no review (Section 11).
    """

    subject: str
    what: str
    reference: str
    agency_id: int
    review_id: int | None
    due_on: date


Find = Callable[[Session, date], list[LateReturn]]
_sources: list[Find] = []


def late_source(find: Find) -> Find:
    """Register what may be late: `def late_audits(session, today) -> list[LateReturn]`, only overdue things."""
    _sources.append(find)
    return find


def late_returns(session: Session, today: date) -> list[LateReturn]:
    """Everything that is late on a day, the latest first."""
    late = [record for find in _sources for record in find(session, today)]
    return sorted(late, key=lambda record: (record.due_on, record.reference))


def late_return(session: Session, subject: str, today: date) -> LateReturn | None:
    """The one of that subject, where it is late."""
    return next((record for record in late_returns(session, today) if record.subject == subject), None)
