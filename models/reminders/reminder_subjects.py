"""What is open and dated in the portal, and who is to be told of it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.audits.case_audits import OPEN, CaseAudit
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.partnership.sharing_agreements import SharingAgreement
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action
from models.reminders.reminder_kinds import OF_A_PERSON, Recipient, ReminderKind
from models.returns.agency_returns import OPEN as OPEN_RETURNS
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase


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
    audited; a case audit while it is open; stages until they are reached; what an agency was asked for until it is
    handed in; agreements until a later one is signed. Nobody is written to after they have left.
    """
    return _READERS.get(kind, _actions)(session, recipient, subject_id)


def open_by_person(session: Session) -> dict[int, list[Subject]]:
    """For each person with anything open of theirs: all of it, each thing once, soonest due first."""
    found: dict[int, dict[tuple[str, int], Subject]] = {}
    for kind, recipient in OF_A_PERSON:
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


def _self_evaluations(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    asked = SelfEvaluation
    statement = (
        select(asked.id, asked.due_on, asked.reference, literal("Self-evaluation").label("title"))
        .add_columns(ThematicReview.title.label("review"), Agency.name.label("agency"))
        .join(ThematicReview, ThematicReview.id == asked.review_id)
        .join(Hub, Hub.id == ThematicReview.hub_id)
        .join(Agency, Agency.id == asked.agency_id)
        .where(asked.status.in_(OPEN_RETURNS))
    )
    return _read(session, "self-evaluation", _told(statement, recipient), asked.id, asked.due_on, subject_id)


def _section_11(session: Session, recipient: Recipient, subject_id: int | None) -> list[Subject]:
    asked = Section11Return
    statement = (
        select(asked.id, asked.due_on, asked.reference, Section11Cycle.title.label("title"))
        .add_columns(literal("").label("review"), Agency.name.label("agency"))
        .join(Section11Cycle, Section11Cycle.id == asked.cycle_id)
        .join(Agency, Agency.id == asked.agency_id)
        .where(asked.status.in_(OPEN_RETURNS), Section11Cycle.closed_at.is_(None))
    )
    return _read(session, "Section 11 return", _told(statement, recipient), asked.id, asked.due_on, subject_id)


def _told(statement: Select[Any], recipient: Recipient) -> Select[Any]:
    """Join whoever is to be told."""
    if recipient is Recipient.LEAD_AGENCY_CONTACT:
        contact = (literal(None).label("person"), Agency.name.label("name"), Agency.contact_email.label("address"))
        return statement.add_columns(*contact).where(Agency.contact_email != "", Agency.is_active)
    if recipient is Recipient.AGENCY_MEMBERS:
        members = statement.add_columns(*_PERSON_COLUMNS).join(_PERSON, _PERSON.agency_id == Agency.id)
        return members.where(_PERSON.is_active, _PERSON.role == Role.AGENCY_MEMBER)
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


_READERS: dict[ReminderKind, Callable[[Session, Recipient, int | None], list[Subject]]] = {
    ReminderKind.REVIEW_STAGE_DUE: _stages,
    ReminderKind.SAMPLE_AUDITS_DUE: _samples,
    ReminderKind.SELF_EVALUATION_DUE: _self_evaluations,
    ReminderKind.SECTION_11_DUE: _section_11,
    ReminderKind.AGREEMENT_ENDS: _agreements,
    ReminderKind.CASE_AUDIT_DUE: _audits,
}
