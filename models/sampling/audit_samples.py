"""Which samples are drawn for audit, by which plan and seed, and does each draw stand?"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case_lists.case_frames import CaseFrame
from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.clock import now, today
from models.core.errors import RuleBroken
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.documents.job_requests import request_job
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.sampling.commitments import commitment, public_part, seed_from
from models.rules.sampling.draws import check_exclusions
from models.rules.sampling.sample_plans import SamplePlan, parse_plan
from models.rules.sampling.sampling import seed_text
from models.sampling.sample_previews import refuse_undrawable


class SampleStatus(Choice):
    """How far a sample has come."""

    PLANNED = "planned"
    LOCKED = "locked"
    DRAWING = "drawing"
    DRAWN = "drawn"
    VOID = "void"


class DrawKind(Choice):
    """Where the seed comes from: two parts before witnesses, the system's dice, or one person's keyboard."""

    CEREMONY = "ceremony", "Commit, then reveal"
    QUICK = "quick", "Quick draw"
    TYPED = "typed", "Draw by a typed seed"


class AuditSample(Referenced):
    """A draw: the plan is locked and fingerprinted before the seed exists; the certificate repeats it for anybody.

    One live draw per review and plan; a voided one stays visible. `secret_part` never leaves the database before the
    public part is on record.
    """

    __tablename__ = "audit_samples"
    is_about_cases = True
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
        sponsor=("select", "update (status, voided_by_id, voided_at, row_version)"),
        reason="Drawn cases are for the hub; an agency learns of its cases through its audits.",
        unlogged_columns=("secret_part", "excluded", "certificate"),  # references, which are erased in their time,
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
    revealed_at: Mapped[datetime | None]
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
    erased_on: Mapped[date | None]

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    frame: Mapped[CaseFrame] = relationship(lazy="raise_on_sql")
    requested_by: Mapped[Person | None] = relationship(foreign_keys=requested_by_id, lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.year


@dataclass(frozen=True)
class SampleBrief:
    """What a sample is for: its title (that of the frame, if empty), how it is drawn, for which review and by when."""

    title: str
    kind: DrawKind = DrawKind.CEREMONY
    review_id: int | None = None
    audits_due_on: date | None = None


def plan_sample(
    session: Session,
    *,
    frame: CaseFrame,
    plan: SamplePlan,
    brief: SampleBrief,
    excluded: Collection[str] = (),
) -> AuditSample:
    """Write a plan down before anything is drawn. `excluded` are the references the plan's exclusions were made of."""
    if not frame.fingerprint:
        raise RuleBroken("The frame is not frozen yet.")
    sample = AuditSample(frame_id=frame.id, year=today().year, kind=brief.kind)
    _write_plan(sample, frame=frame, plan=plan, brief=brief, excluded=excluded)
    session.add(sample)
    session.flush()
    return sample


def change_plan(
    session: Session,
    sample: AuditSample,
    *,
    frame: CaseFrame,
    plan: SamplePlan,
    brief: SampleBrief,
    excluded: Collection[str] = (),
) -> None:
    """Write another plan over that of a sample which is neither locked nor drawn; the frame stays the same."""
    _refuse_unless(sample, SampleStatus.PLANNED, "The plan is locked and can no longer change.")
    if frame.id != sample.frame_id:
        raise RuleBroken("Another list needs a sample of its own; plan it from that list.")
    _write_plan(sample, frame=frame, plan=plan, brief=brief, excluded=excluded)
    session.flush()


def _write_plan(
    sample: AuditSample, *, frame: CaseFrame, plan: SamplePlan, brief: SampleBrief, excluded: Collection[str]
) -> None:
    check_exclusions(plan, excluded)
    sample.review_id = brief.review_id or frame.review_id
    sample.title = brief.title.strip() or frame.title
    sample.plan, sample.plan_fingerprint = plan.as_json(), plan.fingerprint()
    sample.audits_due_on, sample.excluded = brief.audits_due_on, sorted(excluded)


def lock_sample(session: Session, sample: AuditSample, *, frame: CaseFrame, person_id: int | None) -> None:
    """Commit the portal: publish the hash of frame, plan and a fresh secret part. The plan cannot change from here on.

    Refused while another live draw stands by the same plan: there is no silent second try. Refused also, as every
    draw is, when the plan names an unknown theme, has an empty stratum, or would draw nothing.
    """
    _refuse_unless(sample, SampleStatus.PLANNED, "Only a planned sample can be locked.")
    _refuse_second_draw(session, sample)
    _refuse_undrawable(session, sample)
    sample.secret_part = token_hex(32)
    sample.commitment = commitment(frame.fingerprint, sample.plan_fingerprint, sample.secret_part)
    sample.committed_at = now()
    sample.requested_by_id = person_id
    sample.status = SampleStatus.LOCKED
    session.flush()


def reveal(session: Session, sample: AuditSample, *, public: str, witness: str) -> None:
    """Take the public part that was made aloud and join it with the secret part to the seed. Then `request_draw`."""
    _refuse_unless(sample, SampleStatus.LOCKED, "Lock the plan before the public part is made.")
    if not witness.strip():
        raise RuleBroken("Name the witness who saw the public part being made.")
    _refuse_undrawable(session, sample)
    sample.public_part, sample.witness, sample.revealed_at = public_part(public), witness.strip(), now()
    sample.seed = seed_from(sample.secret_part or "", public)
    sample.status, sample.requested_at = SampleStatus.DRAWING, now()
    session.flush()


def quick_draw(session: Session, sample: AuditSample, *, seed: str | None, person_id: int | None) -> None:
    """Set the seed without witnesses: a typed one, or one from the system's dice; the certificate says so.

    Then `request_draw`.
    """
    _refuse_unless(sample, SampleStatus.PLANNED, "Only a planned sample can be drawn.")
    _refuse_second_draw(session, sample)
    _refuse_undrawable(session, sample)
    sample.kind = DrawKind.QUICK if seed is None else DrawKind.TYPED
    sample.requested_by_id = person_id
    sample.seed = token_hex(32) if seed is None else seed_text(seed)
    sample.status, sample.requested_at = SampleStatus.DRAWING, now()
    session.flush()


def request_draw(session: Session, sample: AuditSample) -> int | None:
    """Request the draw of a sample that has its seed, in the same transaction. Returns the id of the request."""
    _refuse_unless(sample, SampleStatus.DRAWING, "This sample has no seed yet.")
    return request_job(session, "draw_sample", {"sample_id": sample.id}, unique_key=f"draw_sample:{sample.id}")


def ask_to_void(session: Session, sample: AuditSample, *, reason: str, person_id: int) -> None:
    """Ask the sponsor to void a draw, with a reason; the draw stands until the sponsor agrees."""
    if sample.status not in (SampleStatus.LOCKED, SampleStatus.DRAWN):
        raise RuleBroken("Only a locked or finished draw can be voided.")
    if not reason.strip():
        raise RuleBroken("Give the reason why the draw should be voided.")
    sample.void_reason, sample.void_requested_by_id = reason.strip(), person_id
    session.flush()


Follow = Callable[[Session, AuditSample], None]
_followers: list[Follow] = []


def after_voiding(follow: Follow) -> Follow:
    """Register what follows when a draw is voided: `def withdraw(session, sample)`."""
    _followers.append(follow)
    return follow


def void_sample(session: Session, sample: AuditSample, *, person_id: int, sponsor_id: int | None) -> None:
    """Void a draw on the sponsor's word. It stays visible; only then may the plan be drawn again with a fresh seed."""
    if not sample.void_reason or sample.status not in (SampleStatus.LOCKED, SampleStatus.DRAWN):
        raise RuleBroken("Nobody has asked for this draw to be voided.")
    if person_id != sponsor_id:
        raise RuleBroken("Only the review's lead sponsor can void a draw.")
    sample.status, sample.voided_by_id, sample.voided_at = SampleStatus.VOID, person_id, now()
    session.flush()
    for follow in _followers:
        follow(session, sample)


def _refuse_unless(sample: AuditSample, status: SampleStatus, sentence: str) -> None:
    if sample.status is not status:
        raise RuleBroken(sentence)


def _refuse_undrawable(session: Session, sample: AuditSample) -> None:
    """A draw of nothing, or with an empty stratum, would stand on record for good."""
    frame = session.get_one(CaseFrame, sample.frame_id)
    refuse_undrawable(session, frame, parse_plan(sample.plan), sample.excluded)


def _refuse_second_draw(session: Session, sample: AuditSample) -> None:
    live = (SampleStatus.LOCKED, SampleStatus.DRAWING, SampleStatus.DRAWN)
    other = session.scalar(
        select(AuditSample.reference).where(
            AuditSample.frame_id == sample.frame_id,
            AuditSample.plan_fingerprint == sample.plan_fingerprint,
            AuditSample.status.in_(live),
            AuditSample.id != sample.id,
        )
    )
    if other:
        raise RuleBroken(f"{other} is already locked or drawn by this plan; it must be voided before another is made.")
