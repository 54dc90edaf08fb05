"""Which facts go into an action-plan report: a whole plan, a review's plans, one agency's part, or a chosen list?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from models.core.access import Actor
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.documents.document_requests import ask_for_document
from models.partnership.agencies import Agency
from models.partnership.people import name_of
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action, owner_words
from models.plans.plan_changes import plan_changes
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.plans.plan_changes import PlanChanges
from models.rules.plans.plan_reports import PlanReport, ReportAction, ReportUpdate

MOST_ACTIONS = 5000
"""Actions that one report may hold."""

_TOO_MANY = f"A report holds at most {MOST_ACTIONS:,} actions; narrow the list first."
_NOTHING = "There is no action plan here that you may see."
_FEW = 3  # plans that a report names one by one
_BRAG_CODES = frozenset({"blue", "green", "amber", "red"})


@dataclass(frozen=True)
class ReportScope:
    """What a report is about; at least one of the first four. An agency may go with any of the others.

    `is_overdue_only` leaves out whatever is complete or not yet late on the day the report is made.
    """

    plan_id: int | None = None
    review_id: int | None = None
    agency_id: int | None = None
    action_ids: tuple[int, ...] | None = None
    is_overdue_only: bool = False

    def as_arguments(self) -> dict[str, Any]:
        """The scope as a job's arguments; `ReportScope.from_arguments` reads it back."""
        limits = {"plan_id": self.plan_id, "review_id": self.review_id, "agency_id": self.agency_id}
        chosen = {"action_ids": list(self.action_ids)} if self.action_ids is not None else {}
        late = {"is_overdue_only": True} if self.is_overdue_only else {}
        return {name: value for name, value in limits.items() if value is not None} | chosen | late

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> ReportScope:
        """The scope of a job's arguments."""
        ids = arguments.get("action_ids")
        return cls(
            plan_id=arguments.get("plan_id"),
            review_id=arguments.get("review_id"),
            agency_id=arguments.get("agency_id"),
            action_ids=None if ids is None else tuple(ids),
            is_overdue_only=bool(arguments.get("is_overdue_only")),
        )


def plan_facts(session: Session, occasion: Occasion, **arguments: Any) -> PlanReport:
    """The facts of a report by a job's arguments; see `plan_report`."""
    return plan_report(session, ReportScope.from_arguments(arguments), occasion)


def plan_report(session: Session, scope: ReportScope, occasion: Occasion) -> PlanReport:
    """The facts of a report, as far as the session's actor may see them.

    Refuses when nothing in scope can be seen, or when the scope holds more than 5,000 actions.
    """
    plans = _plans(session, scope)
    rows = session.execute(_actions(scope, occasion.made_on).limit(MOST_ACTIONS + 1)).all()
    if len(rows) > MOST_ACTIONS:
        raise RuleBroken(_TOO_MANY)
    if not rows and not plans:
        raise RuleBroken(_NOTHING)
    latest = _latest_updates(session, [row.Action.id for row in rows])
    actions = [(row.Action, _fact(row, latest.get(row.Action.id))) for row in rows]
    return PlanReport(
        partnership=occasion.partnership,
        made_on=occasion.made_on,
        made_by=occasion.made_by,
        about=f"action_plans:{scope.plan_id}" if scope.plan_id else "",
        actions=tuple(fact for _, fact in actions),
        since=_since(session, plans, actions, occasion.made_on),
        scope=_scope_sentence(session, scope),
        **_title_facts(plans),
        **_review_facts(session, plans),
    )


def ask_for_report(session: Session, scope: ReportScope, name: str = "plan_pdf") -> int:
    """Ask for the report as a PDF, in the caller's transaction; returns the id of the request.

    Refuses when the person may see nothing of what it is about, and more actions than a report holds.
    """
    if scope.action_ids is not None and len(scope.action_ids) > MOST_ACTIONS:
        raise RuleBroken(_TOO_MANY)
    if not _plans(session, scope):
        raise RuleBroken(_NOTHING)
    return ask_for_document(session, name, scope.as_arguments())


def _since(
    session: Session, plans: Sequence[Row[ActionPlan, ThematicReview]], actions: Sequence[tuple[Action, ReportAction]],
    today: date,
) -> PlanChanges | None:  # fmt: skip
    """What has changed since the last meeting, where all the plans are of one review and so have the same one."""
    reviews = {row.ThematicReview.id for row in plans}
    return plan_changes(session, reviews.pop(), actions, today) if len(reviews) == 1 else None


def _title_facts(plans: Sequence[Row[ActionPlan, ThematicReview]]) -> dict[str, str]:
    """What the head of a report says about its plans: the only one, up to three by name, or that there are several."""
    named = [row.ActionPlan for row in plans]
    if len(named) == 1:
        plan = named[0]
        return {
            "reference": plan.reference,
            "title": plan.title,
            "version": str(plan.version),
            "status": plan.status.label,
        }
    few = named[:_FEW] if len(named) <= _FEW else []
    return {
        "reference": ", ".join(plan.reference for plan in few) or "Several plans",
        "title": "Actions from several improvement plans",
        "version": ", ".join(str(plan.version) for plan in few),
        "status": ", ".join(plan.status.label.lower() for plan in few).capitalize(),
    }


def _review_facts(session: Session, plans: Sequence[Row[ActionPlan, ThematicReview]]) -> dict[str, str]:
    """The review behind a report and its lead sponsor, when all its plans have the same."""
    reviews = {row.ThematicReview.id: row.ThematicReview for row in plans}
    if len(reviews) != 1:
        return {}
    (review,) = reviews.values()
    return {
        "review_reference": review.reference,
        "review_title": review.title,
        "sponsor": name_of(session, review.sponsor_id),
    }


def _conditions(scope: ReportScope) -> list[Any]:
    conditions: list[Any] = []
    if scope.plan_id is not None:
        conditions.append(Action.plan_id == scope.plan_id)
    if scope.review_id is not None:
        conditions.append(ActionPlan.review_id == scope.review_id)
    if scope.agency_id is not None:
        conditions.append(Action.lead_agency_id == scope.agency_id)
    if scope.action_ids is not None:
        conditions.append(Action.id.in_(scope.action_ids))
    if not conditions:
        raise RuleBroken("Say which plan, review, agency or actions the report is about.")
    return conditions


def _plans(session: Session, scope: ReportScope) -> list[Row[ActionPlan, ThematicReview]]:
    """The plans a report is about; a plan requested by name counts even when it has no action yet."""
    statement = select(ActionPlan, ThematicReview).join(ThematicReview, ThematicReview.id == ActionPlan.review_id)
    if scope.plan_id is not None:
        statement = statement.where(ActionPlan.id == scope.plan_id)
    elif scope.review_id is not None:
        statement = statement.where(ActionPlan.review_id == scope.review_id)
    else:
        inside = select(Action.plan_id).join(ActionPlan).where(and_(*_conditions(scope)))
        statement = statement.where(ActionPlan.id.in_(inside))
    return list(session.execute(statement.order_by(ActionPlan.reference)).all())


def _actions(scope: ReportScope, today: date) -> Select[*tuple[Any, ...]]:
    brag, area = aliased(ReferenceItem), aliased(ReferenceItem)
    return (
        select(Action, Agency.name, Recommendation.number, Recommendation.text, brag, area.label, owner_words(Action))
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .outerjoin(Agency, Agency.id == Action.lead_agency_id)
        .outerjoin(Recommendation, Recommendation.id == Action.recommendation_id)
        .outerjoin(brag, brag.id == Action.brag_id)
        .outerjoin(area, area.id == Recommendation.key_area_id)
        .where(and_(*_conditions(scope), *_late(scope, today, brag)))
        .order_by(Action.reference)
    )


def _late(scope: ReportScope, today: date, brag: Any) -> list[Any]:
    """The rule of `ReportAction.is_overdue` in SQL: open, not rated complete, and due before the day."""
    if not scope.is_overdue_only:
        return []
    return [Action.completed_on.is_(None), func.coalesce(brag.code, "") != "blue", Action.due_on < today]


def _latest_updates(session: Session, action_ids: Iterable[int]) -> dict[int, ActionUpdate]:
    newest = (
        select(func.max(ActionUpdate.id)).where(ActionUpdate.action_id.in_(action_ids)).group_by(ActionUpdate.action_id)
    )
    return {row.action_id: row for row in session.scalars(select(ActionUpdate).where(ActionUpdate.id.in_(newest)))}


def _fact(row: Row[*tuple[Any, ...]], update: ActionUpdate | None) -> ReportAction:
    action: Action = row[0]
    agency, number, recommendation, brag, area, owner = row[1:]
    code = brag.code if brag is not None and brag.code in _BRAG_CODES else "none"
    return ReportAction(
        reference=action.reference,
        action=action.text,
        brag_code=code,
        brag_label=_brag_words(brag),
        recommendation=f"{number}. {recommendation}" if recommendation else "",
        key_area=area or "",
        lead_agency=agency or "",
        other_agencies=tuple(part.strip() for part in action.other_agencies.split(";") if part.strip()),
        owner_name=owner,
        owner_role=action.owner_role,
        starts_on=action.starts_on,
        due_on=action.due_on,
        original_due_on=action.original_due_on,
        completed_on=action.completed_on,
        success_measure=action.success_measure,
        baseline=action.baseline,
        target=action.target,
        completion_evidence=action.completion_evidence,
        impact_evidence=action.impact_evidence,
        latest_update=ReportUpdate(london_day(update.written_at), _update_words(update)) if update else None,
        critical_friend_comment=action.critical_friend_comment,
        board_decision=action.board_decision,
    )


def _brag_words(brag: ReferenceItem | None) -> str:
    """The partnership's own word for a rating, with what it means."""
    if brag is None:
        return ""
    return f"{brag.label}: {brag.hint.lower()}" if brag.hint else brag.label


def _update_words(update: ActionUpdate) -> str:
    return f"{update.text}\nEvidence: {update.evidence}" if update.evidence else update.text


def _scope_sentence(session: Session, scope: ReportScope) -> str:
    """What the report shows; for people of an agency it says that it is their agency's part only."""
    asker: Actor = session.info["actor"]
    agencies = {scope.agency_id} if scope.agency_id is not None else set()
    agencies |= set(asker.agency_ids) if asker.is_agency_bound else set()
    names = session.scalars(select(Agency.name).where(Agency.id.in_(agencies)).order_by(Agency.name)).all()
    parts = [f"actions led by {' and '.join(names) or 'one agency'}"] if agencies else []
    if scope.action_ids is not None:
        count = len(scope.action_ids)
        parts.insert(0, "one chosen action" if count == 1 else f"a chosen list of {count:,} actions")
    if scope.is_overdue_only:
        parts.append("overdue actions only" if parts else "overdue actions of the whole plan only")
    if not parts:
        return "Every action of the plan" if scope.plan_id is not None else "Every action of the review's plans"
    sentence = ", of ".join(parts) if not scope.is_overdue_only else ", ".join(parts)
    return sentence[0].upper() + sentence[1:]
