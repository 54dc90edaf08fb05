"""How far do the sources of the year's reviews agree along their key lines?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.core.addresses import address_of
from models.evidence.triangulations import triangulate
from models.gates.pictures.scopes import BoardScope, reviews_of
from models.reviews.thematic_reviews import Stage
from models.rules.documents.pictures import Picture
from models.rules.evidence.triangulation import Mark
from models.rules.gates.pictures.sources import ReviewMarks, sources_picture


def agreeing_sources(session: Session, scope: BoardScope) -> Picture:
    """The key lines of each review of the year that has begun to gather evidence."""
    marks = []
    for review in reviews_of(session, scope):
        if review.stage.number < Stage.EVIDENCE.number:
            continue
        matrix = triangulate(session, review)
        counts = {mark: matrix.count(mark) for mark in Mark}
        marks.append(ReviewMarks(review.title, counts, address_of(review, "triangulation")))
    return sources_picture(marks)
