"""What do the cells of one date column of a batch come to, row by row?"""

from collections.abc import Iterator, Sequence

from models.rules.case_lists.columns import NO_DAY, Codes, DateColumn, said_of


class DayCells:
    """One date column of a batch: the day number of each row to compare by (`keys`) and its rendered date (`outs`).

    >>> from datetime import date
    >>> from models.rules.case_lists.date_readings import DateReader
    >>> from models.rules.case_lists.days.centuries import YearWindow
    >>> today, reader = date(2026, 3, 15), DateReader("day", "end", YearWindow(1977))
    >>> ends = DayCells(DateColumn(reader, "end", today, str), ["Mar-26", "15/06/52", "soon", "01/04/26"])
    >>> ends.read_beside([day.toordinal() for day in (date(2026, 3, 20), date(1950, 3, 1), today, today)]); ends.outs
    ['2026-03-20', '1952-06-15', 'None', '2026-04-01']
    >>> list(ends.remarks())
    [(1, ()), (2, ('unreadable_end',)), (3, ('end_in_future',)), (0, ('end_in_future',))]
    """

    def __init__(self, column: DateColumn, texts: Sequence[str]) -> None:
        self.column, self.texts = column, texts
        self.keys: list[int] = list(map(column.keys.__getitem__, texts))
        self.outs = list(map(column.outs.__getitem__, texts))
        self._read_again: dict[int, Codes] = {}

    def read_beside(self, starts: Sequence[int]) -> None:
        """Reads ends again beside their starts where something was decided about them and they lie in question."""
        today = self.column.today.toordinal()
        for place, _oddities in said_of(self.texts, self.column.oddities):
            start, key = starts[place], self.keys[place]
            if start > NO_DAY and key != self.column.no_day and (key < start or key > today):
                day = self.column.beside_start(self.texts[place], start)
                self.keys[place], self.outs[place] = day.toordinal(), self.column.render(day)
                self._read_again[place] = self.column.codes_of(day)

    def remarks(self) -> Iterator[tuple[int, Codes]]:
        """What is to be said of the cells by themselves, by place."""
        for place, codes in said_of(self.texts, self.column.said):
            yield place, self._read_again.pop(place, codes)
        yield from self._read_again.items()
