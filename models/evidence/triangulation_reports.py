"""Which facts does a review's triangulation matrix show?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.evidence.triangulations import Row, Triangulation, triangulate
from models.partnership.people import name_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.evidence.evidence_readers import BEING_READ
from models.rules.evidence.thresholds import Thresholds
from models.rules.evidence.triangulation import Source
from models.rules.evidence.triangulation_reports import MatrixFacts, MatrixRow, Said


def review_for(session: Session, review_id: int) -> ThematicReview:
    """The review, as far as the person may see it; refuses when there is none."""
    review = session.get(ThematicReview, review_id)
    if review is None:
        raise RuleBroken("There is no such review that you may see.")
    return review


def matrix_facts(session: Session, occasion: Occasion, *, review_id: int) -> MatrixFacts:
    """The matrix as it stands today. Refuses a review that the person may not see, and while two people read it."""
    review = review_for(session, review_id)
    triangulation = triangulate(session, review)
    if triangulation.is_being_read:
        raise RuleBroken(BEING_READ)
    return MatrixFacts(
        occasion=occasion,
        about=f"thematic_reviews:{review.id}",
        reference=review.reference,
        title=review.title,
        sponsor=name_of(session, review.sponsor_id),
        rows=matrix_rows(triangulation),
        unplaced=triangulation.unplaced,
        thresholds=triangulation.thresholds,
        is_settled=triangulation.is_settled,
    )


def matrix_rows(triangulation: Triangulation) -> tuple[MatrixRow, ...]:
    """A triangulation's rows for paper; none while two people read the evidence, whoever asks."""
    if triangulation.is_being_read:
        return ()
    return tuple(_row(row, triangulation.thresholds) for row in triangulation.rows)


def _row(row: Row, thresholds: Thresholds) -> MatrixRow:
    cells = [row.cells.get(source) for source in Source]
    voices = tuple(Said(cell.verdict, cell.count, cell.weight) if cell else Said(None) for cell in cells)
    hangs_on, footing = row.footing.hangs_on, row.footing.sentence(thresholds)
    return MatrixRow(
        row.line.number, row.line.text, row.area, voices, row.mark, row.sentence, row.is_amended, hangs_on, footing,
        row.read,
    )  # fmt: skip
