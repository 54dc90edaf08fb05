"""What do the dates of a whole column show: which part comes first, and has a spreadsheet turned some round?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from models.rules.case_lists.days.date_shapes import Shape, shape_of
from models.rules.case_lists.days.day_numbers import read_day_number
from models.rules.case_lists.days.placeholders import is_day_for_none
from models.rules.case_lists.values import clean

DateOrder = Literal["day", "month", "year"]
"""Which part comes first where a date is three numbers: 16/05/2019, 05/16/2019 or 19/05/16."""

LAST_SWAPPED = 12
"""The last day of a month that can be taken for a month."""

_CHANCE = 0.1


@dataclass(frozen=True)
class ColumnDates:
    """The order of one column's dates, decided over the whole column, and how sure that is.

    order: which part comes first in dates of three numbers. is_ambiguous: such dates occur and none proves the order
    (day first is assumed). is_mixed: some prove one order and some another, so the minority cannot be read.
    is_half_converted: a spreadsheet seems to have turned round day and month of the dates it could read.
    """

    order: DateOrder
    is_ambiguous: bool = False
    is_mixed: bool = False
    is_half_converted: bool = False


@dataclass
class DateEvidence:
    """Counts of the different texts of one column that speak for each order; placeholders speak for none.

    low, high: dates whose month nobody can mistake (cells of a workbook, names of months), by whether their day is 12
    at most.
    """

    day: int = 0
    month: int = 0
    year: int = 0
    unproven: int = 0
    plain_year_first: int = 0
    low: int = 0
    high: int = 0

    def add(self, texts: Iterable[str]) -> None:
        """Counts each text once; give the different texts of the column."""
        for text in texts:
            for vote in _votes(clean(text)):
                setattr(self, vote, getattr(self, vote) + 1)

    @property
    def may_be_half_converted(self) -> bool:
        """Whether all dates could be what a spreadsheet leaves that reads the numbers in the other order.

        It makes dates of those it can read, whose day and month it swaps, and leaves the others as they are.
        """
        return bool(self.low) and not (self.high or self.unproven or self.year or (self.day and self.month))

    @property
    def is_half_converted(self) -> bool:
        """Whether that is so, and less than one in ten lists would look like that by chance.

        By chance four dates in ten have a day up to 12, and six in ten a later one.

        >>> evidence = DateEvidence(); evidence.add(["2025-04-03", "2025-05-04", "03/14/2025", "04/25/2025"])
        >>> evidence.is_half_converted
        True
        >>> evidence.add(["2025-04-13"]); evidence.is_half_converted
        False
        """
        texts = self.day + self.month
        return self.may_be_half_converted and texts > 0 and 0.4**self.low * 0.6**texts < _CHANCE

    def decide(self, *, beside_half_converted: bool = False) -> ColumnDates:
        """The column's order: the most proofs win, day first where nothing is proven or two orders tie.

        `beside_half_converted`: another column of the list was half converted, so this one was if it may be.

        >>> evidence = DateEvidence(); evidence.add(["05/06/2019", "16/05/2019"]); evidence.decide()
        ColumnDates(order='day', is_ambiguous=False, is_mixed=False, is_half_converted=False)
        """
        is_half = self.is_half_converted or (beside_half_converted and self.may_be_half_converted)
        proofs: dict[DateOrder, int] = {"day": self.day, "month": self.month, "year": self.year}
        proven = sum(1 for count in proofs.values() if count)
        if proven:
            order = max(proofs, key=lambda order: proofs[order])
            return ColumnDates(order, is_mixed=proven > 1, is_half_converted=is_half)
        if self.unproven:
            return ColumnDates("day", is_ambiguous=True)
        return ColumnDates("year" if self.plain_year_first else "day", is_half_converted=is_half)


def _votes(text: str) -> tuple[str, ...]:
    shape = shape_of(text)
    if shape is None:
        return ()
    if shape.kind == "numbers":
        vote = _order_vote(shape)
        return (vote,) if vote else ()
    if shape.kind == "serial":
        return _height(read_day_number(shape.first)[0].day)
    month, day = int(shape.middle), int(shape.last)
    if len(shape.first) == 4 and is_day_for_none(int(shape.first), month, day, "end"):
        return ()
    height = () if shape.kind == "month" else _height(day)
    return ("plain_year_first", *height) if text[:4].isdigit() else height


def _height(day: int) -> tuple[str, ...]:
    return ("low",) if day <= LAST_SWAPPED else ("high",)


def _order_vote(shape: Shape) -> str:
    first, middle, last = int(shape.first), int(shape.middle), int(shape.last)
    if first > 31:
        return "year" if len(shape.last) == 2 else ""
    if len(shape.last) == 4 and is_day_for_none(last, middle, first, "end"):
        return ""
    if first > 12:
        return "day" if middle <= 12 else ""
    if middle > 12:
        return "month" if middle <= 31 and last else ""
    return "unproven"


def decide_order(texts: Iterable[str]) -> ColumnDates:
    """The order of day, month and year in a column, from all its texts and never row by row.

    >>> decide_order(["01/02/2020", "03/04/2020"]).is_ambiguous
    True
    >>> decide_order(["2020-02-01", "01/25/2020", ""]).order, decide_order(["2018-08"]).order
    ('month', 'year')
    """
    evidence = DateEvidence()
    evidence.add(set(texts))
    return evidence.decide()
