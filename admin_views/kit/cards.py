"""What waits for the person who has just signed in?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin_views.kit.permissions import Roles
from admin_views.kit.requests import actor, role
from models.core.access import Actor, Role


@dataclass(frozen=True)
class Card:
    """One thing that waits: how many, in words, and where. `tone` "warning" for what is late."""

    count: int
    words: str
    href: str
    tone: str = ""


MakeCard = Callable[[Session, Actor], Card | None]


@dataclass(frozen=True)
class _Registered:
    roles: Roles
    order: int
    make: MakeCard


_cards: list[_Registered] = []


def card(*, roles: Iterable[Role], order: int = 100) -> Callable[[MakeCard], MakeCard]:
    """Put a card on the home page of these roles: `def overdue(session, actor) -> Card | None`; None shows nothing."""

    def mark(make: MakeCard) -> MakeCard:
        _cards.append(_Registered(frozenset(roles), order, make))
        return make

    return mark


def cards_of(session: Session) -> list[Card]:
    """The cards of the asking person, in order."""
    asked = role()
    wanted = sorted((known for known in _cards if asked in known.roles), key=lambda known: known.order)
    cards = (known.make(session, actor()) for known in wanted)
    return [card for card in cards if card is not None]
