"""How does a list show the rows of reviews for children or for adults, with the combined ones?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from admin_views.kit.lists.filters import LinkedFilter
from models.partnership.hubs import HubKind
from models.reviews.thematic_reviews import ThematicReview

OF_KIND = "reviews"
"""The question of a list for rows of reviews for children or adults, each with the combined ones."""

_OFFERED = tuple((kind.value, f"For {kind.label.lower()}, and combined") for kind in (HubKind.CHILDREN, HubKind.ADULTS))


def kind_filter(review_id: Any) -> LinkedFilter:
    """Narrows a list whose rows have, or reach, that id of a review, as the Board's pictures count them."""

    def of_kind(answer: str) -> ColumnElement[bool]:
        kinds = (HubKind(answer), HubKind.COMBINED)
        is_of_kind: ColumnElement[bool] = review_id.in_(select(ThematicReview.id).where(ThematicReview.kind.in_(kinds)))
        return is_of_kind

    return LinkedFilter(OF_KIND, "Reviews", options=_OFFERED, apply=of_kind)
