"""What did the check of a case list find, row by row and in all?"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.rules.case_lists.notes import Note, row_note
from models.rules.case_lists.references.personal import PERSONAL

LISTED = 10_000
"""Problems of one kind that are listed by row; all are counted."""

_ROLES = {"reference": "case reference", "level": "level", "theme": "theme", "agency": "agency"}

REJECTIONS: dict[str, str] = {
    "missing_reference": "No case reference.",
    **{
        f"{kind}_in_{role}": f"The {role_words} looks like {kind_words}, which must not be imported."
        for kind, kind_words in PERSONAL.items()
        for role, role_words in _ROLES.items()
    },
    "reference_too_long": "The case reference is longer than 200 characters.",
    "missing_start": "No start date.",
    "placeholder_start": "The start date is a placeholder for “none”, so no start date is known.",
    "unreadable_start": "The start date cannot be read.",
    "end_before_start": "The end date is before the start date.",
}
"""Why a row is not imported: code -> sentence. No sentence carries a value of the row."""

WARNINGS: dict[str, str] = {
    "exact_duplicate_row": "The whole row repeats an earlier row.",
    "repeated_reference": "The case reference occurs in an earlier row.",
    "unreadable_end": "The end date cannot be read, so it counts as blank and the case as open.",
    "unreadable_dob": "The date of birth cannot be read.",
    "start_before_birth": "The start date is before the date of birth.",
    "start_in_future": "The start date is in the future.",
    "end_in_future": "The end date is in the future.",
    "born_in_future": "The date of birth is in the future.",
    "unmapped_level": "The level is not on the list of levels.",
    "missing_level": "No level is given.",
    "theme_too_long": "The theme is longer than 300 characters and is left out.",
    "agency_too_long": "The agency is longer than 300 characters and is left out.",
    "damaged_reference": "A spreadsheet has turned the case reference into a date or number, like 01-Mar or 1.2E+11.",
    "too_many_cells": "The row has more cells than there are headings, so its columns may have shifted.",
}
"""What a person should look at although the row can be imported: code -> sentence."""


@dataclass(frozen=True)
class Problem:
    """One row of the file and what is wrong with it; the sentence carries no value of the row."""

    row: int
    codes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it in words.

        >>> Problem(12, ("missing_reference", "missing_start")).sentence
        'No case reference. No start date.'
        """
        return " ".join(REJECTIONS.get(code) or WARNINGS[code] for code in self.codes)


@dataclass
class Report:
    """Filled while the rows stream by; complete when the stream has ended (`is_complete`).

    rows: lines below the headings with at least one filled cell, but for those set aside, which are no cases;
    set_aside: how many those are. rejections, warnings: how often each code occurs.
    by_level, by_theme, by_agency, by_start_year, by_start_month (such as 2025-03): over all rows; the accepted_ ones
    over accepted rows; "" is blank.
    unmapped_levels: texts that are not on the list of levels, with counts. date_orders: heading -> day, month or year
    first. starts, ends: the first and the last day of all rows, ISO. no_date_count: accepted rows without a start
    date. repeats_searched: False when the list was too long to look for repeats in memory (then the database must).
    several_levels: which cases stand in several levels, where that was looked for (`check_levels`). notes: everything
    decided for the officer, in one list: what concerns the list as a whole first, then one note for each code of
    warnings.
    """

    rows: int = 0
    accepted: int = 0
    set_aside: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    warning_counts: Counter[str] = field(default_factory=Counter)
    by_level: dict[str, int] = field(default_factory=dict)
    by_theme: dict[str, int] = field(default_factory=dict)
    by_agency: dict[str, int] = field(default_factory=dict)
    by_start_year: dict[int, int] = field(default_factory=dict)
    by_start_month: dict[str, int] = field(default_factory=dict)
    accepted_by_level: dict[str, int] = field(default_factory=dict)
    accepted_by_theme: dict[str, int] = field(default_factory=dict)
    unmapped_levels: Counter[str] = field(default_factory=Counter)
    date_orders: dict[str, str] = field(default_factory=dict)
    starts: dict[str, str | None] = field(default_factory=lambda: {"first": None, "last": None})
    ends: dict[str, str | None] = field(default_factory=lambda: {"first": None, "last": None})
    no_date_count: int = 0
    dropped_columns: tuple[str, ...] = ()
    repeats_searched: bool = False
    several_levels: dict[str, Any] | None = None
    is_complete: bool = False
    _notes: list[Note] = field(default_factory=list)
    _rejected: list[Problem] = field(default_factory=list)
    _warned: "dict[str, array[int]]" = field(default_factory=dict)

    def reject(self, row: int, codes: tuple[str, ...]) -> None:
        """Counts a rejected row and lists it while there is room."""
        self.rejections.update(codes)
        if len(self._rejected) < LISTED:
            self._rejected.append(Problem(row, codes))

    def warn(self, code: str, rows: Iterable[int]) -> None:
        """Counts the rows under one warning and lists them while there is room."""
        listed = self._warned.setdefault(code, array("I"))
        for row in rows:
            self.warning_counts[code] += 1
            if len(listed) < LISTED:
                listed.append(row)

    def note(self, note: Note) -> None:
        """Adds a note on the list as a whole."""
        self._notes.append(note)

    @property
    def notes(self) -> list[Note]:
        """All notes: those on the list as a whole, then those on the rows of each warning."""
        codes = (code for code in WARNINGS if self.warning_counts[code])
        by_row = (row_note(code, WARNINGS[code], self._warned[code], self.warning_counts[code]) for code in codes)
        return [*self._notes, *by_row]

    @property
    def rejected_count(self) -> int:
        """How many rows are rejected."""
        return self.rows - self.accepted

    @property
    def cases(self) -> int | None:
        """How many different references the accepted rows have; None when repeats were not searched."""
        return self.accepted - self.warning_counts["repeated_reference"] if self.repeats_searched else None

    @property
    def rejected(self) -> list[Problem]:
        """The rejected rows in file order, one entry a row, at most 10,000."""
        return self._rejected

    @property
    def warnings(self) -> list[Problem]:
        """The warnings in file order, one entry for each row and code, at most 10,000 of each code."""
        order = list(WARNINGS)
        entries = [(row, order.index(code), code) for code, rows in self._warned.items() for row in rows]
        return [Problem(row, (code,)) for row, _place, code in sorted(entries)]

    def rows_with(self, code: str) -> list[int]:
        """The listed row numbers of one code.

        >>> report = Report(); report.warn("start_in_future", [7, 9]); report.rows_with("start_in_future")
        [7, 9]
        """
        if code in REJECTIONS:
            return [problem.row for problem in self._rejected if code in problem.codes]
        return list(self._warned.get(code, ()))

    def as_facts(self) -> dict[str, Any]:
        """The whole report as plain values that JSON can keep, problems as row and sentence."""
        plain = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        plain |= {name: dict(plain[name]) for name in ("rejections", "warning_counts", "unmapped_levels")}
        plain |= {"rejected_count": self.rejected_count, "cases": self.cases}
        plain["notes"] = [note.as_facts() for note in self.notes]
        plain["dropped_columns"] = list(self.dropped_columns)
        for name in ("rejected", "warnings"):
            problems: list[Problem] = getattr(self, name)
            plain[name] = [{"row": p.row, "codes": list(p.codes), "problem": p.sentence} for p in problems]
        return plain
