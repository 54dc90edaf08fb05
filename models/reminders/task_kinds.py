"""Which kinds of things have people to do, whose own are they, and what is each called?"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import case, func, select

from models.audits.case_audits import CaseAudit
from models.audits.moderations import Moderation
from models.core.access import Role
from models.core.addresses import address_by_id, list_address
from models.feedback.feedback_activities import FeedbackActivity
from models.gates.gate_waivers import GateWaiver
from models.learning.learning_products import LearningProduct
from models.messages.messages import Message
from models.partnership.agencies import Agency
from models.partnership.sharing_agreements import SOON_DAYS, SharingAgreement
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import ImpactAnalysis
from models.reminders import open_tasks as undone
from models.reminders import own_tasks as own
from models.reminders.tasks import Deed, TaskKind
from models.reminders.whose import Undone
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.signatures.sign_offs import SignOff
from models.tools.key_lines import KeyLine

_OFFICERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
_SPONSOR = frozenset({Role.SPONSOR})
_AGENCY = frozenset({Role.MANAGER, Role.AGENCY_MEMBER})
_AN_OFFICER = "an officer"
_AHEAD, _AHEAD_OF_IMPACT = 28, 60  # days


def _reference_of(review_id: Any) -> Any:
    statement = select(ThematicReview.reference).where(ThematicReview.id == review_id)
    return statement.correlate(ReviewStage).scalar_subquery()


def _agency_of(table: Any) -> Any:
    """The name of the agency that a row belongs to."""
    return select(Agency.name).where(Agency.id == table.agency_id).correlate(table).scalar_subquery()


def _key_lines_of_review() -> Any:
    """How many key lines a review has, in words."""
    count = select(func.count(KeyLine.id)).where(KeyLine.review_id == ThematicReview.id).correlate(ThematicReview)
    words = func.concat(count.scalar_subquery(), " key lines")
    return case((count.scalar_subquery() == 1, "1 key line"), else_=words)


_KEY_LINES = _key_lines_of_review()
_STAGE_WORDS = case(*[(ReviewStage.stage == stage, stage.label.lower()) for stage in Stage])
_STAGE_TITLE = "Review " + _reference_of(ReviewStage.review_id) + " plans to reach: " + _STAGE_WORDS
_RETURN = "Self-evaluation " + SelfEvaluation.reference + " is due"
_SECTION_11 = "Section 11 return " + Section11Return.reference + " is due"
_AUDIT = "Case audit " + CaseAudit.reference + " is due"

KINDS: tuple[TaskKind, ...] = (
    TaskKind(
        "self-evaluations", 5, SelfEvaluation, ("self-evaluation to fill in", "self-evaluations to fill in"),
        _AGENCY, own.evaluations_to_fill_in, SelfEvaluation.due_on, _RETURN,
        deed=Deed("Fill in", "Fill in the self-evaluation", "Fill in {} self-evaluations"),
        undone=Undone(undone.evaluations, agency=SelfEvaluation.agency_id),
    ),
    TaskKind(
        "section-11", 6, Section11Return, ("Section 11 return to fill in", "Section 11 returns to fill in"),
        _AGENCY, own.section_11_to_fill_in, Section11Return.due_on, _SECTION_11,
        deed=Deed("Fill in", "Fill in the Section 11 return", "Fill in {} Section 11 returns"),
        undone=Undone(undone.section_11, agency=Section11Return.agency_id),
    ),
    TaskKind(
        "signatures", 7, SignOff, ("paper waits for your signature", "papers wait for your signature"),
        _SPONSOR, own.signatures, page=(lambda paper_id: address_by_id(SignOff, paper_id, "sign"), SignOff.id),
        deed=Deed("Sign", "Sign: {}", "Sign {} papers"), name=SignOff.title,
        undone=Undone(
            undone.signatures, "the lead sponsor", nouns=("paper waits to be signed", "papers wait to be signed")
        ),
    ),
    TaskKind(
        "exceptions", 9, GateWaiver,
        ("exception waits for your decision", "exceptions wait for your decision"), _SPONSOR, own.exceptions,
        deed=Deed("Decide", "Decide on going on without: {}", "Decide on {} exceptions"), name=GateWaiver.missing,
        undone=Undone(
            undone.exceptions, "the lead sponsor",
            nouns=("exception waits for a decision", "exceptions wait for a decision"),
        ),
    ),
    TaskKind(
        "voids", 10, AuditSample,
        ("draw waits for your decision on voiding it", "draws wait for your decision on voiding them"),
        _SPONSOR, own.voids,
        deed=Deed("Decide", "Decide whether the draw of {} is void", "Decide whether {} draws are void"),
        name=AuditSample.title,
        undone=Undone(
            undone.voids, "the lead sponsor",
            nouns=("draw may have to be voided", "draws may have to be voided"),
        ),
    ),
    TaskKind(
        "audits", 20, CaseAudit, ("case audit in your hands", "case audits in your hands"),
        _AGENCY | _OFFICERS, own.audits_in_hand, CaseAudit.due_on, _AUDIT,
        deed=Deed("Fill in", "Fill in the case audit {}", "Fill in {} case audits"),
        undone=Undone(
            undone.audits_in_hand, agency=CaseAudit.agency_id,
            nouns=("case audit in hand", "case audits in hand"),
        ),
    ),
    TaskKind(
        "actions", 21, Action, ("action", "actions"), frozenset(Role), own.actions, Action.due_on,
        "Action " + Action.reference + " is due", ahead=_AHEAD, is_of_hubs=True,
        deed=Deed("Follow up", "Follow up: {}", "Follow up {} actions"),
        name=Action.text,
        undone=Undone(undone.actions, agency=Action.lead_agency_id),
    ),
    TaskKind(
        "audits-to-assign", 25, CaseAudit, ("case audit without an auditor", "case audits without an auditor"),
        frozenset({Role.MANAGER}), own.audits_to_assign, CaseAudit.due_on, _AUDIT,
        deed=Deed("Assign", "Assign the case audit {}", "Assign {} case audits"),
        undone=Undone(undone.audits_to_assign, agency=CaseAudit.agency_id),
    ),
    TaskKind(
        "completions", 26, Action,
        ("action waits to be confirmed as complete", "actions wait to be confirmed as complete"),
        _OFFICERS, own.completions, is_of_hubs=True,
        deed=Deed("Confirm", "Confirm that it is complete: {}", "Confirm that {} actions are complete"),
        name=Action.text,
        undone=Undone(undone.completions, _AN_OFFICER),
    ),
    TaskKind(
        "self-evaluations-owed", 30, SelfEvaluation,
        ("self-evaluation that an agency owes", "self-evaluations that agencies owe"),
        _OFFICERS, own.evaluations_owed, SelfEvaluation.due_on, _RETURN, is_of_hubs=True,
        deed=Deed("Remind", "Remind {}: self-evaluation", "Remind {} agencies: self-evaluation"),
        name=_agency_of(SelfEvaluation),
    ),
    TaskKind(
        "self-evaluations-to-read", 31, SelfEvaluation,
        ("self-evaluation waits to be read", "self-evaluations wait to be read"), _OFFICERS, own.evaluations_to_read,
        is_of_hubs=True,
        deed=Deed("Read", "Read the self-evaluation of {}", "Read {} self-evaluations"),
        name=_agency_of(SelfEvaluation),
        undone=Undone(undone.evaluations_to_read, _AN_OFFICER),
    ),
    TaskKind(
        "section-11-owed", 33, Section11Return,
        ("Section 11 return that an agency owes", "Section 11 returns that agencies owe"),
        _OFFICERS, own.section_11_owed, Section11Return.due_on, _SECTION_11,
        deed=Deed("Remind", "Remind {}: Section 11 return", "Remind {} agencies: Section 11 return"),
        name=_agency_of(Section11Return),
    ),
    TaskKind(
        "section-11-to-moderate", 34, Section11Return,
        ("Section 11 return to moderate", "Section 11 returns to moderate"), _OFFICERS, own.section_11_to_moderate,
        deed=Deed("Moderate", "Moderate the Section 11 return of {}", "Moderate {} Section 11 returns"),
        name=_agency_of(Section11Return),
        undone=Undone(undone.section_11_to_moderate, _AN_OFFICER),
    ),
    TaskKind(
        "audits-owed", 35, CaseAudit, ("case audit that an agency owes", "case audits that agencies owe"),
        _OFFICERS, own.audits_owed, CaseAudit.due_on, _AUDIT, is_of_hubs=True,
        deed=Deed("Remind", "Remind {}: case audit", "Remind the agencies of {} case audits"),
        name=_agency_of(CaseAudit),
    ),
    TaskKind(
        "samples", 36, AuditSample, ("sample with cases to be audited", "samples with cases to be audited"),
        _OFFICERS | _SPONSOR, own.samples, AuditSample.audits_due_on,
        "Audits of sample " + AuditSample.reference + " are due", ahead=_AHEAD, is_of_hubs=True,
        deed=Deed("Finish", "Finish the audits of {}", "Finish the audits of {} samples"),
        name=AuditSample.title,
        undone=Undone(undone.samples, _AN_OFFICER),
    ),
    TaskKind(
        "moderations", 37, SampleCase, ("case is ready to be moderated", "cases are ready to be moderated"),
        _OFFICERS, own.moderations, page=(partial(list_address, Moderation, "case"), SampleCase.id), is_of_hubs=True,
        deed=Deed("Moderate", "Moderate case {}", "Moderate {} cases"),
        undone=Undone(undone.moderations, _AN_OFFICER),
    ),
    TaskKind(
        "eliminations", 38, SampleCase,
        ("elimination waits for a second person", "eliminations wait for a second person"), _OFFICERS, own.eliminations,
        deed=Deed("Decide", "Decide on leaving out case {}", "Decide on leaving out {} cases"),
        undone=Undone(undone.eliminations, _AN_OFFICER),
    ),
    TaskKind(
        "evidence-to-read", 40, ThematicReview,
        ("review whose evidence you are asked to read", "reviews whose evidence you are asked to read"),
        _OFFICERS | _SPONSOR, own.evidence_to_read,
        page=(lambda review_id: address_by_id(ThematicReview, review_id, "reading"), ThematicReview.id),
        deed=Deed("Read", "Read the evidence of {}", "Read the evidence of {} reviews"), name=_KEY_LINES,
        undone=Undone(
            undone.evidence_to_read, "its two readers",
            nouns=("review whose evidence is being read", "reviews whose evidence is being read"),
        ),
    ),
    TaskKind(
        "groups-untold", 45, FeedbackActivity,
        ("activity whose groups wait to be told the outcome", "activities whose groups wait to be told the outcome"),
        _OFFICERS, own.groups_untold, is_of_hubs=True,
        deed=Deed("Tell", "Tell the groups what came of: {}", "Tell the groups of {} activities what came of them"),
        undone=Undone(undone.groups_untold, _AN_OFFICER),
    ),
    TaskKind(
        "signatures-to-ask", 49, ThematicReview,
        ("review whose signatures can be asked for", "reviews whose signatures can be asked for"),
        _OFFICERS, own.signatures_to_ask, is_of_hubs=True,
        page=(lambda review_id: address_by_id(ThematicReview, review_id, "papers"), ThematicReview.id),
        deed=Deed("Ask", "Ask for the signatures of {}", "Ask for the signatures of {} reviews"),
        name=ThematicReview.title,
        undone=Undone(undone.signatures_to_ask, _AN_OFFICER),
    ),
    TaskKind(
        "agencies-unsigned", 50, Agency, ("agency has no sharing agreement", "agencies have no sharing agreement"),
        _OFFICERS, own.never_signed,
        deed=Deed("Sign", "Sign a sharing agreement with {}", "Sign sharing agreements with {} agencies"),
        undone=Undone(undone.never_signed, _AN_OFFICER),
    ),
    TaskKind(
        "agreements", 51, SharingAgreement, ("sharing agreement to renew", "sharing agreements to renew"),
        _OFFICERS, own.agreements, SharingAgreement.valid_until_on,
        "Sharing agreement, version " + SharingAgreement.version + ", ends", ahead=SOON_DAYS,
        deed=Deed("Renew", "Renew the sharing agreement of {}", "Renew {} sharing agreements"),
        name=_agency_of(SharingAgreement),
        undone=Undone(undone.agreements, _AN_OFFICER),
    ),
    TaskKind(
        "challenges", 55, Challenge, ("challenge waits for an answer", "challenges wait for an answer"),
        _OFFICERS | {Role.MANAGER}, own.challenges, is_of_hubs=True,
        deed=Deed("Answer", "Answer the challenge: {}", "Answer {} challenges"),
        name=Challenge.question,
        undone=Undone(undone.challenges, agency=Challenge.agency_id),
    ),
    TaskKind(
        "stages", 58, ReviewStage, ("planned stage of a review", "planned stages of reviews"),
        _OFFICERS | _SPONSOR, own.stages, ReviewStage.planned_on, _STAGE_TITLE, ahead=_AHEAD, is_of_hubs=True,
        deed=Deed("Look", "Reach the stage {}", "Reach {} planned stages"),
        name=_STAGE_WORDS,
        undone=Undone(undone.stages, _AN_OFFICER),
    ),
    TaskKind(
        "impact-analyses", 60, ImpactAnalysis, ("impact analysis", "impact analyses"), _OFFICERS, own.impact_analyses,
        ImpactAnalysis.due_on, "Impact analysis " + ImpactAnalysis.reference + " is due",
        ahead=_AHEAD_OF_IMPACT, is_of_hubs=True,
        deed=Deed("Complete", "Complete the impact analysis", "Complete {} impact analyses"),
        undone=Undone(undone.impact_analyses, _AN_OFFICER),
    ),
    TaskKind(
        "learning-unused", 62, LearningProduct,
        ("learning product your agency has not used", "learning products your agency has not used"),
        _AGENCY, own.learning_unused,
        deed=Deed("Use", "Use what was learnt: {}", "Use what was learnt: {} products"),
        name=LearningProduct.title,
    ),
    TaskKind("messages-unsent", 90, Message, ("message not sent", "messages not sent"), _OFFICERS, own.unsent,
        deed=Deed("Send", "Send again: {}", "Send {} messages again"),
    ),
)  # fmt: skip
"""Every kind of thing that the home page counts. What has a day is in the person's calendar too."""
