"""How far is each part of a review, asked in one statement, as far as whoever asks may see it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, false, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session, aliased

from models.audits.case_audits import OPEN as OPEN_AUDITS
from models.audits.case_audits import AuditStatus, CaseAudit
from models.core.access import Role
from models.evidence.findings import Finding
from models.evidence.intelligence_uses import IntelligenceUse
from models.feedback.feedback_activities import Audience, FeedbackActivity
from models.gates.gate_waivers import waits_for_sponsor
from models.learning.learning_products import LearningProduct
from models.partnership.hubs import Hub
from models.partnership.people import Person, holder_column
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action, is_overdue
from models.plans.impact_analyses import ImpactAnalysis
from models.returns.agency_returns import OPEN as OPEN_RETURNS
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview, next_stage
from models.signatures.sign_offs import SignOff, SignOffStatus
from models.tools.key_lines import KeyLine

_READERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER})
_IN = (AuditStatus.SUBMITTED, AuditStatus.MODERATED)
_LEFT_OUT = (AuditStatus.WITHDRAWN, AuditStatus.NOT_KNOWN)


@dataclass(frozen=True)
class Share:
    """How many of how many are done, and how many of the others are past their day."""

    done: int = 0
    total: int = 0
    late: int = 0

    @property
    def words(self) -> str:
        """As it stands beside a bar.

        >>> Share(3, 5).words
        '3 of 5'
        """
        return f"{self.done:,} of {self.total:,}"

    @property
    def is_done(self) -> bool:
        return 0 < self.total <= self.done


NOTHING = Share()


@dataclass(frozen=True)
class ReviewProgress:
    """Who runs a review, when its next stage is planned, and how far each of its parts is.

    What the asking person's role does not read at all is nothing of nothing.
    """

    hub: str = ""
    officer: str = ""
    sponsor: str = ""
    next_on: date | None = None
    signatures: Share = NOTHING
    key_lines: int = 0
    self_evaluations: Share = NOTHING
    audits: Share = NOTHING
    service_users: Share = NOTHING
    practitioners: Share = NOTHING
    intelligence: Share = NOTHING
    plans: int = 0
    actions: Share = NOTHING
    products: Share = NOTHING
    waits_for_sponsor: bool = False
    impact_on: date | None = None
    is_impact_done: bool = False


def progress_of(session: Session, review: ThematicReview, on: date) -> ReviewProgress:
    """How far the parts of a review are on a day. One statement."""
    following = next_stage(review.stage)
    asked = _statement(is_reader=session.info["actor"].role in _READERS)
    of = {"review": review.id, "hub": review.hub_id, "sponsor": review.sponsor_id, "on": on, "following": following}
    told = session.execute(asked, of).one()._mapping
    known: dict[str, Any] = {
        name: Share(*value) if isinstance(value, list) else value for name, value in told.items() if value is not None
    }
    return ReviewProgress(**known)


_REVIEW, _ON = bindparam("review", type_=Integer), bindparam("on", type_=Date)


@cache
def _statement(*, is_reader: bool) -> Select[*tuple[Any, ...]]:
    """The statement for any review on any day; it is large, and stating it anew would take longer than its answer."""
    asked = _for_everybody() | _for_readers() if is_reader else _for_everybody()
    return select(*(column.label(name) for name, column in asked.items()))


def _for_everybody() -> dict[str, Any]:
    sponsor, officer = aliased(Person), aliased(Person)
    hub = bindparam("hub", type_=Integer)
    named = select(holder_column(officer)).join(Hub, Hub.officer_id == officer.id).where(Hub.id == hub)
    sponsoring = select(holder_column(sponsor)).where(sponsor.id == bindparam("sponsor", type_=Integer))
    plans = select(ActionPlan.id).where(ActionPlan.review_id == _REVIEW)
    is_evaluated, is_audited = SelfEvaluation.status.not_in(OPEN_RETURNS), CaseAudit.status.in_(_IN)
    return {
        "hub": select(Hub.name).where(Hub.id == hub).scalar_subquery(),
        "officer": named.scalar_subquery(),
        "sponsor": sponsoring.scalar_subquery(),
        "plans": select(func.count()).where(ActionPlan.review_id == _REVIEW).scalar_subquery(),
        "self_evaluations": _share(
            is_evaluated, and_(~is_evaluated, SelfEvaluation.due_on < _ON), SelfEvaluation.review_id == _REVIEW
        ),
        "audits": _share(
            is_audited, and_(CaseAudit.status.in_(OPEN_AUDITS), CaseAudit.due_on < _ON),
            and_(CaseAudit.review_id == _REVIEW, CaseAudit.status.not_in(_LEFT_OUT)),
        ),
        "actions": _share(
            Action.completed_on.is_not(None), is_overdue(_ON),
            Action.plan_id.in_(plans),
        ),
        "products": _share(
            LearningProduct.released_on.is_not(None),
            and_(LearningProduct.released_on.is_(None), LearningProduct.planned_on < _ON),
            LearningProduct.review_id == _REVIEW,
        ),
    }  # fmt: skip


def _for_readers() -> dict[str, Any]:
    is_next = ReviewStage.stage == bindparam("following", type_=ReviewStage.stage.type)
    planned = select(ReviewStage.planned_on).where(ReviewStage.review_id == _REVIEW, is_next)
    analysis = select(ImpactAnalysis.due_on).where(ImpactAnalysis.review_id == _REVIEW).limit(1)
    completed = analysis.with_only_columns(ImpactAnalysis.completed_on.is_not(None))
    taken = select(Finding.id).where(
        Finding.review_id == _REVIEW, Finding.origin == IntelligenceUse.origin_expression()
    )
    return {
        "next_on": planned.scalar_subquery(),
        "waits_for_sponsor": waits_for_sponsor(_REVIEW),
        "key_lines": select(func.count()).where(KeyLine.review_id == _REVIEW).scalar_subquery(),
        "impact_on": analysis.scalar_subquery(),
        "is_impact_done": completed.scalar_subquery(),
        "signatures": _share(
            SignOff.status == SignOffStatus.SIGNED, false(),
            and_(SignOff.review_id == _REVIEW, SignOff.status != SignOffStatus.SUPERSEDED),
        ),
        "service_users": _activities(Audience.SERVICE_USERS),
        "practitioners": _activities(Audience.PRACTITIONERS),
        "intelligence": _share(taken.exists(), false(), IntelligenceUse.review_id == _REVIEW),
    }  # fmt: skip


def _activities(audience: Audience) -> ColumnElement[Any]:
    """An activity is done when it was held and is summed up."""
    is_done = and_(FeedbackActivity.held_on.is_not(None), FeedbackActivity.summary != "")
    is_late = and_(FeedbackActivity.held_on.is_(None), FeedbackActivity.planned_on < _ON)
    is_wanted = and_(FeedbackActivity.review_id == _REVIEW, FeedbackActivity.audience == audience)
    return _share(is_done, is_late, is_wanted)


def _share(is_done: Any, is_late: Any, is_wanted: Any) -> ColumnElement[Any]:
    """Done, all and late of the rows that are wanted, as one array."""
    numbers = func.count().filter(is_done), func.count(), func.count().filter(is_late)
    return select(array(numbers)).where(is_wanted).scalar_subquery()
