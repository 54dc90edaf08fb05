"""How does a running action tracker come in: actions, also complete ones, with the history of their updates?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.core.clock import LONDON, today
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate, move_due_date
from models.plans.actions import BLUE, Action
from models.plans.completions import complete_action, confirm_completion
from models.plans.recommendations import Recommendation, next_number
from models.reviews.review_writes import runs_review_of
from models.spreadsheets.import_facts import ImportFacts
from models.spreadsheets.import_runs import write_values

_BY_VERBS = ("due_on", "completed_on", "original_due_on", "number", "plan_id")
_NEVER = {
    "plan_id": "An action stays in the plan it was written for.",
    "number": "The number of an action never changes, for people cite it.",
    "original_due_on": "The due date first agreed is kept as it was.",
}


def write_recommendation(
    session: Session, recommendation: Recommendation, values: Mapping[str, Any], facts: ImportFacts
) -> None:
    """Write a recommendation; a new one without a number takes its plan's next."""
    given = dict(values)
    if "plan_id" in given:
        _refuse_other_plans(session, given["plan_id"])
    if inspect(recommendation).transient and "number" not in given:
        given["number"] = next_number(session, values["plan_id"])
    write_values(session, recommendation, given, facts)


def write_action(session: Session, action: Action, values: Mapping[str, Any], facts: ImportFacts) -> None:
    """Write an action as the portal's own verbs do.

    A new one takes the number and the due date first agreed from the tracker where it gives them. A due date moves with
    the import as its reason. A day of completion makes the action complete: with evidence, and confirmed by whoever
    brings it in, for the tracker says that it was done and somebody else did it.
    """
    plain = {key: value for key, value in values.items() if key not in _BY_VERBS}
    if values.get("completed_on") is not None:
        _refuse_other_word(session, plain.pop("brag_id", None))
    _name_owner(session, action, plain)
    if inspect(action).transient:
        _begin(session, action, values, plain, facts)
    else:
        _change(session, action, values, plain, facts)
    if values.get("completed_on") is not None:
        _complete(session, action, values["completed_on"], facts)


def _refuse_other_plans(session: Session, plan_id: int) -> None:
    """An officer writes into the plans of the reviews that they run, as on the portal's own forms."""
    if not runs_review_of(session, session.get_one(ActionPlan, plan_id)):
        raise RuleBroken("You write into the plans of your own hubs' reviews only.", field="plan_id")


def _begin(
    session: Session, action: Action, values: Mapping[str, Any], plain: Mapping[str, Any], facts: ImportFacts
) -> None:
    _refuse_other_plans(session, values["plan_id"])
    action.plan_id, action.due_on = values["plan_id"], values["due_on"]
    write_values(session, action, plain, facts)
    action.original_due_on = values.get("original_due_on", action.due_on)
    if "number" in values:
        plan = session.get_one(ActionPlan, action.plan_id)
        action.number, action.reference = values["number"], f"{plan.reference}/{values['number']:02d}"
    session.flush()


def _change(
    session: Session, action: Action, values: Mapping[str, Any], plain: Mapping[str, Any], facts: ImportFacts
) -> None:
    for key, sentence in _NEVER.items():
        if key in values:
            raise RuleBroken(sentence, field=key)
    if values.get("completed_on") is not None and action.completed_on is not None:
        raise RuleBroken(f"{action.reference} is complete already; an officer opens it again before that changes.")
    if "due_on" in values:
        move_due_date(session, action, due_on=values["due_on"], reason=facts.words, author_id=facts.person_id)
    write_values(session, action, plain, facts)


def _name_owner(session: Session, action: Action, plain: dict[str, Any]) -> None:
    """The owner's name and job title, as plans print them, where the tracker gives the person alone."""
    owner = session.get(Person, plain["owner_id"]) if plain.get("owner_id") else None
    if owner is not None and not action.owner_name and "owner_name" not in plain:
        plain["owner_name"] = owner.name
        plain.setdefault("owner_role", action.owner_role or owner.job_title)


def _refuse_other_word(session: Session, brag_id: int | None) -> None:
    word = session.get(ReferenceItem, brag_id) if brag_id else None
    if word is not None and word.code != BLUE:
        raise RuleBroken(f"A complete action is not {word.label}; leave its rating empty.", field="brag_id")


def _complete(session: Session, action: Action, on: date, facts: ImportFacts) -> None:
    """State the completion for those who did it, and confirm it as the second person."""
    complete_action(session, action, evidence=action.completion_evidence or "", on=on, person_id=facts.person_id)
    action.completion_claimed_by_id = None
    confirm_completion(session, action, person_id=facts.person_id)
    words = f"Completed on {on.day} {on:%B %Y}, as the tracker says. {facts.words}"
    session.add(ActionUpdate(action_id=action.id, text=words, author_id=facts.person_id))
    session.flush()


def write_update(session: Session, update: ActionUpdate, values: Mapping[str, Any], facts: ImportFacts) -> None:
    """Add an earlier update to an action, on its own day; where it came from stands with its evidence.

    It does not rate the action, whose rating is of today. Refuses a day to come, and the word for complete on an action
    that is not.
    """
    day: date = values["written_at"]
    if day > today():
        raise RuleBroken("An update cannot be of a day that is still to come.", field="written_at")
    word = session.get(ReferenceItem, values["brag_id"]) if values.get("brag_id") else None
    action = session.get_one(Action, values["action_id"])
    if word is not None and word.code == BLUE and action.completed_on is None:
        raise RuleBroken(f"{action.reference} is not complete, so no update says {word.label}.", field="brag_id")
    update.action_id, update.text, update.brag_id = action.id, values["text"], word.id if word else None
    update.written_at = datetime.combine(day, time(12), tzinfo=LONDON).astimezone(UTC)
    update.reached_count = values.get("reached_count")
    update.evidence, update.author_id = f"{values.get('evidence', '')} ({facts.words})".strip(), facts.person_id
    session.add(update)
    session.flush()
