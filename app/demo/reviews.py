"""Which reviews do the demo's two years hold, so that every stage is there to be looked at?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.partnership.hubs import Hub, HubKind
from models.partnership.people import Person
from models.partnership.strategic_priorities import StrategicPriority
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview

YEAR, BEFORE = 2026, 2025


class _Review(NamedTuple):
    title: str
    kind: HubKind
    priority: str
    sponsor: str
    stage: Stage
    started_days_ago: int
    focus: str
    year: int = YEAR


REVIEWS = (
    _Review(
        "Neglect of children under five",
        HubKind.CHILDREN,
        "Neglect",
        "sponsor",
        Stage.DISSEMINATION,
        300,
        "Whether agencies recognise neglect of the youngest children early, and whether plans change their lives.",
    ),
    _Review(
        "Self-neglect and hoarding",
        HubKind.ADULTS,
        "Neglect",
        "sponsor3",
        Stage.IMPROVEMENT_PLANNING,
        210,
        "Whether adults who neglect themselves are met with persistence, legal literacy and one plan.",
    ),
    _Review(
        "Children at risk of criminal exploitation",
        HubKind.CHILDREN,
        "Exploitation",
        "sponsor2",
        Stage.EVIDENCE,
        120,
        "Whether children drawn into county lines are seen as children first, and how fast agencies share information.",
    ),
    _Review(
        "Making Safeguarding Personal in care homes",
        HubKind.ADULTS,
        "Think family",
        "sponsor",
        Stage.SCOPING,
        40,
        "Whether the wishes of adults in care homes shape each step of a section 42 enquiry.",
    ),
    _Review(
        "Domestic abuse: the whole family",
        HubKind.COMBINED,
        "Domestic abuse",
        "sponsor2",
        Stage.PROPOSED,
        5,
        "Whether services for adults and for children make one safety plan for a family.",
    ),
    _Review(
        "Moving from children's to adults' services",
        HubKind.COMBINED,
        "Think family",
        "sponsor",
        Stage.PRESENTATION,
        260,
        "Whether young people with care and support needs move to adults' services with a plan and without a gap.",
        BEFORE,
    ),
    _Review(
        "Children educated at home",
        HubKind.CHILDREN,
        "Think family",
        "sponsor2",
        Stage.COMPLETED,
        420,
        "Whether agencies know which children are educated at home, and notice those who are not safe there.",
        BEFORE,
    ),
    _Review(
        "Financial abuse of older people",
        HubKind.ADULTS,
        "Exploitation",
        "sponsor3",
        Stage.IMPACT_ANALYSIS,
        690,
        "Whether financial abuse is recognised, and whether adults keep a say in what is done about it.",
        BEFORE,
    ),
    _Review(
        "Babies before and after birth",
        HubKind.CHILDREN,
        "Neglect",
        "sponsor",
        Stage.CLOSED,
        760,
        "Whether risk to unborn and newborn babies is assessed early, with fathers in view.",
        BEFORE,
    ),
)
"""The programme of this year, then what is left of the year before; other loaders name them by their place."""

_DAYS_TO_STAGE = {
    Stage.SCOPING: 21,
    Stage.EVIDENCE: 56,
    Stage.IMPROVEMENT_PLANNING: 140,
    Stage.PRESENTATION: 196,
    Stage.DISSEMINATION: 224,
    Stage.COMPLETED: 301,
}
_DAYS_A_YEAR_ON = {Stage.IMPACT_ANALYSIS: 668, Stage.CLOSED: 700}


def load_reviews(
    session: Session,
    hubs: dict[HubKind, Hub],
    people: dict[str, Person],
    priorities: dict[str, StrategicPriority],
    today: date,
) -> list[ThematicReview]:
    """Nine reviews with their timetables, counted back from today so that some stages are late."""
    made = []
    for entry in REVIEWS:
        started = today - timedelta(days=entry.started_days_ago)
        review = ThematicReview(
            title=entry.title,
            kind=entry.kind,
            year=entry.year,
            hub_id=hubs[entry.kind].id,
            priority_id=priorities[entry.priority].id,
            sponsor_id=people[entry.sponsor].id,
            focus=entry.focus,
            stage=entry.stage,
            period_starts_on=started - timedelta(days=365),
            period_ends_on=started,
        )
        session.add(review)
        session.flush()
        session.add_all(_timetable(review, started))
        made.append(review)
    session.flush()
    return made


def _timetable(review: ThematicReview, started: date) -> list[ReviewStage]:
    stages = list(Stage)
    reached = stages.index(review.stage)
    days_to = _DAYS_TO_STAGE | (_DAYS_A_YEAR_ON if reached >= stages.index(Stage.COMPLETED) else {})
    return [
        ReviewStage(
            review_id=review.id,
            stage=stage,
            planned_on=started + timedelta(days=days),
            reached_on=started + timedelta(days=days + 3) if stages.index(stage) <= reached else None,
        )
        for stage, days in days_to.items()
    ]
