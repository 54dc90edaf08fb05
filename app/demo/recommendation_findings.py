"""On which findings do the demo's recommendations rest, and what does each change?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.evidence.findings import Finding
from models.plans.action_plans import ActionPlan
from models.plans.recommendation_findings import cite_findings
from models.plans.recommendations import Change, Recommendation
from models.tools.key_lines import key_lines_of

_CITED = ((4, 10), (5, 4), (7, 3), (10, 11), (9,))
"""The numbers of the key lines whose findings a recommendation cites, by the recommendation's place in its plan."""

_CHANGES = (Change.PRACTICE, Change.PROCEDURE, Change.POLICY, Change.PRACTICE, Change.PROCEDURE)


def load_citations(session: Session) -> None:
    """Every recommendation cites findings along its key lines; the fifth of a plan has one kind of source only."""
    for plan in session.scalars(select(ActionPlan).order_by(ActionPlan.id)):
        findings = session.scalars(
            select(Finding).where(Finding.review_id == plan.review_id).order_by(Finding.id)
        ).all()
        numbers = _line_numbers(session, plan.review_id)
        advice = select(Recommendation).where(Recommendation.plan_id == plan.id).order_by(Recommendation.number)
        for place, recommendation in enumerate(session.scalars(advice)):
            lines = _CITED[place % len(_CITED)]
            cited = [finding for finding in findings if numbers.get(finding.key_line_id or 0) in lines]
            if len(lines) == 1:
                cited = [finding for finding in cited if finding.source is cited[0].source]
            recommendation.changes = _CHANGES[place % len(_CHANGES)]
            cite_findings(session, recommendation, [finding.id for finding in cited])
    session.flush()


def _line_numbers(session: Session, review_id: int) -> dict[int, int]:
    return {line.id: line.number for line in key_lines_of(session, review_id)}
