"""Which records may be chosen in a form or a filter, and by which words?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from flask_admin.model.ajax import AjaxModelLoader
from sqlalchemy import Select, String, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from admin_views.kit.lists.columns import sort_expression
from admin_views.kit.lists.searches import contains
from models.core.db import Base
from models.core.labels import label_of
from models.partnership.reference_items import ReferenceItem, ReferenceList

FEW = 15
"""Up to so many choices a plain select; beyond it people type to find."""

LISTED = 500
"""Up to so many choices the page brings all of them along; beyond it they are asked for by what is typed."""

_IN_FILTER = 200  # choices that one filter of a list brings along
Narrow = Callable[[Select[Any]], Select[Any]]


@cache
def in_list(name: ReferenceList) -> Narrow:
    """Only the words of one reference list, in that list's own order."""

    def narrow(statement: Select[Any]) -> Select[Any]:
        chosen = statement.where(ReferenceItem.list_name == name)
        return chosen.order_by(None).order_by(ReferenceItem.rank, ReferenceItem.id)

    narrow.is_alike = True  # type: ignore[attr-defined]
    return narrow


def choice_label(target: type[Base]) -> Any:
    """What a record is called among others to choose from: by its reference and its title where it has both."""
    has_both = hasattr(target, "reference") and hasattr(target, "title")
    return target.reference + ": " + target.title if has_both else label_of(target)  # type: ignore[attr-defined]


def numbered(pairs: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The choices, those that are called alike with their numbers, so that each label names one.

    >>> numbered([(3, "Ann Cole"), (4, "Bo Day"), (9, "Ann Cole")])
    [(3, 'Ann Cole (no. 3)'), (4, 'Bo Day'), (9, 'Ann Cole (no. 9)')]
    """
    count = Counter(label.casefold() for _, label in pairs)
    return [(key, f"{label} (no. {key})" if count[label.casefold()] > 1 else label) for key, label in pairs]


class ChoiceLoader:
    """The choices of a foreign key: the rows of the target that the asking person may see, narrowed."""

    def __init__(self, target: type[Base], narrow: Narrow | None = None):
        self.target, self.narrow = target, narrow
        self._for_filters: dict[str, Select[Any]] = {}

    def statement(self, *, current: int | None = None, is_active_only: bool = False) -> Select[Any]:
        """Ids and labels in reading order; inactive records only when one of them is the current choice."""
        target: Any = self.target
        label = choice_label(target)
        choices = select(target.id, cast(label, String).label("label")).order_by(sort_expression(label), target.id)
        if is_active_only and hasattr(target, "is_active"):
            choices = choices.where(or_(target.is_active, target.id == current) if current else target.is_active)
        return self.narrow(choices) if self.narrow else choices

    def offered(self, session: Session, current: int | None) -> list[tuple[int, str]]:
        """Up to LISTED + 1 choices: more than LISTED means that the page does not bring all of them along."""
        rows = session.execute(self.statement(current=current, is_active_only=True).limit(LISTED + 1))
        return numbered([(row[0], row[1]) for row in rows])

    def found(self, session: Session, words: str, limit: int = 20) -> list[tuple[int, str]]:
        """The choices whose label has every one of the words in it: those that begin with them first."""
        label: Any = cast(choice_label(self.target), String)
        statement = self.statement(is_active_only=True)
        is_fitting = [contains(label, word) for word in words.split()]
        is_first = func.starts_with(func.lower(label), words.lower())
        first = func.lower(label) != words.lower(), ~is_first, *statement._order_by_clauses
        rows = session.execute(statement.where(*is_fitting).order_by(None).order_by(*first).limit(limit))
        return numbered([(row[0], row[1]) for row in rows])

    def named(self, words: str) -> Select[Any]:
        """The ids of all whose label has every one of the words in it, for a filter."""
        label = choice_label(self.target)
        fitting = self.statement().where(*(contains(label, word) for word in words.split())).order_by(None)
        return fitting.with_only_columns(self.target.id)  # type: ignore[attr-defined]

    def label(self, session: Session, key: int, current: int | None) -> str | None:
        """The label of one choice; None when that record may not be chosen by this person."""
        target: Any = self.target
        statement = self.statement(current=current, is_active_only=True).where(target.id == key)
        row = session.execute(statement).first()
        return None if row is None else str(row[1])

    def for_filter(self, name: str) -> Select[Any]:
        """Name of the filter, id and label, to be put together with other filters' choices.

        Put together once where everybody is asked the same; the wall beneath sees to whose rows come back.
        """
        stated = self._for_filters.get(name)
        if stated is None:
            rows = self.statement().limit(_IN_FILTER).subquery()
            stated = select(literal(name).label("name"), rows.c.id.label("id"), rows.c.label.label("label"))
            if self.is_alike:
                self._for_filters[name] = stated
        return stated

    @property
    def is_alike(self) -> bool:
        """Whether everybody is asked the same."""
        return self.narrow is None or hasattr(self.narrow, "is_alike")


class KnownChoices(ChoiceLoader):
    """Choices that were read already, for several fields or forms of one page; keys with their labels."""

    def __init__(self, target: type[Base], pairs: Iterable[tuple[int, str]]) -> None:
        super().__init__(target)
        self.pairs = dict(pairs)

    def offered(self, session: Session, current: int | None) -> list[tuple[int, str]]:
        return list(self.pairs.items())

    def found(self, session: Session, words: str, limit: int = 20) -> list[tuple[int, str]]:
        asked = words.casefold()
        fitting = [pair for pair in self.pairs.items() if all(word in pair[1].casefold() for word in asked.split())]
        return sorted(fitting, key=lambda pair: not pair[1].casefold().startswith(asked))[:limit]

    def label(self, session: Session, key: int, current: int | None) -> str | None:
        """The label of a choice; of one that is offered no longer, while it is the current one."""
        return self.pairs.get(key) or (super().label(session, key, current) if key == current else None)


class FieldLoader(AjaxModelLoader):
    """What Flask-Admin's look-up asks: the choices that a field of a screen's form offers to whoever asks.

    `choices_of` gives them as they stand on that person's form, and `session` the request's session.
    """

    def __init__(self, name: str, choices_of: Callable[[str], ChoiceLoader], session: Callable[[], Session]):
        super().__init__(name, {})
        self.choices_of, self.session = choices_of, session

    def format(self, choice: tuple[int, str]) -> dict[str, Any]:
        """A choice as the page's script reads it."""
        return {"id": choice[0], "label": choice[1]}

    def get_list(self, query: str, offset: int = 0, limit: int = 20) -> list[tuple[int, str]]:
        """The choices that contain the words: the first of them, whatever place the address names."""
        return self.choices_of(self.name).found(self.session(), query)
