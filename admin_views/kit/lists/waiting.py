"""How does a list show exactly the rows that an entry of the asking person's home page counts?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import has_request_context, request
from sqlalchemy import ColumnElement

from admin_views.kit.lists.filters import Filter
from admin_views.kit.requests import actor
from models.core.access import Actor
from models.core.clock import today
from models.core.db import Base
from models.core.reading_once import stated_once
from models.reminders.task_kinds import KINDS
from models.reminders.tasks import FILTER, TaskKind, When, kinds_for
from models.reminders.whose import Whose, tab_words, tabs_for
from models.rules.core.counts import upper_first

_WORDS = {When.OVERDUE: "{}: overdue", When.DUE: "{}: due", When.OPEN: "{}"}
_Pile = tuple[TaskKind, When, Whose]


class WaitingFilter(Filter):
    """Narrows a list to one pile of the asking person's tasks, or of those of others that the person may ask for.

    It offers the piles that their role may have, and of the others the one that is asked for.
    """

    def __init__(self, table: type[Base]) -> None:
        super().__init__(FILTER, "To be done")
        self.table, self.control = table, "select"

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Each pile that people of the asking person's role may have in this table, with its words."""
        return [(code, _in_words(*pile)) for code, pile in self._asked_for()]

    @property
    def is_offered(self) -> bool:
        return any(True for _ in self._asked_for())

    def _asked_for(self) -> Iterator[tuple[str, _Pile]]:
        asked = request.args.get(FILTER) if has_request_context() else None
        piles = _piles(actor(), self.table).items()
        return ((code, pile) for code, pile in piles if pile[2] is Whose.MINE or code == asked)

    def _condition(self, answer: str) -> ColumnElement[bool]:
        kind, when, whose = _piles(actor(), self.table)[answer]  # another role's is a KeyError, and so finds nothing
        return kind.where(actor(), today(), when, whose)


@stated_once
def _piles(asking: Actor, on: date, table: type[Base]) -> dict[str, _Pile]:
    """Every pile of a table that people like the asking person may see, by what the address calls it."""
    return {
        kind.pile_code(when, whose): (kind, when, whose)
        for whose in tabs_for(asking)
        for kind in kinds_for(KINDS, asking, whose)
        for when in kind.piles
        if kind.table is table
    }


def _in_words(kind: TaskKind, when: When, whose: Whose) -> str:
    words = _WORDS[when].format(upper_first(kind.nouns_for(whose)[1]))
    return words if whose is Whose.MINE else f"{words} ({tab_words(whose, actor()).lower()})"


def waiting_filters(table: type[Base]) -> list[Filter]:
    """The filter of a table whose rows may wait for somebody; none for every other table."""
    return [WaitingFilter(table)] if any(kind.table is table for kind in KINDS) else []
