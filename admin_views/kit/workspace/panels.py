"""What does each noun add to the parts of a thematic review?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin_views.kit.parts import Panel
from admin_views.kit.permissions import EVERYONE, Roles
from admin_views.kit.places import Part
from admin_views.kit.requests import actor, role
from models.core.access import Role
from models.reviews.thematic_reviews import ThematicReview

MakePanel = Callable[[Session, ThematicReview], Panel | None]


@dataclass(frozen=True)
class _Registered:
    part: Part
    order: int
    roles: Roles
    is_for_agencies: bool
    make: MakePanel

    @property
    def is_open(self) -> bool:
        """Whether whoever asks is shown it."""
        return role() in self.roles and (self.is_for_agencies or not actor().is_agency_bound)


_panels: list[_Registered] = []


def review_panel(
    part: Part, *, order: int, roles: Iterable[Role] = EVERYONE, is_for_agencies: bool = False
) -> Callable[[MakePanel], MakePanel]:
    """Put a panel on the first page of a part of every review: `def surveys(session, review) -> Panel | None`.

    None shows nothing; smaller orders stand first. Closed to people who are bound to one agency unless
    `is_for_agencies` is said; the row policies narrow what those see.
    """

    def mark(make: MakePanel) -> MakePanel:
        _panels.append(_Registered(part, order, frozenset(roles), is_for_agencies, make))
        return make

    return mark


def has_panels(part: Part) -> bool:
    """Whether the part has anything to show to whoever asks."""
    return any(known.part is part and known.is_open for known in _panels)


def panels_of_part(session: Session, review: ThematicReview, part: Part) -> list[Panel]:
    """The panels of a part of a review for the asking person, in order."""
    wanted = sorted((known for known in _panels if known.part is part and known.is_open), key=lambda known: known.order)
    return [panel for known in wanted if (panel := known.make(session, review)) is not None]
