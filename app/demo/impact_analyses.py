"""What has the learning of the demo's earlier reviews changed, a year on?"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from models.hubs import Hub
from models.impact_analyses import (
    Impact,
    ImpactAnalysis,
    actions_to_check,
    check_impact,
    complete_impact_analysis,
    open_impact_analysis,
)
from models.thematic_reviews import ThematicReview

_WORDS = (
    (Impact.EMBEDDED, "Eighteen of twenty records read this quarter follow the guidance; new staff learn it at once."),
    (Impact.EMBEDDED, "Read every quarter since; the figures have held for a year."),
    (Impact.PARTLY_EMBEDDED, "Done in the town teams. The rural teams lost their lead and stopped in the summer."),
    (Impact.NOT_EMBEDDED, "Letters went out for three months. The template was dropped with the old case system."),
    (Impact.CANNOT_TELL, "Nobody has counted since the reorganisation; counting begins again in January."),
)
_CONCLUSION = (
    "Two of five actions are part of ongoing practice and one is on its way. The letters to families are taken up again"
    " under the Board's priority on neglect; the count of disagreements becomes part of the quarterly figures."
)


def load_impact_analyses(session: Session, reviews: list[ThematicReview], today: date) -> None:
    """One opened, one half done, one complete, after the days on which the reviews were completed."""
    _, half, whole = (_open(session, reviews[place], today) for place in (6, 7, 8))
    _check(session, half, reviews[7], 2)
    _check(session, whole, reviews[8], len(_WORDS))
    officer_id = session.get_one(Hub, reviews[8].hub_id).officer_id
    complete_impact_analysis(session, whole, conclusion=_CONCLUSION, person_id=officer_id)
    whole.completed_on = whole.due_on + timedelta(days=26)
    session.flush()


def _open(session: Session, review: ThematicReview, today: date) -> ImpactAnalysis:
    began = review.period_ends_on or today
    return open_impact_analysis(session, review, completed_on=began + timedelta(days=304))


def _check(session: Session, analysis: ImpactAnalysis, review: ThematicReview, count: int) -> None:
    officer_id = session.get_one(Hub, review.hub_id).officer_id
    for (action, _), (impact, evidence) in list(zip(actions_to_check(session, analysis), _WORDS, strict=False))[:count]:
        check_impact(session, analysis, action, impact=impact, evidence=evidence, person_id=officer_id)
