"""Which improvement plan does the demo show, with actions in every state?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_counts import count_actions
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.plans.completions import complete_action, confirm_completion
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import month_ends_before


@dataclass(frozen=True)
class _Action:
    text: str
    agency: str
    owner: str
    due_in_days: int
    measure: str
    brag: str = ""
    update: str = ""
    moved_by_days: int = 0
    evidence: str = ""
    impact: str = ""
    friend: str = ""
    target_count: int | None = None
    reached: int | None = None


class _Recommendation(NamedTuple):
    text: str
    key_area: str
    evidence: str
    actions: tuple[_Action, ...]


_RECOMMENDATIONS = words_of("plans", "recommendations", tuple[_Recommendation, ...])


def load_plan(
    session: Session, review: ThematicReview, agencies: dict[str, Agency], people: dict[str, Person], today: date
) -> ActionPlan:
    """The agreed plan of a review with five recommendations and 25 actions in every state."""
    plan = ActionPlan(
        review_id=review.id,
        title=f"Improvement plan: {review.title}",
        year=review.year,
        status=PlanStatus.AGREED,
        version=2,
        agreed_on=today - timedelta(days=130),
        summary="Agreed by the Executive Board. Fictitious: made up to show the portal.",
    )
    session.add(plan)
    session.flush()
    words = {(item.list_name, item.code): item.id for item in session.scalars(select(ReferenceItem))}
    for number, chapter in enumerate(_RECOMMENDATIONS, start=1):
        recommendation = Recommendation(
            plan_id=plan.id,
            number=number,
            text=chapter.text,
            evidence=chapter.evidence,
            key_area_id=words[ReferenceList.KEY_AREA, chapter.key_area],
        )
        session.add(recommendation)
        session.flush()
        for entry in chapter.actions:
            owner, brag_id = people[entry.owner], words.get((ReferenceList.BRAG, entry.brag))
            action = _load_action(session, plan, recommendation, entry, agencies[entry.agency], owner, brag_id, today)
            _load_completion(session, action, entry, owner, people["officer"], today)
    return plan


def _load_action(
    session: Session,
    plan: ActionPlan,
    recommendation: Recommendation,
    entry: _Action,
    agency: Agency,
    owner: Person,
    brag_id: int | None,
    today: date,
) -> Action:
    due_on = today + timedelta(days=entry.due_in_days)
    action = Action(
        plan_id=plan.id,
        recommendation_id=recommendation.id,
        text=entry.text,
        lead_agency_id=agency.id,
        owner_id=owner.id,
        owner_name=owner.name,
        owner_role=owner.job_title,
        starts_on=plan.agreed_on,
        due_on=due_on - timedelta(days=entry.moved_by_days),
        success_measure=entry.measure,
        target_count=entry.target_count,
        brag_id=None if entry.brag == "blue" else brag_id,
        impact_evidence=entry.impact,
        critical_friend_comment=entry.friend,
    )
    if plan.agreed_on and action.due_on < plan.agreed_on:
        action.starts_on = action.due_on
    action.check(session)
    session.add(action)
    session.flush()
    action.due_on = due_on
    if entry.update:
        session.add(
            ActionUpdate(
                action_id=action.id, text=entry.update, brag_id=brag_id, author_id=owner.id, reached_count=entry.reached
            )
        )
    session.flush()
    return action


def _load_completion(
    session: Session, action: Action, entry: _Action, owner: Person, officer: Person, today: date
) -> None:
    """What has evidence is stated as done by its owner; what is blue is confirmed by the officer too."""
    if not entry.evidence:
        return
    done_on = min(action.due_on - timedelta(days=6), today)
    complete_action(session, action, evidence=entry.evidence, on=done_on, person_id=owner.id)
    if entry.brag == "blue":
        confirm_completion(session, action, person_id=officer.id)


def load_action_counts(session: Session, today: date) -> None:
    """How the actions of all plans stood at the end of each month of this year and the last, if it is over."""
    for on in month_ends_before(today, today.month + 11):
        count_actions(session, on)
