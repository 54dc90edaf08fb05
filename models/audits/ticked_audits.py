"""How are several audits put into people's hands at once, all of them or none?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.audits.audit_assignments import (
    INDEPENDENT,
    NO_TEAM,
    AuditInvolvement,
    dependence,
    hand_over,
    may_be_assigned,
)
from models.audits.case_audits import CaseAudit
from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.sampling.sample_cases import SampleCase


@dataclass(frozen=True)
class Assignment:
    """An audit that is to be put into somebody's hands together with others, and the team that works with its case."""

    audit: CaseAudit
    auditor: Person
    case_team: str


def refused_assignments(session: Session, assignments: Sequence[Assignment]) -> list[tuple[Assignment, str]]:
    """Those of the assignments that break a rule, each with its sentence; empty when all of them hold."""
    cases = {given.audit.sample_case_id for given in assignments}
    involved = _involvements(session, cases)
    known = {case.id: case for case in session.scalars(select(SampleCase).where(SampleCase.id.in_(cases)))}
    sentences = ((given, _refusal(given, known[given.audit.sample_case_id], involved)) for given in assignments)
    return [(given, sentence) for given, sentence in sentences if sentence]


def _refusal(given: Assignment, case: SampleCase, involved: Collection[tuple[int, int]]) -> str:
    if not may_be_assigned(given.audit, case):
        return f"{given.audit.reference} cannot be assigned now: {given.audit.status.label.lower()}."
    if not given.case_team.strip():
        return NO_TEAM
    is_involved = (case.id, given.auditor.id) in involved
    return dependence(given.auditor, given.audit, given.case_team, is_involved=is_involved)


def _involvements(session: Session, case_ids: Collection[int]) -> set[tuple[int, int]]:
    """Which people are on record as involved in which of these cases."""
    statement = select(CaseAudit.sample_case_id, AuditInvolvement.person_id).join(
        AuditInvolvement, AuditInvolvement.audit_id == CaseAudit.id
    )
    return {(case, person) for case, person in session.execute(statement.where(CaseAudit.sample_case_id.in_(case_ids)))}


def assign_audits(session: Session, assignments: Sequence[Assignment], *, due_on: date | None) -> None:
    """Put several audits into people's hands, all due on one day, and tell them; all of them or none.

    Without a day each stays due when it was. Refuses a day that is over, and the first assignment that
    `refused_assignments` names.
    """
    if due_on is not None and due_on < today():
        raise RuleBroken("Choose a day from today on.", field="due_on")
    for _, sentence in refused_assignments(session, assignments)[:1]:
        raise RuleBroken(sentence)
    for given in assignments:
        if due_on is not None:
            given.audit.due_on = due_on
        hand_over(session, given.audit, given.auditor, given.case_team)


def auditors_by_agency(session: Session, agency_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Who may be chosen to audit for each of these agencies: its own people first, then officers; by name."""
    keys = list(agency_ids)
    is_member = Person.agency_id.in_(keys) & (Person.role == Role.AGENCY_MEMBER)
    may = select(Person).where(Person.is_active, or_(is_member, Person.role.in_(INDEPENDENT)))
    people = session.scalars(may.order_by(Person.role != Role.AGENCY_MEMBER, Person.name, Person.id)).all()
    return {key: [person for person in people if person.agency_id == key or person.role in INDEPENDENT] for key in keys}
