"""How does a list show exactly what a person still holds?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_

from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.filters import Filter, LinkedFilter
from models.core.clock import today
from models.core.db import Base
from models.partnership.holdings import holding_kinds
from models.partnership.people import Person
from models.rules.core.keys import key_in

HELD_BY = "held_by"
"""The question of a list that narrows it to what one person still holds."""


class HolderFilter(LinkedFilter):
    """Narrows a list to the open rows that a person holds. It is asked where a person's page leads here only."""

    def __init__(self, table: type[Base]) -> None:
        super().__init__(HELD_BY, "Still held by")
        self.table, self.control, self._people = table, "select", ChoiceLoader(Person)

    @property
    def loader(self) -> ChoiceLoader | None:  # type: ignore[override]
        return self._people if self.is_offered else None

    def _condition(self, answer: str) -> ColumnElement[bool]:
        key = key_in(answer)
        if key is None:
            raise ValueError(answer)
        kinds = [kind for kind in holding_kinds() if kind.table is self.table]
        return or_(*(kind.held_by(key, today()) for kind in kinds))


def holder_filters(table: type[Any]) -> list[Filter]:
    """The filter of a table whose rows may be somebody's own; none for every other table."""
    return [HolderFilter(table)] if any(kind.table is table for kind in holding_kinds()) else []
