"""When is an action complete? When there is evidence, and a second person says so too."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.action_updates import ActionUpdate
from models.plans.actions import BLUE, Action
from models.plans.impact_analyses import Impact, ImpactCheck


def complete_action(session: Session, action: Action, *, evidence: str, on: date, person_id: int) -> None:
    """State that an action was done on a day, with the evidence. It counts as complete once it is confirmed.

    Refuses without evidence, for a future day, and for an action that is complete already.
    """
    _refuse_complete(action)
    if not evidence.strip():
        raise RuleBroken("An action is complete only with evidence; say what shows that it was done.", field="evidence")
    if on > today():
        raise RuleBroken("An action cannot have been done on a day that is still to come.")
    action.completion_evidence = evidence.strip()
    action.completion_claimed_on, action.completion_claimed_by_id = on, person_id
    session.flush()


def confirm_completion(session: Session, action: Action, *, person_id: int) -> None:
    """Confirm as the second person: from now on the action is complete, and Blue."""
    _refuse_complete(action)
    _refuse_unclaimed(action)
    if action.completion_claimed_by_id == person_id:
        raise RuleBroken("A second person confirms the completion, not whoever stated it.")
    action.completed_on, action.completion_confirmed_by_id = action.completion_claimed_on, person_id
    blue = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.BRAG, ReferenceItem.code == BLUE)
    action.brag_id = session.scalar(blue) or action.brag_id
    session.flush()


def return_completion(session: Session, action: Action, *, reason: str, person_id: int) -> None:
    """Disagree as the second person: the action stays open, and the reason is kept among its updates."""
    _refuse_complete(action)
    _refuse_unclaimed(action)
    if not reason.strip():
        raise RuleBroken("Say what is missing before the action is complete.")
    action.completion_claimed_on = action.completion_claimed_by_id = None
    words = f"Not complete yet: {reason.strip()}"
    session.add(ActionUpdate(action_id=action.id, text=words, author_id=person_id))
    session.flush()


def reopen_action(session: Session, action: Action, *, reason: str, person_id: int) -> None:
    """Open a complete action again: it is neither complete nor rated, and the reason is kept among its updates.

    Refuses an action that is not complete, without a reason, in a closed plan, and one checked as embedded.
    """
    if action.completed_on is None:
        raise RuleBroken(f"{action.reference} is not complete, so there is nothing to open again.")
    if not reason.strip():
        raise RuleBroken("Say why the action is opened again.")
    plan = session.get_one(ActionPlan, action.plan_id)
    if plan.status is PlanStatus.CLOSED:
        raise RuleBroken(f"{plan.reference} is closed, so its actions are not opened again.")
    if session.scalar(select(ImpactCheck.impact).where(ImpactCheck.action_id == action.id)) is Impact.EMBEDDED:
        raise RuleBroken(f"{action.reference} is on record as embedded; check its impact again first.")
    action.completed_on = action.completion_confirmed_by_id = action.brag_id = None
    action.completion_claimed_on = action.completion_claimed_by_id = None
    words = f"Opened again: {reason.strip()}"
    session.add(ActionUpdate(action_id=action.id, text=words, author_id=person_id))
    session.flush()


def _refuse_complete(action: Action) -> None:
    if action.completed_on is not None:
        raise RuleBroken(f"{action.reference} is complete already.")


def _refuse_unclaimed(action: Action) -> None:
    if action.completion_claimed_on is None:
        raise RuleBroken(f"Nobody has stated yet that {action.reference} is done.")
