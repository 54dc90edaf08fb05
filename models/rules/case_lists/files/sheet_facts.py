"""What does a sheet show beside its cells: hidden rows, columns and sheets, and formulas that were never calculated?"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.core.errors import RuleBroken
from models.rules.case_lists.notes import NOTE_ROWS, Note
from models.rules.core.counts import count_words

_TRUE = ("1", "true")
_CALCULATE = "open the workbook in Excel, save it and choose that file."


@dataclass
class CountedRows:
    """How many rows of a kind there are, and the numbers of the first 1,000."""

    count: int = 0
    rows: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, row: int) -> None:
        """Counts a row."""
        self.count += 1
        if len(self.rows) < NOTE_ROWS:
            self.rows.append(row)


@dataclass
class SheetFacts:
    """What one pass over a sheet showed of its rows below the headings; `is_whole` once all of them were read.

    uncalculated: column, counted from 0 -> cells whose formula has no result. last_row: the last with a value.
    """

    row_count: int = 0
    last_row: int = 0
    hidden: CountedRows = field(default_factory=CountedRows)
    hidden_columns: set[int] = field(default_factory=set)
    uncalculated: Counter[int] = field(default_factory=Counter)
    uncalculated_rows: CountedRows = field(default_factory=CountedRows)
    is_whole: bool = False
    _last_uncalculated: int = 0

    def see_column(self, attributes: dict[str, str]) -> None:
        """Takes the formatting of some neighbouring columns."""
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if is_hidden(attributes, size="width") and first.isdecimal() and last.isdecimal():
            self.hidden_columns.update(range(int(first[:5]) - 1, min(int(last[:5]), 500)))

    def see_uncalculated(self, row: int, place: int) -> None:
        """Takes a cell whose formula has no result."""
        if place < 500:
            self.uncalculated[place] += 1
        if row != self._last_uncalculated:
            self._last_uncalculated = row
            self.uncalculated_rows.add(row)


def is_hidden(attributes: dict[str, str], size: str = "ht") -> bool:
    """Whether a row (or, by its width, a column) is hidden: by a filter, by hand, or by a size of nothing.

    >>> is_hidden({"hidden": "1"}), is_hidden({"ht": "0", "customHeight": "1"}), is_hidden({"ht": "15"})
    (True, True, False)
    """
    if "hidden" in attributes and attributes["hidden"] in _TRUE:
        return True
    return size in attributes and attributes[size].strip("0.") == ""


def hidden_note(hidden: CountedRows, *, are_left_out: bool) -> Note | None:
    """The note on rows that are hidden by a filter or by hand; leaving them out is the officer's choice."""
    if not hidden.count:
        return None
    rows = count_words(hidden.count, "hidden row")
    text = (
        f"{rows} left out, as you chose."
        if are_left_out
        else f"{rows} (by a filter or by hand) read like all others. Leave them out if the sender meant only the rest."
    )
    return Note("hidden_rows", text, tuple(hidden.rows), choice="leave_out_hidden")


def hidden_sheets_note(sheet: str, hidden: Iterable[str]) -> Note | None:
    """The note on sheets that nobody sees in Excel: the one that is read, or those that are not."""
    names = list(hidden)
    if sheet in names:
        return Note(
            "hidden_sheet", f"The sheet “{sheet[:60]}” is hidden in the workbook: make sure that it is the right one."
        )
    if not names:
        return None
    listed = ", ".join(f"“{name[:60]}”" for name in names[:5]) + (" and others" if len(names) > 5 else "")
    verb = "is hidden in the workbook and was" if len(names) == 1 else "are hidden in the workbook and were"
    noun = "sheet" if len(names) == 1 else "sheets"
    return Note("hidden_sheets", f"The {noun} {listed} {verb} not read. Choose another sheet if the cases are there.")


def uncalculated_note(facts: SheetFacts) -> Note | None:
    """The note on formulas without a result."""
    rows = facts.uncalculated_rows
    if not rows.count:
        return None
    return Note(
        "never_calculated",
        f"Formulas in {count_words(rows.count, 'row')} were never calculated and read as blank or 0: {_CALCULATE}",
        tuple(rows.rows),
    )


def refuse_uncalculated(facts: SheetFacts, columns: dict[int, str]) -> None:
    """Raises RuleBroken when most cells of a chosen column (place -> heading) are formulas without a result."""
    for place, heading in columns.items():
        if facts.uncalculated[place] * 2 > facts.row_count:
            raise RuleBroken(f"The formulas of the column “{heading[:80]}” were never calculated: {_CALCULATE}")


def hidden_columns_note(facts: SheetFacts, columns: dict[int, str]) -> Note | None:
    """The note on chosen columns (place -> heading) that nobody sees in Excel."""
    named = [f"“{heading[:80]}”" for place, heading in sorted(columns.items()) if place in facts.hidden_columns]
    if not named:
        return None
    subject = f"The column {named[0]} is" if len(named) == 1 else f"The columns {', '.join(named)} are"
    return Note(
        "hidden_columns", f"{subject} hidden in the sheet: make sure that what is read is what the sender meant."
    )
