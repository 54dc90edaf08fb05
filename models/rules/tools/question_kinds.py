"""Which kinds of question can a questionnaire ask, and what counts as an answer to each?

A new kind is one entry of KINDS and a migration of the constraint `known_kind_of_question`: the pages draw its
`widget`, and every sheet, survey, export and report uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.core.errors import RuleBroken
from models.rules.core.counts import count_words
from models.rules.core.numbers import plain_number, read_number

LONGEST_TEXT = 20_000
"""Characters that one written answer may have."""

YES_PARTLY_NO = ("Yes", "Partly", "No")
_CALLS = {
    "radio": "Choose an answer.",
    "checkboxes": "Choose at least one answer.",
    "number": "Give a number.",
    "date": "Give a date.",
    "textarea": "Write an answer.",
    "files": "Add a file.",
}
_MOST_FILES = 20

Reader = Callable[[Sequence[str], Sequence[str]], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of question.

    `widget` says how it is asked: radio, checkboxes, number, date, textarea or files. `read(values, options)` turns the
    values of a form into the JSON value that is kept (None when there was none) and refuses what is no answer with
    RuleBroken. `hint` tells the author of a tool what it is for. `needs_options`: the author of the question names
    the options; `needs_scale`: a scale gives them; `fixed_options`: the kind brings its own, the best first.
    """

    code: str
    label: str
    widget: str
    read: Reader
    hint: str
    needs_options: bool = False
    needs_scale: bool = False
    fixed_options: tuple[str, ...] = ()

    @property
    def call(self) -> str:
        """What is said to somebody who has not answered, in terms of what there is to do."""
        return _CALLS[self.widget]

    def show(self, value: Any) -> str:
        """An answer in words.

        >>> KINDS["date"].show("2026-11-25"), KINDS["choices"].show(["Home", "School"])
        ('25 November 2026', 'Home; School')
        """
        if value is None:
            return ""
        if self.widget == "date":
            day = date.fromisoformat(value)
            return f"{day.day} {day:%B %Y}"
        if isinstance(value, list):
            return count_words(len(value), "file") if self.widget == "files" else "; ".join(value)
        return plain_number(value) if self.widget == "number" else str(value)

    def given(self, value: Any) -> tuple[str, ...]:
        """An answer as a form would send it again.

        >>> KINDS["choices"].given(["Home", "School"]), KINDS["number"].given(3), KINDS["text"].given(None)
        (('Home', 'School'), ('3',), ())
        """
        if value is None:
            return ()
        if self.widget == "number":
            return (plain_number(value),)
        return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _one(values: Sequence[str], options: Sequence[str]) -> str | None:
    chosen = [value for value in values if value]
    if not chosen:
        return None
    if len(chosen) > 1 or chosen[0] not in options:
        raise RuleBroken("Choose one of the offered answers.")
    return chosen[0]


def _several(values: Sequence[str], options: Sequence[str]) -> list[str] | None:
    chosen = [value for value in values if value]
    if any(value not in options for value in chosen):
        raise RuleBroken("Choose from the offered answers.")
    return [option for option in options if option in chosen] or None


def _number(values: Sequence[str], options: Sequence[str]) -> int | float | None:
    number = read_number(_typed(values))
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _date(values: Sequence[str], options: Sequence[str]) -> str | None:
    typed = _typed(values)
    if not typed:
        return None
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise RuleBroken("Give a date, such as 2026-11-25.") from None


def _text(values: Sequence[str], options: Sequence[str]) -> str | None:
    typed = _typed(values).replace("\r\n", "\n")
    if len(typed) > LONGEST_TEXT:
        raise RuleBroken(f"Write at most {LONGEST_TEXT:,} characters.")
    return typed or None


def _files(values: Sequence[str], options: Sequence[str]) -> list[int] | None:
    """Numbers of documents; the caller has already kept the files where they belong."""
    typed = [value for value in values if value]
    if len(typed) > _MOST_FILES or not all(
        value.isascii() and value.isdecimal() and len(value) < 10 for value in typed
    ):
        raise RuleBroken(f"Add at most {_MOST_FILES} files to an answer.")
    return [int(value) for value in typed] or None


def _typed(values: Sequence[str]) -> str:
    return values[0].strip() if values else ""


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("rating", "Rating on a scale", "radio", _one, "A grade or score; it counts in the results.",
             needs_scale=True),
        Kind("yes_partly_no", "Yes, partly or no", "radio", _one, "A plain question; it counts in the results.",
             fixed_options=YES_PARTLY_NO),
        Kind("choice", "One choice", "radio", _one, "One of the answers that you write down.", needs_options=True),
        Kind("choices", "Several choices", "checkboxes", _several, "Any of the answers that you write down.",
             needs_options=True),
        Kind("number", "Number", "number", _number, "A count or an amount."),
        Kind("date", "Date", "date", _date, "One day."),
        Kind("text", "Text", "textarea", _text, "An answer in people's own words."),
        Kind("evidence", "Evidence file", "files", _files, "Files that show what is said."),
    )
}  # fmt: skip


def read_answer(kind: str, values: Sequence[str], options: Sequence[str] = ()) -> Any:
    """The value kept for what a form sent: a word, list, number, ISO date or text; None when nothing was given.

    >>> read_answer("rating", ["Good"], ["Outstanding", "Good"]), read_answer("number", ["1,200"])
    ('Good', 1200)
    >>> read_answer("date", ["31 June"])
    Traceback (most recent call last):
    models.core.errors.RuleBroken: Give a date, such as 2026-11-25.
    """
    if any("\x00" in value for value in values):
        raise RuleBroken("The text holds a character that cannot be kept.")
    return KINDS[kind].read(values, options)
