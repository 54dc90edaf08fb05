"""What does a person mean by the words typed into a search box?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

LONGEST = 100
_MOST_WORDS = 6
_LAST = "\U0010ffff"  # sorts after every other character


def clean_words(typed: str | None) -> str:
    """What was typed without outer space, at most LONGEST characters."""
    return " ".join((typed or "").split())[:LONGEST].strip()


def contains(column: Any, words: str) -> ColumnElement[bool]:
    """The column contains the words as they stand, capitals or not; wildcards mean themselves."""
    return column.ilike(f"%{_literal(words)}%", escape="\\")


def begins(column: Any, words: str) -> ColumnElement[bool]:
    """The column begins with the words exactly. Where it sorts by bytes, a plain index answers at any size."""
    if getattr(column.type, "collation", None) == "C":
        return and_(column >= words, column < words + _LAST)
    return column.like(f"{_literal(words)}%", escape="\\")


def matches(columns: Iterable[Any], typed: str) -> ColumnElement[bool]:
    """`^abc`: a column begins with abc. Otherwise every word is contained in some column."""
    searched = list(columns)
    if typed.startswith("^"):
        return or_(*(begins(column, typed[1:]) for column in searched))
    words = typed.split()[:_MOST_WORDS]
    return and_(*(or_(*(contains(column, word) for column in searched)) for word in words))


def matches_while_walking(columns: Iterable[Any], typed: str) -> ColumnElement[bool]:
    """The same condition in a form no index answers: for words so common that walking the order finds them at once.

    Row-level security hides the statistics from the planner, which would otherwise fetch and sort every hit.
    """
    return matches([column.concat("") for column in columns], typed)


def _literal(words: str) -> str:
    r"""Escape what LIKE would take for wildcards.

    >>> _literal("50%_a")
    '50\\%\\_a'
    """
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
