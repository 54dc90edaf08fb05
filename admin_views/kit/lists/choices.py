"""Which records may be chosen in a form or a filter, and by which words?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from flask_admin.model.ajax import AjaxModelLoader
from sqlalchemy import Select, String, cast, literal, or_, select
from sqlalchemy.orm import Session

from admin_views.kit.lists.columns import sort_expression
from admin_views.kit.lists.searches import contains
from models.core.db import Base
from models.core.labels import label_of
from models.partnership.reference_items import ReferenceItem, ReferenceList

FEW = 200  # up to here a plain select; beyond it people search
Narrow = Callable[[Select[Any]], Select[Any]]


def in_list(name: ReferenceList) -> Narrow:
    """Only the words of one reference list, in that list's own order."""

    def narrow(statement: Select[Any]) -> Select[Any]:
        chosen = statement.where(ReferenceItem.list_name == name)
        return chosen.order_by(None).order_by(ReferenceItem.rank, ReferenceItem.id)

    return narrow


def choice_label(target: type[Base]) -> Any:
    """What a record is called among others to choose from: by its reference and its title where it has both."""
    has_both = hasattr(target, "reference") and hasattr(target, "title")
    return target.reference + ": " + target.title if has_both else label_of(target)  # type: ignore[attr-defined]


class ChoiceLoader:
    """The choices of a foreign key: the rows of the target that the asking person may see, narrowed."""

    def __init__(self, target: type[Base], narrow: Narrow | None = None):
        self.target, self.narrow = target, narrow

    def statement(self, *, current: int | None = None, is_active_only: bool = False) -> Select[Any]:
        """Ids and labels in reading order; inactive records only when one of them is the current choice."""
        target: Any = self.target
        label = choice_label(target)
        choices = select(target.id, cast(label, String).label("label")).order_by(sort_expression(label), target.id)
        if is_active_only and hasattr(target, "is_active"):
            choices = choices.where(or_(target.is_active, target.id == current) if current else target.is_active)
        return self.narrow(choices) if self.narrow else choices

    def offered(self, session: Session, current: int | None) -> list[tuple[int, str]]:
        """Up to FEW + 1 choices: more than FEW means "let people search"."""
        rows = session.execute(self.statement(current=current, is_active_only=True).limit(FEW + 1))
        return [(row[0], row[1]) for row in rows]

    def found(self, session: Session, words: str, limit: int = 20) -> list[tuple[int, str]]:
        """The choices whose label contains the words."""
        statement = self.statement(is_active_only=True).where(contains(choice_label(self.target), words))
        return [(row[0], row[1]) for row in session.execute(statement.limit(limit))]

    def label(self, session: Session, key: int, current: int | None) -> str | None:
        """The label of one choice; None when that record may not be chosen by this person."""
        target: Any = self.target
        statement = self.statement(current=current, is_active_only=True).where(target.id == key)
        row = session.execute(statement).first()
        return None if row is None else str(row[1])

    def for_filter(self, name: str) -> Select[Any]:
        """Name of the filter, id and label, to be put together with other filters' choices."""
        rows = self.statement().limit(FEW).subquery()
        return select(literal(name).label("name"), rows.c.id.label("id"), rows.c.label.label("label"))


class KnownChoices(ChoiceLoader):
    """Choices that were read already, for several fields or forms of one page; keys with their labels."""

    def __init__(self, target: type[Base], pairs: Iterable[tuple[int, str]]) -> None:
        super().__init__(target)
        self.pairs = dict(pairs)

    def offered(self, session: Session, current: int | None) -> list[tuple[int, str]]:
        return list(self.pairs.items())

    def found(self, session: Session, words: str, limit: int = 20) -> list[tuple[int, str]]:
        fitting = ((key, label) for key, label in self.pairs.items() if words.casefold() in label.casefold())
        return list(islice(fitting, limit))

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
