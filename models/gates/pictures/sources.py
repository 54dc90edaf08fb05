"""How far do the sources of the year's reviews agree along their key lines?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.core.addresses import address_of
from models.evidence.triangulations import triangulate_all
from models.gates.pictures.scopes import BoardScope, reviews_of
from models.reviews.thematic_reviews import Stage
from models.rules.documents.pictures import Picture
from models.rules.evidence.evidence_readers import readers_agreement
from models.rules.evidence.triangulation import Mark
from models.rules.gates.pictures.sources import ReviewMarks, sources_picture


def agreeing_sources(session: Session, scope: BoardScope) -> Picture:
    """The key lines of each review of the year that has begun to gather evidence."""
    begun = [review for review in reviews_of(session, scope) if review.stage.number >= Stage.EVIDENCE.number]
    matrices = triangulate_all(session, [review.id for review in begun]) if begun else {}
    return sources_picture(
        [
            ReviewMarks(
                review.title,
                {mark: matrices[review.id].count(mark) for mark in Mark},
                address_of(review, "triangulation"),
                tuple(row.footing.hangs_on for row in matrices[review.id].rows),
                readers_agreement(row.read for row in matrices[review.id].rows if row.read is not None),
                matrices[review.id].is_being_read,
            )
            for review in begun
        ]
    )
