"""What stands beside the tasks of a home page, by role: returns of agencies, an agency's actions, papers to sign?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin_views.kit.permissions import Roles
from admin_views.kit.requests import actor, role
from models.core.access import Actor, Role


@dataclass(frozen=True)
class Share:
    """A part of a whole: how many, in words, its colour, and the list of exactly these."""

    words: str
    count: int
    colour: str
    href: str
    begins: float = 0.0
    width: float = 0.0


def shares_of(parts: Iterable[Share]) -> tuple[Share, ...]:
    """The parts there are any of, each with its place in the bar, in hundredths of the whole.

    >>> [(part.words, part.begins, part.width) for part in shares_of([Share("in", 3, "green", ""),
    ...     Share("late", 0, "red", ""), Share("out", 1, "track", "")])]
    [('in', 0.0, 75.0), ('out', 75.0, 25.0)]
    """
    some = [part for part in parts if part.count]
    total = sum(part.count for part in some)
    before = [100 * sum(part.count for part in some[:place]) / total for place in range(len(some))]
    return tuple(
        Share(part.words, part.count, part.colour, part.href, begins, 100 * part.count / total)
        for part, begins in zip(some, before, strict=True)
    )


@dataclass(frozen=True)
class SideLine:
    """One line of a card: a name that leads somewhere, a tag before it, what is small beneath, and its parts as a bar.

    `whole` is how many the parts are, and `whole_href` the list of exactly these.
    """

    words: str
    href: str
    tag: str = ""
    small: str = ""
    shares: tuple[Share, ...] = ()
    whole: int = 0


@dataclass(frozen=True)
class SideCard:
    """A card: its title, its lines, and what is said and counted below them. `name` is its place in the page."""

    name: str
    title: str
    lines: Sequence[SideLine]
    shares: tuple[Share, ...] = ()
    more: str = ""
    more_href: str = ""


MakeSideCard = Callable[[Session, Actor], SideCard | None]


@dataclass(frozen=True)
class _Registered:
    roles: Roles
    order: int
    make: MakeSideCard


_side_cards: list[_Registered] = []


def side_card(*, roles: Iterable[Role], order: int = 100) -> Callable[[MakeSideCard], MakeSideCard]:
    """Put a card beside the tasks of these roles: `def papers(session, actor) -> SideCard | None`; None for none."""

    def mark(make: MakeSideCard) -> MakeSideCard:
        _side_cards.append(_Registered(frozenset(roles), order, make))
        return make

    return mark


def side_cards_of(session: Session) -> list[SideCard]:
    """The cards beside the asking person's tasks, in order."""
    own = sorted((known for known in _side_cards if role() in known.roles), key=lambda known: known.order)
    return [shown for known in own if (shown := known.make(session, actor())) is not None]
