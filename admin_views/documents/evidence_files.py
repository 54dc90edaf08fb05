"""How is a file kept as evidence with a record, and shown on its page?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Protocol, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from wtforms import FileField, Form

from admin_views.kit.fields import LineField
from admin_views.kit.formats import show_date, tag
from admin_views.kit.forms import sent_form
from admin_views.kit.page_sets import PageSet
from admin_views.kit.parts import Button, Panel
from admin_views.kit.permissions import verb
from admin_views.kit.registry import link_to
from admin_views.kit.requests import person_id
from models.core.addresses import address_of
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.documents.documents import Document
from models.documents.evidence_files import KeptFor, SentFile, UploadRules, keep_evidence
from models.rules.documents.evidence_files import ACCEPTED


class UploadField(FileField):
    """A file that must be chosen."""

    is_required = True


class FileForm(Form):
    """A file and what it is."""

    file = UploadField("File", render_kw={"accept": ACCEPTED})
    title = LineField("Title", description="What it is. Leave empty to take the name of the file.")


def upload_rules() -> UploadRules:
    """What the operator has set for files that people send."""
    rules: UploadRules = current_app.extensions["settings"].upload_rules
    return rules


def words_of_kinds() -> str:
    """What may be sent and how much of it, as a form says before anything is sent."""
    scan = "; looked at for viruses before anybody can open it" if upload_rules().has_scanner else ""
    return f"PDF, Word, Excel or a picture, without macros, of at most {upload_rules().limit_mb} MB{scan}."


def sent_file(name: str, missing: str) -> SentFile:
    """The file that was sent under a field's name. Refuses none with the sentence given."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise RuleBroken(missing, field=name)
    return as_sent(file)


def as_sent(file: FileStorage) -> SentFile:
    """An upload as the verbs take it: its stream lies in memory while it is small, on disk otherwise."""
    return SentFile(cast("BinaryIO", file.stream), file.filename or "")


def show_file(document: Document) -> str:
    """The name of a document's file; the tag that says so where it cannot be fetched."""
    if document.is_erased:
        return "Erased"
    if document.scan_status.is_open:
        return document.file_name
    return Markup("<span>{} {}</span>").format(document.file_name, tag(document.scan_status.label))


@dataclass(frozen=True)
class FileLink:
    """A file that stands under an answer. `state` says why it cannot be fetched; empty when it can."""

    number: int
    name: str
    href: str
    state: str = ""


def file_link(document: Document) -> FileLink:
    """A file with the address where those who may can fetch it."""
    state = "" if document.scan_status.is_open else document.scan_status.label
    state = "Erased" if document.is_erased else state
    return FileLink(document.id, document.file_name, address_of(document, "download"), state)


class EvidenceScreen(Protocol):
    """What the pages of files ask of their screen beside the kit's own words."""

    model: ClassVar[Any]

    def name_of(self, record: Any) -> str: ...
    def can_edit_record(self, record: Any) -> bool: ...


class FilePages(PageSet):
    """The page on which a file is added to a record, and the record's files; `roles["upload"]` names who may add."""

    screen: EvidenceScreen

    def agency_of_file(self, record: Any) -> int | None:
        """The agency whose people may read the files of a record too; None for partnership staff only."""
        return None

    @verb("upload", "/<int:record_id>/file/", ("GET", "POST"))
    def upload_view(self, record_id: int) -> ResponseReturnValue:
        """Add a file to a record."""
        record, form = self.get_record(record_id), FileForm(sent_form())
        form.file.description = words_of_kinds()
        back, title = self.details_url(record_id), f"Add a file to {self.screen.name_of(record)}"
        return self.ask(form, back, lambda: self._kept(record, form), title=title, button="Add", is_upload=True)

    def _kept(self, record: Any, form: Form) -> str:
        if not self.screen.can_edit_record(record):
            raise RuleBroken("This record is closed, so nothing is added to it.")
        subject = f"{self.screen.model.__tablename__}:{record.id}"
        kept_for = KeptFor(subject, self.agency_of_file(record), person_id(), form["title"].data or "")
        kept = keep_evidence(self.session, sent_file("file", "Choose the file."), kept_for, upload_rules())
        waits = " It stays in quarantine until the virus scanner has answered." if upload_rules().has_scanner else ""
        return f"{kept.title} is added.{waits}"

    def panels(self, session: Session, record: Any) -> list[Panel]:
        """The files of a record that the asking person may see, the latest first."""
        subject = f"{self.screen.model.__tablename__}:{record.id}"
        documents = session.scalars(select(Document).where(Document.subject == subject).order_by(Document.id.desc()))
        rows = [
            (
                link_to(document, document.title),
                show_file(document),
                show_date(london_day(document.made_at)),
            )
            for document in documents
        ]
        buttons = (
            [Button("Add a file", self.link("upload_view", record_id=record.id))]
            if self.screen.can_edit_record(record)
            else []
        )
        return [Panel("Files", ("Document", "File", "Added"), rows, buttons=buttons)]
