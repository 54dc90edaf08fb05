"""Of which year, for whom and of which agency are the Board's pictures?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.core.reading_once import asked_once
from models.partnership.hubs import HubKind
from models.reviews.invitations import Invitation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview


@dataclass(frozen=True)
class BoardScope:
    """A year; reviews for children or adults, each with the combined ones, or None for all; an agency, or all."""

    year: int
    kind: HubKind | None = None
    agency_id: int | None = None

    @property
    def kinds(self) -> tuple[HubKind, ...]:
        """The kinds of review that are looked at.

        >>> [kind.value for kind in BoardScope(2026, HubKind.ADULTS).kinds]
        ['adults', 'combined']
        """
        return tuple(HubKind) if self.kind is None else (self.kind, HubKind.COMBINED)

    @property
    def words(self) -> str:
        """For whom, as a sentence may say it.

        >>> BoardScope(2026).words, BoardScope(2026, HubKind.ADULTS).words
        ('all reviews', 'reviews for adults and combined reviews')
        """
        return "all reviews" if self.kind is None else f"reviews for {self.kind.label.lower()} and combined reviews"

    def of_kind(self) -> ColumnElement[bool]:
        """The condition on reviews of these kinds, of any year."""
        return ThematicReview.kind.in_(self.kinds)

    def of_year(self) -> ColumnElement[bool]:
        """The same for those of the year."""
        return self.of_kind() & (ThematicReview.year == self.year)


@asked_once
def reviews_of(session: Session, scope: BoardScope) -> Sequence[ThematicReview]:
    """The reviews of the scope's year and kinds, by their references; of an agency those it is invited to."""
    return session.scalars(select(ThematicReview).where(*_chosen(scope)).order_by(ThematicReview.reference)).all()


@asked_once
def stages_of_year(session: Session, scope: BoardScope) -> Sequence[ReviewStage]:
    """The planned and reached stages of these reviews."""
    keys = select(ThematicReview.id).where(*_chosen(scope))
    return session.scalars(select(ReviewStage).where(ReviewStage.review_id.in_(keys))).all()


def _chosen(scope: BoardScope) -> Iterator[ColumnElement[bool]]:
    yield scope.of_year()
    yield from invited(scope)


def invited(scope: BoardScope) -> Iterator[ColumnElement[bool]]:
    """The condition on reviews that the scope's agency is invited to; none where it looks at all agencies."""
    if scope.agency_id is not None:
        its_own = Invitation.review_id == ThematicReview.id, Invitation.agency_id == scope.agency_id
        yield select(Invitation.id).where(*its_own).exists()
