"""How is an uploaded spreadsheet checked, brought in once somebody has accepted it, and erased in time?"""

from __future__ import annotations

from collections.abc import Callable

from jobs.core.queue import Done, Run, job
from models.core.clock import today
from models.core.errors import RuleBroken
from models.messages.agency_messages import Letterhead
from models.partnership.people import Person
from models.rules.core.counts import count_words
from models.spreadsheets.import_facts import ImportFacts
from models.spreadsheets.import_runs import SheetReport, fingerprint, import_sheets
from models.spreadsheets.table_imports import (
    ImportStatus,
    TableImport,
    choices_of,
    erase_stale,
    keep_report,
    open_import,
)

_MOVED = (
    "Nothing was brought in: the portal's records have changed since the check. This is the new check; read it again."
)

_NOT_INVITED = "Nobody was invited, for no mail server is set: invite the new people from their list."


@job(timeout=1800)
def check_table_import(run: Run) -> Done:
    """Do the whole import and take it back; keep what it would do."""
    table_import = _locked(run)
    if table_import.status is not ImportStatus.CHECKING:
        return Done("The spreadsheet was checked already.")
    return _refusable(run, table_import, lambda: _check(run, table_import))


@job(timeout=1800)
def carry_out_table_import(run: Run) -> Done:
    """Do what was accepted, in one transaction; refuse where it would no longer do what the check said."""
    table_import = _locked(run)
    if table_import.status is not ImportStatus.IMPORTING:
        return Done("The spreadsheet was brought in already.")
    return _refusable(run, table_import, lambda: _carry_out(run, table_import))


@job(timeout=300)
def erase_stale_imports(run: Run) -> Done:
    """Erase every upload that is nearly a day old, with the report of its check."""
    return Done(f"{count_words(erase_stale(run.session), 'uploaded spreadsheet')} erased.")


def _locked(run: Run) -> TableImport:
    return run.session.get_one(TableImport, run.arguments["import_id"], with_for_update=True)


def _refusable(run: Run, table_import: TableImport, act: Callable[[], Done]) -> Done:
    """What the act says; a file that cannot be read, or a role that may not, refuses the import with its sentence."""
    try:
        return act()
    except RuleBroken as refusal:
        table_import.status, table_import.refusal = ImportStatus.REFUSED, refusal.sentence
        return Done(refusal.sentence)


def _check(run: Run, table_import: TableImport) -> Done:
    reports = _tried(run, table_import)
    _keep(table_import, reports)
    return Done(_words(table_import))


def _carry_out(run: Run, table_import: TableImport) -> Done:
    checked_as = table_import.checked_as
    with run.session.begin_nested() as doing:
        reports = _imported(run, table_import)
        is_as_checked = fingerprint(reports) == checked_as
        if not is_as_checked:
            doing.rollback()
    _keep(table_import, reports)
    if not is_as_checked:
        table_import.refusal = _MOVED
        return Done(_MOVED)
    table_import.status, table_import.sealed = ImportStatus.IMPORTED, None
    if run.equipment.mail_server is None and any(choice.is_ticked for choice in choices_of(table_import)):
        table_import.refusal = _NOT_INVITED
    return Done(_words(table_import))


def _keep(table_import: TableImport, reports: list[SheetReport]) -> None:
    keep_report(table_import, reports, fingerprint(reports))
    table_import.status = ImportStatus.CHECKED


def _tried(run: Run, table_import: TableImport) -> list[SheetReport]:
    with run.session.begin_nested() as trial:
        reports = _imported(run, table_import)
        trial.rollback()
    return reports


def _imported(run: Run, table_import: TableImport) -> list[SheetReport]:
    person = run.session.get_one(Person, run.attempt.requested_by_id)
    has_mail = run.equipment.mail_server is not None
    letterhead = Letterhead(run.equipment.address, run.equipment.partnership) if has_mail else None
    facts = ImportFacts(table_import.file_name, today(), person.id, person.name, letterhead)
    tables = open_import(table_import, secret=run.equipment.secret)
    return import_sheets(run.session, tables, choices_of(table_import), facts, run.report)


def _words(table_import: TableImport) -> str:
    counts = (("new", "new_count"), ("changed", "changed_count"), ("unchanged", "unchanged_count"))
    said = ", ".join(f"{getattr(table_import, name):,} {word}" for word, name in counts)
    return f"{said}, {table_import.refused_count:,} refused."
