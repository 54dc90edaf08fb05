"""May this one row of a case list be imported, and what is wrong with it? The careful path: one row, every rule."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from models.rules.case_lists.columns import (
    MAX_REFERENCE,
    TROUBLE,
    DateColumn,
    DayCell,
    LevelColumn,
    OpenOrClosedColumn,
    Rendering,
    TextColumn,
)
from models.rules.case_lists.headings import ColumnPlaces
from models.rules.case_lists.references.personal import personal_kind
from models.rules.case_lists.references.shapes import is_damaged_reference
from models.rules.case_lists.report import Report
from models.rules.case_lists.values import clean, is_ten_digits


@dataclass
class Columns:
    """The mapped columns of one sheet: where each lies and how its texts are read."""

    places: ColumnPlaces
    rendering: Rendering
    today: int
    start: DateColumn | None = None
    end: DateColumn | None = None
    born: DateColumn | None = None
    theme: TextColumn | None = None
    agency: TextColumn | None = None
    level: LevelColumn | OpenOrClosedColumn | None = None
    level_place: int | None = None
    fixed_rank: int | None = None
    fixed_agency: str | None = None
    heading_count: int = 0
    has_local_ten_digits: bool = False
    set_aside: frozenset[int] = frozenset()

    @cached_property
    def width(self) -> int:
        """How many cells a row needs so that every chosen column is there."""
        return self.places.width()

    def trim(self) -> None:
        """Keep the memory taken by dates already read within bounds."""
        for column in (self.level, self.start, self.end, self.born):
            if column is not None:
                column.trim()


@dataclass
class JudgedRow:
    """What the careful path decided about one row: the values to import, or None when it is rejected."""

    reference: str
    rank: int | None = None
    values: tuple[Any, ...] | None = None
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    odd_days: list[tuple[str, str]] = field(default_factory=list)


class RowJudge:
    """Judges rows one at a time by every rule, and writes the faults it finds into the report."""

    def __init__(self, columns: Columns, report: Report) -> None:
        self.columns, self.report = columns, report

    def judge(self, number: int, row: list[str]) -> JudgedRow | None:
        """The verdict on one row; None for a row that is no case: without any filled cell, or set aside."""
        if number in self.columns.set_aside:
            return None
        row = row + [""] * (self.columns.width - len(row))
        reference = clean(row[self.columns.places.reference])
        if not reference and not any(map(clean, row)):
            return None
        judged = JudgedRow(reference)
        self._judge_reference(judged)
        self._judge_level(judged, row)
        theme = self._judge_text(judged, row, "theme")
        agency = self._judge_text(judged, row, "agency")
        start, end = self._judge_days(judged, row)
        if len(row) > self.columns.heading_count and any(map(clean, row[self.columns.heading_count :])):
            judged.warnings.append("too_many_cells")
        for code in judged.warnings:
            self.report.warn(code, (number,))
        if judged.faults:
            self.report.reject(number, tuple(judged.faults))
        else:
            as_text, as_rank = self.columns.rendering.text, self.columns.rendering.rank
            rendered = self.columns.rendering.number(number), as_text(reference), as_rank(judged.rank)
            judged.values = (*rendered, theme, start, end, agency)
        return judged

    def _judge_reference(self, judged: JudgedRow) -> None:
        reference = judged.reference
        if not reference:
            judged.faults.append("missing_reference")
        elif len(reference) > MAX_REFERENCE:
            judged.faults.append("reference_too_long")
        elif is_damaged_reference(reference):
            judged.warnings.append("damaged_reference")
        elif not (self.columns.has_local_ten_digits and is_ten_digits(reference)):
            self._refuse_personal(judged, reference, "reference")

    def _refuse_personal(self, judged: JudgedRow, text: str, role: str) -> bool:
        kind = personal_kind(text)
        if kind:
            judged.faults.append(f"{kind}_in_{role}")
        return kind is not None

    def _judge_level(self, judged: JudgedRow, row: list[str]) -> None:
        level, place = self.columns.level, self.columns.level_place
        if level is None or place is None:
            judged.rank = self.columns.fixed_rank
            return
        judged.rank = level.rank(row[place])
        text = clean(row[place])
        if judged.rank is not None:
            return
        if not text:
            judged.warnings.append("missing_level")
        elif not self._refuse_personal(judged, text, "level"):
            judged.warnings.append("unmapped_level")
            self.report.unmapped_levels[text[:100]] += 1

    def _judge_text(self, judged: JudgedRow, row: list[str], role: str) -> Any:
        column: TextColumn | None = getattr(self.columns, role)
        place: int | None = getattr(self.columns.places, role)
        if column is None or place is None:
            return self.columns.rendering.text(self.columns.fixed_agency if role == "agency" else None)
        value = column.outs[row[place]]
        if value is not TROUBLE:
            return value
        text = clean(row[place])
        if not self._refuse_personal(judged, text, role):
            judged.warnings.append(f"{role}_too_long")
        return self.columns.rendering.text(None)

    def _judge_days(self, judged: JudgedRow, row: list[str]) -> tuple[Any, Any]:
        places, today = self.columns.places, self.columns.today
        start = self._look(self.columns.start, places.start, row)
        end = self._look(self.columns.end, places.end, row)
        end = self._beside_start(start, end)
        born = self._look(self.columns.born, places.born, row)
        if self.columns.start is not None and start.number is None:
            judged.faults.append(_fault_of_start(start))
        if end.is_unreadable:
            judged.warnings.append("unreadable_end")
        if born.is_unreadable:
            judged.warnings.append("unreadable_dob")
        for name, cell in (("start", start), ("end", end), ("born", born)):
            judged.odd_days += [(name, oddity) for oddity in cell.oddities]
            if cell.number is not None and cell.number > today:
                judged.warnings.append(f"{name}_in_future")
        if _is_before(end, start):
            judged.faults.append("end_before_start")
        if _is_before(start, born):
            judged.warnings.append("start_before_birth")
        return start.out, end.out

    def _beside_start(self, start: DayCell, end: DayCell) -> DayCell:
        """The end, read again beside its start where something was decided about it and it lies in question."""
        column, today = self.columns.end, self.columns.today
        if column is None or not end.oddities or not (_is_before(end, start) or (end.number or 0) > today):
            return end
        return column.beside_start(end, start, today)

    def _look(self, column: DateColumn | None, place: int | None, row: list[str]) -> DayCell:
        if column is None or place is None:
            return DayCell(None, False, self.columns.rendering.day(None))
        return column.look(row[place])


def _fault_of_start(start: DayCell) -> str:
    if start.is_unreadable:
        return "unreadable_start"
    return "placeholder_start" if "placeholder" in start.oddities else "missing_start"


def _is_before(day: DayCell, other: DayCell) -> bool:
    return day.number is not None and other.number is not None and day.number < other.number
