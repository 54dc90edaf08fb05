"""Which documents are there, who made them, and who has fetched them?"""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.base import (
    ADMINISTRATORS,
    EVERYONE,
    STAFF,
    Button,
    Column,
    Group,
    Panel,
    Screen,
    actor,
    page,
    person_id,
    screen,
    show_tag,
)
from admin_views.kit.formats import show_moment
from models.documents import Document, DocumentFetch, fetch_document
from models.people import Person


@screen
class DocumentScreen(Screen):
    """Documents as far as the row policies show them; each download is on record."""

    model = Document
    title, noun, plural = "Documents", "document", "documents"
    path, group, order = "documents", Group.RECORDS, 20
    may = {"list": EVERYONE, "details": EVERYONE, "delete": ADMINISTRATORS, "export": STAFF}
    columns = (
        "title",
        Column("kind", show=show_tag),
        "made_at",
        "made_by_id",
        Column("size", "Bytes", is_numeric=True),
    )
    details = (*columns, "file_name", "sha256")
    search = ("title", "file_name")
    filters = ("kind", "made_by_id", "made_at")
    sort = ("title", "made_at")
    default_sort = "-made_at"
    labels = {"made_at": "Made", "made_by_id": "Made by", "sha256": "SHA-256", "file_name": "File"}

    def buttons(self, record: Document) -> list[Button]:
        return [Button("Download", self.link("download", record_id=record.id), "main")]

    def panels(self, session: Session, record: Document) -> list[Panel]:
        if actor().is_agency_bound:
            return []
        fetches = session.execute(
            select(DocumentFetch.fetched_at, Person.name)
            .outerjoin(Person, Person.id == DocumentFetch.person_id)
            .where(DocumentFetch.document_id == record.id)
            .order_by(DocumentFetch.fetched_at.desc())
            .limit(50)
        )
        rows = [(show_moment(fetched_at), name or "Somebody") for fetched_at, name in fetches]
        return [Panel("Fetched by", ("When", "Who"), rows, empty="Nobody has fetched it yet.")]

    @page("/<int:record_id>/download/", roles=EVERYONE)
    def download(self, record_id: int) -> ResponseReturnValue:
        """The file, for those who may see the document; the fetch is on record."""
        record: Document = self.get_record(record_id)
        content = fetch_document(self.session, record, person_id())
        self.session.commit()
        return send_file(
            BytesIO(content), mimetype=record.media_type, as_attachment=True, download_name=record.file_name
        )
