"""Whose own is each thing that has people to do it? A condition on the rows of its table, for a person on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from models.audits.case_audits import IN_HAND, AuditStatus, CaseAudit
from models.audits.case_audits import OPEN as OPEN_AUDITS
from models.audits.moderations import Moderation
from models.core.access import Actor, Role
from models.feedback.feedback_activities import Engagement, FeedbackActivity
from models.gates.gate_waivers import GateWaiver
from models.learning.learning_products import LearningProduct
from models.learning.learning_uses import LearningUse
from models.messages.messages import Message, MessageStatus
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.sharing_agreements import SharingAgreement
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import ImpactAnalysis
from models.returns.agency_returns import OPEN, ReturnStatus
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.own_reviews import of_followed_review, of_review, of_run_review
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.signatures.sign_offs import SignOff, SignOffStatus
from models.tools.key_lines import KeyLine

_OFFICERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
Mine = ColumnElement[bool]


def actions(actor: Actor, on: date) -> Mine:
    """Open actions that the person owns, or that their agency leads, or of a review they follow."""
    plans = select(ActionPlan.id).where(of_followed_review(ActionPlan.review_id, actor, on))
    is_led = Action.lead_agency_id.in_(actor.agency_ids) if actor.is_agency_bound else false()
    is_mine = or_(Action.owner_id == actor.person_id, is_led, Action.plan_id.in_(plans))
    return and_(Action.completed_on.is_(None), is_mine)


def completions(actor: Actor, on: date) -> Mine:
    """Completions that another person has stated and an officer confirms."""
    plans = select(ActionPlan.id).where(of_run_review(ActionPlan.review_id, actor, on))
    is_stated = and_(Action.completion_claimed_on.is_not(None), Action.completed_on.is_(None))
    by_another = Action.completion_claimed_by_id.is_distinct_from(actor.person_id)
    officers = select(Person.id).where(Person.role.in_(_OFFICERS))
    is_for_any = Action.completion_claimed_by_id.in_(officers)  # their second person may be any other officer
    return and_(is_stated, by_another, or_(Action.plan_id.in_(plans), is_for_any))


def signatures_to_ask(actor: Actor, on: date) -> Mine:
    """Reviews at their scoping, with key lines and a sponsor, of whose papers none has been asked for yet."""
    is_scoped = and_(ThematicReview.stage == Stage.SCOPING, ThematicReview.sponsor_id.is_not(None))
    has_lines = exists().where(KeyLine.review_id == ThematicReview.id)
    is_asked = exists().where(SignOff.review_id == ThematicReview.id)
    return and_(is_scoped, has_lines, ~is_asked, of_run_review(ThematicReview.id, actor, on))


def signatures(actor: Actor, on: date) -> Mine:
    """Papers that wait for the person's signature as lead sponsor."""
    is_sponsored = of_review(SignOff.review_id, ThematicReview.sponsor_id == actor.person_id)
    return and_(SignOff.status == SignOffStatus.ASKED, is_sponsored)


def exceptions(actor: Actor, on: date) -> Mine:
    """What officers ask the person, as lead sponsor, to let a review go on without."""
    is_sponsored = of_review(GateWaiver.review_id, ThematicReview.sponsor_id == actor.person_id)
    return and_(GateWaiver.consented_at.is_(None), GateWaiver.refusal == "", is_sponsored)


def challenges(actor: Actor, on: date) -> Mine:
    """Challenges without an answer."""
    own = Challenge.agency_id.in_(actor.agency_ids) if actor.is_agency_bound else false()
    return and_(Challenge.answered_on.is_(None), or_(own, of_run_review(Challenge.review_id, actor, on)))


def impact_analyses(actor: Actor, on: date) -> Mine:
    """Impact analyses that are not complete."""
    return and_(ImpactAnalysis.completed_on.is_(None), of_run_review(ImpactAnalysis.review_id, actor, on))


def stages(actor: Actor, on: date) -> Mine:
    """Planned stages that are not reached."""
    is_open = of_review(ReviewStage.review_id, ThematicReview.stage != Stage.CLOSED)
    return and_(ReviewStage.reached_on.is_(None), is_open, of_followed_review(ReviewStage.review_id, actor, on))


def samples(actor: Actor, on: date) -> Mine:
    """Drawn samples with cases still to be audited."""
    selected = (CaseStatus.SELECTED, CaseStatus.ELIMINATION_PROPOSED)
    is_open = exists(1).where(
        SampleCase.sample_id == AuditSample.id, SampleCase.status.in_(selected), SampleCase.audited_on.is_(None)
    )
    is_mine = or_(AuditSample.requested_by_id == actor.person_id, of_followed_review(AuditSample.review_id, actor, on))
    return and_(AuditSample.status == SampleStatus.DRAWN, AuditSample.audits_due_on.is_not(None), is_open, is_mine)


def voids(actor: Actor, on: date) -> Mine:
    """Draws that somebody asks the sponsor to void."""
    is_sponsored = of_review(AuditSample.review_id, ThematicReview.sponsor_id == actor.person_id)
    is_asked = and_(AuditSample.void_reason != "", AuditSample.status.in_((SampleStatus.LOCKED, SampleStatus.DRAWN)))
    return and_(is_asked, is_sponsored)


def eliminations(actor: Actor, on: date) -> Mine:
    """Any officer but the one who proposed it may be the second person."""
    is_proposed = SampleCase.status == CaseStatus.ELIMINATION_PROPOSED
    return and_(is_proposed, SampleCase.proposed_by_id != actor.person_id)


def moderations(actor: Actor, on: date) -> Mine:
    """Cases all of whose audits are in."""
    is_in = func.bool_or(CaseAudit.status == AuditStatus.SUBMITTED)
    is_open = func.bool_or(CaseAudit.status.in_(OPEN_AUDITS))
    ready = select(CaseAudit.sample_case_id).where(of_run_review(CaseAudit.review_id, actor, on))
    ready = ready.group_by(CaseAudit.sample_case_id).having(is_in, ~is_open)
    is_done = exists(1).where(Moderation.sample_case_id == SampleCase.id)
    return and_(SampleCase.id.in_(ready), ~is_done)


def audits_in_hand(actor: Actor, on: date) -> Mine:
    """Audits that the person fills in."""
    return and_(CaseAudit.auditor_id == actor.person_id, CaseAudit.status.in_(IN_HAND))


def audits_to_assign(actor: Actor, on: date) -> Mine:
    """Audits of the person's agency without an auditor."""
    return and_(CaseAudit.status == AuditStatus.TO_ASSIGN, CaseAudit.agency_id.in_(actor.agency_ids))


def audits_owed(actor: Actor, on: date) -> Mine:
    """Audits past their day."""
    is_late = and_(CaseAudit.status.in_(OPEN_AUDITS), CaseAudit.due_on < on)
    return and_(is_late, of_run_review(CaseAudit.review_id, actor, on))


def evaluations_to_fill_in(actor: Actor, on: date) -> Mine:
    """Self-evaluations of the person's agency to be filled in."""
    return and_(SelfEvaluation.status.in_(OPEN), SelfEvaluation.agency_id.in_(actor.agency_ids))


def evaluations_owed(actor: Actor, on: date) -> Mine:
    """Self-evaluations past their day."""
    is_late = and_(SelfEvaluation.status.in_(OPEN), SelfEvaluation.due_on < on)
    return and_(is_late, of_run_review(SelfEvaluation.review_id, actor, on))


def evaluations_to_read(actor: Actor, on: date) -> Mine:
    """Self-evaluations that are handed in."""
    is_in = SelfEvaluation.status == ReturnStatus.SUBMITTED
    return and_(is_in, of_run_review(SelfEvaluation.review_id, actor, on))


def section_11_open() -> Mine:
    """Section 11 returns of a cycle that is going on, to be filled in."""
    closed = select(Section11Cycle.id).where(Section11Cycle.closed_at.is_not(None))
    return and_(Section11Return.status.in_(OPEN), Section11Return.cycle_id.not_in(closed))


def section_11_to_fill_in(actor: Actor, on: date) -> Mine:
    """Those of the person's agency."""
    return and_(section_11_open(), Section11Return.agency_id.in_(actor.agency_ids))


def section_11_owed(actor: Actor, on: date) -> Mine:
    """Those past their day."""
    return and_(section_11_open(), Section11Return.due_on < on)


def section_11_to_moderate(actor: Actor, on: date) -> Mine:
    """Section 11 returns that are handed in."""
    return and_(Section11Return.status == ReturnStatus.SUBMITTED)


def groups_untold(actor: Actor, on: date) -> Mine:
    """Activities with a group that has not been told the outcome."""
    is_untold = exists(1).where(Engagement.activity_id == FeedbackActivity.id, Engagement.outcome_told_on.is_(None))
    return and_(is_untold, of_run_review(FeedbackActivity.review_id, actor, on))


def never_signed(actor: Actor, on: date) -> Mine:
    """Active agencies without a signed sharing agreement."""
    has_one = exists(1).where(SharingAgreement.agency_id == Agency.id, SharingAgreement.signed_on <= on)
    return and_(Agency.is_active, ~has_one)


def agreements(actor: Actor, on: date) -> Mine:
    """Each active agency's latest agreement; an earlier one that was followed by another is nobody's concern."""
    later = aliased(SharingAgreement)
    is_followed = exists(1).where(
        later.agency_id == SharingAgreement.agency_id,
        later.valid_until_on > SharingAgreement.valid_until_on,
        later.signed_on <= on,
    )
    is_active = SharingAgreement.agency_id.in_(select(Agency.id).where(Agency.is_active))
    return and_(SharingAgreement.signed_on <= on, ~is_followed, is_active)


def learning_unused(actor: Actor, on: date) -> Mine:
    """Released learning that the person's agency has not used."""
    used = select(LearningUse.product_id).where(LearningUse.agency_id.in_(actor.agency_ids))
    is_of_agency = true() if actor.is_agency_bound else false()
    return and_(LearningProduct.released_on.is_not(None), LearningProduct.id.not_in(used), is_of_agency)


def unsent(actor: Actor, on: date) -> Mine:
    """Messages that were kept or failed."""
    return Message.status.in_((MessageStatus.KEPT, MessageStatus.FAILED))
