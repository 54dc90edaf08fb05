"""Of which year, for whom and of which agency are the Board's pictures?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from models.partnership.hubs import HubKind
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
