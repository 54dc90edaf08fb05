"""Which thematic reviews does the Board run this year, who sponsors them, and at which stage are they?"""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Text, event, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import Role, RowPolicy
from models.core.choices import Choice
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.partnership.holdings import HoldingKind, give_to, holding
from models.partnership.hubs import Hub, HubKind
from models.partnership.people import Person
from models.partnership.strategic_priorities import StrategicPriority
from models.reviews.review_writes import refuse_reviews_of_other_hubs
from models.rules.reviews.review_quota import check_quota

_AGENCY_SEES = (
    "EXISTS (SELECT FROM action_plans p WHERE p.review_id = thematic_reviews.id)"
    " OR EXISTS (SELECT FROM self_evaluations e WHERE e.review_id = thematic_reviews.id)"
    " OR EXISTS (SELECT FROM case_audits c WHERE c.review_id = thematic_reviews.id)"
)


class Stage(Choice):
    """The stages of a review, in order."""

    PROPOSED = "proposed"
    SCOPING = "scoping"
    EVIDENCE = "evidence"
    IMPROVEMENT_PLANNING = "improvement_planning"
    PRESENTATION = "presentation"
    DISSEMINATION = "dissemination"
    COMPLETED = "completed"
    IMPACT_ANALYSIS = "impact_analysis"
    CLOSED = "closed"

    @property
    def number(self) -> int:
        """Its place among the stages, from 1.

        >>> Stage.PROPOSED.number, Stage.CLOSED.number
        (1, 9)
        """
        return list(Stage).index(self) + 1


class ThematicReview(Referenced):
    """One strategic thematic review: its focus is set by the Board and tied to a strategic priority.

    `thresholds` are the numbers by which its matrix is read, kept when its evidence is settled; empty until then.
    """

    __tablename__ = "thematic_reviews"
    __table_args__ = (
        one_of("kind", HubKind, "known_review_kind"),
        one_of("stage", Stage, "known_stage"),
        must("year BETWEEN 2000 AND 2100", name="review_year_plausible", sentence="Give a year such as 2026."),
        must(
            "period_ends_on IS NULL OR period_starts_on IS NULL OR period_ends_on >= period_starts_on",
            name="period_ends_after_start",
            field="period_ends_on",
            sentence="The period under review cannot end before it starts.",
        ),
        must(
            "is_on_hold = (hold_reason <> '')",
            name="hold_has_reason",
            field="hold_reason",
            sentence="A hold on a review's data needs its reason.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=("select", "insert", "update"),
        agency_reads=_AGENCY_SEES,
    )
    reference_prefix = "TR"

    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[HubKind] = mapped_column(choice_column(HubKind))
    year: Mapped[int] = mapped_column(index=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hubs.id"), index=True)
    priority_id: Mapped[int] = mapped_column(ForeignKey("strategic_priorities.id"), index=True)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    focus: Mapped[str] = mapped_column(Text, server_default="")
    stage: Mapped[Stage] = mapped_column(choice_column(Stage), server_default=Stage.PROPOSED)
    period_starts_on: Mapped[date | None]
    period_ends_on: Mapped[date | None]
    quota_override_reason: Mapped[str] = mapped_column(Text, server_default="")
    quota_override_on: Mapped[date | None]
    is_on_hold: Mapped[bool] = mapped_column(server_default="false")
    hold_reason: Mapped[str] = mapped_column(Text, server_default="")
    thresholds: Mapped[dict[str, int] | None] = mapped_column(JSONB)

    hub: Mapped[Hub] = relationship(lazy="raise_on_sql")
    priority: Mapped[StrategicPriority] = relationship(lazy="raise_on_sql")
    sponsor: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.year

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            sponsor = session.get(Person, self.sponsor_id) if self.sponsor_id else None
            if sponsor is not None and sponsor.role is not Role.SPONSOR:
                raise RuleBroken(
                    f"{sponsor.name} is not a member of the Board who can sponsor a review.", field="sponsor_id"
                )
            hub = session.get(Hub, self.hub_id) if self.hub_id else None
            if hub is not None and HubKind.COMBINED not in (hub.kind, self.kind) and hub.kind != self.kind:
                raise RuleBroken(
                    f"{hub.name} works on {hub.kind.label.lower()}, not on {self.kind.label.lower()}.", field="kind"
                )
            self._check_quota(session)

    def _check_quota(self, session: Session) -> None:
        if (self.quota_override_on is None) != (not (self.quota_override_reason or "").strip()):
            raise RuleBroken("A Board override of the quota needs both its date and its reason.")
        # Held until the transaction ends, so that two people cannot both add the last review of a year's quota.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review_quota'), :year)"), {"year": self.year})
        others = select(ThematicReview.kind).where(
            ThematicReview.year == self.year, ThematicReview.id != (self.id or 0)
        )
        check_quota(
            self.kind, self.year, [str(kind) for kind in session.scalars(others)], self.quota_override_reason or ""
        )


@event.listens_for(PortalSession, "before_flush")
def _refuse_what_is_anothers(session: Session, *_: Any) -> None:
    """Nothing is written that belongs to a review its writer may not change."""
    changed = (record for record in session.dirty if session.is_modified(record))
    refuse_reviews_of_other_hubs(session, chain(session.new, changed, session.deleted))


def review_words(session: Session, review_id: int | None) -> str:
    """A review's reference and title; empty when there is none, or none that the person may see."""
    review = session.get(ThematicReview, review_id) if review_id else None
    return f"{review.reference} {review.title}" if review is not None else ""


def next_stage(stage: Stage) -> Stage | None:
    """The stage after this one; None after the last.

    >>> next_stage(Stage.PROPOSED), next_stage(Stage.CLOSED)
    (<Stage.SCOPING: 'scoping'>, None)
    """
    stages = list(Stage)
    place = stages.index(stage) + 1
    return stages[place] if place < len(stages) else None


holding(
    HoldingKind(
        "reviews", ThematicReview, ThematicReview.sponsor_id, ("review to sponsor", "reviews to sponsor"),
        lambda on: ThematicReview.stage != Stage.CLOSED, give_to("sponsor_id"),
    )
)  # fmt: skip
