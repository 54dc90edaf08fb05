"""Which columns of a sheet are read, and how do the texts of each become values?"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from models.core.errors import RuleBroken
from models.rules.case_lists.columns import DateColumn, LevelColumn, OpenOrClosedColumn, Rendering, TextColumn
from models.rules.case_lists.date_readings import reader_of
from models.rules.case_lists.headings import ColumnChoice, ColumnPlaces
from models.rules.case_lists.levels import LevelFinder
from models.rules.case_lists.survey import Survey


@dataclass
class SheetColumns:
    """The mapped columns of one sheet: where each lies and how its texts are read."""

    places: ColumnPlaces
    rendering: Rendering
    start: DateColumn | None = None
    end: DateColumn | None = None
    born: DateColumn | None = None
    theme: TextColumn | None = None
    agency: TextColumn | None = None
    level: LevelColumn | OpenOrClosedColumn | None = None
    fixed_rank: int | None = None
    fixed_agency: str | None = None
    heading_count: int = 0
    has_local_ten_digits: bool = False
    set_aside: frozenset[int] = frozenset()

    @cached_property
    def level_place(self) -> int | None:
        """The column that tells the level."""
        return self.places.end if isinstance(self.level, OpenOrClosedColumn) else self.places.level

    @cached_property
    def dates(self) -> list[tuple[DateColumn, int]]:
        """The date columns with their places: start, end, birth."""
        chosen = ((self.start, self.places.start), (self.end, self.places.end), (self.born, self.places.born))
        return [(column, place) for column, place in chosen if column is not None and place is not None]

    def trim(self) -> None:
        """Keep the memory taken by dates already read within bounds."""
        for column, _place in self.dates:
            column.trim()


def columns_of(
    choice: ColumnChoice,
    places: ColumnPlaces,
    finder: LevelFinder,
    survey: Survey,
    rendering: Rendering,
    today: date,
) -> SheetColumns:
    """The columns of a choice, ready to read cells. Raises RuleBroken for a named level that is not on the list.

    >>> from models.rules.case_lists.headings import locate
    >>> choice = ColumnChoice("Case reference", theme="Theme")
    >>> plain = Rendering(*[lambda value: value] * 4)
    >>> places = locate(choice, ["Case reference", "Theme"])
    >>> columns = columns_of(choice, places, LevelFinder([]), Survey(), plain, date(2026, 3, 31))
    >>> columns.theme.outs[" Neglect "], columns.theme.outs["NEGLECT"], columns.level_place, columns.dates
    ('Neglect', 'Neglect', None, [])
    """
    columns = SheetColumns(places, rendering, has_local_ten_digits=survey.has_local_ten_digits)
    for role, dates in survey.dates.items():
        reader = reader_of(role, dates, choice, today)
        setattr(columns, role, DateColumn(reader, role, today, rendering.day))
    if choice.theme:
        columns.theme = TextColumn(choice.theme, "theme", rendering.text)
    if choice.agency:
        columns.agency = TextColumn(choice.agency, "agency", rendering.text)
    columns.fixed_agency = None if choice.agency else choice.fixed_agency
    if choice.level:
        columns.level = LevelColumn(choice.level, finder, rendering.rank)
    elif choice.fixed_level:
        columns.fixed_rank = finder.must_find(choice.fixed_level)
    elif choice.level_rule:
        columns.level = _open_or_closed(columns, choice, finder)
    return columns


def _open_or_closed(columns: SheetColumns, choice: ColumnChoice, finder: LevelFinder) -> OpenOrClosedColumn:
    if columns.end is None:
        raise RuleBroken("Open and closed cases can only be told apart with a column for the end date.")
    ranks = finder.must_find(choice.open_level), finder.must_find(choice.closed_level)
    return OpenOrClosedColumn(columns.end, *ranks, columns.rendering.rank)
