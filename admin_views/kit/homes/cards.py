"""What waits for the person who has just signed in?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin_views.kit.permissions import Roles
from admin_views.kit.requests import actor, role
from models.core.access import Actor, Role
from models.core.clock import today
from models.reminders.task_kinds import KINDS
from models.reminders.tasks import When, piles_of


@dataclass(frozen=True)
class Card:
    """One thing that waits: how many, in words, and where. `tone` "warning" for what is late."""

    count: int
    words: str
    href: str
    tone: str = ""


_TONES = {When.OVERDUE: "warning"}
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
    """The cards of the asking person, in order: what they have to do by kind, and what nouns say beside it."""
    asked = role()
    stated = [(known.order, known.make(session, actor())) for known in _cards if asked in known.roles]
    cards = [*_tasks(session), *((order, card) for order, card in stated if card is not None)]
    return [card for _, card in sorted(cards, key=lambda known: known[0])]


def _tasks(session: Session) -> list[tuple[int, Card]]:
    """A card for each pile of tasks: what is overdue with its warning."""
    piles = piles_of(session, KINDS, actor(), today())
    return [
        (pile.kind.order, Card(pile.count, pile.words(today()), pile.address, _TONES.get(pile.when, "")))
        for pile in piles
    ]
