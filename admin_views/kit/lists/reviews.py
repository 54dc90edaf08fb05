"""How does a list show one review's rows only, without asking for the review?"""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request
from sqlalchemy import ColumnElement, Integer, bindparam

from admin_views.kit.lists.filters import Filter
from admin_views.kit.registry import RegisteredPages
from admin_views.kit.requests import key_in_address
from models.core.db import Base
from models.reviews.review_writes import belongs_to_review, way_of
from models.rules.core.keys import key_in

IN_REVIEW = "review_id"
"""The question of a list, and of a form for a new record, that names the review they belong to."""

_REVIEW: Any = bindparam("list_of_review", type_=Integer)


class ReviewFilter(Filter):
    """Narrows a list to the rows that lead to a review through other rows. Only the review's own pages ask it."""

    is_offered = False

    def __init__(self, table: type[Base]) -> None:
        super().__init__(IN_REVIEW, "Review")
        own: Any = table.__table__
        self.table = own
        self.left_open = belongs_to_review(self.table, _REVIEW)

    def values_for(self, answer: str) -> dict[str, Any] | None:
        key = key_in(answer)
        return None if key is None else {_REVIEW.key: key}

    def _condition(self, answer: str) -> ColumnElement[bool]:
        key = key_in(answer)
        if key is None:
            raise ValueError(answer)
        return belongs_to_review(self.table, key)


def review_filters(table: type[Any]) -> list[Filter]:
    """The filter of a table whose rows belong to reviews; none for every other table."""
    return [ReviewFilter(table)] if way_of(table.__table__) else []


def asked_review(screen: type[RegisteredPages]) -> int | None:
    """The review whose list, or whose new record, the address asks a screen for."""
    is_asked = screen.part is not None and has_request_context() and IN_REVIEW in request.args
    return key_in_address(IN_REVIEW) if is_asked and request.blueprint == screen.endpoint_of() else None
