"""How does an officer bring a case list in, look at what is wrong with it, and accept it as a frame?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import FileField, Form

from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import (
    NOBODY,
    OFFICERS,
    Button,
    Category,
    Fact,
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
from models.rules.case_lists.levels import Level

OPEN = (ListStatus.UPLOADED, ListStatus.CHECKED, ListStatus.REFUSED)
ROLES = ("reference", "level", "theme", "start", "end", "agency", "born")
LISTED = 200
SHOWN_CASES = 50


class ListField(FileField):
    """A file that must be chosen."""

    is_required = True


class UploadForm(Form):
    """The file, what to call it, and the review it is for."""

    file = ListField(
        "Case list", description="A CSV file or an Excel workbook (.xlsx). It is kept sealed and only briefly."
    )
    title = LineField("Title", description="For example: Children in need, open on 31 March.")
    review_id = RecordField("Thematic review", loader=ChoiceLoader(ThematicReview), is_required=False)


@screen
class CaseListScreen(Screen):
    """Uploads on their way to a frame. Nothing becomes a frame before an officer accepts it."""

    model = CaseList
    name, noun, plural = "Case-list imports", "import", "imports"
    url, category, menu_order = "/case-lists", Category.SAMPLES, 10
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
        form = UploadForm(sent_form())
        offer_choices(self.session, form)
        if request.method == "GET":
            return self.render("case_lists/upload.html", form=form, problems=[], limit=_settings().upload_limit_mb)
        try:
            kept = self._keep(form)
        except RuleBroken as refusal:
            self.session.rollback()
            problems = [("file", refusal.sentence)]
            limit = _settings().upload_limit_mb
            return self.render("case_lists/upload.html", form=form, problems=problems, limit=limit), 422
        return redirect(self.link("columns_page", record_id=kept))

    def _keep(self, form: Form) -> str:
        sent = already_sent(self.session)
        if sent is not None:
            return sent
        file = request.files.get("file")
        if file is None or not file.filename:
            raise RuleBroken("Choose the file of your case list.")
        if not form.validate():
            raise RuleBroken("Choose a review from the list, or leave it empty.")
        describe_sheets(open_case_list(file.stream))  # type: ignore[arg-type]  # refused here, before anything is kept
        file.stream.seek(0)
        name, most = file.filename.rsplit("/")[-1].rsplit("\\")[-1], _settings().upload_limit_mb * 1024 * 1024
        kept = keep_list(
            self.session,
            SentList(file.stream, name, most),  # type: ignore[arg-type]
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
            return self._ask_for_check(record)
        return self._show_columns(record, _asked_choice(record), "")

    def _show_columns(self, record: CaseList, choice: ImportChoice, problem: str) -> ResponseReturnValue:
        with _opened(self.session, record) as file:
            view = view_columns(file, choice, levels_of(self.session))
        problems = [("", problem)] if problem else []
        shown = {"view": view, "levels": levels_of(self.session), "problems": problems, "roles": ROLES}
        return self.render("case_lists/columns.html", record=record, **shown), 422 if problem else 200

    def _ask_for_check(self, record: CaseList) -> ResponseReturnValue:
        choice = ImportChoice.from_facts(_choice_of_form())
        try:
            with _opened(self.session, record) as file:
                view_columns(file, choice, levels_of(self.session))
            asked = ask_for_check(self.session, record, choice.as_facts())
        except RuleBroken as refusal:
            self.session.rollback()
            return self._show_columns(self.get_record(record.id), _asked_choice(record), refusal.sentence)
        self.session.commit()
        return redirect(waiting_url(asked, self.link("check", record_id=record.id)))

    @expose("/<int:record_id>/check/", roles=OFFICERS)
    def check(self, record_id: int) -> ResponseReturnValue:
        """Everything the check found, before anything is written."""
        record = self.get_record(record_id)
        if record.status is not ListStatus.CHECKED or not record.report:
            return redirect(self.details_url(record_id))
        return self.render(
            "case_lists/check.html",
            record=record,
            report=record.report,
            by_level=_highest_first(record.report["accepted_by_level"], levels_of(self.session)),
            groups=_by_sentence(record.report),
            listed=LISTED,
            shown_cases=SHOWN_CASES,
            levels=levels_of(self.session),
        )

    @expose("/<int:record_id>/problems.csv", roles=OFFICERS)
    def problems(self, record_id: int) -> ResponseReturnValue:
        """Every problem with its row number, to mend the list with, and every case in several levels."""
        record = self.get_record(record_id)
        lines = csv_pieces(("row", "kind", "problem"), _problem_rows(record.report or {}))
        headers = {"Content-Disposition": f'attachment; filename="import-{record_id}-problems.csv"'}
        return Response(lines, mimetype="text/csv", headers=headers)

    @expose("/<int:record_id>/place-levels/", roles=OFFICERS, methods=("POST",))
    def place_levels(self, record_id: int) -> ResponseReturnValue:
        """Check again with the officer's own place for level texts that are on no list."""
        record = self.get_record(record_id)
        kept = ImportChoice.from_facts(record.choice)
        placed = {word: int(rank) for word, rank in _placed_levels() if rank.isdecimal()}
        choice = ImportChoice(kept.sheet, kept.header_row, kept.columns, {**kept.level_map, **placed})
        asked = ask_for_check(self.session, record, choice.as_facts())
        self.session.commit()
        return redirect(waiting_url(asked, self.link("check", record_id=record_id)))

    @row_action("Accept and freeze", roles=OFFICERS, tone="main", shown=lambda row: row.status is ListStatus.CHECKED)
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


def _asked_choice(record: CaseList) -> ImportChoice:
    """The choice in the address (another sheet or heading row means new guesses), else the one kept, else guesses."""
    sheet, header_row = request.args.get("sheet"), request.args.get("header_row", type=int)
    if sheet is not None:
        return ImportChoice(sheet=sheet, header_row=header_row)
    return ImportChoice.from_facts(record.choice)


def _choice_of_form() -> dict[str, Any]:
    sent = request.form
    columns: dict[str, Any] = {role: sent.get(role) or None for role in ROLES}
    source = sent.get("level_source", "column")
    columns["level"] = columns["level"] if source == "column" else None
    columns["fixed_level"] = (sent.get("fixed_level") or None) if source == "fixed" else None
    columns["level_rule"] = "open_or_closed" if source == "open_or_closed" else None
    columns["fixed_agency"] = sent.get("fixed_agency", "").strip()[:300] or None
    columns["date_order"] = sent.get("date_order") if sent.get("date_order") in ("day", "month", "year") else None
    header_row = sent.get("header_row", type=int)
    return {"sheet": sent.get("sheet", ""), "header_row": header_row, "columns": columns}


def _placed_levels() -> list[tuple[str, str]]:
    return list(zip(request.form.getlist("word"), request.form.getlist("rank"), strict=False))


def _highest_first(counts: dict[str, int], levels: list[Level]) -> dict[str, int]:
    """Rows by level in the order of the partnership's list, those without a known level last."""
    order = {level.label: level.rank for level in levels}
    return dict(sorted(counts.items(), key=lambda count: order.get(count[0], 0), reverse=True))


def _by_sentence(report: dict[str, Any]) -> list[tuple[str, str, list[int]]]:
    """(kind, sentence, rows): rejections first, each sentence with all its listed rows."""
    groups: dict[tuple[str, str], list[int]] = {}
    for kind in ("rejected", "warnings"):
        for problem in report[kind]:
            groups.setdefault((kind, problem["problem"]), []).append(problem["row"])
    return [(kind, sentence, rows) for (kind, sentence), rows in groups.items()]


def _problem_rows(report: dict[str, Any]) -> Iterator[list[Any]]:
    for kind, word in (("rejected", "cannot be used"), ("warnings", "look at it")):
        for problem in report.get(kind, ()):
            yield [problem["row"], word, problem["problem"]]
    for case in (report.get("several_levels") or {}).get("listed", ()):
        sentence = f"Case {case['reference']} stands in several levels: {', '.join(case['levels'])}."
        yield [case["row"], "several levels", sentence]
