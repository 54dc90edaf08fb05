"""Which actions stand under which recommendation on the page of a plan, and which words rate them?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.plan_rows import PlanRow
from models.plans.recommendation_findings import RecommendationFinding
from models.plans.recommendations import Recommendation


@dataclass
class PlanPart:
    """A recommendation with its actions: what is shown of them, and what of them is done.

    `findings_count` is None for people of an agency, who do not see on what a recommendation rests.
    """

    recommendation: Recommendation | None
    findings_count: int | None
    rows: list[PlanRow] = field(default_factory=list)
    done: list[PlanRow] = field(default_factory=list)


def ratings_of(session: Session) -> list[ReferenceItem]:
    """Every BRAG word, red before blue, also those that are offered no more."""
    words = select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.BRAG)
    return list(session.scalars(words.order_by(ReferenceItem.rank.desc(), ReferenceItem.id)))


def parts_of(session: Session, plan: ActionPlan, rows: Iterable[PlanRow]) -> list[PlanPart]:
    """The rows under their recommendations, in the order of these; what carries none out stands last."""
    recommendations = session.scalars(
        select(Recommendation).where(Recommendation.plan_id == plan.id).order_by(Recommendation.number)
    )
    counts = None if session.info["actor"].is_agency_bound else _findings_counts(session, plan)
    parts: dict[int | None, PlanPart] = {
        each.id: PlanPart(each, None if counts is None else counts.get(each.id, 0)) for each in recommendations
    }
    for row in rows:
        key = row.action.recommendation_id if row.action.recommendation_id in parts else None
        part = parts.setdefault(key, PlanPart(None, None))
        (part.done if row.is_done else part.rows).append(row)
    return list(parts.values())


def _findings_counts(session: Session, plan: ActionPlan) -> dict[int, int]:
    counted: Any = session.execute(
        select(RecommendationFinding.recommendation_id, func.count())
        .join(Recommendation, Recommendation.id == RecommendationFinding.recommendation_id)
        .where(Recommendation.plan_id == plan.id)
        .group_by(RecommendationFinding.recommendation_id)
    )
    return dict(counted.all())
