"""Who audits a case, and is that person independent of it?

Nobody audits their own team's case, nor one they have been involved in. Source: published practice (peers audit
another team's cases), DOMAIN b4 and capability 16.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.audits.auditor_messages import tell_auditor
from models.audits.case_audits import IN_HAND, AuditStatus, CaseAudit
from models.core.access import NONE, OWN_AGENCIES, Role, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.partnership.holdings import HoldingKind, holding
from models.partnership.people import Person
from models.sampling.sample_cases import CaseStatus, SampleCase

_OWN = f"EXISTS (SELECT FROM case_audits a WHERE a.id = audit_id AND a.agency_id = ANY {OWN_AGENCIES})"
INDEPENDENT = (Role.OFFICER, Role.ADMINISTRATOR)
NO_TEAM = "Say which team works with this case, so that nobody audits their own team's case."


class AuditInvolvement(Record):
    """A record that somebody has been involved in a case, and so cannot audit it."""

    __tablename__ = "audit_involvements"
    __table_args__ = (
        UniqueConstraint(
            "audit_id", "person_id",
            name="involved_once", info={"sentence": "That person is on record as involved in this case already."},
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=("select", "insert"),
        reader=NONE,
        agency_reads=_OWN,
        agency_inserts=_OWN,
    )

    audit_id: Mapped[int] = mapped_column(ForeignKey("case_audits.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    note: Mapped[str] = mapped_column(Text, server_default="")
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    declared_at: Mapped[datetime] = mapped_column(server_default=func.now())

    audit: Mapped[CaseAudit] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise_on_sql")


def same_team(team: str, other: str) -> bool:
    """Whether two names mean the same team, however they are typed; an empty name matches none.

    >>> same_team(" Family  Safeguarding North", "family safeguarding north"), same_team("", "")
    (True, False)
    """
    first, second = (" ".join(words.split()).casefold() for words in (team, other))
    return bool(first) and first == second


def auditors_for(agency_id: int) -> Select[Person]:
    """Who may be chosen to audit for an agency: its own active members, and the partnership's officers as peers."""
    is_member = (Person.agency_id == agency_id) & (Person.role == Role.AGENCY_MEMBER)
    own = or_(is_member, Person.role.in_(INDEPENDENT))
    return select(Person).where(Person.is_active, own)


def assign_auditor(
    session: Session, audit: CaseAudit, *, auditor: Person, case_team: str, auditor_role: str = ""
) -> None:
    """Put an open audit into somebody's hands, and tell them and its last auditor; the role defaults to their job.

    Refuses a stranger to the agency who is no officer, the case's own team, a team that is not on record, and anybody
    involved in the case.
    """
    if not audit.status.is_open:
        raise RuleBroken(f"{audit.reference} is open no longer: {audit.status.label.lower()}.")
    if not case_team.strip():
        raise RuleBroken(NO_TEAM)
    if sentence := dependence(auditor, audit, case_team, is_involved=is_involved(session, audit, auditor.id)):
        raise RuleBroken(sentence)
    hand_over(session, audit, auditor, case_team, auditor_role)


def hand_over(session: Session, audit: CaseAudit, auditor: Person, case_team: str, auditor_role: str = "") -> None:
    """Put an audit into somebody's hands whose independence has been looked at, and tell them and its last auditor."""
    before = audit.auditor_id
    audit.auditor_id, audit.auditor_role = auditor.id, auditor_role.strip() or auditor.job_title
    audit.case_team = " ".join(case_team.split())
    if audit.status is AuditStatus.TO_ASSIGN:
        audit.status = AuditStatus.ASSIGNED
    session.flush()
    if before != auditor.id:
        for person_id in filter(None, (auditor.id, before)):
            tell_auditor(session, audit, person_id)


def take_out(session: Session, audit: CaseAudit) -> None:
    """Take an audit out of its auditor's hands, who is told; it waits to be assigned again."""
    before = audit.auditor_id
    audit.status, audit.auditor_id, audit.auditor_role = AuditStatus.TO_ASSIGN, None, ""
    session.flush()
    if before is not None:
        tell_auditor(session, audit, before)


def dependence(auditor: Person, audit: CaseAudit, case_team: str, *, is_involved: bool) -> str:
    """Why somebody must not audit a case, as one sentence; empty where they are independent of it."""
    is_own = auditor.agency_id == audit.agency_id and auditor.role is Role.AGENCY_MEMBER
    if not auditor.is_active or not (is_own or auditor.role in INDEPENDENT):
        return f"{auditor.name} is neither a member of this agency nor an officer of the partnership."
    if is_own and not auditor.team.strip():
        return (
            f"{auditor.name}'s team is not on record, so nobody can tell whether the case is their own team's; "
            "an administrator enters it under People."
        )
    if same_team(auditor.team, case_team):
        return f"{auditor.name} works in {auditor.team}: nobody audits their own team's case."
    return f"{auditor.name} has been involved in this case and so cannot audit it." if is_involved else ""


def may_be_assigned(audit: CaseAudit, case: SampleCase) -> bool:
    """Whether an auditor may be chosen together with others: nobody has begun, and the case stays in the sample."""
    return audit.status in (AuditStatus.TO_ASSIGN, AuditStatus.ASSIGNED) and case.status is CaseStatus.SELECTED


def is_involved(session: Session, audit: CaseAudit, person_id: int) -> bool:
    """Whether somebody is recorded as involved in the case that an audit is about."""
    statement = (
        select(AuditInvolvement.id)
        .join(CaseAudit, CaseAudit.id == AuditInvolvement.audit_id)
        .where(CaseAudit.sample_case_id == audit.sample_case_id, AuditInvolvement.person_id == person_id)
    )
    return session.scalar(statement.limit(1)) is not None


def declare_involvement(
    session: Session, audit: CaseAudit, *, person: Person, note: str, declared_by_id: int | None
) -> AuditInvolvement:
    """Record that somebody has been involved in a case; an audit assigned to them is taken back, and they are
    told.
    """
    if not audit.status.is_open:
        raise RuleBroken(f"{audit.reference} is open no longer: {audit.status.label.lower()}.")
    if is_involved(session, audit, person.id):
        raise RuleBroken(f"{person.name} is on record as involved in this case already.")
    involvement = AuditInvolvement(
        audit_id=audit.id, person_id=person.id, note=note.strip(), declared_by_id=declared_by_id
    )
    session.add(involvement)
    if audit.auditor_id == person.id:
        take_out(session, audit)
    session.flush()
    return involvement


def involved_in(session: Session, audit: CaseAudit) -> list[Person]:
    """The people recorded as involved in an audit's case, by name."""
    statement = select(Person).join(AuditInvolvement, AuditInvolvement.person_id == Person.id)
    return list(session.scalars(statement.where(AuditInvolvement.audit_id == audit.id).order_by(Person.name)))


def _pass_audit(session: Session, audit: CaseAudit, successor: Person, on: date) -> None:
    assign_auditor(session, audit, auditor=successor, case_team=audit.case_team)


holding(
    HoldingKind(
        "audits", CaseAudit, CaseAudit.auditor_id, ("case audit in hand", "case audits in hand"),
        lambda on: CaseAudit.status.in_(IN_HAND), _pass_audit,
    )
)  # fmt: skip
