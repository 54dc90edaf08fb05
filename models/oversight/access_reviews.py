"""When did somebody last look at who may come in for an agency, and was it all as it should be?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.partnership.people import Person

MONTHS = 6
DUE_AFTER = timedelta(days=183)
OF_NO_AGENCY = "The partnership itself"


class AccessOutcome(Choice):
    """What came of looking at an agency's access."""

    AS_IT_SHOULD_BE = "as_it_should_be", "All as it should be"
    CHANGES_ASKED = "changes_asked", "Changes asked for"


class AccessReview(Record):
    """One look at who may come in for an agency, or for the partnership itself where no agency is named.

    It is never changed: the next one says what has become of it.
    """

    __tablename__ = "access_reviews"
    __table_args__ = (
        one_of("outcome", AccessOutcome, "known_access_outcome"),
        must(
            "(outcome = 'changes_asked') = (changes <> '')",
            name="asked_changes_are_named",
            field="changes",
            sentence="Name the changes where changes are asked for, and only there.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert"),
        system=("select", "insert"),
        agency_reads=f"agency_id = ANY {OWN_AGENCIES}",
        agency_inserts=f"agency_id = ANY {OWN_AGENCIES} AND reviewed_by_id = {OWN_PERSON}",
    )

    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    reviewed_on: Mapped[date]
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    outcome: Mapped[AccessOutcome] = mapped_column(choice_column(AccessOutcome))
    changes: Mapped[str] = mapped_column(Text, server_default="")
    people_count: Mapped[int]

    agency: Mapped[Agency | None] = relationship(lazy="raise_on_sql")
    reviewed_by: Mapped[Person] = relationship(lazy="raise_on_sql")


@dataclass(frozen=True)
class Standing:
    """How one agency's access stands: how many may sign in, and the last look at it; `agency` None is the partnership."""

    agency: Agency | None
    people_count: int
    review: AccessReview | None

    def is_due(self, on: date) -> bool:
        """Whether somebody should look again: nobody has for half a year, and there is somebody to look at."""
        return self.people_count > 0 and (self.review is None or self.review.reviewed_on <= on - DUE_AFTER)


def record_review(session: Session, review: AccessReview, by: Person, *, on: date) -> AccessReview:
    """Record that somebody has looked at an agency's access today. Refuses a manager's word on another agency's."""
    if by.role is not Role.ADMINISTRATOR and (by.agency_id is None or review.agency_id != by.agency_id):
        raise RuleBroken("You may review the access of your own agency only.", field="agency_id")
    review.changes = (review.changes or "").strip()
    review.reviewed_on, review.reviewed_by_id = on, by.id
    review.people_count = session.scalar(_counted(review.agency_id)) or 0
    session.add(review)
    session.flush()
    return review


def standings(session: Session, on: date) -> list[Standing]:
    """How each agency in the partnership stands, and the partnership itself: those to look at first, longest ago first.

    Two statements. Agencies that are not in use stand in it while somebody of them may still sign in.
    """
    newest = select(func.max(AccessReview.id)).group_by(AccessReview.agency_id)
    reviews = {review.agency_id: review for review in session.scalars(select(AccessReview).where(AccessReview.id.in_(newest)))}
    active = select(Person.agency_id, func.count().label("count")).where(Person.is_active).group_by(Person.agency_id)
    counted = active.subquery()
    rows = session.execute(
        select(Agency, func.coalesce(counted.c.count, 0), select(func.count()).select_from(Person).where(Person.is_active, Person.agency_id.is_(None)).scalar_subquery())
        .outerjoin(counted, counted.c.agency_id == Agency.id)
        .where(Agency.is_active | (counted.c.count > 0))
        .order_by(Agency.name)
    ).all()
    of_agencies = [Standing(agency, count, reviews.get(agency.id)) for agency, count, _ in rows]
    own_count = rows[0][2] if rows else 0
    everybody = [Standing(None, own_count, reviews.get(None)), *of_agencies]
    return sorted(everybody, key=lambda standing: _urgency(standing, on))
