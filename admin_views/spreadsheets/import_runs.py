"""What would an import do, row by row, and what has it done?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from wtforms import Form

from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import OFFICERS, PageSet, Panel, expose
from admin_views.kit.fields import YesField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.exports import csv_pieces
from admin_views.spreadsheets.sheet_readings import answered
from models.core.addresses import address_by_id
from models.rules.core.counts import count_words, list_words
from models.spreadsheets.sheet_kinds import all_kinds
from models.spreadsheets.table_imports import ImportStatus, TableImport, accept, ask_for_check, choices_of

LISTED = 200
"""Rows of each sort that a page lists; the file of refusals has all of them."""


class ReportPages(PageSet):
    """The check of an import, and its acceptance."""

    @expose("/<int:record_id>/check/", roles=OFFICERS)
    def check(self, record_id: int) -> ResponseReturnValue:
        """Everything the import would do, before anything is written."""
        record = self.get_record(record_id)
        if record.status is not ImportStatus.CHECKED or record.report is None:
            return redirect(self.details_url(record_id))
        sheets = [(all_kinds()[sheet["kind"]], sheet) for sheet in record.report if sheet["kind"] in all_kinds()]
        return self.render("table_imports/check.html", record=record, sheets=sheets, listed=LISTED)

    @expose("/<int:record_id>/answers/", roles=OFFICERS, methods=("POST",))
    def answers(self, record_id: int) -> ResponseReturnValue:
        """Check again with the words that somebody says are meant."""
        record = self.get_record(record_id)
        asked = ask_for_check(self.session, record, answered(choices_of(record)))
        self.session.commit()
        return redirect(waiting_url(asked, self.link("check", record_id=record_id)))

    @expose("/<int:record_id>/refused.csv", roles=OFFICERS)
    def refused(self, record_id: int) -> ResponseReturnValue:
        """Every refused row with its line and its sentence, to mend the spreadsheet with."""
        record = self.get_record(record_id)
        lines = csv_pieces(
            ("sheet", "line", "row", "why"), list(_refusals(record))
        )  # the session ends before the stream
        headers = {"Content-Disposition": f'attachment; filename="import-{record_id}-refused.csv"'}
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/<int:record_id>/accept/", roles=OFFICERS, methods=("GET", "POST"))
    def accept(self, record_id: int) -> ResponseReturnValue:
        """The person's word: the rows are written, all of them or none."""
        record = self.get_record(record_id)
        form = _accept_form(record)(sent_form())
        values = {"title": f"Bring in {record}?", "button": "Bring in", "lead": what_it_means(record)}
        return self.ask(form, self.details_url(record_id), lambda: self._accepted(record, form), **values)

    def _accepted(self, record: TableImport, form: Form) -> tuple[str, str]:
        is_ticked = bool(form["is_ticked"].data) if "is_ticked" in form else False
        asked = accept(self.session, record, is_ticked=is_ticked)
        return "Accepted. It is being brought in.", waiting_url(asked, self.details_url(record.id))


def _accept_form(record: TableImport) -> type[Form]:
    """A form with the box to tick that the kinds of the new rows offer, else an empty one."""
    kinds = [all_kinds()[sheet["kind"]] for sheet in record.report or () if sheet["new"]]
    ticks = [kind.stated.tick for kind in kinds if kind.stated.tick]
    return type("AcceptForm", (Form,), {"is_ticked": YesField(ticks[0])} if ticks else {})


def what_it_means(record: TableImport) -> str:
    """What acceptance does, in counts."""
    parts = [count_words(record.new_count, "new record"), count_words(record.changed_count, "changed one")]
    left = f" {count_words(record.refused_count, 'refused row is', 'refused rows are')} left out."
    return f"{list_words(parts)} will be written, all together or none.{left if record.refused_count else ''}"


def _refusals(record: TableImport) -> Iterator[tuple[Any, ...]]:
    for sheet in record.report or ():
        for row in sheet["refused"]:
            yield sheet["sheet"], row["line"], row["name"], row["sentence"]


def made_panels(record: TableImport) -> Iterator[Panel]:
    """For each sheet that was brought in, its new and changed records with links, and the refused rows."""
    for sheet in record.report or ():
        kind = all_kinds()[sheet["kind"]]
        done = [(row, "New") for row in sheet["new"]] + [(row, "Changed") for row in sheet["changed"]]
        rows: list[tuple[Any, ...]] = [(_link(kind.model, row), word, _changes(row)) for row, word in done[:LISTED]]
        rows += [(row["name"], f"Refused, line {row['line']}", row["sentence"]) for row in sheet["refused"][:LISTED]]
        empty = "Nothing was new or changed."
        yield Panel(kind.title, (kind.noun.capitalize(), "What became of it", "More"), rows, empty=empty)


def _link(model: Any, row: dict[str, Any]) -> Any:
    if row["record_id"] is None:
        return row["name"]
    return Markup('<a href="{}">{}</a>').format(address_by_id(model, row["record_id"]), row["name"])


def _changes(row: dict[str, Any]) -> Any:
    return Markup("<br>").join(
        escape(f"{change['heading']}: {change['old']} → {change['new']}") for change in row["changes"]
    )
