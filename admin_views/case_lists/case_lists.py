"""How does an officer bring a case list in, look at what is wrong with it, and accept it as a frame?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import FileField, Form

from admin_views.case_lists.columns import (
    ROLES,
    asked_choice,
    asks_to_read_again,
    choice_of_form,
    choice_read,
    choice_shown,
    placed_levels,
)
from admin_views.case_lists.notes import check_facts, problem_rows, what_freezing_means
from admin_views.documents.evidence_files import sent_file
from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import (
    NOBODY,
    OFFICERS,
    Button,
    Category,
    Fact,
    Part,
    Screen,
    already_sent,
    by_value,
    expose,
    person_id,
    read_by,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.fields import LineField, RecordField
from admin_views.kit.forms import offer_choices, sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.exports import csv_pieces
from admin_views.partnership.hubs import own_reviews_only
from models.case_lists.case_imports import ImportChoice, levels_of, view_columns
from models.case_lists.case_lists import (
    CaseList,
    ListStatus,
    SentList,
    accept,
    ask_for_check,
    discard,
    keep_list,
    open_list,
    sealing_key,
)
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.file import describe_sheets, open_case_list
from models.rules.case_lists.notes import CHOICES
from models.rules.documents.lists import LISTS, look_at_list

OPEN = (ListStatus.UPLOADED, ListStatus.CHECKED, ListStatus.REFUSED)
LISTED = 200
SHOWN_CASES = 50


class ListField(FileField):
    """A file that must be chosen."""

    is_required = True


class UploadForm(Form):
    """The file, what to call it, and the review it is for."""

    file = ListField(
        "Case list",
        description="A CSV file or an Excel workbook (.xlsx). It is kept sealed and only briefly.",
        render_kw={"accept": LISTS},
    )
    title = LineField("Title", description="For example: Children in need, open on 31 March.")
    review_id = RecordField("Thematic review", loader=ChoiceLoader(ThematicReview), is_required=False)


@screen
class CaseListScreen(Screen):
    """Uploads on their way to a frame. Nothing becomes a frame before an officer accepts it."""

    model = CaseList
    name, noun, plural = "Case-list imports", "import", "imports"
    list_purpose = "A list of the cases in a period is read, checked and frozen, so that cases can be drawn at random."
    url, category, menu_order, part = "/case-lists", Category.SAMPLES, 10, Part.CASES
    roles = read_by(OFFICERS, export=NOBODY)
    introduction = "Upload a list, confirm its columns, read what is wrong with it, then accept it as a frozen frame."
    column_list = ("title", "file_name", "review_id", "status", "uploaded_at", "frame_id")
    column_details_list = ("file_name", "review_id", "status", "uploaded_by_id", "uploaded_at", "frame_id")
    column_formatters = {"status": by_value(show_tag)}
    column_searchable_list = ("title", "file_name")
    column_filters = ("status", "review_id", "uploaded_at")
    column_sortable_list = ("title", "uploaded_at", "status")
    column_default_sort = ("uploaded_at", True)
    column_labels = {
        "review_id": "Review",
        "frame_id": "Frame",
        "uploaded_by_id": "Uploaded by",
        "uploaded_at": "Uploaded",
        "title": "Import",
    }

    def name_of(self, record: CaseList) -> str:
        return str(record)

    def list_buttons(self) -> list[Button]:
        return [Button("Import a case list", self.link("upload"), "main")]

    def facts(self, session: Session, record: CaseList) -> list[Fact]:
        return [Fact("Why it was refused", record.refusal)] if record.refusal else []

    def buttons(self, record: CaseList) -> list[Button]:
        buttons = []
        if record.status is ListStatus.CHECKED:
            buttons.append(Button("See the check", self.link("check", record_id=record.id), "main"))
        if record.status in OPEN:
            buttons.append(Button("Choose columns", self.link("columns_page", record_id=record.id)))
        return buttons

    @expose("/upload/", roles=OFFICERS, methods=("GET", "POST"))
    def upload(self) -> ResponseReturnValue:
        """Take a file, look at what it is, and keep it sealed until the officer decides."""
        form, limit = UploadForm(sent_form()), _settings().upload_limit_mb
        form.review_id.loader = ChoiceLoader(ThematicReview, own_reviews_only(ThematicReview.id))
        offer_choices(self.session, form)
        if request.method == "GET":
            return self.render("case_lists/upload.html", form=form, problems=[], limit=limit)
        try:
            kept = self._keep(form)
        except RuleBroken as refusal:
            self.session.rollback()
            problems = [("file", refusal.sentence)]
            return self.render("case_lists/upload.html", form=form, problems=problems, limit=limit), 422
        return redirect(self.link("columns_page", record_id=kept))

    def _keep(self, form: Form) -> str:
        kept_before = already_sent(self.session)
        if kept_before is not None:
            return kept_before
        sent = sent_file("file", "Choose the file of your case list.")
        if not form.validate():
            raise RuleBroken("Choose a review from the list, or leave it empty.")
        name = look_at_list(sent.file, sent.file_name, limit_mb=_settings().upload_limit_mb)
        describe_sheets(open_case_list(sent.file))  # refused here, before anything is kept
        sent.file.seek(0)
        kept = keep_list(
            self.session,
            SentList(sent.file, name, _settings().upload_limit_mb * 1024 * 1024),
            key=_key(),
            title=form["title"].data or "",
            review_id=form["review_id"].data,
            person_id=person_id(),
        )
        self.session.commit()
        return str(kept.id)

    @expose("/<int:record_id>/columns/", roles=OFFICERS, methods=("GET", "POST"))
    def columns_page(self, record_id: int) -> ResponseReturnValue:
        """Which sheet, which row of headings, which column is what; with three rows to look at."""
        record = self.get_record(record_id)
        if record.status not in OPEN:
            return redirect(self.details_url(record_id))
        if request.method == "POST":
            return self._columns_sent(record)
        try:
            return self._show_columns(record, asked_choice(record))
        except RuleBroken as refusal:
            return self._refuse_columns(record, ImportChoice.from_facts(record.choice), refusal)

    def _show_columns(
        self, record: CaseList, choice: ImportChoice, refusal: RuleBroken | None = None
    ) -> ResponseReturnValue:
        levels = levels_of(self.session)
        with _opened(self.session, record) as file:
            view = view_columns(file, choice, levels, is_refused=refusal is not None)
        problems = [(refusal.field, refusal.sentence)] if refusal else []
        row = request.values.get("header_row", view.sheet.header_row) if refusal else view.sheet.header_row
        shown = {"view": view, "levels": levels, "problems": problems, "roles": ROLES, "row": row}
        return self.render("case_lists/columns.html", record=record, **shown), 422 if problems else 200

    def _refuse_columns(self, record: CaseList, choice: ImportChoice, refusal: RuleBroken) -> ResponseReturnValue:
        """The page again with what was chosen; as the list was read last where that choice is of no sheet it has."""
        try:
            return self._show_columns(record, choice, refusal)
        except RuleBroken:
            return self._show_columns(record, ImportChoice.from_facts(record.choice), refusal)

    def _columns_sent(self, record: CaseList) -> ResponseReturnValue:
        try:
            return self._read_again(record) if asks_to_read_again() else self._ask_for_check(record)
        except RuleBroken as refusal:
            self.session.rollback()
            return self._refuse_columns(self.get_record(record.id), choice_shown(), refusal)

    def _read_again(self, record: CaseList) -> ResponseReturnValue:
        """Another sheet or row of headings means new guesses."""
        choice = choice_read()
        with _opened(self.session, record) as file:
            view_columns(file, choice, levels_of(self.session))
        where = {"sheet": choice.sheet, "header_row": choice.header_row}
        return redirect(self.link("columns_page", record_id=record.id, **where))

    def _ask_for_check(self, record: CaseList) -> ResponseReturnValue:
        choice = choice_of_form()
        with _opened(self.session, record) as file:
            view_columns(file, choice, levels_of(self.session))
        return self._check_again(record, choice)

    @expose("/<int:record_id>/check/", roles=OFFICERS)
    def check(self, record_id: int) -> ResponseReturnValue:
        """Everything the check found, before anything is written."""
        record = self.get_record(record_id)
        if record.status is not ListStatus.CHECKED or not record.report:
            return redirect(self.details_url(record_id))
        facts = check_facts(record, levels_of(self.session))
        limits = {"listed": LISTED, "shown_cases": SHOWN_CASES}
        return self.render("case_lists/check.html", record=record, **facts, **limits)

    @expose("/<int:record_id>/problems.csv", roles=OFFICERS)
    def problems(self, record_id: int) -> ResponseReturnValue:
        """Every problem with its row number, to mend the list with, and every case in several levels."""
        record = self.get_record(record_id)
        lines = csv_pieces(("row", "kind", "problem"), problem_rows(record.report or {}))
        headers = {"Content-Disposition": f'attachment; filename="import-{record_id}-problems.csv"'}
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/<int:record_id>/place-levels/", roles=OFFICERS, methods=("POST",))
    def place_levels(self, record_id: int) -> ResponseReturnValue:
        """Check again with the officer's own place for level texts that are on no list."""
        record = self.get_record(record_id)
        kept = ImportChoice.from_facts(record.choice)
        placed = {word: int(rank) for word, rank in placed_levels() if rank.isdecimal()}
        return self._check_again(record, replace(kept, level_map={**kept.level_map, **placed}))

    @expose("/<int:record_id>/choose/", roles=OFFICERS, methods=("POST",))
    def choose(self, record_id: int) -> ResponseReturnValue:
        """Check again with the other answer to what a note asks."""
        record, question = self.get_record(record_id), request.form.get("question", "")
        if question not in CHOICES:
            abort(400, "No note asks that.")
        kept = ImportChoice.from_facts(record.choice)
        answer = {question: not kept.columns.get(question, False)}
        return self._check_again(record, replace(kept, columns={**kept.columns, **answer}))

    def _check_again(self, record: CaseList, choice: ImportChoice) -> ResponseReturnValue:
        asked = ask_for_check(self.session, record, choice.as_facts())
        self.session.commit()
        return redirect(waiting_url(asked, self.link("check", record_id=record.id)))

    @row_action(
        "Accept and freeze",
        roles=OFFICERS,
        tone="main",
        confirmation="Accept this list and freeze it?",
        shown=lambda row: row.status is ListStatus.CHECKED,
        consequence=what_freezing_means,
    )
    def accept(self, session: Session, record: CaseList) -> ResponseReturnValue:
        """The officer's word: the list becomes a frozen frame and the file is erased."""
        asked = accept(session, record)
        session.commit()
        return redirect(waiting_url(asked, self.details_url(record.id)))

    @row_action(
        "Discard",
        roles=OFFICERS,
        tone="warning",
        confirmation="Erase this upload? Nothing of it is kept but its name.",
        shown=lambda row: row.status in OPEN,
    )
    def discard(self, session: Session, record: CaseList) -> str:
        """Give an upload up."""
        discard(session, record)
        return "The upload is erased."


def _settings() -> Any:
    return current_app.extensions["settings"]


def _key() -> bytes:
    return sealing_key(_settings().secret_key)


@contextmanager
def _opened(session: Session, record: CaseList) -> Iterator[Any]:
    with open_list(session, record, key=_key()) as file:
        yield file
