"""How does a case list become a frozen frame, with every problem shown before anything is written?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame
from models.case_lists.frame_rows import freeze, index_frame, load_blocks
from models.core.clock import now, today
from models.core.errors import RuleBroken
from models.documents.job_requests import request_job
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.rules.case_lists.check import CaseListCheck, CaseRow
from models.rules.case_lists.columns_seen import column_notes
from models.rules.case_lists.file import (
    CaseListFile,
    Sheet,
    describe_sheet,
    describe_sheets,
    likely_sheet,
    open_case_list,
    other_lists_note,
)
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.levels import Level, LevelFinder
from models.rules.case_lists.notes import Note
from models.rules.case_lists.report import Report
from models.rules.case_lists.samples import SampleRow, sample_rows
from models.rules.case_lists.several_levels import check_levels
from models.rules.case_lists.survey import Survey, survey_case_list

INDEXED_AT_ONCE = 20_000
"""Rows up to which the indexes of a frame's list are built with the frame, in a tenth of a second or two."""


@dataclass(frozen=True)
class ImportChoice:
    """What an officer decides about a file: sheet, heading row and columns; what is None is guessed.

    `columns` overrides single guesses (field names of ColumnChoice); `level_map` places further level texts by rank.
    """

    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    level_map: Mapping[str, int] = field(default_factory=dict)

    def as_facts(self) -> dict[str, Any]:
        """Plain values that JSON can keep; `from_facts` reads them."""
        return {**asdict(self), "columns": dict(self.columns), "level_map": dict(self.level_map)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any] | None) -> ImportChoice:
        return cls(**facts) if facts else cls()


def levels_of(session: Session) -> list[Level]:
    """The partnership's active levels of intervention; a higher rank is a higher level."""
    statement = (
        select(ReferenceItem)
        .where(ReferenceItem.list_name == ReferenceList.LEVEL_OF_INTERVENTION, ReferenceItem.is_active)
        .order_by(ReferenceItem.rank, ReferenceItem.id)
    )
    items = session.scalars(statement)
    return [Level(rank, item.label, (item.code, *item.aliases)) for rank, item in enumerate(items, start=1)]


def open_check(
    session: Session,
    source: BinaryIO,
    choice: ImportChoice,
    *,
    today: date,
    survey: Survey | None = None,
    levels: Sequence[Level] | None = None,
) -> CaseListCheck:
    """A check of a file by an officer's choice, ready to stream. Raises RuleBroken for anything but a case list.

    `levels` are the partnership's own unless others are given.
    """
    file = open_case_list(source)
    sheets = describe_sheets(file)
    sheet = _chosen(file, sheets, choice)
    others = other_lists_note(file, sheets, sheet)
    check = CaseListCheck(
        file,
        sheet,
        _amended(sheet.choice, choice.columns),
        levels_of(session) if levels is None else levels,
        today=today,
        survey=survey,
        level_map=choice.level_map,
    )
    check.notes += [others] if others else []
    return check


def _chosen(file: CaseListFile, sheets: Sequence[Sheet], choice: ImportChoice) -> Sheet:
    """The sheet that was named, else the likely one, with its headings where they were said to be."""
    if choice.sheet is None and choice.header_row is None:
        return likely_sheet(sheets)
    return describe_sheet(file, likely_sheet(sheets).name if choice.sheet is None else choice.sheet, choice.header_row)


def run_through(check: CaseListCheck) -> Report:
    """Read the whole list and keep nothing but the report."""
    return check_levels(check)


def import_frame(
    session: Session,
    check: CaseListCheck,
    *,
    title: str,
    file_name: str,
    review_id: int | None = None,
    person_id: int | None = None,
) -> CaseFrame:
    """Load the accepted rows of a check into a new frame and freeze it, in the caller's transaction.

    A large frame can be drawn from at once, while a job that is requested here builds the indexes of its list.
    Refuses a list without a single usable row; then nothing is left behind.
    """
    frame = CaseFrame(
        title=title.strip() or file_name,
        file_name=file_name,
        sheet=check.sheet.name,
        review_id=review_id,
        imported_by_id=person_id,
        levels={str(rank): label for rank, label in check.finder.labels.items()},
        frozen_at=now(),
        fingerprint="",
    )
    session.add(frame)
    session.flush()
    check.is_loading = True
    load_blocks(session, frame, check.copy_blocks(prefix=f"{frame.id}\t"))
    check.report_repeats(freeze(session, frame))
    frame.rejected_count = check.report.rejected_count
    frame.report = kept_facts(check.report) | {"read_as": read_as(check)}
    session.flush()
    if frame.row_count <= INDEXED_AT_ONCE:
        index_frame(session, frame.id)
    else:
        request_job(session, "index_frame_rows", {"frame_id": frame.id}, unique_key=f"index_frame:{frame.id}")
    return frame


def read_as(check: CaseListCheck) -> dict[str, Any]:
    """How the file was read, so that somebody who has the file can read it the same way again."""
    columns = {name: value for name, value in asdict(check.choice).items() if value not in (None, False)}
    orders = {role: dates.order for role, dates in check.survey.dates.items()}
    return {
        "sheet": check.sheet.name,
        "header_row": check.sheet.header_row,
        "columns": columns,
        "level_map": dict(check.level_map),
        "date_orders": orders,
        "read_on": check.today.isoformat(),
    }


def kept_facts(report: Report) -> dict[str, Any]:
    """The part of a report kept with its frame: counts and sentences; the problems of rows stay with the check."""
    left_out = ("rejected", "warnings", "several_levels", "by_theme", "accepted_by_theme", "by_agency")
    return {name: value for name, value in report.as_facts().items() if name not in left_out}


def _amended(guess: ColumnChoice, columns: Mapping[str, Any]) -> ColumnChoice:
    """The guess with a person's changes: naming one source of the level takes the other guesses for it away."""
    changes = dict(columns)
    sources = ("level", "fixed_level", "level_rule")
    if any(changes.get(source) for source in sources):
        changes = {source: None for source in sources} | changes
    return replace(guess, **changes)


@dataclass(frozen=True)
class ColumnsView:
    """What a person confirms: the sheets to choose from, the headings, the meaning of each column, three rows."""

    sheets: tuple[Sheet, ...]
    sheet: Sheet
    choice: ColumnChoice
    samples: tuple[SampleRow, ...]
    survey: Survey
    dropped: tuple[str, ...]

    @property
    def notes(self) -> list[Note]:
        """What the headings and first values have decided."""
        return list(column_notes(self.choice, self.sheet.headings, self.sheet.seen))


def view_columns(
    source: BinaryIO, choice: ImportChoice, levels: Sequence[Level], *, is_refused: bool = False
) -> ColumnsView:
    """Read what a person needs to confirm the columns. Raises RuleBroken for a choice that does not fit the sheet.

    A choice that was refused already is only shown again, on its sheet: no row is read by it.
    """
    file = open_case_list(source)
    sheets = describe_sheets(file)
    sheet = _chosen(file, sheets, choice)
    columns = _amended(sheet.choice, choice.columns)
    if columns.fixed_level and not is_refused:
        LevelFinder(levels).must_find(columns.fixed_level)
    if is_refused or not columns.reference:
        return ColumnsView(sheets, sheet, columns, (), Survey(), sheet.headings)
    survey = survey_case_list(file, sheet, columns)
    survey.refuse_nhs_numbers()
    samples = tuple(sample_rows(file, sheet, columns, survey.dates, today()))
    used = set(columns.columns()) - {columns.born}
    return ColumnsView(
        sheets, sheet, columns, samples, survey, tuple(heading for heading in sheet.headings if heading not in used)
    )


def rows_for_certificate(
    session: Session, certificate: Mapping[str, Any], source: BinaryIO, *, today: date
) -> Iterator[CaseRow]:
    """The rows of a case list, read in the way a draw's certificate says and with its words for the levels."""
    frame = certificate.get("frame")
    read_as = frame.get("read_as") if isinstance(frame, Mapping) else None
    if not isinstance(frame, Mapping) or not isinstance(read_as, Mapping):
        raise RuleBroken("This is not a draw certificate that the portal can read.")
    aliases = {level.label: level.aliases for level in levels_of(session)}
    levels = [Level(int(rank), word, aliases.get(word, ())) for rank, word in frame.get("levels", {}).items()]
    choice = ImportChoice(
        sheet=read_as.get("sheet"),
        header_row=read_as.get("header_row"),
        columns=read_as.get("columns", {}),
        level_map=read_as.get("level_map", {}),
    )
    day = _day_of_reading(read_as, today)
    yield from open_check(session, source, choice, today=day, levels=levels).rows()


def _day_of_reading(read_as: Mapping[str, Any], today: date) -> date:
    """The day on which the frame was read, which decides the century of two-digit years; today for older frames."""
    try:
        return date.fromisoformat(read_as.get("read_on", today.isoformat()))
    except (TypeError, ValueError) as fault:
        raise RuleBroken("This is not a draw certificate that the portal can read.") from fault
