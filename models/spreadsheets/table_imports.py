"""Which uploaded spreadsheet waits for its columns, its check or somebody's acceptance, and what came of it?

The file may name people, so it is kept sealed, only until it is brought in or discarded, and never beyond a day; so is
the report of its check. What is kept afterwards is how many records it made and changed, and which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, BinaryIO, ClassVar

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import NONE, RowPolicy
from models.core.choices import Choice
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.seals import key_of_seal
from models.core.words import choice_column, one_of
from models.documents.job_requests import request_job
from models.partnership.people import Person
from models.rules.spreadsheets.matches import guess_columns, guess_sheet
from models.rules.spreadsheets.tables import Table, read_tables
from models.spreadsheets.import_runs import SheetChoice, SheetReport
from models.spreadsheets.sheet_kinds import SheetKind, all_kinds

KEPT_HOURS = 22
"""Hours after which an upload goes; looked at every hour of the clock, so that none is ever a day old."""

MOST_BYTES = 20 * 1024 * 1024


class ImportStatus(Choice):
    """How far an uploaded spreadsheet has come."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    IMPORTING = "importing"
    IMPORTED = "imported"
    DISCARDED = "discarded"


OPEN = (ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.REFUSED)
"""The states in which a person decides what comes next."""


class TableImport(Record):
    """An uploaded spreadsheet on its way in: what its sheets hold and, once checked, what it would do."""

    __tablename__ = "table_imports"
    __table_args__ = (one_of("status", ImportStatus, "known_import_status"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=NONE,
        manager=NONE,
        reader=NONE,
        reason="Spreadsheets are brought in by officers and administrators; agencies never see them.",
        unlogged_columns=("sealed", "report", "choice"),
    )

    file_name: Mapped[str] = mapped_column(Text)
    list_name: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[ImportStatus] = mapped_column(choice_column(ImportStatus), server_default=ImportStatus.UPLOADED)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    choice: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    report: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    checked_as: Mapped[str] = mapped_column(Text, server_default="")
    refusal: Mapped[str] = mapped_column(Text, server_default="")
    new_count: Mapped[int] = mapped_column(server_default="0")
    changed_count: Mapped[int] = mapped_column(server_default="0")
    unchanged_count: Mapped[int] = mapped_column(server_default="0")
    refused_count: Mapped[int] = mapped_column(server_default="0")
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)

    uploaded_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.file_name


def _sealer(secret: str) -> Fernet:
    return Fernet(key_of_seal("spreadsheets", secret))


def keep_import(
    session: Session, file: BinaryIO, file_name: str, *, secret: str, list_name: str, person_id: int
) -> TableImport:
    """Read an uploaded file once, seal it, and guess what its sheets and columns are.

    `list_name` names the kind of rows on whose list it was uploaded. Refuses a file that is none, and one that is too
    large, in one sentence; then nothing is kept.
    """
    body = file.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise RuleBroken(f"The file is larger than {MOST_BYTES // 2**20} MB.")
    choices = guess_choices(tables_of(body), list_name)
    table_import = TableImport(
        file_name=file_name[-200:], list_name=list_name, sealed=_sealer(secret).encrypt(body), uploaded_by_id=person_id,
        choice=[asdict(choice) for choice in choices],
    )  # fmt: skip
    session.add(table_import)
    session.flush()
    return table_import


def open_import(table_import: TableImport, *, secret: str) -> list[Table]:
    """The sheets of an upload again. Refuses one whose file has been erased."""
    if table_import.sealed is None:
        raise RuleBroken("The uploaded file has been erased; upload it again.")
    return tables_of(_sealer(secret).decrypt(table_import.sealed))


def tables_of(body: bytes) -> list[Table]:
    """The sheets of a file. Refuses what is none."""
    known = {name for kind in all_kinds().values() for names in kind.names().values() for name in names}
    return read_tables(BytesIO(body), known)


def guess_choices(tables: Sequence[Table], list_name: str) -> list[SheetChoice]:
    """What each sheet probably holds, by its name, else by the list on which a file of one sheet was uploaded."""
    titles = {name: (kind.title, kind.plural, name) for name, kind in all_kinds().items()}
    taken: set[str] = set()
    choices = []
    for table in tables:
        kind = guess_sheet(table.name, titles) or (list_name if len(tables) == 1 else "")
        kind = "" if kind in taken else kind
        taken.add(kind)
        choices.append(choose_kind(table, kind))
    return choices if any(choice.kind for choice in choices) else [choose_kind(tables[0], list_name), *choices[1:]]


def choose_kind(table: Table, kind: str) -> SheetChoice:
    """A sheet as rows of a kind, its columns guessed; "" for a sheet that is left out."""
    columns = guess_columns(table.headings, all_kinds()[kind].names()) if kind else {}
    return SheetChoice(table.name, kind, columns)


def choices_of(table_import: TableImport) -> list[SheetChoice]:
    """What is kept of a person's choices."""
    return [SheetChoice(**deepcopy(facts)) for facts in table_import.choice or ()]


def ask_for_check(session: Session, table_import: TableImport, choices: Sequence[SheetChoice]) -> int | None:
    """Keep the choices and request the check. Returns the id of the request. Refuses an import that goes on already."""
    _refuse_unless(table_import, *OPEN)
    _refuse_wrong(choices)
    table_import.choice = [asdict(choice) for choice in choices]
    table_import.report, table_import.refusal, table_import.status = None, "", ImportStatus.CHECKING
    session.flush()
    return request_job(session, "check_table_import", {"import_id": table_import.id})


def accept(session: Session, table_import: TableImport, *, is_ticked: bool = False) -> int | None:
    """Accept what the check says, to be done by a job, whose request's id is returned."""
    _refuse_unless(table_import, ImportStatus.CHECKED)
    if not table_import.new_count and not table_import.changed_count:
        raise RuleBroken("There is nothing to bring in: no row is new or changed.")
    choices = choices_of(table_import)
    for choice in choices:
        choice.is_ticked = is_ticked
    table_import.choice = [asdict(choice) for choice in choices]
    table_import.status = ImportStatus.IMPORTING
    session.flush()
    return request_job(session, "carry_out_table_import", {"import_id": table_import.id})


def keep_report(table_import: TableImport, reports: Sequence[SheetReport], mark: str) -> None:
    """Keep what a check found, with its counts and its mark."""
    table_import.report, table_import.checked_as = [asdict(report) for report in reports], mark
    table_import.new_count = sum(len(report.new) for report in reports)
    table_import.changed_count = sum(len(report.changed) for report in reports)
    table_import.refused_count = sum(len(report.refused) for report in reports)
    table_import.unchanged_count = sum(report.unchanged_count for report in reports)


def discard(session: Session, table_import: TableImport) -> None:
    """Give an upload up: nothing is kept but its name. Refuses one that is being worked on or was brought in."""
    _refuse_unless(table_import, *OPEN)
    _forget(table_import)
    table_import.status = ImportStatus.DISCARDED
    session.flush()


def _forget(table_import: TableImport) -> None:
    table_import.sealed = table_import.report = table_import.choice = None


def erase_stale(session: Session) -> int:
    """Erase the file and the report of every upload that is nearly a day old; returns how many there were."""
    since = now() - timedelta(hours=KEPT_HOURS)
    kept = TableImport.sealed.is_not(None) | TableImport.report.is_not(None)
    stale = session.scalars(select(TableImport).where(TableImport.uploaded_at < since, kept)).all()
    for table_import in stale:
        _forget(table_import)
        if table_import.status is not ImportStatus.IMPORTED:
            table_import.status = ImportStatus.DISCARDED
    session.flush()
    return len(stale)


def _refuse_unless(table_import: TableImport, *states: ImportStatus) -> None:
    if table_import.status not in states:
        raise RuleBroken("This import is being worked on, or is finished.")


def _refuse_wrong(choices: Sequence[SheetChoice]) -> None:
    kinds = [choice.kind for choice in choices if choice.kind]
    if not kinds:
        raise RuleBroken("Say what at least one sheet holds.")
    if len(set(kinds)) < len(kinds):
        raise RuleBroken("Two sheets cannot hold the same kind of rows; put their rows into one sheet.")
    for choice in choices:
        if choice.kind:
            _refuse_without_key(all_kinds()[choice.kind], choice.columns)


def _refuse_without_key(kind: SheetKind, columns: Mapping[str, str]) -> None:
    if not any(set(keys) <= set(columns) for keys in kind.stated.keys):
        needed = " and ".join(f"“{kind.column(key).heading}”" for key in kind.stated.keys[0])
        raise RuleBroken(f"{kind.title}: choose the column of {needed}, by which the portal knows a row again.")
    if len(set(columns.values())) < len(columns):
        raise RuleBroken(f"{kind.title}: one column of the file cannot fill two fields.")
