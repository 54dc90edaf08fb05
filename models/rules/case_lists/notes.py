"""What has the importer decided for the officer, which rows does it concern, and what is to be done about it?

Whatever is read otherwise than it stands in the file, left out or assumed becomes a note. Two sources:

- a row's warning (`report.WARNINGS`): the rows of one code make one note, with the advice that stands here;
- `Report.note`, for what concerns a column, a sheet or the file.

A note with a `choice` is a question: the field of `ColumnChoice` that the officer may set to have it the other way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from models.rules.core.counts import count_words

NOTE_ROWS = 1_000
"""Rows that a note names; its text counts all of them."""

ADVICE: dict[str, str] = {
    "exact_duplicate_row": "Nothing to do: a case counts once.",
    "repeated_reference": "Nothing to do if one case has several rows here: it counts once.",
    "unreadable_end": "Correct it in the list if the case has ended, and upload the list again.",
    "unreadable_dob": "Nothing to do: births are read for checks only.",
    "start_before_birth": "Check that the two columns have not been mixed up.",
    "start_in_future": "Check that day and month have not been mixed up.",
    "end_in_future": "Nothing to do if these ends are planned ones.",
    "born_in_future": "Check that the columns have not been mixed up.",
    "unmapped_level": "It counts as “Level not recorded” until you place it below.",
    "missing_level": "It counts as “Level not recorded”.",
    "theme_too_long": "Choose another column if these are notes, not themes.",
    "agency_too_long": "Choose another column if these are notes, not agencies.",
    "damaged_reference": "Ask for the list again with references kept as text: these no longer identify a case.",
    "too_many_cells": "Check whether a comma or a semicolon inside a cell has shifted the columns.",
}
"""What a person should do about the rows of one warning: code -> sentence."""


CHOICES: dict[str, tuple[str, str]] = {
    "leave_out_doubtful": ("Leave these lines out", "Count these lines as cases"),
    "leave_out_hidden": ("Leave the hidden rows out", "Read the hidden rows too"),
    "restore_swapped_dates": ("Swap day and month back", "Read these dates as they stand"),
}
"""What a person may choose: field of `ColumnChoice` -> the words for choosing it and for taking that back."""


@dataclass(frozen=True)
class Note:
    """One thing an officer should know before accepting a list; `rows` are the first 1,000 of those it concerns."""

    rule: str
    text: str
    rows: Sequence[int] = ()
    choice: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(islice(self.rows, NOTE_ROWS)))

    def as_facts(self) -> dict[str, Any]:
        """The note as plain values that JSON can keep."""
        return {"rule": self.rule, "rows": list(self.rows), "text": self.text, "choice": self.choice}


def row_note(rule: str, sentence: str, rows: Sequence[int], count: int) -> Note:
    """The note on the rows of one warning: its sentence with their number, then what to do.

    >>> row_note("missing_level", "No level is given.", (4, 7), 2).text
    'No level is given (2 rows). It counts as “Level not recorded”.'
    """
    return Note(rule, f"{sentence.rstrip('.')} ({count_words(count, 'row')}). {ADVICE[rule]}", rows)
