"""How is a file kept as evidence with a record, and shown on its page?"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import FileField, Form

from admin_views.kit.fields import LineField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.page_sets import PageSet
from admin_views.kit.parts import Button, Panel
from admin_views.kit.permissions import verb
from admin_views.kit.registry import link_to
from admin_views.kit.requests import person_id
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind, NewDocument, keep_document
from models.rules.documents.evidence_files import ACCEPTED, evidence_file

LIMIT_MB = 20
_KINDS = f"PDF, Word, Excel or a picture, of at most {LIMIT_MB} MB."


class UploadField(FileField):
    """A file that must be chosen."""

    is_required = True


class FileForm(Form):
    """A file and what it is."""

    file = UploadField("File", description=_KINDS, render_kw={"accept": ACCEPTED})
    title = LineField("Title", description="What it is. Leave empty to take the name of the file.")


def sent_file() -> tuple[str, str, bytes]:
    """The name, media type and content of the file that was sent. Refuses none, and one of another kind."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise RuleBroken("Choose the file.")
    name, media_type = evidence_file(file.filename)
    return name, media_type, file.stream.read(LIMIT_MB * 1024 * 1024 + 1)


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
        back, title = self.details_url(record_id), f"Add a file to {self.screen.name_of(record)}"
        return self.ask(form, back, lambda: self._kept(record, form), title=title, button="Add", is_upload=True)

    def _kept(self, record: Any, form: Form) -> str:
        if not self.screen.can_edit_record(record):
            raise RuleBroken("This record is closed, so nothing is added to it.")
        name, media_type, content = sent_file()
        kept = keep_document(
            self.session,
            NewDocument(
                kind=DocumentKind.EVIDENCE,
                title=form["title"].data or name,
                file_name=name,
                media_type=media_type,
                content=content,
            ),
            subject=f"{self.screen.model.__tablename__}:{record.id}",
            agency_id=self.agency_of_file(record),
            made_by_id=person_id(),
            limit=LIMIT_MB * 1024 * 1024,
        )
        return f"{kept.title} is added."

    def panels(self, session: Session, record: Any) -> list[Panel]:
        """The files of a record that the asking person may see, the latest first."""
        subject = f"{self.screen.model.__tablename__}:{record.id}"
        documents = session.scalars(select(Document).where(Document.subject == subject).order_by(Document.id.desc()))
        rows = [
            (
                link_to(document, document.title),
                "Erased" if document.erased_on else document.file_name,
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
