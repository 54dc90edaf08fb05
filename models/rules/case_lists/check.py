"""Which rows of a case list may become rows of a case frame, and what is wrong with the others?"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, cast

from models.core.errors import RuleBroken
from models.rules.case_lists.columns import Rendering
from models.rules.case_lists.columns_seen import column_notes
from models.rules.case_lists.file import STATISTICS, CaseListFile, Sheet
from models.rules.case_lists.files.sheet_facts import hidden_columns_note, refuse_uncalculated
from models.rules.case_lists.fingerprints import canonical_text
from models.rules.case_lists.furnishings import furnishing_notes
from models.rules.case_lists.headings import COLUMN_ROLES, ColumnChoice, locate
from models.rules.case_lists.judge import Judge
from models.rules.case_lists.levels import Level, LevelFinder
from models.rules.case_lists.notes import Note
from models.rules.case_lists.references.look_alikes import look_alike_note
from models.rules.case_lists.repeats import RepeatFinder
from models.rules.case_lists.report import Report
from models.rules.case_lists.sheet_columns import columns_of
from models.rules.case_lists.survey import Survey, subject_of, survey_case_list
from models.rules.case_lists.values import clean
from models.rules.core.counts import count_words

CaseRow = tuple[int, str, int | None, str | None, date | None, date | None, str | None]
"""row_number, reference, level_rank, theme, started_on, ended_on, agency."""

VALUES = Rendering(text=lambda text: text, day=lambda day: day, rank=lambda rank: rank, number=lambda number: number)
COPY_TEXT = Rendering(
    text=canonical_text, day=canonical_text, rank=lambda rank: "" if rank is None else str(rank), number=str
)


class CaseListCheck:
    """One check of one sheet with one choice of columns. Stream `rows` or `copy_blocks` once; `report` fills meanwhile.

    A start date is demanded only where a start column is chosen. `today` is the day from which a date is in the
    future. A `survey` made earlier for the same sheet and columns saves a pass over the file; any other is made again.
    `level_map` places further level texts by hand. Without `find_repeats`, or beyond 2,000,000 rows, the caller finds
    repeated references with a query over the loaded rows, and `report.repeats_searched` is False. A caller that loads
    the rows into the database sets `is_loading` and calls `report_repeats` with what the database found. `notes` on how
    the sheet was chosen may be added before the stream begins.

    >>> from io import BytesIO
    >>> from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
    >>> file = open_case_list(BytesIO(b"Case reference,Start date\\nF1,16/05/2019\\n,17/05/2019\\n"))
    >>> sheet = likely_sheet(describe_sheets(file))
    >>> check = CaseListCheck(file, sheet, sheet.choice, [], today=date(2026, 3, 31))
    >>> list(check.rows())
    [(2, 'F1', None, None, datetime.date(2019, 5, 16), None, None)]
    >>> [(problem.row, problem.sentence) for problem in check.report.rejected]
    [(3, 'No case reference.')]
    """

    def __init__(
        self,
        file: CaseListFile,
        sheet: Sheet,
        choice: ColumnChoice,
        levels: Sequence[Level],
        *,
        today: date,
        survey: Survey | None = None,
        level_map: Mapping[str, int] | None = None,
        find_repeats: bool = True,
    ) -> None:
        """Raises RuleBroken for statistics, a choice that does not fit, and a reference column of NHS numbers."""
        if sheet.is_statistics:
            raise RuleBroken(STATISTICS)
        self.file = file = file.without_hidden_rows() if choice.leave_out_hidden else file
        self.sheet, self.choice, self.today = sheet, choice, today
        self.places = locate(choice, sheet.headings)
        self.level_map = dict(level_map or {})
        self.finder = LevelFinder(levels, self.level_map)
        is_usable = survey is not None and survey.subject == subject_of(sheet, choice)
        self.survey = survey if survey and is_usable else survey_case_list(file, sheet, choice)
        self.survey.refuse_nhs_numbers()
        self.report = Report()
        self.repeats = RepeatFinder() if find_repeats else None
        self.is_loading = False
        self.notes: list[Note] = []

    def rows(self) -> Iterator[CaseRow]:
        """The accepted rows in file order. Raises RuleBroken where the file cannot be read on."""
        for columns in self._checked(VALUES):
            yield from cast("Iterator[CaseRow]", zip(*columns, strict=True))

    def first_rows(self, count: int) -> list[CaseRow]:
        """The first accepted rows, read on their own: the stream and the report stay as they are."""
        apart = CaseListCheck(
            self.file,
            self.sheet,
            self.choice,
            tuple(self.finder.levels),
            today=self.today,
            survey=self.survey,
            level_map=self.level_map,
            find_repeats=False,
        )
        return list(islice(apart.rows(), count))

    def copy_blocks(self, prefix: str = "") -> Iterator[bytes]:
        """The accepted rows as blocks for PostgreSQL's `COPY ... FROM STDIN WITH (NULL '')`, text format.

        Columns as in `CaseRow`; `prefix` comes before each line, so that `f"{frame_id}\\t"` adds a column.
        """
        between = "\n" + prefix
        for columns in self._checked(COPY_TEXT):
            if columns[0]:
                yield (prefix + between.join(map("\t".join, zip(*columns, strict=True))) + "\n").encode()

    def _checked(self, rendering: Rendering) -> Iterator[list[list[Any]]]:
        columns = columns_of(self.choice, self.places, self.finder, self.survey, rendering, self.today)
        for column, _place in columns.dates:
            column.is_1904 = self.file.is_1904
        columns.heading_count = len(self.sheet.headings)
        columns.set_aside = self._set_aside()
        judge = Judge(columns, self.report, self.repeats)
        for batch in self.file.batches(self.sheet.name, self.sheet.header_row + 1):
            yield judge.judge(batch)
        judge.tally.close(self.report, self.finder.labels)
        for note in judge.date_notes.notes(self.choice):
            self.report.note(note)
        self._close()

    def _set_aside(self) -> frozenset[int]:
        lines = self.survey.furnishings
        return frozenset(lines.set_aside + (lines.doubtful if self.choice.leave_out_doubtful else ()))

    def _file_notes(self) -> list[Note]:
        """What reading the file has shown. Raises RuleBroken when a chosen column holds formulas without results."""
        facts = self.file.facts(self.sheet.name)
        places = {role: place for role in COLUMN_ROLES if (place := getattr(self.places, role)) is not None}
        refuse_uncalculated(
            facts, {place: self.sheet.headings[place] for role, place in places.items() if role != "born"}
        )
        notes = self.file.notes(self.sheet.name, self.sheet.header_row)
        hidden = hidden_columns_note(facts, {place: self.sheet.headings[place] for place in places.values()})
        return [*notes, hidden] if hidden else notes

    def _close(self) -> None:
        report = self.report
        report.set_aside = len(self._set_aside())
        furnishings = furnishing_notes(self.survey.furnishings, are_left_out=self.choice.leave_out_doubtful)
        columns = column_notes(self.choice, self.sheet.headings, self.sheet.seen)
        for note in (*self.notes, *self._file_notes(), *columns, *furnishings):
            report.note(note)
        if not self.is_loading:
            self.report_repeats()
        used = set(self.choice.columns()) - {self.choice.born}
        report.dropped_columns = tuple(heading for heading in self.sheet.headings if heading not in used)
        for role, dates in self.survey.dates.items():
            report.date_orders[getattr(self.choice, role)] = self.choice.date_order or dates.order
        report.no_date_count = 0 if self.places.start is not None else report.accepted
        for rule, text in list_notes(self.choice, self.survey, report):
            report.note(Note(rule, text))
        report.is_complete = True

    def report_repeats(self, references: Iterable[str] | None = None) -> None:
        """Warn of repeated references and rows; `references` are those that occur again, searched for when None."""
        if self.repeats is None or self.repeats.is_full:
            return
        if references is not None:
            self.repeats.know(references)
        self.report.warn("repeated_reference", self.repeats.repeated_references())
        self.report.warn("exact_duplicate_row", self.repeats.repeated_rows())
        self.report.repeats_searched = True
        look_alikes = look_alike_note(self.repeats.look_alikes.groups(), self.references_in)
        if look_alikes:
            self.report.note(look_alikes)

    def references_in(self, rows: Sequence[int]) -> dict[int, str]:
        """The references in these rows of the file, given in ascending order; stops reading at the last of them."""
        references: dict[int, str] = {}
        waiting = iter(rows)
        number = next(waiting, None)
        for batch in self.file.batches(self.sheet.name, self.sheet.header_row + 1) if rows else ():
            while number is not None and number <= batch.numbers[-1]:
                row = batch.row(bisect_left(batch.numbers, number))
                references[number] = clean(row[self.places.reference])
                number = next(waiting, None)
            if number is None:
                break
        return references


def list_notes(choice: ColumnChoice, survey: Survey, report: Report) -> Iterator[tuple[str, str]]:
    """What a person should know about the list as a whole before accepting it: rule, text."""
    for role, dates in survey.dates.items():
        heading = getattr(choice, role)
        if dates.is_ambiguous and not choice.date_order:
            yield (
                "ambiguous_date_order",
                f"Nothing in the column “{heading}” shows whether day or month comes first; day first is used.",
            )
        if dates.is_mixed and not choice.date_order:
            yield (
                "mixed_date_order",
                f"The column “{heading}” has dates both day first and month first; "
                f"{dates.order} first is used for all of it.",
            )
    if report.no_date_count:
        rows = count_words(report.no_date_count, "row")
        yield "no_start_date", f"The list has no start date, so no time frame can be applied to its {rows}."
    if survey.has_local_ten_digits and survey.nhs_by_chance:
        yield (
            "ten_digits_by_chance",
            f"{survey.nhs_by_chance:,} of {survey.ten_digits:,} ten-digit references pass the NHS checksum, as chance "
            "explains, so they are taken for local references; make sure that they are.",
        )
