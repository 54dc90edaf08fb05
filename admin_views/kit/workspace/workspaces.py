"""To which review does a page belong, and what do its head and side menu show?

A page belongs to a review that it is rendered with (`review=`), to the review of its record, or to the one that a list
or a form for a new record is asked for (`?review_id=3`). Nothing of it is kept: every page finds out for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy.orm import Session

from admin_views.kit.lists.reviews import IN_REVIEW, asked_review
from admin_views.kit.page_sets import page_opens, part_of_page
from admin_views.kit.permissions import STAFF
from admin_views.kit.places import OF_PARTS, Link, Part
from admin_views.kit.registry import RegisteredPages, lists_in
from admin_views.kit.requests import role
from admin_views.kit.workspace.panels import has_panels
from admin_views.kit.workspace.side import Beside, beside
from models.core.access import Role
from models.core.addresses import address_of
from models.core.clock import today
from models.core.db import Base
from models.gates.review_progress import ReviewProgress, progress_of
from models.reviews.review_writes import review_id_of
from models.reviews.thematic_reviews import ThematicReview


@dataclass(frozen=True)
class Entry:
    """One line of the side menu."""

    part: Part
    href: str
    beside: Beside
    is_here: bool


@dataclass(frozen=True)
class Workspace:
    """The review a page belongs to, with what its head and side menu show. `tabs` are the lists of the part."""

    review: ThematicReview
    progress: ReviewProgress
    part: Part
    entries: tuple[Entry, ...]
    tabs: tuple[Link, ...]


def workspace_of(session: Session, screen: type[RegisteredPages], given: Mapping[str, Any]) -> Workspace | None:
    """The workspace of a page that is rendered with these values; None for a page that belongs to no review."""
    review = _review_of(session, screen, given)
    if review is None:
        return None
    part = given.get("part") or part_of_page(screen) or Part.OVERVIEW
    progress = progress_of(session, review, today())
    entries = tuple(_entries(review, progress, part))
    return Workspace(review, progress, part, entries, tuple(tabs_of(review, part)))


def _review_of(session: Session, screen: type[RegisteredPages], given: Mapping[str, Any]) -> ThematicReview | None:
    shown = given.get("review") or given.get("record") or given.get("model")
    if isinstance(shown, ThematicReview):
        return shown if shown.id else None
    review_id = review_id_of(session, shown) if isinstance(shown, Base) else asked_review(screen)
    return session.get(ThematicReview, review_id) if review_id else None


def _entries(review: ThematicReview, progress: ReviewProgress, here: Part) -> Iterator[Entry]:
    for part in Part:
        href = _address(review, part)
        if href:
            yield Entry(part, href, beside(part, progress), part is here)


def _address(review: ThematicReview, part: Part) -> str:
    """Where the side menu leads; empty for a part in which nothing is open to whoever asks."""
    if part is Part.OVERVIEW:
        return address_of(review)
    if part is Part.TRIANGULATION:
        return address_of(review, part.word) if role() in STAFF else ""
    leading = next((known for known in lists_of(part) if known.leads_part), None)
    if leading is not None:
        return _tab(leading, review).href
    return address_of(review, part.word) if has_panels(part) or lists_of(part) else ""


def lists_of(part: Part) -> tuple[type[RegisteredPages], ...]:
    """The screens whose lists stand in a part, in order, as far as they are open to whoever asks."""
    return _lists_open_to(part, role())


@lru_cache(maxsize=128)
def _lists_open_to(part: Part, asking: Role | None) -> tuple[type[RegisteredPages], ...]:
    return tuple(known for known in lists_in(part) if asking in known.roles_of("index_view"))


def tabs_of(review: ThematicReview, part: Part) -> Iterator[Link]:
    """The lists of a part of the review, the part's own page first; none where there is but one page."""
    if part not in OF_PARTS:
        return
    own = address_of(review, part.word)
    if has_panels(part):
        yield Link("At a glance", own, request.path == own)
    for known in lists_of(part):
        yield _tab(known, review)


def _tab(known: type[RegisteredPages], review: ThematicReview) -> Link:
    """The page that a screen has for one review where it is open to whoever asks, and else the list of that review."""
    is_here = request.blueprint == known.endpoint_of()
    if known.review_page is not None and page_opens(known.review_page[0]):
        endpoint, argument = known.review_page
        arguments: dict[str, Any] = {argument: review.id}
        return Link(known.name, url_for(endpoint, **arguments), is_here or request.endpoint == endpoint)
    return Link(known.name, f"{known.url}/?{urlencode({IN_REVIEW: review.id})}", is_here)
