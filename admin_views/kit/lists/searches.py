"""What does a person mean by the words typed into a search box?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import combining, normalize

from sqlalchemy import ColumnElement, and_, or_

LONGEST = 100
_MOST_WORDS = 6
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")
_SIGMA_AT_THE_END = re.compile(r"σ(?!\w)")
_LAST = "\U0010ffff"  # sorts after every other character


def clean_words(typed: str | None) -> str:
    """What was typed without outer space, at most LONGEST characters."""
    return " ".join((typed or "").split())[:LONGEST].strip()


def contains(column: Any, words: str) -> ColumnElement[bool]:
    """The column contains the words as they stand, capitals or not; wildcards mean themselves."""
    return or_(*(column.ilike(f"%{_literal(spelling)}%", escape="\\") for spelling in spellings(words)))


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


def spellings(words: str) -> list[str]:
    """How words may be written that differ in more than capitals only in Greek: by its sigma at the end of a word,
    which has one capital with the other, and by the accents, which capitals go without.

    Several patterns, as an index answers each; a folded column would need one of its own.

    >>> spellings("Police"), spellings("ΝΙΚΟΣ"), spellings("Παππάς")
    (['Police'], ['νικοσ', 'νικος'], ['παππάσ', 'παππάς', 'παππασ', 'παππας'])
    """
    if not _GREEK.search(words):
        return [words]
    same = words.lower().replace("ς", "σ")
    plain = normalize("NFC", "".join(letter for letter in normalize("NFD", same) if not combining(letter)))
    return list(dict.fromkeys(way for word in (same, plain) for way in (word, _SIGMA_AT_THE_END.sub("ς", word))))


def _literal(words: str) -> str:
    r"""Escape what LIKE would take for wildcards.

    >>> _literal("50%_a")
    '50\\%\\_a'
    """
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
