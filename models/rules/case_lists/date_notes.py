"""What was decided about the cells of date columns, in how many rows, and what should an officer do about it?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from models.rules.case_lists.columns import DateColumn, said_of
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.notes import NOTE_ROWS, Note
from models.rules.case_lists.sheet_columns import SheetColumns
from models.rules.core.counts import count_words

_RULES = {"start": "placeholder_start", "end": "placeholder_end", "born": "placeholder_dob"}
_PLACEHOLDER = (
    "a placeholder for “none” (such as 31/12/9999, 01/01/1900, NULL or a dash) stands in {cells} and counts as"
)
_TEXTS: Mapping[str, str] = {
    "placeholder_start": f"{_PLACEHOLDER} no start, so these rows are not imported. Ask for their real start dates.",
    "placeholder_end": f"{_PLACEHOLDER} no end, so these cases are open. Correct the list if one of them has ended.",
    "placeholder_dob": f"{_PLACEHOLDER} an unknown date of birth. Nothing to do: births are read for checks only.",
    "two_digit_year": "the year has two digits in {cells} and is read as one from {first} to {last}{beside}. "
    "Compare the first and the last of them with the case system.",
    "month_without_day": "a month stands without a day (such as Mar-25) in {cells}; the first of the month is used"
    "{same}. Ask for whole dates if the day matters.",
    "utc_stamp": "a time with its offset from UTC (such as 23:00Z) stands in {cells} and falls on another day in "
    "London, which is the one used. Compare one of them with the case system.",
    "weekday_contradicts": "the day of the week contradicts the date in {cells}; the date is used. "
    "Look these up in the case system.",
    "day_number": "a bare number stands in {cells} and is read as a spreadsheet's day number. "
    "Compare one of them with the case system.",
    "rounded_midnight": "a day number falls a rounding error short of midnight in {cells}; the day that then begins is "
    "used. Nothing to do.",
    "half_converted": "somebody's spreadsheet seems to have swapped day and month of {cells}: they hold dates with "
    "days up to 12 only, and all other cells are texts in the other order. Compare one of them with the case system, "
    "and choose to swap them back if that is so.",
}
_SWAPPED_BACK = (
    "day and month of {cells} are swapped back, as chosen, because a spreadsheet had swapped them. "
    "Compare one of them with the case system."
)
_NAMES = {
    "two_digit_year": "two_digit_years",
    "utc_stamp": "utc_stamps",
    "day_number": "day_numbers",
    "half_converted": "half_converted_dates",
}


class DateNotes:
    """Collects the odd cells of date columns while rows pass: how many of each kind, and the first 1,000 rows."""

    def __init__(self, columns: SheetColumns) -> None:
        self.columns = columns
        self.counts: Counter[tuple[str, str]] = Counter()
        self.rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, batch: Batch) -> None:
        """Takes the odd cells of one batch of cases."""
        for column, place in self.columns.dates:
            for index, oddities in said_of(batch.column(place), column.oddities):
                for oddity in oddities:
                    key = column.role, oddity
                    self.counts[key] += 1
                    if len(self.rows[key]) < NOTE_ROWS:
                        self.rows[key].append(batch.numbers[index])

    def notes(self, choice: ColumnChoice) -> Iterator[Note]:
        """One note for each column and kind, in the words of the list's headings."""
        for column, _place in self.columns.dates:
            role = column.role
            for oddity in ("placeholder", *_TEXTS):
                count = self.counts.get((role, oddity))
                if count:
                    rule = _RULES[role] if oddity == "placeholder" else oddity
                    text = f"In the column “{getattr(choice, role)}” {_sentence(rule, role, column, count)}"
                    field = "restore_swapped_dates" if oddity == "half_converted" else None
                    yield Note(_NAMES.get(rule, rule), text, self.rows[role, oddity], field)


def _sentence(rule: str, role: str, column: DateColumn, count: int) -> str:
    is_back = rule == "half_converted" and column.reader.is_restoring
    first = column.reader.years.first
    return (_SWAPPED_BACK if is_back else _TEXTS[rule]).format(
        cells=count_words(count, "cell"),
        first=first,
        last=first + 99,
        beside=", or within the hundred years after the start" if role == "end" else "",
        same=", or the day of the start in the same month" if role == "end" else "",
    )
