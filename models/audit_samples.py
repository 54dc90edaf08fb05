"""Which samples are drawn for audit, by which plan and seed, and does each draw stand?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import RowPolicy
from models.case_frames import CaseFrame
from models.people import Person
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
    excluded: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", deferred=True)
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
