"""Which documents are there, who made them, and who has fetched them?"""

from __future__ import annotations

from typing import Any

from flask import send_file
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    EVERYONE,
    NOBODY,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Place,
    Screen,
    actor,
    by_value,
    expose,
    kept_by,
    person_id,
    role,
    screen,
    show_tag,
)
from admin_views.kit.formats import show_moment, tag
from admin_views.kit.registry import link_to
from models.documents.documents import OPEN_KINDS, Document, DocumentFetch, ScanStatus, fetch_document
from models.partnership.people import Person
from models.rules.documents.file_forms import file_words


def show_size(size: int | None) -> str:
    """The size of a file as people say it.

    >>> show_size(700), show_size(2048), show_size(3_500_000)
    ('700 bytes', '2 kB', '3.5 MB')
    """
    if size is None or size < 1000:
        return f"{size or 0} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def show_scan(document: Document) -> Markup:
    """Where a file stands with the virus scanner, and what that says."""
    more = {
        ScanStatus.WAITING: " It is asked again.",
        ScanStatus.INFECTED: ". The content was erased.",
    }
    words = f"{document.scan_words}{more.get(document.scan_status, '')}" if document.scan_words else ""
    return Markup("<span>{} {}</span>").format(tag(document.scan_status.label), words)


@screen
class DocumentScreen(Screen):
    """Documents as far as the row policies and the role show them; each download is on record."""

    model = Document
    name, noun, plural = "Documents", "document", "documents"
    list_purpose = (
        "Reports, plans, letters and evidence that were made or uploaded, each behind its agency's wall. They are "
        "asked for on the pages of reviews, plans and audits."
    )
    url, category, menu_order = "/documents", Category.RECORDS, 20
    stands_in = Place.LIBRARY
    roles = kept_by(ADMINISTRATORS, create=NOBODY, edit=NOBODY)
    column_list = ("title", "subject", "kind", "media_type", "made_at", "made_by_id", "size")
    column_details_list = (
        "title",
        "subject",
        "kind",
        "media_type",
        "made_at",
        "made_by_id",
        "size",
        "file_name",
        "sha256",
        "erased_on",
    )
    column_export_list = ("title", "kind", "media_type", "made_at", "made_by_id", "size")
    column_records = ("subject",)
    column_formatters = {"kind": by_value(show_tag), "media_type": by_value(file_words), "size": by_value(show_size)}
    column_searchable_list = ("title", "file_name")
    column_filters = ("kind", "scan_status", "made_by_id", "made_at")
    column_sortable_list = ("title", "made_at", "size")
    column_default_sort = ("made_at", True)
    column_labels = {
        "subject": "About",
        "made_at": "Made",
        "made_by_id": "Made by",
        "sha256": "SHA-256",
        "media_type": "File",
        "file_name": "File name",
        "erased_on": "Content erased",
        "scan_status": "Virus scan",
    }

    def get_query(self) -> Select[Any]:
        """Staff see all documents, agencies their own by row policy; others the open kinds, and what they had made."""
        if role() in STAFF or actor().is_agency_bound:
            return super().get_query()
        is_open = Document.kind.in_(OPEN_KINDS.get(role(), ()))
        return super().get_query().filter(or_(is_open, Document.made_by_id == person_id()))

    def facts(self, session: Session, record: Document) -> list[Fact]:
        return [Fact("Virus scan", show_scan(record))]

    def buttons(self, record: Document) -> list[Button]:
        if record.erased_on is not None or not record.scan_status.is_open:
            return []
        return [Button("Download", self.link("download", record_id=record.id), "main")]

    def panels(self, session: Session, record: Document) -> list[Panel]:
        if role() not in STAFF:
            return []
        fetches: Any = session.execute(
            select(DocumentFetch.fetched_at, Person)
            .outerjoin(Person, Person.id == DocumentFetch.person_id)
            .where(DocumentFetch.document_id == record.id)
            .order_by(DocumentFetch.fetched_at.desc(), DocumentFetch.id.desc())
            .limit(50)
        )
        rows = [
            (show_moment(fetched_at), link_to(person, person.name) if person is not None else "The portal")
            for fetched_at, person in fetches
        ]
        return [Panel("Fetched by", ("When", "Who"), rows, empty="Nobody has fetched it yet.")]

    @expose("/<int:record_id>/download/", roles=EVERYONE)
    def download(self, record_id: int) -> ResponseReturnValue:
        """The file, for those who may see the document; the fetch is on record."""
        record: Document = self.get_record(record_id)
        file = fetch_document(self.session, record, person_id())
        self.session.commit()
        answer = send_file(file, mimetype=record.media_type, as_attachment=True, download_name=record.file_name)
        answer.content_length = record.size
        return answer
