"""How does a list show exactly the rows that an entry of the asking person's home page counts?"""

from __future__ import annotations

from sqlalchemy import ColumnElement

from admin_views.kit.lists.filters import Filter
from admin_views.kit.requests import actor
from models.core.clock import today
from models.core.db import Base
from models.reminders.task_kinds import KINDS
from models.reminders.tasks import FILTER, TaskKind, When, kinds_for

_WORDS = {When.OVERDUE: "{}: overdue", When.DUE: "{}: due", When.OPEN: "{}"}


class WaitingFilter(Filter):
    """Narrows a list to one pile of the asking person's tasks. It offers the piles that their role may have."""

    def __init__(self, table: type[Base]) -> None:
        super().__init__(FILTER, "Waits for me")
        self.table, self.control = table, "select"

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Each pile that people of the asking person's role may have in this table, with its words."""
        return [
            (f"{kind.code}-{when}", _WORDS[when].format(f"{kind.nouns[1][0].upper()}{kind.nouns[1][1:]}"))
            for kind in self._kinds()
            for when in kind.piles
        ]

    @property
    def is_offered(self) -> bool:
        return bool(self._kinds())

    def _kinds(self) -> list[TaskKind]:
        return [kind for kind in kinds_for(KINDS, actor()) if kind.table is self.table]

    def _condition(self, answer: str) -> ColumnElement[bool]:
        piles = {f"{kind.code}-{when}": (kind, when) for kind in self._kinds() for when in kind.piles}
        kind, when = piles[answer]  # one of another role is a KeyError, and so finds nothing
        return kind.where(actor(), today(), when)


def waiting_filters(table: type[Base]) -> list[Filter]:
    """The filter of a table whose rows may wait for somebody; none for every other table."""
    return [WaitingFilter(table)] if any(kind.table is table for kind in KINDS) else []
