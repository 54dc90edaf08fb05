"""What does each noun add to the page of a thematic review?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from admin_views.kit.parts import Panel
from admin_views.kit.permissions import EVERYONE, Roles
from admin_views.kit.requests import actor, role
from models.core.access import Role
from models.reviews.thematic_reviews import Stage, ThematicReview

MOST_OPEN = 6

MakePanel = Callable[[Session, ThematicReview], Panel | None]


@dataclass(frozen=True)
class _Registered:
    order: int
    stages: frozenset[Stage]
    roles: Roles
    is_for_agencies: bool
    make: MakePanel


_panels: list[_Registered] = []


def review_panel(
    *,
    order: int,
    stages: Iterable[Stage] = (),
    roles: Iterable[Role] = EVERYONE,
    is_for_agencies: bool = False,
) -> Callable[[MakePanel], MakePanel]:
    """Put a panel on every review's page: `def surveys(session, review) -> Panel | None`; None shows nothing.

    Smaller orders stand first (the timetable is 10, plans 20, frames 30, samples 40). The panel stands open at the
    stages that need it, which are named here, and is folded at the others. Closed to people who are bound to one agency
    unless `is_for_agencies` is said; the row policies narrow what those see.
    """

    def mark(make: MakePanel) -> MakePanel:
        _panels.append(_Registered(order, frozenset(stages), frozenset(roles), is_for_agencies, make))
        return make

    return mark


def panels_of_review(session: Session, review: ThematicReview) -> list[Panel]:
    """The panels of a review's page for the asking person, in order; what the review's stage does not need is folded.

    Nothing is folded for somebody who sees only a few.
    """
    asked, is_bound = role(), actor().is_agency_bound
    wanted = [known for known in _panels if asked in known.roles and (known.is_for_agencies or not is_bound)]
    drawn = [(known, known.make(session, review)) for known in sorted(wanted, key=lambda known: known.order)]
    panels = [(known, panel) for known, panel in drawn if panel is not None]
    if len(panels) <= MOST_OPEN:
        return [panel for _, panel in panels]
    return [
        replace(panel, is_folded=not panel.is_first and review.stage not in known.stages) for known, panel in panels
    ]
