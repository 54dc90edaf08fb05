"""Which tables may be brought in from a spreadsheet, by which columns, and how is a row told from another?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum as FixedWords
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, Select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.choices import Choice
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.labels import target_of
from models.core.words import default_of
from models.spreadsheets.import_facts import ImportFacts

Narrow = Callable[[Select[Any]], Select[Any]]
Write = Callable[[Session, Any, Mapping[str, Any], ImportFacts], None]


class Holds(Choice):
    """What the cells of a column hold, and how somebody is told to fill them in."""

    LINE = "line", "One line of text"
    TEXT = "text", "Text, of several lines if need be"
    NUMBER = "number", "A whole number"
    YES = "yes", "Yes or No"
    DAY = "day", "A day, such as 31/12/2026"
    WORD = "word", "One of the words beside"
    RECORD = "record", "A name as the portal knows it"


@dataclass(frozen=True)
class SheetColumn:
    """One column: the attribute it fills, its heading, what it holds, and what an empty cell means.

    `is_kept_when_empty`: an empty cell leaves what is saved, or takes the default; elsewhere it empties the field.
    `is_key_only`: finds records and is never written. `scope`: an attribute that the record and those it may name
    share, such as the plan of an action and of its recommendation.
    """

    key: str
    heading: str
    holds: Holds
    is_required: bool = False
    is_kept_when_empty: bool = False
    is_key_only: bool = False
    help: str = ""
    words: type[FixedWords] | None = None
    target: type[Base] | None = None
    narrow: Narrow | None = None
    scope: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Importable:
    """What a screen says to be importable: `importable = Importable(keys=(("name",), ("code",)))`.

    keys: by which attributes a row is known again, the surest first. extra: attributes that the form does not ask for.
    left_out: those of the form that no spreadsheet brings. kept_when_empty: an empty cell leaves these as they are.
    scopes: attribute -> what it shares with the records it may name. aliases: attribute -> further headings.
    refuse: a rule of the screen beside the record's own. write: instead of setting attributes, where a verb does it.
    tick: a question with a box to tick, asked before acceptance; `after` gets every new record when it is ticked.
    along: names of kinds that have no list of their own and come with this one, each on its sheet.
    is_of_partnership: whether it is part of the one workbook of a whole partnership.
    is_never_changed: a row that is known is unchanged, whatever else it says.
    """

    keys: Sequence[Sequence[str]]
    extra: Sequence[str] = ()
    left_out: Sequence[str] = ()
    kept_when_empty: Sequence[str] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refuse: Callable[[Session, Any], None] | None = None
    write: Write | None = None
    tick: str = ""
    after: Callable[[Session, Any, ImportFacts], None] | None = None
    along: Sequence[str] = ()
    is_of_partnership: bool = False
    is_never_changed: bool = False


@dataclass(frozen=True)
class SheetKind:
    """A table that may be brought in: its sheet, its columns, its keys, and who may."""

    name: str
    title: str
    noun: str
    plural: str
    model: Any
    roles: frozenset[Role]
    columns: tuple[SheetColumn, ...]
    stated: Importable

    def column(self, key: str) -> SheetColumn:
        """The column of that attribute. Raises StopIteration where there is none."""
        return next(column for column in self.columns if column.key == key)

    def names(self) -> dict[str, tuple[str, ...]]:
        """For each column the headings it is known by, its own first."""
        return {column.key: (column.heading, *column.aliases) for column in self.columns}

    def needs(self) -> set[Any]:
        """The models whose records its rows may name."""
        return {column.target for column in self.columns if column.target not in (None, self.model)}


_makers: dict[str, Callable[[], SheetKind]] = {}


def offer_kind(name: str, make: Callable[[], SheetKind]) -> None:
    """Let a kind of rows be imported; `make` is called when all tables are known."""
    _makers[name] = make
    all_kinds.cache_clear()


@cache
def all_kinds() -> dict[str, SheetKind]:
    """Every kind by its name, those first whose records others name."""
    kinds = {name: make() for name, make in _makers.items()}
    by_model = {kind.model: name for name, kind in kinds.items()}
    needs = {
        name: sorted(by_model[model] for model in kind.needs() if model in by_model)
        for name, kind in sorted(kinds.items())
    }
    return {name: kinds[name] for name in TopologicalSorter(needs).static_order()}


def kind_of(name: str) -> SheetKind:
    """The kind of that name. Refuses one that nothing offers."""
    kind = all_kinds().get(name)
    if kind is None:
        raise RuleBroken("The portal knows no such list to bring in.")
    return kind


def make_column(model: type[Base], key: str, heading: str, **more: Any) -> SheetColumn:
    """A column from an attribute of a model: what it holds and whether it must be given, by the table itself."""
    attribute = getattr(model, key)
    column = attribute.property.columns[0]
    target, default = target_of(attribute), default_of(column)
    words = getattr(column.type, "enum_class", None)
    is_required = more.setdefault("is_required", not column.nullable and column.server_default is None)
    more.setdefault("is_kept_when_empty", is_required or (not column.nullable and default not in (None, "")))
    more.setdefault("holds", Holds.RECORD if target else _holds(column.type))
    return SheetColumn(key, heading, target=target, words=words, **more)


def _holds(kind: Any) -> Holds:
    known = (
        (Enum, Holds.WORD),
        (Boolean, Holds.YES),
        (Integer, Holds.NUMBER),
        (DateTime, Holds.DAY),
        (Date, Holds.DAY),
    )
    return next((holds for known_type, holds in known if isinstance(kind, known_type)), Holds.LINE)
