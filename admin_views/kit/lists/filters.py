"""By which questions can a list be narrowed, and what do the answers in the address mean?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import has_request_context, request
from flask_admin.model.filters import BaseFilter
from markupsafe import Markup, escape
from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Enum, Integer, Select, String, bindparam, false

from admin_views.kit.formats import escaped_together
from admin_views.kit.lists.choices import FEW, ChoiceLoader
from models.core.clock import LONDON
from models.rules.core.due_dates import in_words
from models.rules.core.keys import key_in
from models.rules.core.numbers import NumberRefused, read_whole_number

NONE = "none"
_LONGEST = 200


class Filter(BaseFilter):
    """A question of its own: `Filter("late", "Overdue", options=(("yes", "Overdue only"),), apply=is_late)`.

    `arg` names it in the address, `name` is its label, and `apply(answer)` gives the condition on a row.
    """

    control = "text"
    loader: ChoiceLoader | None = None
    left_open: ColumnElement[bool] | None = None
    """The condition with its values left open, where the list is asked by it again and again: `values_for`."""

    def __init__(
        self,
        arg: str,
        name: str = "",
        *,
        options: Sequence[tuple[str, str]] = (),
        apply: Callable[[str], ColumnElement[bool]] | None = None,
    ) -> None:
        super().__init__(name, list(options))
        self.arg, self.is_met = arg, apply
        if options:
            self.control = "select"

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The fixed answers that the asking person may choose from; empty where records or free words answer."""
        return self.options or []

    def is_typed(self, choices: Sequence[tuple[str, str]]) -> bool:
        """Whether people type the answer, with these to choose from; a few stand in a select."""
        return False

    def offer(self, choices: Sequence[tuple[str, str]], answer: str | None = None) -> Markup:
        """The options of a select with the answer that is given, or without one those of a typed answer."""
        labels = escaped_together([label for _, label in choices])
        if answer is None:
            return _joined([f'<option value="{label}">' for label in labels])
        values = escaped_together([value for value, _ in choices])
        chosen = str(escape(answer))
        return _joined(
            [
                f'<option value="{value}"{" selected" if value == chosen else ""}>{label}'
                for value, label in zip(values, labels, strict=True)
            ]
        )

    @property
    def is_offered(self) -> bool:
        """Whether the list asks this question of the asking person at all."""
        return True

    def of_column(self, column: Any) -> None:
        """Ask of a column whether it is the answer: for a filter that states options and no condition of its own."""
        self.is_met = lambda answer: column == _typed(column.type, answer)

    def operation(self) -> str:
        return "is"

    def apply(self, query: Select[Any], value: str, alias: Any = None) -> Select[Any]:
        """The query narrowed by the answer; an answer that makes no sense finds nothing."""
        return query.where(self.condition(value))

    def condition(self, answer: str) -> ColumnElement[bool]:
        """What the answer asks of a row."""
        try:
            return self._condition(answer)
        except (ValueError, OverflowError, KeyError, NumberRefused):
            return false()

    def values_for(self, answer: str) -> dict[str, Any] | None:
        """What fills `left_open` in for an answer; None where that condition is not the answer's."""
        return None

    def problem(self, answer: str) -> str:
        """What is asked of whoever typed an answer that cannot be read, beside the filter; "" when it can."""
        try:
            self._condition(answer)
        except NumberRefused as refusal:
            return refusal.sentence
        except (ValueError, OverflowError, KeyError):
            return ""
        return ""

    def in_words(self, answer: str, options: Mapping[str, Sequence[tuple[str, str]]]) -> str:
        """An answer as people read it; `options` are the records that the page offers, by filter."""
        return dict(self.offered or options.get(self.arg, ())).get(answer, answer)

    def _condition(self, answer: str) -> ColumnElement[bool]:
        if self.is_met is None or (self.options and answer not in dict(self.options)):
            raise ValueError(answer)
        return self.is_met(answer)


class LinkedFilter(Filter):
    """A question that only links ask, such as a number of a picture; where it narrows a list, it is offered there."""

    @property
    def is_offered(self) -> bool:
        return has_request_context() and bool(request.args.get(self.arg))


class ColumnFilter(Filter):
    """A question about one column: fixed words, yes or no, equal text, or a record by its id or words of its name."""

    def __init__(self, column: Any, name: str, loader: ChoiceLoader | None = None, arg: str = "") -> None:
        super().__init__(arg or column.key, name, options=_fixed_options(column.type))
        self.column, self.loader = column, loader
        if loader is not None:
            self.control = "select"
            self._key: Any = bindparam(f"asked_{self.arg}", type_=column.type)
            self.left_open = column == self._key

    def values_for(self, answer: str) -> dict[str, Any] | None:
        key = key_in(answer) if self.loader is not None else None
        return None if key is None else {self._key.key: key}

    def is_typed(self, choices: Sequence[tuple[str, str]]) -> bool:
        return self.loader is not None and len(choices) > FEW

    def _condition(self, answer: str) -> ColumnElement[bool]:
        if answer == NONE:
            return self.column.is_(None)
        if self.loader is not None and key_in(answer) is None:
            return self.column.in_(self.loader.named(answer[:_LONGEST]))
        return self.column == _typed(self.column.type, answer)


class DayFilter(ColumnFilter):
    """One end of a range of days, both days within; a column of moments is read by London's clock."""

    control = "date"

    def in_words(self, answer: str, options: Mapping[str, Sequence[tuple[str, str]]]) -> str:
        try:
            return in_words(date.fromisoformat(answer))
        except ValueError:
            return answer

    def __init__(self, column: Any, name: str, *, is_end: bool) -> None:
        end = "to" if is_end else "from"
        super().__init__(column, f"{name} {end}", arg=f"{column.key}_{end}")
        self.is_end = is_end

    def _condition(self, answer: str) -> ColumnElement[bool]:
        if answer == NONE:
            return super()._condition(answer)
        day = date.fromisoformat(answer)
        is_moment = isinstance(self.column.type, DateTime)
        if self.is_end:
            until: ColumnElement[bool] = (
                self.column < _midnight(day + timedelta(days=1)) if is_moment else self.column <= day
            )
            return until
        return self.column >= (_midnight(day) if is_moment else day)


def _joined(options: Iterable[str]) -> Markup:
    return Markup("".join(options))  # noqa: S704 (values and labels are escaped)


def column_filters(column: Any, name: str, loader: ChoiceLoader | None) -> list[BaseFilter]:
    """The usual filters of a column, by its type."""
    if isinstance(column.type, (Date, DateTime)):
        return [DayFilter(column, name, is_end=False), DayFilter(column, name, is_end=True)]
    return [ColumnFilter(column, name, loader)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _fixed_options(kind: Any) -> list[tuple[str, str]]:
    if isinstance(kind, Enum) and kind.enum_class:
        return [(member.value, getattr(member, "label", member.value)) for member in kind.enum_class]
    return [("yes", "Yes"), ("no", "No")] if isinstance(kind, Boolean) else []


def _typed(kind: Any, answer: str) -> Any:
    """The answer as the column's type. Raises ValueError when it is none."""
    if isinstance(kind, Enum) and kind.enum_class:
        return kind.enum_class(answer)
    if isinstance(kind, Boolean):
        return {"yes": True, "no": False}[answer]
    if isinstance(kind, Integer):
        return read_whole_number(answer)
    if isinstance(kind, String):
        return answer[:200]
    raise ValueError(answer)
