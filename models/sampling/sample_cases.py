"""Which cases did a draw select, which are reserves, and which left the sample, why and with whose approval?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of, word_indexes
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.rules.sampling.strata import StrataKind, places_of
from models.sampling.audit_samples import AuditSample


class CaseStatus(Choice):
    """Where a drawn case stands."""

    SELECTED = "selected"
    RESERVE = "reserve"
    ELIMINATION_PROPOSED = "elimination_proposed"
    ELIMINATED = "eliminated"


class SampleCase(Record):
    """A drawn case or reserve in its stratum, in ticket order. Names nobody: the reference is a pseudonym.

    `level` is its own level of intervention, the highest among its rows that the plan took in; `divided_by` says what
    its stratum is: that level, a theme or an agency. Both are kept here because agencies see neither frame nor plan.
    """

    __tablename__ = "sample_cases"
    is_about_cases = True
    __table_args__ = (
        *word_indexes("sample_cases"),
        one_of("status", CaseStatus, "known_case_status"),
        must(
            "divided_by IN ('level', 'theme', 'agency')",
            name="known_division",
            sentence="A sample is divided by level, theme or agency.",
        ),
        UniqueConstraint("sample_id", "stratum", "position", name="one_case_per_position"),
        UniqueConstraint("sample_id", "reference", name="case_once_per_sample"),
        must(
            "status NOT IN ('elimination_proposed', 'eliminated')"
            " OR (reason_id IS NOT NULL AND proposed_by_id IS NOT NULL)",
            name="elimination_has_reason",
            sentence="Eliminating a case needs a reason from the list.",
        ),
        must(
            "approved_by_id IS NULL OR approved_by_id <> proposed_by_id",
            name="second_person_approves",
            sentence="A second person must approve the elimination.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads="EXISTS (SELECT FROM case_audits a WHERE a.sample_case_id = sample_cases.id)",
        reason="Drawn cases are for the hub; an agency learns of its cases through its audits.",
        unlogged_columns=("reference", "ticket"),  # never written elsewhere, so that they can be erased in their time,
    )

    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_samples.id", ondelete="CASCADE"))
    stratum: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text, server_default="")
    divided_by: Mapped[str] = mapped_column(Text, server_default="level")
    position: Mapped[int]
    reference: Mapped[str] = mapped_column(Text(collation="C"), index=True)
    ticket: Mapped[str] = mapped_column(Text)
    is_reserve: Mapped[bool]
    status: Mapped[CaseStatus] = mapped_column(choice_column(CaseStatus))
    audited_on: Mapped[date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("sample_cases.id"), index=True)
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("reference_items.id"), index=True)
    reason_note: Mapped[str] = mapped_column(Text, server_default="")
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    proposed_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    approved_at: Mapped[datetime | None]

    sample: Mapped[AuditSample] = relationship(lazy="raise_on_sql")
    reason: Mapped[ReferenceItem | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.reference

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Its level, and its stratum where that is something else, as label and value."""
        return places_of(StrataKind(self.divided_by), self.level, self.stratum)


Follow = Callable[[Session, SampleCase, SampleCase | None], None]
_followers: list[Follow] = []


def after_elimination(follow: Follow) -> Follow:
    """Register what follows an elimination: `def replace(session, case, successor)`; there may be no successor."""
    _followers.append(follow)
    return follow


def propose_elimination(
    session: Session, case: SampleCase, *, reason: ReferenceItem, note: str, person: Person
) -> None:
    """Ask for a selected case to leave the sample. A missing or poor record is a finding, never a reason."""
    if case.status is not CaseStatus.SELECTED:
        raise RuleBroken("Only a selected case can be eliminated.")
    if reason.list_name is not ReferenceList.ELIMINATION_REASON or not reason.is_active:
        raise RuleBroken("Choose one of the reasons on the list.")
    case.status = CaseStatus.ELIMINATION_PROPOSED
    case.reason_id, case.reason_note = reason.id, note.strip()
    case.proposed_by_id, case.proposed_at = person.id, now()
    session.flush()


def approve_elimination(session: Session, case: SampleCase, *, person: Person) -> SampleCase | None:
    """Eliminate a case with a second person's approval; the next reserve of its stratum, in ticket order, steps in.

    The audits of agencies follow: see `after_elimination`.
    Returns the case that stepped in, or None when no reserve is left: then the stratum is short, and says so.
    """
    if case.status is not CaseStatus.ELIMINATION_PROPOSED:
        raise RuleBroken("Nobody has proposed to eliminate this case.")
    if case.proposed_by_id == person.id:
        raise RuleBroken("A second person must approve the elimination; you proposed it.")
    successor = session.scalar(
        select(SampleCase)
        .where(
            SampleCase.sample_id == case.sample_id,
            SampleCase.stratum == case.stratum,
            SampleCase.status == CaseStatus.RESERVE,
        )
        .order_by(SampleCase.position)
        .limit(1)
        .with_for_update()
    )
    case.status = CaseStatus.ELIMINATED
    case.approved_by_id, case.approved_at = person.id, now()
    if successor is not None:
        successor.status, successor.replaces_id = CaseStatus.SELECTED, case.id
    session.flush()
    for follow in _followers:
        follow(session, case, successor)
    return successor


def refuse_elimination(session: Session, case: SampleCase, *, person: Person) -> None:
    """Keep a case in the sample; the proposal stays on the change log."""
    if case.status is not CaseStatus.ELIMINATION_PROPOSED:
        raise RuleBroken("Nobody has proposed to eliminate this case.")
    if case.proposed_by_id == person.id:
        raise RuleBroken("A second person must decide; you proposed it.")
    case.status, case.reason_id, case.reason_note = CaseStatus.SELECTED, None, ""
    case.proposed_by_id = case.proposed_at = None
    session.flush()
