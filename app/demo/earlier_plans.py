"""Which plans do the demo's other reviews have: a draft, one before the Board, and those of the year before?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action
from models.plans.completions import complete_action, confirm_completion
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import Stage, ThematicReview


class _Step(NamedTuple):
    text: str
    agency: str
    owner: str


class _Advice(NamedTuple):
    text: str
    actions: tuple[_Step, ...]


_ADVICE = words_of("earlier_plans", "advice", tuple[_Advice, ...])
_EVIDENCE = "Seen by the hub: the guidance is out and twenty records were read."


def load_earlier_plans(
    session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency], people: dict[str, Person], today: date
) -> None:
    """A small plan for each review from improvement planning on that has none; those of completed reviews are done."""
    order = list(Stage)
    for review in reviews[1:]:
        if order.index(review.stage) >= order.index(Stage.IMPROVEMENT_PLANNING):
            _load(session, review, agencies, people, today)


def _load(
    session: Session, review: ThematicReview, agencies: dict[str, Agency], people: dict[str, Person], today: date
) -> None:
    began, is_done = review.period_ends_on or today, review.stage in (Stage.IMPACT_ANALYSIS, Stage.CLOSED)
    is_draft = review.stage is Stage.IMPROVEMENT_PLANNING
    plan = ActionPlan(
        review_id=review.id,
        title=f"Improvement plan: {review.title}",
        year=review.year,
        status=PlanStatus.DRAFT if is_draft else PlanStatus.CLOSED if is_done else PlanStatus.AGREED,
        agreed_on=None if is_draft else began + timedelta(days=200),
        summary="Fictitious: made up to show the portal.",
    )
    session.add(plan)
    session.flush()
    area = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.KEY_AREA).order_by(ReferenceItem.id)
    status, plan.status = plan.status, PlanStatus.DRAFT
    for number, (text, entries) in enumerate(_ADVICE, start=1):
        advice = Recommendation(plan_id=plan.id, number=number, text=text, key_area_id=session.scalar(area.limit(1)))
        session.add(advice)
        session.flush()
        for words, agency, owner in entries:
            action = _action(session, plan, advice, words, agencies[agency], people[owner], began)
            if is_done:
                _complete(session, action, people["officer"])
    plan.status = status
    session.flush()


def _action(
    session: Session, plan: ActionPlan, advice: Recommendation, text: str, agency: Agency, owner: Person, began: date
) -> Action:
    action = Action(
        plan_id=plan.id,
        recommendation_id=advice.id,
        text=text,
        lead_agency_id=agency.id,
        owner_id=owner.id,
        owner_name=owner.name,
        owner_role=owner.job_title,
        due_on=began + timedelta(days=290 if plan.agreed_on else 380),
        success_measure="Nine of ten records read each quarter",
    )
    action.check(session)
    session.add(action)
    session.flush()
    return action


def _complete(session: Session, action: Action, officer: Person) -> None:
    complete_action(
        session, action, evidence=_EVIDENCE, on=action.due_on - timedelta(days=9), person_id=action.owner_id or 0
    )
    confirm_completion(session, action, person_id=officer.id)
