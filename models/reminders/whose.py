"""Whose tasks does a page list: one's own, those of one's reviews or agency, or everybody's?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from models.core.access import Actor, Role


class Whose(StrEnum):
    """One's own tasks, or everybody's: of the reviews one runs or sponsors, of one's agency, or of the partnership."""

    MINE = "mine"
    REVIEWS = "reviews"
    AGENCY = "agency"
    ALL = "everybody"


_OF_ROLES = {
    Role.ADMINISTRATOR: (Whose.MINE, Whose.ALL),
    Role.OFFICER: (Whose.MINE, Whose.REVIEWS, Whose.ALL),
    Role.SPONSOR: (Whose.MINE, Whose.REVIEWS, Whose.ALL),
    Role.MANAGER: (Whose.MINE, Whose.AGENCY),
}


def tabs_for(actor: Actor) -> tuple[Whose, ...]:
    """Whose tasks a person may ask for, their own first; those of an agency only where they have one."""
    tabs = _OF_ROLES.get(actor.role, (Whose.MINE,)) if actor.role else (Whose.MINE,)
    return tuple(whose for whose in tabs if whose is not Whose.AGENCY or actor.is_agency_bound)


def tab_words(whose: Whose, actor: Actor) -> str:
    """What a tab is called: an administrator's hub is every hub, a sponsor's is their reviews."""
    of_reviews = "My reviews" if actor.role is Role.SPONSOR else "My hub"
    words = {Whose.MINE: "Mine", Whose.REVIEWS: of_reviews, Whose.AGENCY: "My agency", Whose.ALL: "Everybody"}
    return words[whose]


@dataclass(frozen=True)
class Undone:
    """How a kind of task is seen by people whose task it is not: `rows` are the open ones, whoever has to do them.

    `by` is who has to, in words; `agency` is the column of the agency that has to, where it is one. `nouns` are for one
    and for more, where those of the kind say "your".
    """

    rows: Callable[[date], ColumnElement[bool]]
    by: str = "the agency"
    agency: Any = None
    nouns: tuple[str, str] | None = None
