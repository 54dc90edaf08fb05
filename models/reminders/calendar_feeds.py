"""Which secret link shows whose due dates, and which dates are a person's?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, CursorResult, ForeignKey, LargeBinary, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import Role, RowPolicy
from models.core.addresses import address_by_id
from models.core.db import Base
from models.partnership.hubs import Hub
from models.partnership.memberships import Membership
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import DueDate
from models.sampling.audit_samples import AuditSample, SampleStatus

MOST = 2000
"""Dates that one calendar holds."""
BACK = timedelta(days=365)
"""What was due longer ago than this is left to the lists."""


class CalendarFeed(Base):
    """A person's calendar link. The token itself is only in their calendar program; the portal keeps its SHA-256."""

    __tablename__ = "calendar_feeds"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=(),
        unlogged_columns=("token_hash",),
        reason="Secret links belong to the portal itself, as sign-ins do; whoever holds one reads as that person.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    started_at: Mapped[datetime]


def start_feed(session: Session, person_id: int, *, now: datetime) -> str:
    """Give a person a new secret link and return its token, shown this once; an earlier link stops working."""
    revoke_feed(session, person_id)
    token = token_urlsafe(32)
    session.add(CalendarFeed(person_id=person_id, token_hash=_hash(token), started_at=now))
    session.flush()
    return token


def revoke_feed(session: Session, person_id: int) -> bool:
    """End a person's link; returns whether there was one."""
    ended: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(CalendarFeed).where(CalendarFeed.person_id == person_id)
    )
    return ended.rowcount > 0


def feed_of(session: Session, person_id: int) -> CalendarFeed | None:
    """The person's present link, if any."""
    return session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person_id))


def person_of_feed(session: Session, token: str) -> Person | None:
    """The active person whose link holds this token; None for a token that is revoked, replaced or made up."""
    return session.scalar(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token_hash == _hash(token), Person.is_active)
    )


def due_dates(session: Session, person: Person, *, today: date) -> list[DueDate]:
    """What is due for a person, earliest first, as far as the session's actor (that person) may see it.

    Open actions they own or their agency leads; and of the reviews they run or sponsor: open actions, stages not yet
    reached, and audits of drawn samples. An administrator runs all reviews.
    """
    since = today - BACK
    due_dates = [*_actions(session, person, since), *_stages(session, person, since), *_samples(session, person, since)]
    return sorted(due_dates, key=lambda due: (due.due_on, due.key))[:MOST]


def _actions(session: Session, person: Person, since: date) -> Iterator[DueDate]:
    actor = person.actor()
    mine = [Action.owner_id == person.id, ActionPlan.review_id.in_(_own_reviews(person))]
    if actor.is_agency_bound:
        mine.append(Action.lead_agency_id.in_(actor.agency_ids))
    rows = session.execute(
        select(Action.id, Action.reference, Action.due_on)
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .where(Action.completed_on.is_(None), Action.due_on >= since, or_(*mine))
        .order_by(Action.due_on)
        .limit(MOST)
    )
    for key, reference, due_on in rows:
        yield DueDate(f"action-{key}", due_on, f"Action {reference} is due", address_by_id(Action, key))


def _stages(session: Session, person: Person, since: date) -> Iterator[DueDate]:
    if person.actor().is_agency_bound:
        return
    rows = session.execute(
        select(ReviewStage, ThematicReview.reference)
        .join(ThematicReview, ThematicReview.id == ReviewStage.review_id)
        .where(ReviewStage.reached_on.is_(None), ReviewStage.planned_on >= since)
        .where(ThematicReview.id.in_(_own_reviews(person)))
        .order_by(ReviewStage.planned_on)
        .limit(MOST)
    )
    for stage, reference in rows:
        words = f"Review {reference} plans to reach: {stage.stage.label.lower()}"
        address = address_by_id(ThematicReview, stage.review_id)
        yield DueDate(f"stage-{stage.id}", stage.planned_on, words, address)


def _samples(session: Session, person: Person, since: date) -> Iterator[DueDate]:
    if person.role not in (Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR):
        return
    rows = session.execute(
        select(AuditSample.id, AuditSample.reference, AuditSample.audits_due_on)
        .where(AuditSample.status == SampleStatus.DRAWN, AuditSample.audits_due_on >= since)
        .where(AuditSample.review_id.in_(_own_reviews(person)))
        .order_by(AuditSample.audits_due_on)
        .limit(MOST)
    )
    for key, reference, due_on in rows:
        if due_on is None:  # the statement asks for dated ones only; the type does not know
            continue
        address = address_by_id(AuditSample, key)
        yield DueDate(f"sample-{key}", due_on, f"Audits of sample {reference} are due", address)


def _own_reviews(person: Person) -> Any:
    """The reviews a person runs or sponsors: all, for administrators; of their hubs, for officers; none, for others."""
    reviews = select(ThematicReview.id)
    return reviews if person.role is Role.ADMINISTRATOR else reviews.where(_is_own(person))


def _is_own(person: Person) -> ColumnElement[bool]:
    hubs = select(Hub.id).where(Hub.officer_id == person.id)
    seats = select(Membership.hub_id).where(Membership.person_id == person.id, Membership.ends_on.is_(None))
    is_of_hub = or_(ThematicReview.hub_id.in_(hubs), ThematicReview.hub_id.in_(seats))
    is_run = is_of_hub if person.role is Role.OFFICER else ThematicReview.id.is_(None)
    return or_(ThematicReview.sponsor_id == person.id, is_run)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
