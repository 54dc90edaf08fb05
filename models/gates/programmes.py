"""How does a year's programme stand: the quota, each review's stage, how long it has been there, who must act next?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from models.gates.gate_waivers import waits_for_sponsor
from models.gates.pictures.year import picture_of
from models.gates.review_gates import missing_of_all
from models.partnership.hubs import Hub, HubKind
from models.partnership.people import Person, holder_column
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview, next_stage
from models.rules.documents.pictures import Picture
from models.rules.reviews.review_quota import QUOTA


@dataclass(frozen=True)
class QuotaLine:
    """How many reviews of one kind a year holds, and how many the framework allows."""

    kind: HubKind
    count: int
    allowed: int
    overrides: int

    @property
    def words(self) -> str:
        """The line as people say it.

        >>> QuotaLine(HubKind.ADULTS, 2, 2, 0).words
        '2 of 2'
        """
        more = f", {self.overrides} by the Board's override" if self.overrides else ""
        return f"{self.count} of {self.allowed}{more}"


@dataclass(frozen=True)
class ProgrammeEntry:
    """One review of the year. `planned_on` is when its next stage is planned; `missing` what it lacks until then."""

    review: ThematicReview
    hub: str
    sponsor: str
    officer: str
    days_in_stage: int | None
    planned_on: date | None
    is_late: bool
    missing: tuple[str, ...]
    acts_next: str


@dataclass(frozen=True)
class Programme:
    """A year as the Board sees it; `picture` has its reviews on one line."""

    year: int
    quota: tuple[QuotaLine, ...]
    entries: tuple[ProgrammeEntry, ...]
    picture: Picture


Listed = Row[ThematicReview, str, str, str, bool]


def programme(session: Session, year: int, *, on: date) -> Programme:
    """The programme of a year as it stands on a day.

    Source: framework, "The hubs": two reviews for children, two for adults and one combined a year.
    """
    rows = session.execute(_reviews(), {_YEAR.key: year}).all()
    reviews = [row.ThematicReview for row in rows]
    stages = _stages(session, reviews)
    missing = missing_of_all(session, reviews)
    entries = tuple(_entry(row, stages, tuple(missing[row.ThematicReview.id]), on) for row in rows)
    return Programme(year, _quota(reviews), entries, picture_of(year, reviews, stages.values(), on))


_YEAR: Any = bindparam("year", type_=Integer)


@cache
def _reviews() -> Select[ThematicReview, str, str, str, bool]:
    """The reviews of a year, each with who runs it; put together once."""
    sponsor, officer = aliased(Person), aliased(Person)
    return (
        select(
            ThematicReview,
            Hub.name.label("hub"),
            holder_column(sponsor).label("sponsor"),
            holder_column(officer).label("officer"),
            waits_for_sponsor(ThematicReview.id).label("waits_for_sponsor"),
        )
        .join(Hub, Hub.id == ThematicReview.hub_id)
        .outerjoin(sponsor, sponsor.id == ThematicReview.sponsor_id)
        .outerjoin(officer, officer.id == Hub.officer_id)
        .where(ThematicReview.year == _YEAR)
        .order_by(ThematicReview.reference)
    )


def _stages(session: Session, reviews: Iterable[ThematicReview]) -> dict[tuple[int, Stage], ReviewStage]:
    keys = [review.id for review in reviews]
    stages = session.scalars(select(ReviewStage).where(ReviewStage.review_id.in_(keys)))
    return {(stage.review_id, stage.stage): stage for stage in stages}


def _quota(reviews: Iterable[ThematicReview]) -> tuple[QuotaLine, ...]:
    kinds = Counter(review.kind for review in reviews)
    overrides = Counter(review.kind for review in reviews if review.quota_override_on)
    return tuple(QuotaLine(kind, kinds[kind], QUOTA[kind.value], overrides[kind]) for kind in HubKind)


def _entry(
    row: Row[ThematicReview, str, str, str, bool],
    stages: dict[tuple[int, Stage], ReviewStage],
    missing: tuple[str, ...],
    on: date,
) -> ProgrammeEntry:
    review = row.ThematicReview
    here, following = stages.get((review.id, review.stage)), next_stage(review.stage)
    planned = stages.get((review.id, following)) if following else None
    reached = here.reached_on if here else None
    return ProgrammeEntry(
        review=review,
        hub=row.hub,
        sponsor=row.sponsor or "",
        officer=row.officer or "",
        days_in_stage=(on - reached).days if reached else None,
        planned_on=planned.planned_on if planned else None,
        is_late=planned is not None and planned.planned_on < on,
        missing=missing,
        acts_next=acts_next(
            review, row.sponsor or "", row.officer or "", missing, waits_for_sponsor=row.waits_for_sponsor
        ),
    )


def acts_next(
    review: ThematicReview, sponsor: str, officer: str, missing: tuple[str, ...], *, waits_for_sponsor: bool
) -> str:
    """Who must act for a review to go on, given what it lacks and whether it waits for its lead sponsor's word."""
    if review.stage is Stage.CLOSED:
        return "Nobody: the review is closed"
    if review.stage is Stage.PROPOSED and missing:
        return "The Board"
    if waits_for_sponsor:
        return f"Lead sponsor: {sponsor}"
    return f"Officer: {officer}" if officer else "The hub has no officer"
