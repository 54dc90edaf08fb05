"""What waits for the person who has just signed in?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin_views.kit.permissions import Roles
from admin_views.kit.registry import screen_of
from admin_views.kit.requests import actor, role
from models.core.access import Actor, Role
from models.core.clock import today
from models.reminders.task_kinds import KINDS
from models.reminders.task_lines import Task, piles_of
from models.reminders.tasks import TaskKind, When
from models.reminders.whose import Whose


@dataclass(frozen=True)
class Card:
    """One thing that waits: how many, in words, and where. `tone` "warning" for what is late.

    Of tone "trouble" is what stands still until somebody looks: it is said above everything else.
    """

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


def cards_of(session: Session, tasks: Iterable[Task], whose: Whose = Whose.MINE) -> list[Card]:
    """Tasks by kind, in order; beside the asking person's own also what nouns say of theirs."""
    own = [known for known in _cards if role() in known.roles] if whose is Whose.MINE else []
    stated = [(known.order, known.make(session, actor())) for known in own]
    cards = [*_piles(tasks, whose), *((order, card) for order, card in stated if card is not None)]
    return [card for _, card in sorted(cards, key=lambda known: known[0])]


def read_kinds(whose: Whose) -> list[TaskKind]:
    """The kinds of task that the asking person may have; of those of others, the ones whose list they may open."""
    if whose is Whose.MINE:
        return list(KINDS)
    return [kind for kind in KINDS if (shown := screen_of(kind.table)) and role() in shown.roles_of("index_view")]


def _piles(tasks: Iterable[Task], whose: Whose) -> list[tuple[int, Card]]:
    """A card for each pile of tasks: what is overdue with its warning."""
    on, asking = today(), actor()
    return [
        (pile.kind.order, Card(pile.count, pile.words(on, asking, whose), pile.address, _TONES.get(pile.when, "")))
        for pile in piles_of(tasks, whose)
    ]
