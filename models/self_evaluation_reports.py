"""What do a review's self-evaluations say together, and which are still missing?"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agencies import Agency
from models.graded_answers import graded_answers
from models.rules.triangulation import Source
from models.self_evaluations import ReturnStatus, SelfEvaluation
from models.triangulations import Evidence, evidence


@evidence
def self_evaluated(session: Session, review_id: int) -> Iterable[Evidence]:
    """Each graded answer, along a key line, of the self-evaluations that were handed in."""
    handed_in = SelfEvaluation.status.in_((ReturnStatus.SUBMITTED, ReturnStatus.CLOSED))
    sheets = select(SelfEvaluation.sheet_id).where(SelfEvaluation.review_id == review_id, handed_in)
    return graded_answers(session, sheets, Source.SELF_EVALUATION)


def returns_missing(session: Session, review_id: int) -> str:
    """What keeps a review's self-evaluations from being complete, in a sentence; empty when nothing does."""
    statement = (
        select(Agency.name, SelfEvaluation.status)
        .join(SelfEvaluation, SelfEvaluation.agency_id == Agency.id)
        .where(SelfEvaluation.review_id == review_id)
        .order_by(SelfEvaluation.due_on, Agency.name)
    )
    found = session.execute(statement).all()
    if not found:
        return "No agency has been sent the self-evaluation yet."
    missing = [name for name, status in found if status.is_open]
    more = f" and {len(missing) - 1} more" if missing[1:] else ""
    return f"{missing[0]}{more} still to hand in the self-evaluation." if missing else ""
