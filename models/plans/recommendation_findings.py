"""On which findings does a recommendation rest, and from how many kinds of source do they come?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.evidence.findings import Finding
from models.plans.action_plans import ActionPlan
from models.plans.recommendations import Recommendation
from models.reviews.review_writes import refuse_reviews_of_other_hubs
from models.rules.evidence.triangulation import FEWEST_SOURCES, Source


class RecommendationFinding(Record):
    """One finding that a recommendation cites."""

    __tablename__ = "recommendation_findings"
    __table_args__ = (
        UniqueConstraint(
            "recommendation_id", "finding_id", name="finding_cited_once",
            info={"sentence": "The recommendation cites this finding already."},
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="Findings are the hub's own until the review is presented.",
    )

    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendations.id", ondelete="CASCADE"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), index=True)


def cite_findings(session: Session, recommendation: Recommendation, finding_ids: Collection[int]) -> None:
    """Let a recommendation cite exactly these findings. Refuses findings of another review."""
    refuse_reviews_of_other_hubs(session, [recommendation])
    plan = session.get_one(ActionPlan, recommendation.plan_id)
    own = select(Finding.id).where(Finding.review_id == plan.review_id, Finding.id.in_(finding_ids))
    if set(session.scalars(own)) != set(finding_ids):
        raise RuleBroken("A recommendation cites findings of its own review only.")
    session.execute(delete(RecommendationFinding).where(RecommendationFinding.recommendation_id == recommendation.id))
    session.add_all(
        RecommendationFinding(recommendation_id=recommendation.id, finding_id=key) for key in sorted(set(finding_ids))
    )
    session.flush()


def cited_findings(session: Session, recommendation_id: int) -> list[Finding]:
    """The findings a recommendation cites, by source."""
    statement = (
        select(Finding)
        .join(RecommendationFinding, RecommendationFinding.finding_id == Finding.id)
        .where(RecommendationFinding.recommendation_id == recommendation_id)
    )
    return list(session.scalars(statement.order_by(Finding.source, Finding.id)))


def support_in_words(findings: Iterable[Finding]) -> str:
    """What weakens a recommendation's support: fewer than two kinds of source; empty when it has enough."""
    kinds = {finding.source for finding in findings}
    if not kinds:
        return "Cites no finding"
    if len(kinds) < FEWEST_SOURCES:
        return f"One kind of source only: {next(iter(kinds)).label.lower()}"
    return ""


def sources_in_words(findings: Iterable[Finding]) -> str:
    """The kinds of source behind a recommendation, in the framework's order."""
    kinds = {finding.source for finding in findings}
    return ", ".join(source.label for source in Source if source in kinds)
