"""How do audits that were just given out go back into the hands they were in, or into nobody's?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.audit_assignments import dependence, hand_over, is_involved, take_out
from models.audits.case_audits import CaseAudit
from models.core.errors import RuleBroken
from models.partnership.people import Person


@dataclass(frozen=True)
class Held:
    """In whose hands an audit was, in which role, by when it was due, and which team its case was said to be of."""

    auditor_id: int | None
    auditor_role: str
    due_on: date
    case_team: str


def held_now(audit: CaseAudit) -> Held:
    """How an audit is held, to be kept before it is given to somebody."""
    return Held(audit.auditor_id, audit.auditor_role, audit.due_on, audit.case_team)


def give_back(session: Session, audits: Sequence[tuple[CaseAudit, Held]]) -> None:
    """Put audits back as they were held, all of them or none, and tell whom it concerns.

    Whoever was told is told once that it is not so; whose letter has not left yet hears nothing
    (`models/audits/auditor_messages.py`). Refuses an audit that is open no longer, and one whose former auditor may not
    have it any more.
    """
    for audit, before in audits:
        if not audit.status.is_open:
            raise RuleBroken(f"{audit.reference} is open no longer: {audit.status.label.lower()}.")
        if before.auditor_id is None:
            take_out(session, audit)
        else:
            hand_over(session, audit, _former(session, audit, before), before.case_team, before.auditor_role)
        audit.case_team = before.case_team
        if audit.due_on != before.due_on:  # a manager may not write it
            audit.due_on = before.due_on
    session.flush()


def _former(session: Session, audit: CaseAudit, before: Held) -> Person:
    former = session.scalar(select(Person).where(Person.id == before.auditor_id))
    if former is None:
        raise RuleBroken(f"Whoever had {audit.reference} before has left, so it stays as it is.")
    if sentence := dependence(former, audit, before.case_team, is_involved=is_involved(session, audit, former.id)):
        raise RuleBroken(sentence)
    return former
