"""What do the drawn samples of the year's reviews say of all cases?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import extract, or_, select
from sqlalchemy.orm import Session

from models.audits.sample_estimates import refusal_of, results_of, strata_columns
from models.core.addresses import address_of
from models.gates.pictures.scopes import BoardScope, invited
from models.plans.impact_analyses import ImpactAnalysis
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.estimates import DrawResults, estimates_picture
from models.sampling.audit_samples import AuditSample, SampleStatus


def estimates_of_year(session: Session, scope: BoardScope) -> Picture:
    """Every draw for a review of the year, and both of a review whose impact was due in it and that was drawn again.

    Of an agency's reviews all cases are told, not its own alone. Two statements, however many draws there are.
    """
    rows = _drawn(session, scope)
    results = results_of(session, {row[0].id: list(zip(row[2], row[3], strict=True)) for row in rows})
    draws = {
        sample.id: DrawResults(
            sample.title, address_of(review), tuple(results.get(sample.id, ())), refusal_of(sample)
        )
        for sample, review, *_ in rows
    }  # fmt: skip
    for sample, review, _, _, second_id in rows:
        first = next((each.id for each, of, *_ in rows if of is review and _may_be_first(each, second_id)), None)
        if sample.id == second_id and first is not None:
            draws[sample.id] = replace(draws[sample.id], earlier=draws[first])
    return estimates_picture(list(draws.values()))


def _drawn(session: Session, scope: BoardScope) -> Sequence[Any]:
    """The samples with their reviews, the names and sizes of their strata, and the id of their review's second draw."""
    again = ImpactAnalysis.sample_id.is_not(None) & (extract("year", ImpactAnalysis.due_on) == scope.year)
    return session.execute(
        select(AuditSample, ThematicReview, *strata_columns(), ImpactAnalysis.sample_id)
        .join(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .outerjoin(ImpactAnalysis, ImpactAnalysis.review_id == ThematicReview.id)
        .where(AuditSample.drawn_at.is_not(None), scope.of_kind(), or_(ThematicReview.year == scope.year, again))
        .where(*invited(scope))
        .order_by(ThematicReview.reference, AuditSample.id)
    ).all()


def _may_be_first(sample: AuditSample, second_id: int | None) -> bool:
    return sample.status is SampleStatus.DRAWN and sample.id != second_id
