"""How does one more recommendation or action get into a plan?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.plans.actions import Action, name_owner
from models.plans.recommendations import Recommendation, next_number


def add_recommendation(session: Session, recommendation: Recommendation) -> Recommendation:
    """Write a new recommendation into its plan, with the next number of it."""
    recommendation.number = next_number(session, recommendation.plan_id)
    session.add(recommendation)
    session.flush()
    return recommendation


def add_action(session: Session, action: Action) -> Action:
    """Write a new action into its plan, numbered, with its owner named as plans print them. Refuses what it must."""
    action.check(session)
    name_owner(session, action)
    session.add(action)
    session.flush()
    return action
