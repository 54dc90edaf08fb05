"""What is open and dated in the portal, and who is to be told of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.action_plans import ActionPlan, PlanStatus
from models.actions import Action
from models.agencies import Agency
from models.audit_samples import AuditSample, SampleStatus
from models.case_audits import OPEN, CaseAudit
from models.hubs import Hub
from models.people import Person
from models.review_stages import ReviewStage
from models.sample_cases import CaseStatus, SampleCase
from models.sharing_agreements import SharingAgreement
from models.thematic_reviews import Stage, ThematicReview
from models.words import Choice


class ReminderKind(Choice):
    """What a rule speaks of."""

    ACTION_DUE = "action_due"
    ACTION_OVERDUE = "action_overdue"
    SAMPLE_AUDITS_DUE = "sample_audits_due"
    REVIEW_STAGE_DUE = "review_stage_due"
    WEEKLY_DIGEST = "weekly_digest"
    AGREEMENT_ENDS = "agreement_ends"
    CASE_AUDIT_DUE = "case_audit_due"


class Recipient(Choice):
    """To whom a rule speaks."""

    ACTION_OWNER = "action_owner"
    LEAD_AGENCY_CONTACT = "lead_agency_contact"
    OFFICER = "officer"
    SPONSOR = "sponsor"
    AUDIT_LEAD = "audit_lead"
    EVERYONE = "everyone"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return _RECIPIENT_LABELS[self]


_RECIPIENT_LABELS = {
    Recipient.ACTION_OWNER: "Owner of the action",
    Recipient.LEAD_AGENCY_CONTACT: "Contact address of the lead agency",
    Recipient.OFFICER: "Officer of the hub",
    Recipient.SPONSOR: "Lead sponsor of the review",
    Recipient.AUDIT_LEAD: "Whoever asked for the draw",
    Recipient.EVERYONE: "Everyone with something open",
    Recipient.AUDITOR: "Auditor of the case",
}

_FOR_ACTIONS = (Recipient.ACTION_OWNER, Recipient.LEAD_AGENCY_CONTACT, Recipient.OFFICER, Recipient.SPONSOR)

RECIPIENTS = {
    ReminderKind.ACTION_DUE: _FOR_ACTIONS,
    ReminderKind.ACTION_OVERDUE: _FOR_ACTIONS,
    ReminderKind.SAMPLE_AUDITS_DUE: (Recipient.AUDIT_LEAD, Recipient.OFFICER, Recipient.SPONSOR),
    ReminderKind.REVIEW_STAGE_DUE: (Recipient.OFFICER, Recipient.SPONSOR),
    ReminderKind.WEEKLY_DIGEST: (Recipient.EVERYONE,),
    ReminderKind.AGREEMENT_ENDS: (Recipient.LEAD_AGENCY_CONTACT,),
    ReminderKind.CASE_AUDIT_DUE: (Recipient.AUDITOR, Recipient.LEAD_AGENCY_CONTACT, Recipient.OFFICER),
}

_OF_A_PERSON = (
    (ReminderKind.ACTION_DUE, Recipient.ACTION_OWNER),
    (ReminderKind.SAMPLE_AUDITS_DUE, Recipient.AUDIT_LEAD),
    (ReminderKind.SAMPLE_AUDITS_DUE, Recipient.OFFICER),
    (ReminderKind.REVIEW_STAGE_DUE, Recipient.OFFICER),
    (ReminderKind.REVIEW_STAGE_DUE, Recipient.SPONSOR),
    (ReminderKind.CASE_AUDIT_DUE, Recipient.AUDITOR),
)


@dataclass(frozen=True)
class Subject:
    """Something open with its date, and one person or address to be told of it."""

    kind: str
    id: int
    due_on: date
    reference: str
    title: str
    review: str
    agency: str
    recipient_id: int | None
    recipient_name: str
    address: str


_PERSON = aliased(Person)
_PERSON_COLUMNS = (_PERSON.id.label("person"), _PERSON.name.label("name"), _PERSON.email.label("address"))
_ROLES: dict[Recipient, InstrumentedAttribute[Any]] = {
    Recipient.ACTION_OWNER: Action.owner_id,
    Recipient.OFFICER: Hub.officer_id,
    Recipient.SPONSOR: ThematicReview.sponsor_id,
    Recipient.AUDIT_LEAD: AuditSample.requested_by_id,
    Recipient.AUDITOR: CaseAudit.auditor_id,
}


def open_subjects(
    session: Session, kind: ReminderKind, recipient: Recipient, subject_id: int | None = None
) -> list[Subject]:
    """Everything of a kind that is open, once for each recipient who can be written to; soonest due first.

    Actions count once their plan is agreed and until they are complete; audits until the last selected case has been
    audited; a case audit while it is open; stages until they are reached; agreements until a later one is signed.
    Nobody is written to after they have left.
    """
    if kind is ReminderKind.REVIEW_STAGE_DUE:
        return _stages(session, recipient, subject_id)
    if kind is ReminderKind.AGREEMENT_ENDS:
        return _agreements(session, recipient, subject_id)
    if kind is ReminderKind.CASE_AUDIT_DUE:
        return _audits(session, recipient, subject_id)
    if kind is ReminderKind.SAMPLE_AUDITS_DUE:
        return _samples(session, recipient, subject_id)
    return _actions(session, recipient, subject_id)


def open_by_person(session: Session) -> dict[int, list[Subject]]:
    """For each person with anything open of theirs: all of it, each thing once, soonest due first."""
    found: dict[int, dict[tuple[str, int], Subject]] = {}
    for kind, recipient in _OF_A_PERSON:
        for subject in open_subjects(session, kind, recipient):
            if subject.recipient_id is not None:
                found.setdefault(subject.recipient_id, {})[subject.kind, subject.id] = subject
    return {person: sorted(own.values(), key=_soonest) for person, own in found.items()}


def _soonest(subject: Subject) -> tuple[date, str, int]:
    return subject.due_on, subject.kind, subject.id


def _actions(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    statement = (
        select(Action.id, Action.due_on, Action.reference, Action.text.label("title"))
        .add_columns(ThematicReview.title.label("review"), Agency.name.label("agency"))
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .join(ThematicReview, ThematicReview.id == ActionPlan.review_id)
        .join(Hub, Hub.id == ThematicReview.hub_id)
        .join(Agency, Agency.id == Action.lead_agency_id)
        .where(Action.completed_on.is_(None), ActionPlan.status.in_((PlanStatus.AGREED, PlanStatus.COMPLETED)))
    )
    return _read(session, "action", _told(statement, recipient), Action.id, Action.due_on, subject_id)


def _samples(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    unaudited = exists().where(
        SampleCase.sample_id == AuditSample.id,
        SampleCase.status.in_((CaseStatus.SELECTED, CaseStatus.ELIMINATION_PROPOSED)),
        SampleCase.audited_on.is_(None),
    )
    statement = (
        select(AuditSample.id, AuditSample.audits_due_on.label("due_on"), AuditSample.reference, AuditSample.title)
        .add_columns(ThematicReview.title.label("review"), literal("").label("agency"))
        .outerjoin(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .outerjoin(Hub, Hub.id == ThematicReview.hub_id)
        .where(AuditSample.status == SampleStatus.DRAWN, AuditSample.audits_due_on.is_not(None), unaudited)
    )
    return _read(
        session, "audit sample", _told(statement, recipient), AuditSample.id, AuditSample.audits_due_on, subject_id
    )


def _audits(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    """Open case audits, by their own reference: a message leaves the portal, so it never names the case."""
    statement = (
        select(CaseAudit.id, CaseAudit.due_on, CaseAudit.reference, literal("Case audit").label("title"))
        .add_columns(ThematicReview.title.label("review"), Agency.name.label("agency"))
        .join(ThematicReview, ThematicReview.id == CaseAudit.review_id)
        .join(Hub, Hub.id == ThematicReview.hub_id)
        .join(Agency, Agency.id == CaseAudit.agency_id)
        .where(CaseAudit.status.in_(OPEN))
    )
    return _read(session, "case audit", _told(statement, recipient), CaseAudit.id, CaseAudit.due_on, subject_id)


def _stages(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    statement = (
        select(ReviewStage.id, ReviewStage.planned_on.label("due_on"), ThematicReview.reference)
        .add_columns(ReviewStage.stage.label("title"), ThematicReview.title.label("review"))
        .add_columns(literal("").label("agency"))
        .join(ThematicReview, ThematicReview.id == ReviewStage.review_id)
        .join(Hub, Hub.id == ThematicReview.hub_id)
        .where(ReviewStage.reached_on.is_(None), ThematicReview.stage != Stage.CLOSED)
    )
    return _read(
        session, "review stage", _told(statement, recipient), ReviewStage.id, ReviewStage.planned_on, subject_id
    )


def _agreements(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    """Each agency's latest agreement; an earlier one that was followed by another is nobody's concern."""
    later = aliased(SharingAgreement)
    followed = exists().where(
        later.agency_id == SharingAgreement.agency_id, later.valid_until_on > SharingAgreement.valid_until_on
    )
    statement = (
        select(SharingAgreement.id, SharingAgreement.valid_until_on.label("due_on"))
        .add_columns(("version " + SharingAgreement.version).label("reference"), SharingAgreement.title)
        .add_columns(literal("").label("review"), Agency.name.label("agency"))
        .join(Agency, Agency.id == SharingAgreement.agency_id)
        .where(~followed)
    )
    key, due_on = SharingAgreement.id, SharingAgreement.valid_until_on
    return _read(session, "sharing agreement", _told(statement, recipient), key, due_on, subject_id)


def _told(statement: Select[Any], recipient: Recipient) -> Select[Any]:
    """Join whoever is to be told."""
    if recipient is Recipient.LEAD_AGENCY_CONTACT:
        contact = (literal(None).label("person"), Agency.name.label("name"), Agency.contact_email.label("address"))
        return statement.add_columns(*contact).where(Agency.contact_email != "", Agency.is_active)
    person = statement.add_columns(*_PERSON_COLUMNS).join(_PERSON, _PERSON.id == _ROLES[recipient])
    return person.where(_PERSON.is_active)


def _read(
    session: Session,
    kind: str,
    statement: Select[Any],
    key: InstrumentedAttribute[Any],
    due_on: InstrumentedAttribute[Any],
    subject_id: int | None,
) -> list[Subject]:
    only: tuple[ColumnElement[bool], ...] = () if subject_id is None else (key == subject_id,)
    rows = session.execute(statement.where(*only).order_by(due_on, key))
    return [
        Subject(
            kind=kind,
            id=row.id,
            due_on=row.due_on,
            reference=row.reference,
            title=row.title.label if isinstance(row.title, Stage) else row.title,
            review=row.review or "",
            agency=row.agency,
            recipient_id=row.person,
            recipient_name=row.name,
            address=row.address,
        )
        for row in rows
    ]
