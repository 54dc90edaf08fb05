"""Which kinds of things have people to do, whose own are they, and what is each called?"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from models.audits.case_audits import IN_HAND, AuditStatus, CaseAudit
from models.audits.case_audits import OPEN as OPEN_AUDITS
from models.audits.moderations import Moderation
from models.core.access import Actor, Role
from models.core.addresses import list_address
from models.feedback.feedback_activities import Engagement, FeedbackActivity
from models.learning.learning_products import LearningProduct
from models.learning.learning_uses import LearningUse
from models.messages.messages import Message, MessageStatus
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.sharing_agreements import SOON_DAYS, SharingAgreement
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import ImpactAnalysis
from models.reminders.tasks import TaskKind
from models.returns.agency_returns import OPEN, ReturnStatus
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.own_reviews import of_followed_review, of_review, of_run_review
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase

_OFFICERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
_SPONSOR = frozenset({Role.SPONSOR})
_AGENCY = frozenset({Role.MANAGER, Role.AGENCY_MEMBER})
_AHEAD, _AHEAD_OF_IMPACT = 28, 60  # days
Mine = ColumnElement[bool]


def _actions(actor: Actor, on: date) -> Mine:
    plans = select(ActionPlan.id).where(of_followed_review(ActionPlan.review_id, actor, on))
    is_led = Action.lead_agency_id.in_(actor.agency_ids) if actor.is_agency_bound else false()
    is_mine = or_(Action.owner_id == actor.person_id, is_led, Action.plan_id.in_(plans))
    return and_(Action.completed_on.is_(None), is_mine)


def _completions(actor: Actor, on: date) -> Mine:
    plans = select(ActionPlan.id).where(of_run_review(ActionPlan.review_id, actor, on))
    is_stated = and_(Action.completion_claimed_on.is_not(None), Action.completed_on.is_(None))
    by_another = Action.completion_claimed_by_id.is_distinct_from(actor.person_id)
    officers = select(Person.id).where(Person.role.in_(_OFFICERS))
    is_for_any = Action.completion_claimed_by_id.in_(officers)  # their second person may be any other officer
    return and_(is_stated, by_another, or_(Action.plan_id.in_(plans), is_for_any))


def _challenges(actor: Actor, on: date) -> Mine:
    own = Challenge.agency_id.in_(actor.agency_ids) if actor.is_agency_bound else false()
    return and_(Challenge.answered_on.is_(None), or_(own, of_run_review(Challenge.review_id, actor, on)))


def _impact_analyses(actor: Actor, on: date) -> Mine:
    return and_(ImpactAnalysis.completed_on.is_(None), of_run_review(ImpactAnalysis.review_id, actor, on))


def _stages(actor: Actor, on: date) -> Mine:
    is_open = of_review(ReviewStage.review_id, ThematicReview.stage != Stage.CLOSED)
    return and_(ReviewStage.reached_on.is_(None), is_open, of_followed_review(ReviewStage.review_id, actor, on))


def _samples(actor: Actor, on: date) -> Mine:
    selected = (CaseStatus.SELECTED, CaseStatus.ELIMINATION_PROPOSED)
    is_open = exists(1).where(
        SampleCase.sample_id == AuditSample.id, SampleCase.status.in_(selected), SampleCase.audited_on.is_(None)
    )
    is_mine = or_(AuditSample.requested_by_id == actor.person_id, of_followed_review(AuditSample.review_id, actor, on))
    return and_(AuditSample.status == SampleStatus.DRAWN, AuditSample.audits_due_on.is_not(None), is_open, is_mine)


def _voids(actor: Actor, on: date) -> Mine:
    is_sponsored = of_review(AuditSample.review_id, ThematicReview.sponsor_id == actor.person_id)
    is_asked = and_(AuditSample.void_reason != "", AuditSample.status.in_((SampleStatus.LOCKED, SampleStatus.DRAWN)))
    return and_(is_asked, is_sponsored)


def _eliminations(actor: Actor, on: date) -> Mine:
    """Any officer but the one who proposed it may be the second person."""
    is_proposed = SampleCase.status == CaseStatus.ELIMINATION_PROPOSED
    return and_(is_proposed, SampleCase.proposed_by_id != actor.person_id)


def _moderations(actor: Actor, on: date) -> Mine:
    is_in = func.bool_or(CaseAudit.status == AuditStatus.SUBMITTED)
    is_open = func.bool_or(CaseAudit.status.in_(OPEN_AUDITS))
    ready = select(CaseAudit.sample_case_id).where(of_run_review(CaseAudit.review_id, actor, on))
    ready = ready.group_by(CaseAudit.sample_case_id).having(is_in, ~is_open)
    is_done = exists(1).where(Moderation.sample_case_id == SampleCase.id)
    return and_(SampleCase.id.in_(ready), ~is_done)


def _audits_in_hand(actor: Actor, on: date) -> Mine:
    return and_(CaseAudit.auditor_id == actor.person_id, CaseAudit.status.in_(IN_HAND))


def _audits_to_assign(actor: Actor, on: date) -> Mine:
    return and_(CaseAudit.status == AuditStatus.TO_ASSIGN, CaseAudit.agency_id.in_(actor.agency_ids))


def _audits_owed(actor: Actor, on: date) -> Mine:
    is_late = and_(CaseAudit.status.in_(OPEN_AUDITS), CaseAudit.due_on < on)
    return and_(is_late, of_run_review(CaseAudit.review_id, actor, on))


def _evaluations_to_fill_in(actor: Actor, on: date) -> Mine:
    return and_(SelfEvaluation.status.in_(OPEN), SelfEvaluation.agency_id.in_(actor.agency_ids))


def _evaluations_owed(actor: Actor, on: date) -> Mine:
    is_late = and_(SelfEvaluation.status.in_(OPEN), SelfEvaluation.due_on < on)
    return and_(is_late, of_run_review(SelfEvaluation.review_id, actor, on))


def _evaluations_to_read(actor: Actor, on: date) -> Mine:
    is_in = SelfEvaluation.status == ReturnStatus.SUBMITTED
    return and_(is_in, of_run_review(SelfEvaluation.review_id, actor, on))


def _section_11_open() -> Mine:
    closed = select(Section11Cycle.id).where(Section11Cycle.closed_at.is_not(None))
    return and_(Section11Return.status.in_(OPEN), Section11Return.cycle_id.not_in(closed))


def _section_11_to_fill_in(actor: Actor, on: date) -> Mine:
    return and_(_section_11_open(), Section11Return.agency_id.in_(actor.agency_ids))


def _section_11_owed(actor: Actor, on: date) -> Mine:
    return and_(_section_11_open(), Section11Return.due_on < on)


def _section_11_to_moderate(actor: Actor, on: date) -> Mine:
    return and_(Section11Return.status == ReturnStatus.SUBMITTED)


def _groups_untold(actor: Actor, on: date) -> Mine:
    is_untold = exists(1).where(Engagement.activity_id == FeedbackActivity.id, Engagement.outcome_told_on.is_(None))
    return and_(is_untold, of_run_review(FeedbackActivity.review_id, actor, on))


def _never_signed(actor: Actor, on: date) -> Mine:
    has_one = exists(1).where(SharingAgreement.agency_id == Agency.id, SharingAgreement.signed_on <= on)
    return and_(Agency.is_active, ~has_one)


def _agreements(actor: Actor, on: date) -> Mine:
    """Each active agency's latest agreement; an earlier one that was followed by another is nobody's concern."""
    later = aliased(SharingAgreement)
    is_followed = exists(1).where(
        later.agency_id == SharingAgreement.agency_id,
        later.valid_until_on > SharingAgreement.valid_until_on,
        later.signed_on <= on,
    )
    is_active = SharingAgreement.agency_id.in_(select(Agency.id).where(Agency.is_active))
    return and_(SharingAgreement.signed_on <= on, ~is_followed, is_active)


def _learning_unused(actor: Actor, on: date) -> Mine:
    used = select(LearningUse.product_id).where(LearningUse.agency_id.in_(actor.agency_ids))
    is_of_agency = true() if actor.is_agency_bound else false()
    return and_(LearningProduct.released_on.is_not(None), LearningProduct.id.not_in(used), is_of_agency)


def _unsent(actor: Actor, on: date) -> Mine:
    return Message.status.in_((MessageStatus.KEPT, MessageStatus.FAILED))


def _reference_of(review_id: Any) -> Any:
    statement = select(ThematicReview.reference).where(ThematicReview.id == review_id)
    return statement.correlate(ReviewStage).scalar_subquery()


_STAGE_WORDS = case(*[(ReviewStage.stage == stage, stage.label.lower()) for stage in Stage])
_STAGE_TITLE = "Review " + _reference_of(ReviewStage.review_id) + " plans to reach: " + _STAGE_WORDS
_RETURN = "Self-evaluation " + SelfEvaluation.reference + " is due"
_SECTION_11 = "Section 11 return " + Section11Return.reference + " is due"
_AUDIT = "Case audit " + CaseAudit.reference + " is due"

KINDS: tuple[TaskKind, ...] = (
    TaskKind(
        "self-evaluations", 5, SelfEvaluation, ("self-evaluation to fill in", "self-evaluations to fill in"),
        _AGENCY, _evaluations_to_fill_in, SelfEvaluation.due_on, _RETURN,
    ),
    TaskKind(
        "section-11", 6, Section11Return, ("Section 11 return to fill in", "Section 11 returns to fill in"),
        _AGENCY, _section_11_to_fill_in, Section11Return.due_on, _SECTION_11,
    ),
    TaskKind(
        "voids", 10, AuditSample,
        ("draw waits for your word on voiding it", "draws wait for your word on voiding them"), _SPONSOR, _voids,
    ),
    TaskKind(
        "audits", 20, CaseAudit, ("case audit in your hands", "case audits in your hands"),
        _AGENCY | _OFFICERS, _audits_in_hand, CaseAudit.due_on, _AUDIT,
    ),
    TaskKind(
        "actions", 21, Action, ("action", "actions"), frozenset(Role), _actions, Action.due_on,
        "Action " + Action.reference + " is due", ahead=_AHEAD, is_of_hubs=True,
    ),
    TaskKind(
        "audits-to-assign", 25, CaseAudit, ("case audit without an auditor", "case audits without an auditor"),
        frozenset({Role.MANAGER}), _audits_to_assign, CaseAudit.due_on, _AUDIT,
    ),
    TaskKind(
        "completions", 26, Action,
        ("action waits for your word that it is complete", "actions wait for your word that they are complete"),
        _OFFICERS, _completions, is_of_hubs=True,
    ),
    TaskKind(
        "self-evaluations-owed", 30, SelfEvaluation,
        ("self-evaluation that an agency owes", "self-evaluations that agencies owe"),
        _OFFICERS, _evaluations_owed, SelfEvaluation.due_on, _RETURN, is_of_hubs=True,
    ),
    TaskKind(
        "self-evaluations-to-read", 31, SelfEvaluation,
        ("self-evaluation waits to be read", "self-evaluations wait to be read"), _OFFICERS, _evaluations_to_read,
        is_of_hubs=True,
    ),
    TaskKind(
        "section-11-owed", 33, Section11Return,
        ("Section 11 return that an agency owes", "Section 11 returns that agencies owe"),
        _OFFICERS, _section_11_owed, Section11Return.due_on, _SECTION_11,
    ),
    TaskKind(
        "section-11-to-moderate", 34, Section11Return,
        ("Section 11 return to moderate", "Section 11 returns to moderate"), _OFFICERS, _section_11_to_moderate,
    ),
    TaskKind(
        "audits-owed", 35, CaseAudit, ("case audit that an agency owes", "case audits that agencies owe"),
        _OFFICERS, _audits_owed, CaseAudit.due_on, _AUDIT, is_of_hubs=True,
    ),
    TaskKind(
        "samples", 36, AuditSample, ("sample with cases to be audited", "samples with cases to be audited"),
        _OFFICERS | _SPONSOR, _samples, AuditSample.audits_due_on,
        "Audits of sample " + AuditSample.reference + " are due", ahead=_AHEAD, is_of_hubs=True,
    ),
    TaskKind(
        "moderations", 37, SampleCase, ("case is ready to be moderated", "cases are ready to be moderated"),
        _OFFICERS, _moderations, page=(partial(list_address, Moderation, "case"), SampleCase.id), is_of_hubs=True,
    ),
    TaskKind(
        "eliminations", 38, SampleCase,
        ("elimination waits for a second person", "eliminations wait for a second person"), _OFFICERS, _eliminations,
    ),
    TaskKind(
        "groups-untold", 45, FeedbackActivity,
        ("activity whose groups wait to be told the outcome", "activities whose groups wait to be told the outcome"),
        _OFFICERS, _groups_untold, is_of_hubs=True,
    ),
    TaskKind(
        "agencies-unsigned", 50, Agency, ("agency has no sharing agreement", "agencies have no sharing agreement"),
        _OFFICERS, _never_signed,
    ),
    TaskKind(
        "agreements", 51, SharingAgreement, ("sharing agreement to renew", "sharing agreements to renew"),
        _OFFICERS, _agreements, SharingAgreement.valid_until_on,
        "Sharing agreement, version " + SharingAgreement.version + ", ends", ahead=SOON_DAYS,
    ),
    TaskKind(
        "challenges", 55, Challenge, ("challenge waits for an answer", "challenges wait for an answer"),
        _OFFICERS | {Role.MANAGER}, _challenges, is_of_hubs=True,
    ),
    TaskKind(
        "stages", 58, ReviewStage, ("planned stage of a review", "planned stages of reviews"),
        _OFFICERS | _SPONSOR, _stages, ReviewStage.planned_on, _STAGE_TITLE, ahead=_AHEAD, is_of_hubs=True,
    ),
    TaskKind(
        "impact-analyses", 60, ImpactAnalysis, ("impact analysis", "impact analyses"), _OFFICERS, _impact_analyses,
        ImpactAnalysis.due_on, "Impact analysis " + ImpactAnalysis.reference + " is due",
        ahead=_AHEAD_OF_IMPACT, is_of_hubs=True,
    ),
    TaskKind(
        "learning-unused", 62, LearningProduct,
        ("learning product your agency has not used", "learning products your agency has not used"),
        _AGENCY, _learning_unused,
    ),
    TaskKind("messages-unsent", 90, Message, ("message not sent", "messages not sent"), _OFFICERS, _unsent),
)  # fmt: skip
"""Every kind of thing that the home page counts. What has a day is in the person's calendar too."""
