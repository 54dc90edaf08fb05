"""By which questions can a list be narrowed, and what do the answers in the address mean?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Enum, Integer, String, false

from admin_views.kit.choices import ChoiceSource, Narrow
from admin_views.kit.columns import label_from_key, target_of
from models.core.clock import LONDON

_BIGGEST = 2_147_483_647
NONE = "none"


@dataclass
class Question:
    """One filter as the page shows it: its name in the address, label, kind of control, options and current answer."""

    name: str
    label: str
    control: str
    options: list[tuple[str, str]] = field(default_factory=list)
    answer: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Filter:
    """A question about one attribute, or about anything that `apply` can turn into a condition.

    `Filter("stage")` asks by the column's type: choices as a select, yes or no, a range of days, a record, equal text.
    `Filter("late", "Late", options=(("yes", "Overdue"),), apply=lambda answer: Action.due_on < today())` asks its own.
    """

    key: str
    label: str = ""
    options: tuple[tuple[str, str], ...] = ()
    apply: Callable[[str], ColumnElement[bool]] | None = None


class ReadyFilter:
    """A filter bound to its model's attribute."""

    def __init__(self, stated: Filter, model: Any, label: str, narrow: Narrow | None) -> None:
        self.key = stated.key
        self.label = stated.label or label or label_from_key(stated.key)
        self.stated = stated
        self.attribute = None if stated.apply else getattr(model, stated.key)
        target = None if self.attribute is None else target_of(self.attribute)
        self.source = None if target is None else ChoiceSource(target, narrow)

    @property
    def is_range(self) -> bool:
        return self.attribute is not None and isinstance(self.attribute.type, (Date, DateTime))

    def questions(self, answers: Mapping[str, str]) -> list[Question]:
        """How the page asks; a range of days asks twice. A record's options are filled in from the database."""
        if self.is_range:
            ends = ((f"{self.key}_from", f"{self.label} from"), (f"{self.key}_to", f"{self.label} to"))
            return [Question(name, label, "date", answer=answers.get(name, "")) for name, label in ends]
        options = [*self.stated.options] or self._fixed_options()
        control = "select" if options or self.source else "text"
        return [Question(self.key, self.label, control, options, answers.get(self.key, ""))]

    def _fixed_options(self) -> list[tuple[str, str]]:
        kind = None if self.attribute is None else self.attribute.type
        if isinstance(kind, Enum) and kind.enum_class:
            return [(member.value, getattr(member, "label", member.value)) for member in kind.enum_class]
        if isinstance(kind, Boolean):
            return [("yes", "Yes"), ("no", "No")]
        return []

    def condition(self, name: str, answer: str) -> ColumnElement[bool]:
        """What the answer asks of a row. One that makes no sense matches nothing."""
        try:
            return self._condition(name, answer)
        except (ValueError, OverflowError, KeyError):
            return false()

    def _condition(self, name: str, answer: str) -> ColumnElement[bool]:
        if self.stated.apply is not None:
            if self.stated.options and answer not in dict(self.stated.options):
                raise ValueError(answer)
            return self.stated.apply(answer)
        attribute: Any = self.attribute
        if answer == NONE:
            none: ColumnElement[bool] = attribute.is_(None)
            return none
        if self.is_range:
            return _in_range(attribute, date.fromisoformat(answer), is_end=name.endswith("_to"))
        same: ColumnElement[bool] = attribute == _typed(attribute.type, answer)
        return same


def _in_range(attribute: Any, day: date, *, is_end: bool) -> ColumnElement[bool]:
    if not isinstance(attribute.type, DateTime):
        inside: ColumnElement[bool] = attribute <= day if is_end else attribute >= day
        return inside
    if is_end:
        before: ColumnElement[bool] = attribute < datetime.combine(day + timedelta(days=1), time(), LONDON)
        return before
    since: ColumnElement[bool] = attribute >= datetime.combine(day, time(), LONDON)
    return since


def _typed(kind: Any, answer: str) -> Any:
    """The answer as the column's type. Raises ValueError when it is none."""
    if isinstance(kind, Enum) and kind.enum_class:
        return kind.enum_class(answer)
    if isinstance(kind, Boolean):
        return {"yes": True, "no": False}[answer]
    if isinstance(kind, Integer):
        number = int(answer)
        if abs(number) > _BIGGEST:
            raise ValueError(answer)
        return number
    if isinstance(kind, String):
        return answer[:200]
    raise ValueError(answer)
