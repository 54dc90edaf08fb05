"""Which cases were drawn for audit, by which plan and seed, and what became of each?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import RowPolicy
from models.case_frames import CaseFrame
from models.db import Record
from models.people import Person
from models.reference_items import ReferenceItem
from models.references import Referenced
from models.thematic_reviews import ThematicReview
from models.words import Choice, choice_column, must, one_of


class SampleStatus(Choice):
    """How far a sample has come."""

    PLANNED = "planned"
    LOCKED = "locked"
    DRAWING = "drawing"
    DRAWN = "drawn"
    VOID = "void"


class DrawKind(Choice):
    """Commit–reveal before witnesses, or one person with a seed from the system."""

    CEREMONY = "ceremony"
    QUICK = "quick"

    @property
    def label(self) -> str:
        return "Commit, then reveal" if self is DrawKind.CEREMONY else "Quick draw"


class CaseStatus(Choice):
    """Where a drawn case stands."""

    SELECTED = "selected"
    RESERVE = "reserve"
    ELIMINATION_PROPOSED = "elimination_proposed"
    ELIMINATED = "eliminated"


class AuditSample(Referenced):
    """A draw: the plan is locked and fingerprinted before the seed exists; the certificate repeats it for anybody.

    One live draw per review and plan; a voided one stays visible. `secret_part` never leaves the database before the
    public part is on record.
    """

    __tablename__ = "audit_samples"
    __table_args__ = (
        one_of("status", SampleStatus, "known_sample_status"),
        one_of("kind", DrawKind, "known_draw_kind"),
        must(
            "(status = 'void') = (voided_at IS NOT NULL)",
            name="void_has_moment",
            sentence="A voided draw needs the moment it was voided.",
        ),
        must(
            "status NOT IN ('drawing', 'drawn') OR seed IS NOT NULL",
            name="drawn_has_seed",
            sentence="A draw needs its seed.",
        ),
        Index(
            "one_live_draw_per_plan",
            "frame_id",
            "plan_fingerprint",
            unique=True,
            postgresql_where="status IN ('locked', 'drawing', 'drawn')",
            info={"sentence": "There is already a live draw by this plan; it must be voided before another is made."},
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "update", "delete"),
        reason="Drawn cases are for the hub; an agency learns of its cases through its audits.",
        unlogged_columns=("secret_part",),
    )
    reference_prefix = "AS"

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("case_frames.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    year: Mapped[int]
    kind: Mapped[DrawKind] = mapped_column(choice_column(DrawKind), server_default=DrawKind.CEREMONY)
    status: Mapped[SampleStatus] = mapped_column(
        choice_column(SampleStatus), server_default=SampleStatus.PLANNED, index=True
    )
    plan: Mapped[dict[str, Any]] = mapped_column(JSONB)
    plan_fingerprint: Mapped[str] = mapped_column(Text, server_default="")
    secret_part: Mapped[str | None] = mapped_column(Text, deferred=True)
    commitment: Mapped[str | None] = mapped_column(Text)
    committed_at: Mapped[datetime | None]
    public_part: Mapped[str | None] = mapped_column(Text)
    seed: Mapped[str | None] = mapped_column(Text)
    witness: Mapped[str] = mapped_column(Text, server_default="")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    requested_at: Mapped[datetime | None]
    drawn_at: Mapped[datetime | None]
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    audits_due_on: Mapped[date | None]
    void_reason: Mapped[str] = mapped_column(Text, server_default="")
    void_requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    voided_at: Mapped[datetime | None]

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    frame: Mapped[CaseFrame] = relationship(lazy="raise_on_sql")
    requested_by: Mapped[Person | None] = relationship(foreign_keys=requested_by_id, lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.year


class SampleCase(Record):
    """A drawn case or reserve in its stratum, in ticket order. Names nobody: the reference is a pseudonym."""

    __tablename__ = "sample_cases"
    __table_args__ = (
        one_of("status", CaseStatus, "known_case_status"),
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
        reason="Drawn cases are for the hub; an agency learns of its cases through its audits."
    )

    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_samples.id", ondelete="CASCADE"))
    stratum: Mapped[str] = mapped_column(Text)
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
