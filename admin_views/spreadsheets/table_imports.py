"""How does somebody bring a spreadsheet in, look at what it would do, and accept it?"""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session
from wtforms import FileField, Form

from admin_views.documents.evidence_files import sent_file, upload_rules
from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import (
    NOBODY,
    OFFICERS,
    Button,
    Category,
    Fact,
    Panel,
    Screen,
    by_value,
    expose,
    person_id,
    read_by,
    role,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.forms import sent_form
from admin_views.kit.saving import already_sent, note_saved
from admin_views.spreadsheets.import_runs import ReportPages, made_panels
from admin_views.spreadsheets.sheet_kinds import PARTNERSHIP, TemplatePages, kinds_offered, may_bring
from admin_views.spreadsheets.sheet_readings import choices_of_form, is_other_kind, secret
from models.core.access import Role
from models.core.errors import RuleBroken
from models.rules.documents.lists import LISTS, look_at_list
from models.spreadsheets.import_runs import SheetChoice
from models.spreadsheets.sheet_kinds import all_kinds
from models.spreadsheets.table_imports import (
    MOST_BYTES,
    OPEN,
    ImportStatus,
    TableImport,
    ask_for_check,
    choices_of,
    discard,
    keep_import,
    open_import,
)


class SheetField(FileField):
    """A file that must be chosen."""

    is_required = True


class UploadForm(Form):
    """The file."""

    file = SheetField("Spreadsheet", render_kw={"accept": LISTS})


@screen
class TableImportScreen(Screen):
    """Spreadsheets on their way in; everybody sees their own, administrators all."""

    model = TableImport
    page_sets = (ReportPages, TemplatePages)
    name, noun, plural = "Spreadsheets", "import", "imports"
    list_purpose = "Agencies, people, seats, agreements and action trackers come in from your own spreadsheets here."
    url, category, menu_order = "/table-imports", Category.PEOPLE, 90
    roles = read_by(OFFICERS, export=NOBODY)
    introduction = (
        "Bring in agencies, people, hubs, seats and more from a spreadsheet. Nothing is written before you accept it."
    )
    list_purpose = (
        "Each spreadsheet that was brought in is kept on record here by its name and what it changed; the file itself"
        " is erased within a day."
    )
    column_list = ("file_name", "status", "uploaded_at", "uploaded_by_id", "new_count", "changed_count")
    column_details_list = (*column_list, "unchanged_count", "refused_count")
    column_formatters = {"status": by_value(show_tag)}
    column_filters = ("status", "uploaded_at")
    column_sortable_list = ("uploaded_at", "status")
    column_default_sort = ("uploaded_at", True)
    column_labels = {
        "file_name": "File",
        "uploaded_by_id": "Uploaded by",
        "uploaded_at": "Uploaded",
        "new_count": "New",
        "changed_count": "Changed",
        "unchanged_count": "Unchanged",
        "refused_count": "Refused",
    }

    def get_query(self) -> Select[Any]:
        imports = super().get_query()
        return imports if role() is Role.ADMINISTRATOR else imports.where(TableImport.uploaded_by_id == person_id())

    def list_buttons(self) -> list[Button]:
        template = Button(
            "Template of a whole partnership", self.link("template", list_name=PARTNERSHIP, file_kind="xlsx")
        )
        return [template, Button("Bring in a spreadsheet", self.link("upload"), "main")]

    def facts(self, session: Session, record: TableImport) -> list[Fact]:
        return [Fact("To know", record.refusal)] if record.refusal else []

    def buttons(self, record: TableImport) -> list[Button]:
        buttons = []
        if record.status is ImportStatus.CHECKED:
            buttons.append(Button("See the check", self.link("check", record_id=record.id), "main"))
        if record.status in OPEN:
            buttons.append(Button("Choose columns", self.link("columns_page", record_id=record.id)))
        return buttons

    def panels(self, session: Session, record: TableImport) -> list[Panel]:
        return [*made_panels(record)] if record.status is ImportStatus.IMPORTED else []

    @expose("/upload/", roles=OFFICERS, methods=("GET", "POST"))
    def upload(self) -> ResponseReturnValue:
        """Take a file, look at what it is, and keep it sealed until its fate is decided."""
        name, form = request.args.get("to", PARTNERSHIP), _upload_form()
        if name != PARTNERSHIP and name not in all_kinds():
            abort(404)
        shown = {"form": form, "name": name, "kinds": kinds_offered(name) or abort(403)}
        if request.method == "GET":
            return self.render("table_imports/upload.html", problems=[], **shown)
        try:
            kept = already_sent(self.session) or self._keep(name)
        except RuleBroken as refusal:
            self.session.rollback()
            return self.render("table_imports/upload.html", problems=[("file", refusal.sentence)], **shown), 422
        return redirect(self.link("columns_page", record_id=kept))

    def _keep(self, name: str) -> str:
        sent = sent_file("file", "Choose the file of your spreadsheet.")
        file_name = look_at_list(sent.file, sent.file_name, limit_mb=_limit_mb())
        kept = keep_import(
            self.session, sent.file, file_name,
            secret=secret(), list_name="" if name == PARTNERSHIP else name, person_id=person_id(),
        )  # fmt: skip
        note_saved(self.session, kept.id)
        self.session.commit()
        return str(kept.id)

    @expose("/<int:record_id>/columns/", roles=OFFICERS, methods=("GET", "POST"))
    def columns_page(self, record_id: int) -> ResponseReturnValue:
        """What each sheet holds and which column is which, with three values of each."""
        record = self.get_record(record_id)
        if record.status not in OPEN:
            return redirect(self.details_url(record_id))
        if request.method == "GET":
            return self._show_columns(record, choices_of(record))
        choices = choices_of_form(open_import(record, secret=secret()), choices_of(record))
        if is_other_kind():
            return self._show_columns(record, choices)
        try:
            return self._check(record, choices)
        except RuleBroken as refusal:
            self.session.rollback()
            return self._show_columns(self.get_record(record_id), choices, refusal.sentence)

    def _show_columns(self, record: TableImport, choices: list[SheetChoice], refusal: str = "") -> ResponseReturnValue:
        sheets = list(zip(open_import(record, secret=secret()), choices, strict=True))
        kinds = [kind for kind in all_kinds().values() if may_bring(kind)]
        problems = [("", refusal)] if refusal else []
        values = {"record": record, "sheets": sheets, "kinds": kinds, "all_kinds": all_kinds(), "problems": problems}
        return self.render("table_imports/columns.html", **values), 422 if refusal else 200

    def _check(self, record: TableImport, choices: list[SheetChoice]) -> ResponseReturnValue:
        asked = ask_for_check(self.session, record, choices)
        self.session.commit()
        return redirect(waiting_url(asked, self.link("check", record_id=record.id)))

    @row_action(
        "Discard",
        roles=OFFICERS,
        tone="warning",
        confirmation="Erase this upload? Nothing of it is kept but its name.",
        shown=lambda record: record.status in OPEN,
    )
    def discard(self, session: Session, record: TableImport) -> str:
        """Give an upload up."""
        discard(session, record)
        return "The upload is erased."


def _upload_form() -> UploadForm:
    form = UploadForm(sent_form())
    form.file.description = f"An Excel workbook (.xlsx) or a CSV file, of at most {_limit_mb()} MB."
    return form


def _limit_mb() -> int:
    """The most megabytes of a spreadsheet: it is read as a whole, so no more than that even where documents may."""
    return min(upload_rules().limit_mb, MOST_BYTES // 2**20)
