"""Which grade has a case been given by all agencies together, why, and how do the grades fall by level?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Text, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.audits.case_audits import AuditStatus, CaseAudit, audits_of_case, settle_case
from models.case_lists.case_frames import CaseFrame
from models.core.access import RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, rows_of
from models.core.words import must
from models.evidence.findings import Finding, Judgement, take_finding
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList, items_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.evidence.triangulation import Verdict
from models.rules.sampling.strata import StrataKind
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase

_COUNTED = (CaseStatus.SELECTED, CaseStatus.ELIMINATION_PROPOSED)


class Moderation(Record):
    """The moderated grade of one case with its reason; the agencies' own grades stay in their audits."""

    __tablename__ = "moderations"
    is_about_cases = True
    __table_args__ = (
        must("reason <> ''", name="moderation_reasoned", sentence="Give the reason for the moderated grade."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="The hub's own judgement across agencies.",
    )

    sample_case_id: Mapped[int] = mapped_column(
        ForeignKey("sample_cases.id", ondelete="CASCADE"), unique=True,
        info={"sentence": "This case has its moderated grade already."},
    )  # fmt: skip
    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("reference_items.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    discussion: Mapped[str] = mapped_column(Text, server_default="")
    moderated_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    moderated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    sample_case: Mapped[SampleCase] = relationship(lazy="raise_on_sql")
    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    grade: Mapped[ReferenceItem] = relationship(lazy="raise_on_sql")
    moderated_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


def moderation_of(session: Session, case_id: int) -> Moderation | None:
    """The moderated grade of a case; None while there is none."""
    return session.scalar(select(Moderation).where(Moderation.sample_case_id == case_id))


def moderate_case(
    session: Session, case: SampleCase, *, grade_id: int, reason: str, discussion: str = "", person_id: int | None
) -> Moderation:
    """Give a case its moderated grade, or amend it; the audits that were handed in are final from then on.

    Refuses without a reason, while an agency's audit is still open, and when no agency has handed one in. The case
    counts as audited now. Source: DOMAIN b4 and capability 15.
    """
    grade = session.get(ReferenceItem, grade_id)
    if grade is None or grade.list_name is not ReferenceList.GRADE:
        raise RuleBroken("Choose one of the grades.")
    if not reason.strip():
        raise RuleBroken("Give the reason for the moderated grade.")
    audits = _audits_to_moderate(session, case)
    moderation = moderation_of(session, case.id) or Moderation(sample_case_id=case.id, review_id=audits[0].review_id)
    moderation.grade_id, moderation.reason, moderation.discussion = grade.id, reason.strip(), discussion.strip()
    moderation.moderated_by_id, moderation.moderated_at = person_id, now()
    session.add(moderation)
    for audit in audits:
        audit.status = AuditStatus.MODERATED
    session.flush()
    settle_case(session, case)
    return moderation


def _audits_to_moderate(session: Session, case: SampleCase) -> list[CaseAudit]:
    audits = audits_of_case(session, case.id)
    waiting = [audit.reference for audit in audits if audit.status.is_open]
    if waiting:
        more = f" and {len(waiting) - 1} more" if waiting[1:] else ""
        raise RuleBroken(f"Not every agency has handed its audit of {case.reference} in yet: {waiting[0]}{more}.")
    handed_in = [audit for audit in audits if audit.status.is_in]
    if not handed_in:
        raise RuleBroken(f"No agency has handed in an audit of {case.reference}, so there is nothing to moderate.")
    return handed_in


@Fact
def audits_of_samples(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """Of each sample drawn for a review: its reference, how many of its cases are opened, and how many wait."""
    counted = SampleCase.sample_id == AuditSample.id, SampleCase.status.in_(_COUNTED)
    opened = select(CaseAudit.id).where(CaseAudit.sample_case_id == SampleCase.id).exists()
    done = select(Moderation.id).where(Moderation.sample_case_id == SampleCase.id).exists()
    cases = func.count(SampleCase.id)
    return rows_of(
        select(AuditSample.reference, cases.filter(opened), cases.filter(~done))
        .outerjoin(SampleCase, and_(*counted))
        .where(AuditSample.review_id == review_id, AuditSample.status == SampleStatus.DRAWN)
        .group_by(AuditSample.id)
        .order_by(AuditSample.id)
    )


def audits_missing(session: Session, review_id: int) -> str:
    """What a review's case audits still lack, as one sentence; empty when every drawn case is moderated."""
    samples = audits_of_samples(session, review_id)
    if not samples:
        return "No sample of cases is drawn for audit yet."
    waiting = sum(count for _, _, count in samples)
    if not any(opened for _, opened, _ in samples):
        return f"The case audits of {samples[0][0]} are not open yet."
    words = count_words(waiting, "drawn case is", "drawn cases are")
    return f"{words} not audited and moderated yet." if waiting else ""


_VERDICTS = {
    "outstanding": Verdict.STRENGTH,
    "good": Verdict.STRENGTH,
    "requires_improvement": Verdict.MIXED,
    "inadequate": Verdict.CONCERN,
}


def suggested_verdict(grade: ReferenceItem) -> Verdict:
    """The verdict that a moderated grade suggests, for a finding to start with.

    >>> suggested_verdict(ReferenceItem(code="inadequate")), suggested_verdict(ReferenceItem(code="not_applicable"))
    (<Verdict.CONCERN: 'concern'>, <Verdict.MIXED: 'mixed'>)
    """
    return _VERDICTS.get(grade.code, Verdict.MIXED)


def take_moderation_finding(
    session: Session, moderation: Moderation, *, judgement: Judgement, person_id: int | None
) -> Finding:
    """Make a finding of a moderated case, once."""
    return take_finding(
        session,
        review_id=moderation.review_id,
        judgement=judgement,
        origin=f"moderations:{moderation.id}",
        person_id=person_id,
    )


@dataclass(frozen=True)
class GradesByLevel:
    """How many cases of each level have each moderated grade: `counts[level][grade]`, "" for not moderated yet."""

    levels: tuple[str, ...]
    grades: tuple[str, ...]
    counts: dict[str, dict[str, int]]

    def count(self, level: str, grade: str = "") -> int:
        """Cases of a level with a grade; without a grade those that are not moderated yet."""
        return self.counts.get(level, {}).get(grade, 0)

    def total(self, level: str) -> int:
        """All cases of a level."""
        return sum(self.counts.get(level, {}).values())


def grades_by_level(session: Session, sample_id: int) -> GradesByLevel:
    """The moderated grades of a sample's selected cases by their own level of intervention, the highest first.

    Whatever the sample is divided by: a theme is never a level.
    """
    sample = session.get_one(AuditSample, sample_id)
    levels = session.get_one(CaseFrame, sample.frame_id).levels
    highest_first = [levels[rank] for rank in sorted(levels, key=int, reverse=True)]
    grades = _grades(session, sample_id, SampleCase.level)
    known = [level for level in highest_first if level in grades.counts]
    return replace(grades, levels=tuple(dict.fromkeys((*known, *grades.levels))))


def grades_by_stratum(session: Session, sample_id: int) -> GradesByLevel:
    """The same by the strata that the sample was drawn from, in their order: levels, themes or agencies."""
    return _grades(session, sample_id, SampleCase.stratum)


def division_of(session: Session, sample_id: int) -> StrataKind:
    """What a sample is divided by."""
    return StrataKind(session.get_one(AuditSample, sample_id).plan["strata"])


def _grades(session: Session, sample_id: int, part: Mapped[str]) -> GradesByLevel:
    rows = session.execute(
        select(part, func.coalesce(ReferenceItem.label, ""), func.count(), func.min(SampleCase.id))
        .outerjoin(Moderation, Moderation.sample_case_id == SampleCase.id)
        .outerjoin(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .where(SampleCase.sample_id == sample_id, SampleCase.status.in_(_COUNTED))
        .group_by(part, ReferenceItem.label)
        .order_by(func.min(SampleCase.id))
    ).all()
    counts: dict[str, dict[str, int]] = {}
    for level, grade, count, _ in rows:
        counts.setdefault(level, {})[grade] = count
    offered = [item.label for item in items_of(session, ReferenceList.GRADE)]
    retired = sorted({grade for grades in counts.values() for grade in grades if grade} - set(offered))
    return GradesByLevel(tuple(counts), (*offered, *retired), counts)
