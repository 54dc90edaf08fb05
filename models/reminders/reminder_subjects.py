"""What is open and dated in the portal, and who is to be told of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.audits.case_audits import OPEN, CaseAudit
from models.core.access import Role
from models.core.choices import Choice
from models.core.db import Record
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


_Join = tuple[type[Record], ColumnElement[bool]]


@dataclass(frozen=True)
class SubjectKind:
    """A kind of thing that is open until a day: its name, the columns that say which, when and what, and what is open.

    `joins` leads from its own table to the review, hub and agency, as far as it has them: its words and recipients are
    read from there.
    """

    name: str
    key: InstrumentedAttribute[int]
    due_on: InstrumentedAttribute[date] | InstrumentedAttribute[date | None]
    reference: ColumnElement[str] | InstrumentedAttribute[str]
    title: ColumnElement[Any] | InstrumentedAttribute[Any]
    joins: tuple[_Join, ...]
    is_open: tuple[ColumnElement[bool], ...]
    is_always_of_a_review: bool = True

    def statement(self) -> Select[Any]:
        """Everything of the kind that is open, soonest due first."""
        known = {table for table, _ in self.joins}
        review = ThematicReview.title if ThematicReview in known else literal("")
        agency = Agency.name if Agency in known else literal("")
        columns = (self.reference.label("reference"), self.title.label("title"))
        statement: Select[Any] = select(self.key.label("id"), self.due_on.label("due_on"), *columns)
        statement = statement.add_columns(review.label("review"), agency.label("agency"))
        for table, condition in self.joins:
            statement = statement.join(table, condition, isouter=not self.is_always_of_a_review)
        return statement.where(*self.is_open).order_by(self.due_on, self.key)


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
    asked = _KINDS[kind]
    statement = _told(asked.statement(), recipient)
    rows = session.execute(statement if subject_id is None else statement.where(asked.key == subject_id))
    return [
        Subject(
            kind=asked.name,
            id=row.id,
            due_on=row.due_on,
            reference=row.reference,
            title=row.title.label if isinstance(row.title, Choice) else row.title,
            review=row.review or "",
            agency=row.agency,
            recipient_id=row.person,
            recipient_name=row.name,
            address=row.address,
        )
        for row in rows
    ]


def open_by_person(session: Session) -> dict[int, list[Subject]]:
    """For each person with anything open of theirs: all of it, each thing once, soonest due first."""
    subjects_of: dict[int, dict[tuple[str, int], Subject]] = {}
    for kind, recipient in OF_A_PERSON:
        for subject in open_subjects(session, kind, recipient):
            if subject.recipient_id is not None:
                subjects_of.setdefault(subject.recipient_id, {})[subject.kind, subject.id] = subject
    return {person: sorted(own.values(), key=_soonest) for person, own in subjects_of.items()}


def _soonest(subject: Subject) -> tuple[date, str, int]:
    return subject.due_on, subject.kind, subject.id


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


def _review(key: InstrumentedAttribute[Any]) -> _Join:
    return ThematicReview, ThematicReview.id == key


def _agency(key: InstrumentedAttribute[Any]) -> _Join:
    return Agency, Agency.id == key


_HUB: _Join = (Hub, Hub.id == ThematicReview.hub_id)

_ACTION = SubjectKind(
    "action", Action.id, Action.due_on, Action.reference, Action.text,
    joins=(
        (ActionPlan, ActionPlan.id == Action.plan_id), _review(ActionPlan.review_id), _HUB,
        _agency(Action.lead_agency_id),
    ),
    is_open=(Action.completed_on.is_(None), ActionPlan.status.in_((PlanStatus.AGREED, PlanStatus.COMPLETED))),
)  # fmt: skip

_UNAUDITED = exists(1).where(
    SampleCase.sample_id == AuditSample.id,
    SampleCase.status.in_((CaseStatus.SELECTED, CaseStatus.ELIMINATION_PROPOSED)),
    SampleCase.audited_on.is_(None),
)
_SAMPLE = SubjectKind(
    "audit sample", AuditSample.id, AuditSample.audits_due_on, AuditSample.reference, AuditSample.title,
    joins=(_review(AuditSample.review_id), _HUB),
    is_always_of_a_review=False,
    is_open=(AuditSample.status == SampleStatus.DRAWN, AuditSample.audits_due_on.is_not(None), _UNAUDITED),
)  # fmt: skip

# By its own reference: a message leaves the portal, so it never names the case.
_CASE_AUDIT = SubjectKind(
    "case audit", CaseAudit.id, CaseAudit.due_on, CaseAudit.reference, literal("Case audit"),
    joins=(_review(CaseAudit.review_id), _HUB, _agency(CaseAudit.agency_id)),
    is_open=(CaseAudit.status.in_(OPEN),),
)  # fmt: skip

_STAGE = SubjectKind(
    "review stage", ReviewStage.id, ReviewStage.planned_on, ThematicReview.reference, ReviewStage.stage,
    joins=(_review(ReviewStage.review_id), _HUB),
    is_open=(ReviewStage.reached_on.is_(None), ThematicReview.stage != Stage.CLOSED),
)  # fmt: skip

# Each agency's latest agreement; an earlier one that was followed by another is nobody's concern.
_LATER = aliased(SharingAgreement)
_FOLLOWED = exists(1).where(
    _LATER.agency_id == SharingAgreement.agency_id, _LATER.valid_until_on > SharingAgreement.valid_until_on
)
_AGREEMENT = SubjectKind(
    "sharing agreement", SharingAgreement.id, SharingAgreement.valid_until_on,
    "version " + SharingAgreement.version, SharingAgreement.title,
    joins=(_agency(SharingAgreement.agency_id),),
    is_open=(~_FOLLOWED,),
)  # fmt: skip

_SELF_EVALUATION = SubjectKind(
    "self-evaluation", SelfEvaluation.id, SelfEvaluation.due_on, SelfEvaluation.reference, literal("Self-evaluation"),
    joins=(_review(SelfEvaluation.review_id), _HUB, _agency(SelfEvaluation.agency_id)),
    is_open=(SelfEvaluation.status.in_(OPEN_RETURNS),),
)  # fmt: skip

_SECTION_11 = SubjectKind(
    "Section 11 return", Section11Return.id, Section11Return.due_on, Section11Return.reference, Section11Cycle.title,
    joins=((Section11Cycle, Section11Cycle.id == Section11Return.cycle_id), _agency(Section11Return.agency_id)),
    is_open=(Section11Return.status.in_(OPEN_RETURNS), Section11Cycle.closed_at.is_(None)),
)  # fmt: skip

_KINDS = {
    ReminderKind.ACTION_DUE: _ACTION,
    ReminderKind.ACTION_OVERDUE: _ACTION,
    ReminderKind.REVIEW_STAGE_DUE: _STAGE,
    ReminderKind.SAMPLE_AUDITS_DUE: _SAMPLE,
    ReminderKind.SELF_EVALUATION_DUE: _SELF_EVALUATION,
    ReminderKind.SECTION_11_DUE: _SECTION_11,
    ReminderKind.AGREEMENT_ENDS: _AGREEMENT,
    ReminderKind.CASE_AUDIT_DUE: _CASE_AUDIT,
}
