"""Who and what do tests work with? A fixed cast of people and the smallest true records, made on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.db import PortalSession, act_as
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub, HubKind
from models.partnership.memberships import Membership, Seat
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.partnership.strategic_priorities import StrategicPriority
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.presentations import Decision, Presentation, hold_presentation
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.plans.presentations import Body

T = TypeVar("T")
_OWN_HUB = f"{HubKind.CHILDREN.label} hub"


def _made(session: Session, record: T) -> T:
    session.add(record)
    session.flush()
    return record


def word(session: Session, list_name: ReferenceList, code: str, **values: Any) -> ReferenceItem:
    """A reference item, made once per code."""
    item = session.scalar(select(ReferenceItem).where(ReferenceItem.list_name == list_name, ReferenceItem.code == code))
    label = values.pop("label", code.replace("_", " ").capitalize())
    return item or _made(session, ReferenceItem(list_name=list_name, code=code, label=label, **values))


def agency(session: Session, name: str = "Northfield Police", **values: Any) -> Agency:
    """An agency, made once per name."""
    agency = session.scalar(select(Agency).where(Agency.name == name))
    if agency:
        return agency
    category = word(session, ReferenceList.AGENCY_CATEGORY, values.pop("category", "police"))
    return _made(session, Agency(name=name, category_id=category.id, **values))


def person(session: Session, role: Role, *, agency: Agency | None = None, name: str = "", **values: Any) -> Person:
    """A person of a role, made once per name (by default one of each role: `officer@example.org`).

    The default officer runs the hub for children; officers with a name of their own run none until a test says so.
    """
    is_usual_officer = role is Role.OFFICER and not name and "email" not in values
    name = name or role.label
    email = values.pop("email", f"{name.lower().replace(' ', '.')}@example.org")
    person = session.scalar(select(Person).where(Person.email == email))
    agency_id = agency.id if agency else None
    person = person or _made(session, Person(name=name, email=email, role=role, agency_id=agency_id, **values))
    if is_usual_officer:
        for hub in session.scalars(select(Hub).where(Hub.name == _OWN_HUB, Hub.officer_id.is_(None))):
            hub.officer_id = person.id
        session.flush()
    return person


def hub(session: Session, kind: HubKind = HubKind.CHILDREN) -> Hub:
    """A hub, made once per kind; the default officer runs the one for children where there are both."""
    name, usual = f"{kind.label} hub", f"{Role.OFFICER.label.lower().replace(' ', '.')}@example.org"
    officer_id = session.scalar(select(Person.id).where(Person.email == usual)) if name == _OWN_HUB else None
    hub = session.scalar(select(Hub).where(Hub.name == name))
    return hub or _made(session, Hub(name=name, kind=kind, officer_id=officer_id))


def membership(session: Session, hub: Hub, person: Person, seat: Seat = Seat.STATUTORY, **values: Any) -> Membership:
    values_of_membership = {"starts_on": date(2026, 1, 1), "agency_id": person.agency_id, **values}
    return _made(session, Membership(hub_id=hub.id, person_id=person.id, seat=seat, **values_of_membership))


def priority(session: Session) -> StrategicPriority:
    name = "Neglect"
    priority = session.scalar(select(StrategicPriority).where(StrategicPriority.name == name))
    return priority or _made(session, StrategicPriority(name=name, starts_on=date(2025, 4, 1)))


def review(session: Session, **values: Any) -> ThematicReview:
    kind = values.pop("kind", HubKind.CHILDREN)
    values = {"title": "Neglect in early years", "year": 2026, **values}
    review = ThematicReview(kind=kind, hub_id=hub(session, kind).id, priority_id=priority(session).id, **values)
    return _made(session, review)


def _a_review(session: Session) -> ThematicReview:
    return review(session)


def plan(session: Session, review: ThematicReview | None = None, **values: Any) -> ActionPlan:
    of_review = review or _a_review(session)
    return _made(session, ActionPlan(review_id=of_review.id, **{"title": "Improvement plan", "year": 2026, **values}))


def board_agrees(session: Session, plan: ActionPlan, on: date = date(2026, 5, 4)) -> Presentation:
    """The Board's meeting on record that agreed a plan."""
    held = _made(session, Presentation(review_id=plan.review_id, body=Body.BOARD, meets_on=on))
    hold_presentation(session, held, on=on, decided="Agreed as it stands.", decision=Decision.AGREED, plan=plan)
    return held


def recommendation(session: Session, plan: ActionPlan, number: int = 1, **values: Any) -> Recommendation:
    text = values.pop("text", "Make the child's voice visible in every plan.")
    return _made(session, Recommendation(plan_id=plan.id, number=number, text=text, **values))


def action(session: Session, plan: ActionPlan, agency: Agency, **values: Any) -> Action:
    """An action of a plan; numbered and referenced as the portal does it."""
    values = {"text": "Audit ten files.", "due_on": date(2026, 12, 1), **values}
    action = Action(plan_id=plan.id, lead_agency_id=agency.id, **values)
    action.check(session)
    return _made(session, action)


@contextmanager
def acting(session: PortalSession, role: Role, agency: Agency | None = None) -> Iterator[None]:
    """Somebody of a role who sees only what the database shows them: nothing is remembered from before."""
    session.flush()
    session.expunge_all()
    act_as(session, Actor.person(1, role, agency.id if agency else None))
    try:
        yield
    finally:
        act_as(session, Actor.system("test"))
