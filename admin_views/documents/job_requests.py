"""What has been asked for, how far is it, and what came of it?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import g, jsonify, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.documents.list_workbooks import ListWorkbookPages
from admin_views.kit.base import (
    ADMINISTRATORS,
    EVERYONE,
    OFFICERS,
    Button,
    Category,
    Fact,
    Screen,
    action,
    actor,
    by_value,
    expose,
    person_id,
    read_by,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.homes.cards import Card, card
from admin_views.kit.registry import screen_of
from models.core.access import Actor
from models.core.addresses import address_by_id, list_address
from models.core.clock import now
from models.documents.documents import Document
from models.documents.job_requests import JobRequest, JobStatus, JobView, ask_again, job_view, subject_of_job
from models.documents.list_workbooks import workbook_asked
from models.rules.core.counts import count_words, noun_of

_ASKED: Final = "asked_for_work"
_LETTERS: Final = ("send_message",)
_FRESH: Final = timedelta(minutes=1)
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x1f]*")


@dataclass(frozen=True)
class ShownJob:
    """A request as the waiting page and its script read it."""

    id: int
    heading: str
    title: str
    words: str
    percent: int
    is_over: bool


def show_job(name: str) -> str:
    """A job's name as words.

    >>> show_job("make_plan_pdf")
    'Make plan PDF'
    """
    return re.sub(r"\b(pdf|csv|xlsx)\b", lambda word: word.group().upper(), name.replace("_", " ").capitalize())


def shown_job(name: str, view: JobView) -> ShownJob:
    """What to show of a request that somebody waits for."""
    said = view.text if view.status is JobStatus.RUNNING else view.sentence
    words = said or view.status.meaning
    return ShownJob(view.id, show_job(name), view.status.label, words, view.percent, view.is_finished)


def waiting_url(request_id: int | None, back: str = "") -> str:
    """The page on which somebody waits for a request, and from which they come back; for redirects after asking."""
    return url_for("requests.wait", record_id=request_id, back=back or None)


def running_count() -> int:
    """How many requests of the asking person are on their way, for the bar.

    Asked of the database only from the moment somebody has waited for one until none is left.
    """
    if not session.get(_ASKED) or "database_session" not in g:
        return 0
    is_own = JobRequest.requested_by_id == actor().person_id
    running = select(func.count()).where(is_own, JobRequest.finished_at.is_(None), JobRequest.name.not_in(_LETTERS))
    count: int = g.database_session.scalar(running) or 0
    if not count:
        session.pop(_ASKED)
    return count


@screen
class JobRequestScreen(Screen):
    """Requests: officers and administrators see all of them, everybody else their own."""

    model = JobRequest
    name, noun, plural = "Requests", "request", "requests"
    list_purpose = (
        "Work the portal does without anybody waiting: imports, draws, documents, messages. Each request appears "
        "here when it is made."
    )
    url, category, menu_order = "/requests", Category.RECORDS, 30
    roles = read_by(EVERYONE, export=OFFICERS)
    introduction = "Work that was asked for: imports, draws, documents and messages."
    column_list = ("name", "about", "requested_by_id", "status", "sentence", "requested_at", "document_id")
    column_details_list = (*column_list, "started_at", "finished_at", "attempt_count")
    column_expressions = {"about": subject_of_job}
    column_records = ("about",)
    column_export_list = ("name", "requested_by_id", "status", "sentence", "requested_at", "document_id")
    column_formatters = {"name": by_value(show_job), "status": by_value(show_tag)}
    column_filters = ("status", "requested_by_id", "requested_at")
    column_sortable_list = ("requested_at", "status")
    column_default_sort = ("requested_at", True)
    column_labels = {
        "requested_by_id": "Asked by",
        "sentence": "Result",
        "requested_at": "Asked",
        "attempt_count": "Attempts",
        "name": "Request",
    }
    has_history = False
    page_sets = (ListWorkbookPages,)

    def name_of(self, record: JobRequest) -> str:
        return f"{show_job(record.name)} ({record.id})"

    def facts(self, session: Session, record: JobRequest) -> list[Fact]:
        view = job_view(session, record.id)
        is_told = view is not None and not view.is_finished
        return [Fact("Progress", f"{view.percent}% {view.text}".strip())] if view and is_told else []

    @expose("/<int:record_id>/wait/", roles=EVERYONE)
    def wait(self, record_id: int) -> ResponseReturnValue:
        """How far a request is, for whoever waits for it; then its result, the document, and the way back."""
        record, back = self.get_record(record_id), request.args.get("back", "")
        session[_ASKED] = True
        return self.render(
            "job_requests/wait.html",
            job=self._shown(record),
            json_url=self.link("progress", record_id=record_id),
            document_url=_document_url(record),
            taken_url=self._taken_url(record),
            back=back if _OWN_PATH.fullmatch(back) else "",
        )

    @expose("/<int:record_id>/progress/", roles=EVERYONE)
    def progress(self, record_id: int) -> ResponseReturnValue:
        """The same in numbers, for the waiting page's script."""
        job = self._shown(self.get_record(record_id))
        return jsonify(words=job.words, percent=job.percent, is_over=job.is_over)

    def _taken_url(self, record: JobRequest) -> str:
        """Where the file is that was made just now for the person who waits for it; "" where there is none."""
        if not _is_fresh(record):
            return ""
        if record.document_id:
            return f"{_document_url(record)}download/"
        return self.link("workbook", record_id=record.id) if _has_workbook(self.session, record) else ""

    def buttons(self, record: JobRequest) -> list[Button]:
        has_workbook = _has_workbook(self.session, record)
        return (
            [Button("Download the workbook", self.link("workbook", record_id=record.id), "main")]
            if has_workbook
            else []
        )

    def _shown(self, record: JobRequest) -> ShownJob:
        view = job_view(self.session, record.id)
        if view is None:
            raise LookupError("a request that was found has a view")
        return shown_job(record.name, view)

    @row_action("Try again", roles=OFFICERS, shown=lambda asked: asked.status is JobStatus.FAILED)
    def try_again(self, session: Session, asked: JobRequest) -> str:
        """Let work that failed start afresh, when what was in its way is gone."""
        ask_again(session, [asked])
        return "The request will start again in a moment."

    @action("try-all-again", "Try again", "Let these requests start again?", roles=OFFICERS)
    def try_all_again(self, session: Session, asked: list[JobRequest]) -> str:
        """The same for several that failed."""
        ask_again(session, asked)
        return f"{count_words(len(asked), 'request')} will start again in a moment."


def _is_fresh(record: JobRequest) -> bool:
    """Whether it was done just now for the person who waits for it: its file is fetched without another press."""
    is_own = record.requested_by_id == person_id() and record.status is JobStatus.DONE
    return is_own and record.finished_at is not None and now() - record.finished_at < _FRESH


def _has_workbook(session: Session, record: JobRequest) -> bool:
    """Whether a workbook waits with this request for the asking person."""
    kept = workbook_asked(session, record.id) if record.name == "make_list_workbook" else None
    return kept is not None and kept.row_count is not None


def _document_url(record: JobRequest) -> str:
    known = screen_of(Document)
    return f"{known.url}/{record.document_id}/" if known and record.document_id else ""


@card(roles=ADMINISTRATORS, order=80)
def failed_requests(session: Session, actor: Actor) -> Card | None:
    """Work that failed and that nobody has looked at."""
    failed = select(func.count(), func.min(JobRequest.id)).where(JobRequest.status == JobStatus.FAILED)
    count, first = session.execute(failed).one()
    where = address_by_id(JobRequest, first) if count == 1 else list_address(JobRequest, status="failed")
    return Card(count, noun_of(count, "request failed", "requests failed"), where, "trouble") if count else None
