"""When did somebody last look at who may come in for an agency, and was it all as it should be?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Select, Text, and_, exists, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.core.access import NONE, OWN_AGENCIES, OWN_PERSON, READ, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.partnership.people import Person

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
        staff=NONE,
        administrator=("select", "insert"),
        officer=READ,
        manager=("select", "insert"),
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
    """How one agency's access stands: how many may sign in, and the last look at it.

    `agency` None is the partnership itself, its people of no agency.
    """

    agency: Agency | None
    people_count: int
    review: AccessReview | None

    @property
    def name(self) -> str:
        """The agency's name, or that of those who belong to none."""
        return self.agency.name if self.agency else OF_NO_AGENCY

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
    """How each agency stands, and the partnership itself: those to look at first, longest ago first.

    Two statements. An agency that is not in use stands in it while somebody of it may still sign in.
    """
    newest = select(func.max(AccessReview.id)).group_by(AccessReview.agency_id)
    latest = select(AccessReview).where(AccessReview.id.in_(newest)).options(joinedload(AccessReview.reviewed_by))
    reviews = {review.agency_id: review for review in session.scalars(latest)}
    counted = select(Person.agency_id, func.count().label("count")).where(Person.is_active).group_by(Person.agency_id)
    active = counted.subquery()
    rows = session.execute(
        select(Agency, active.c.count)
        .select_from(active)
        .join(Agency, Agency.id == active.c.agency_id, full=True)
        .where(Agency.is_active.is_not(False) | (active.c.count > 0))
    ).all()
    every = [Standing(agency, count or 0, reviews.get(agency.id if agency else None)) for agency, count in rows]
    return sorted(every, key=lambda standing: _order(standing, on))


def due_agencies(on: date) -> ColumnElement[bool]:
    """Whether an agency's access should be looked at again, as a condition on `Agency`: `Standing.is_due` in SQL."""
    has_people = exists(1).where(Person.agency_id == Agency.id, Person.is_active)
    is_recent = exists(1).where(AccessReview.agency_id == Agency.id, AccessReview.reviewed_on > on - DUE_AFTER)
    return and_(has_people, ~is_recent)


def _order(standing: Standing, on: date) -> tuple[bool, date, str]:
    reviewed_on = standing.review.reviewed_on if standing.review else date.min
    return not standing.is_due(on), reviewed_on, standing.name.lower()


def _counted(agency_id: int | None) -> Select[int]:
    """How many people of an agency may sign in."""
    return select(func.count(Person.id)).where(Person.is_active, Person.agency_id.is_not_distinct_from(agency_id))
