"""What has an agency not handed in by its day, whatever it was asked for?

Each noun whose returns may be late says so by `@late_source`: self-evaluations, Section 11 returns, case audits. All of
them are asked in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, String, Subquery, cast, func, literal, null, select, union_all
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


EVERY = slice(0, None)
"""No part of what is late, but all of it."""
Rows = Callable[[date], Select[Any]]
_sources: list[Rows] = []


def late_source(rows: Rows) -> Rows:
    """Register what may be late: `def late_audits(on) -> Select`, made by `late_rows`, only overdue things."""
    _sources.append(rows)
    return rows


def late_rows(kind: Any, what: str) -> Select[Any]:
    """What a late return is known by, for the records of a table; which of them are late is to be added."""
    review = kind.review_id if hasattr(kind, "review_id") else cast(null(), Integer)
    return select(
        (literal(f"{kind.__tablename__}:") + cast(kind.id, String)).label("subject"),
        literal(what).label("what"),
        kind.reference.label("reference"),
        kind.agency_id.label("agency_id"),
        review.label("review_id"),
        kind.due_on.label("due_on"),
    )


def late_subquery(on: date) -> Subquery:
    """Everything that is late on a day, for statements that go on from there."""
    return union_all(*(rows(on) for rows in _sources)).subquery("late")


def late_returns(
    session: Session,
    today: date,
    *,
    review_id: int | None = None,
    subjects: Collection[str] | None = None,
    part: slice = EVERY,
) -> list[LateReturn]:
    """Everything that is late on a day (of one review, or of these subjects), the latest first; or a part of it."""
    late = late_subquery(today)
    statement = select(late).order_by(late.c.due_on, late.c.reference).slice(part.start, part.stop)
    if review_id is not None:
        statement = statement.where(late.c.review_id == review_id)
    if subjects is not None:
        statement = statement.where(late.c.subject.in_(subjects))
    return [LateReturn(*row) for row in session.execute(statement)]


def late_count(session: Session, today: date) -> int:
    """How much is late on a day."""
    return session.execute(select(func.count()).select_from(late_subquery(today))).scalar_one()


def late_return(session: Session, subject: str, today: date) -> LateReturn | None:
    """The one of that subject, where it is late."""
    return next(iter(late_returns(session, today, subjects=[subject])), None)
