"""Which rows still have somebody with something to do, whoever that is? A condition on a table's rows, on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from models.audits.case_audits import IN_HAND, AuditStatus, CaseAudit
from models.audits.case_audits import OPEN as OPEN_AUDITS
from models.audits.moderations import Moderation
from models.evidence.evidence_readers import EvidenceReader
from models.feedback.feedback_activities import Engagement, FeedbackActivity
from models.gates.gate_waivers import GateWaiver
from models.partnership.agencies import Agency
from models.partnership.sharing_agreements import SharingAgreement
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import ImpactAnalysis
from models.returns.agency_returns import OPEN, ReturnStatus
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.own_reviews import of_review
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.signatures.sign_offs import SignOff, SignOffStatus
from models.tools.key_lines import KeyLine

Open = ColumnElement[bool]


def actions(on: date) -> Open:
    """Actions that are not complete."""
    return Action.completed_on.is_(None)


def completions(on: date) -> Open:
    """Completions that are stated and not confirmed."""
    return and_(Action.completion_claimed_on.is_not(None), Action.completed_on.is_(None))


def signatures_to_ask(on: date) -> Open:
    """Reviews at their scoping, with key lines and a sponsor, of whose papers none has been asked for yet."""
    is_scoped = and_(ThematicReview.stage == Stage.SCOPING, ThematicReview.sponsor_id.is_not(None))
    has_lines = exists().where(KeyLine.review_id == ThematicReview.id)
    is_asked = exists().where(SignOff.review_id == ThematicReview.id)
    return and_(is_scoped, has_lines, ~is_asked)


def signatures(on: date) -> Open:
    """Papers that wait for a signature."""
    return SignOff.status == SignOffStatus.ASKED


def exceptions(on: date) -> Open:
    """What a review is asked to go on without, undecided."""
    return and_(GateWaiver.consented_at.is_(None), GateWaiver.refusal == "")


def voids(on: date) -> Open:
    """Draws that somebody asks to have voided."""
    return and_(AuditSample.void_reason != "", AuditSample.status.in_((SampleStatus.LOCKED, SampleStatus.DRAWN)))


def challenges(on: date) -> Open:
    """Challenges without an answer."""
    return Challenge.answered_on.is_(None)


def impact_analyses(on: date) -> Open:
    """Impact analyses that are not complete."""
    return ImpactAnalysis.completed_on.is_(None)


def stages(on: date) -> Open:
    """Planned stages of open reviews that are not reached."""
    is_open = of_review(ReviewStage.review_id, ThematicReview.stage != Stage.CLOSED)
    return and_(ReviewStage.reached_on.is_(None), is_open)


def samples(on: date) -> Open:
    """Drawn samples with cases still to be audited."""
    selected = (CaseStatus.SELECTED, CaseStatus.ELIMINATION_PROPOSED)
    is_open = exists(1).where(
        SampleCase.sample_id == AuditSample.id, SampleCase.status.in_(selected), SampleCase.audited_on.is_(None)
    )
    return and_(AuditSample.status == SampleStatus.DRAWN, AuditSample.audits_due_on.is_not(None), is_open)


def eliminations(on: date) -> Open:
    """Cases that somebody proposes to leave out."""
    return SampleCase.status == CaseStatus.ELIMINATION_PROPOSED


def moderations(on: date) -> Open:
    """Cases all of whose audits are in, not moderated yet."""
    is_in = func.bool_or(CaseAudit.status == AuditStatus.SUBMITTED)
    is_open = func.bool_or(CaseAudit.status.in_(OPEN_AUDITS))
    ready = select(CaseAudit.sample_case_id).group_by(CaseAudit.sample_case_id).having(is_in, ~is_open)
    is_done = exists(1).where(Moderation.sample_case_id == SampleCase.id)
    return and_(SampleCase.id.in_(ready), ~is_done)


def audits_in_hand(on: date) -> Open:
    """Audits that their auditors fill in."""
    return CaseAudit.status.in_(IN_HAND)


def audits_to_assign(on: date) -> Open:
    """Audits without an auditor."""
    return CaseAudit.status == AuditStatus.TO_ASSIGN


def evaluations(on: date) -> Open:
    """Self-evaluations to be filled in."""
    return SelfEvaluation.status.in_(OPEN)


def evaluations_to_read(on: date) -> Open:
    """Self-evaluations that are handed in."""
    return SelfEvaluation.status == ReturnStatus.SUBMITTED


def section_11(on: date) -> Open:
    """Section 11 returns of a cycle that is going on, to be filled in."""
    closed = select(Section11Cycle.id).where(Section11Cycle.closed_at.is_not(None))
    return and_(Section11Return.status.in_(OPEN), Section11Return.cycle_id.not_in(closed))


def section_11_to_moderate(on: date) -> Open:
    """Section 11 returns that are handed in."""
    return Section11Return.status == ReturnStatus.SUBMITTED


def evidence_to_read(on: date) -> Open:
    """Reviews whose evidence somebody is asked to read, and has not handed in."""
    return exists(1).where(EvidenceReader.review_id == ThematicReview.id, EvidenceReader.done_at.is_(None))


def groups_untold(on: date) -> Open:
    """Activities with a group that has not been told the outcome."""
    return exists(1).where(Engagement.activity_id == FeedbackActivity.id, Engagement.outcome_told_on.is_(None))


def never_signed(on: date) -> Open:
    """Active agencies without a signed sharing agreement."""
    has_one = exists(1).where(SharingAgreement.agency_id == Agency.id, SharingAgreement.signed_on <= on)
    return and_(Agency.is_active, ~has_one)


def agreements(on: date) -> Open:
    """Each active agency's latest agreement; an earlier one that was followed by another is nobody's concern."""
    later = aliased(SharingAgreement)
    is_followed = exists(1).where(
        later.agency_id == SharingAgreement.agency_id,
        later.valid_until_on > SharingAgreement.valid_until_on,
        later.signed_on <= on,
    )
    is_active = SharingAgreement.agency_id.in_(select(Agency.id).where(Agency.is_active))
    return and_(SharingAgreement.signed_on <= on, ~is_followed, is_active)
