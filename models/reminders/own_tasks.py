"""Whose own is each open thing that has people to do it? A condition on its table, for a person on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from models.audits.case_audits import OPEN as OPEN_AUDITS
from models.audits.case_audits import CaseAudit
from models.core.access import Actor, Role
from models.evidence.evidence_readers import EvidenceReader
from models.feedback.feedback_activities import FeedbackActivity
from models.gates.gate_waivers import GateWaiver
from models.learning.learning_products import LearningProduct
from models.learning.learning_uses import LearningUse
from models.messages.messages import Message, MessageStatus
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import ImpactAnalysis
from models.reminders import open_tasks as undone
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.own_reviews import of_followed_review, of_review, of_run_review
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.signatures.sign_offs import SignOff

_OFFICERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
Mine = ColumnElement[bool]


def actions(actor: Actor, on: date) -> Mine:
    """Open actions that the person owns, or that their agency leads, or of a review they follow."""
    plans = select(ActionPlan.id).where(of_followed_review(ActionPlan.review_id, actor, on))
    is_led = Action.lead_agency_id.in_(actor.agency_ids) if actor.is_agency_bound else false()
    is_mine = or_(Action.owner_id == actor.person_id, is_led, Action.plan_id.in_(plans))
    return and_(undone.actions(on), is_mine)


def completions(actor: Actor, on: date) -> Mine:
    """Completions that another person has stated and an officer confirms."""
    plans = select(ActionPlan.id).where(of_run_review(ActionPlan.review_id, actor, on))
    by_another = Action.completion_claimed_by_id.is_distinct_from(actor.person_id)
    officers = select(Person.id).where(Person.role.in_(_OFFICERS))
    is_for_any = Action.completion_claimed_by_id.in_(officers)  # their second person may be any other officer
    return and_(undone.completions(on), by_another, or_(Action.plan_id.in_(plans), is_for_any))


def signatures_to_ask(actor: Actor, on: date) -> Mine:
    """Reviews at their scoping, with key lines and a sponsor, of whose papers none has been asked for yet."""
    return and_(undone.signatures_to_ask(on), of_run_review(ThematicReview.id, actor, on))


def signatures(actor: Actor, on: date) -> Mine:
    """Papers that wait for the person's signature as lead sponsor."""
    is_sponsored = of_review(SignOff.review_id, ThematicReview.sponsor_id == actor.person_id)
    return and_(undone.signatures(on), is_sponsored)


def exceptions(actor: Actor, on: date) -> Mine:
    """What officers ask the person, as lead sponsor, to let a review go on without."""
    is_sponsored = of_review(GateWaiver.review_id, ThematicReview.sponsor_id == actor.person_id)
    return and_(undone.exceptions(on), is_sponsored)


def challenges(actor: Actor, on: date) -> Mine:
    """Challenges without an answer."""
    own = Challenge.agency_id.in_(actor.agency_ids) if actor.is_agency_bound else false()
    return and_(undone.challenges(on), or_(own, of_run_review(Challenge.review_id, actor, on)))


def impact_analyses(actor: Actor, on: date) -> Mine:
    """Impact analyses that are not complete."""
    return and_(undone.impact_analyses(on), of_run_review(ImpactAnalysis.review_id, actor, on))


def stages(actor: Actor, on: date) -> Mine:
    """Planned stages that are not reached."""
    return and_(undone.stages(on), of_followed_review(ReviewStage.review_id, actor, on))


def samples(actor: Actor, on: date) -> Mine:
    """Drawn samples with cases still to be audited."""
    is_mine = or_(AuditSample.requested_by_id == actor.person_id, of_followed_review(AuditSample.review_id, actor, on))
    return and_(undone.samples(on), is_mine)


def voids(actor: Actor, on: date) -> Mine:
    """Draws that somebody asks the sponsor to void."""
    is_sponsored = of_review(AuditSample.review_id, ThematicReview.sponsor_id == actor.person_id)
    return and_(undone.voids(on), is_sponsored)


def eliminations(actor: Actor, on: date) -> Mine:
    """Any officer but the one who proposed it may be the second person."""
    return and_(undone.eliminations(on), SampleCase.proposed_by_id != actor.person_id)


def moderations(actor: Actor, on: date) -> Mine:
    """Cases all of whose audits are in."""
    run = select(CaseAudit.sample_case_id).where(of_run_review(CaseAudit.review_id, actor, on))
    return and_(undone.moderations(on), SampleCase.id.in_(run))


def audits_in_hand(actor: Actor, on: date) -> Mine:
    """Audits that the person fills in."""
    return and_(CaseAudit.auditor_id == actor.person_id, undone.audits_in_hand(on))


def audits_to_assign(actor: Actor, on: date) -> Mine:
    """Audits of the person's agency without an auditor."""
    return and_(undone.audits_to_assign(on), CaseAudit.agency_id.in_(actor.agency_ids))


def audits_owed(actor: Actor, on: date) -> Mine:
    """Audits past their day."""
    is_late = and_(CaseAudit.status.in_(OPEN_AUDITS), CaseAudit.due_on < on)
    return and_(is_late, of_run_review(CaseAudit.review_id, actor, on))


def evaluations_to_fill_in(actor: Actor, on: date) -> Mine:
    """Self-evaluations of the person's agency to be filled in."""
    return and_(undone.evaluations(on), SelfEvaluation.agency_id.in_(actor.agency_ids))


def evaluations_owed(actor: Actor, on: date) -> Mine:
    """Self-evaluations past their day."""
    is_late = and_(undone.evaluations(on), SelfEvaluation.due_on < on)
    return and_(is_late, of_run_review(SelfEvaluation.review_id, actor, on))


def evaluations_to_read(actor: Actor, on: date) -> Mine:
    """Self-evaluations that are handed in."""
    return and_(undone.evaluations_to_read(on), of_run_review(SelfEvaluation.review_id, actor, on))


def section_11_to_fill_in(actor: Actor, on: date) -> Mine:
    """Those of the person's agency."""
    return and_(undone.section_11(on), Section11Return.agency_id.in_(actor.agency_ids))


def section_11_owed(actor: Actor, on: date) -> Mine:
    """Those past their day."""
    return and_(undone.section_11(on), Section11Return.due_on < on)


def section_11_to_moderate(actor: Actor, on: date) -> Mine:
    """Section 11 returns that are handed in."""
    return undone.section_11_to_moderate(on)


def evidence_to_read(actor: Actor, on: date) -> Mine:
    """Reviews whose evidence the person is asked to read."""
    asked = select(EvidenceReader.review_id).where(EvidenceReader.reader_id == actor.person_id)
    return ThematicReview.id.in_(asked.where(EvidenceReader.done_at.is_(None)))


def groups_untold(actor: Actor, on: date) -> Mine:
    """Activities with a group that has not been told the outcome."""
    return and_(undone.groups_untold(on), of_run_review(FeedbackActivity.review_id, actor, on))


def never_signed(actor: Actor, on: date) -> Mine:
    """Active agencies without a signed sharing agreement."""
    return undone.never_signed(on)


def agreements(actor: Actor, on: date) -> Mine:
    """Each active agency's latest agreement; an earlier one that was followed by another is nobody's concern."""
    return undone.agreements(on)


def learning_unused(actor: Actor, on: date) -> Mine:
    """Released learning that the person's agency has not used."""
    used = select(LearningUse.product_id).where(LearningUse.agency_id.in_(actor.agency_ids))
    is_of_agency = true() if actor.is_agency_bound else false()
    return and_(LearningProduct.released_on.is_not(None), LearningProduct.id.not_in(used), is_of_agency)


def unsent(actor: Actor, on: date) -> Mine:
    """Messages that were kept or failed."""
    return Message.status.in_((MessageStatus.KEPT, MessageStatus.FAILED))
