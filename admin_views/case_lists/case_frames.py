"""Which frozen frames are there, how were they made, and what do they hold?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.case_lists.notes import list_pictures
from admin_views.kit.base import (
    NOBODY,
    OFFICERS,
    READERS,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    kept_by,
    screen,
)
from admin_views.kit.registry import link_by_title
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_write_in, offer_own_reviews
from models.case_lists.case_frames import CaseFrame
from models.case_lists.frame_rows import FrameRow
from models.core.addresses import list_address
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample

_READ_FROM = {
    "reference": "case reference",
    "level": "level",
    "fixed_level": "level of every row",
    "theme": "theme",
    "start": "start date",
    "end": "end date",
    "born": "date of birth, for the checks only",
    "agency": "agency",
    "fixed_agency": "agency of every row",
}
"""What a frame was read from: field of the choice of columns -> words for it."""


@screen
class CaseFrameScreen(Screen):
    """Frames are frozen: their rows never change and none is ever deleted. Title and review may be corrected."""

    model = CaseFrame
    name, noun, plural = "Case frames", "frame", "frames"
    list_purpose = (
        "A frame is an accepted case list, frozen so that anybody can repeat a draw from it. It is made by "
        "importing a list."
    )
    list_begins_at = "/case-lists"
    url, category, menu_order = "/case-frames", Category.SAMPLES, 20
    part = Part.CASES
    details_template = "case_lists/frame.html"
    roles = kept_by(OFFICERS, readers=STAFF, create=NOBODY, delete=NOBODY)
    introduction = "Frozen lists that samples are drawn from. A frame never changes; a new list makes a new frame."
    column_list = ("title", "review_id", "case_count", "row_count", "frozen_at")
    column_beneath = "reference"
    column_details_list = (
        *column_list[1:],
        "file_name",
        "sheet",
        "rejected_count",
        "undated_count",
        "imported_by_id",
        "fingerprint",
        "erased_on",
    )
    column_searchable_list = ("reference", "title", "file_name")
    column_filters = ("review_id", "frozen_at")
    column_sortable_list = ("reference", "title", "case_count", "frozen_at")
    column_default_sort = ("frozen_at", True)
    form_columns = ("title", "review_id")
    column_labels = {
        "review_id": "Review",
        "frozen_at": "Frozen",
        "file_name": "File",
        "rejected_count": "Rows that could not be used",
        "undated_count": "Rows without a start date",
        "imported_by_id": "Imported by",
        "fingerprint": "Fingerprint (SHA-256)",
        "erased_on": "Rows erased",
        "case_count": "Cases",
        "row_count": "Rows",
    }

    def on_form_ready(self, form: Form, record: CaseFrame) -> None:
        offer_own_reviews(form, record)

    def facts(self, session: Session, record: CaseFrame) -> list[Fact]:
        read = record.report.get("read_as", {}).get("columns", {})
        columns = "; ".join(f"{words}: {read[name]}" for name, words in _READ_FROM.items() if read.get(name))
        notes = [
            Fact("Note", note["text"] if isinstance(note, dict) else note) for note in record.report.get("notes", ())
        ]
        return [Fact("Read from", columns), *notes] if columns else notes

    def details_of(self, record: CaseFrame) -> dict[str, Any]:
        """The frame with its rows by level and by month of start, as its check counted them."""
        by_level = record.report.get("accepted_by_level", {})
        counts = {record.levels[rank]: by_level.get(record.levels[rank], 0) for rank in _highest_first(record)}
        unplaced = {level: count for level, count in by_level.items() if level not in counts}
        return {**super().details_of(record), "pictures": list_pictures({**counts, **unplaced}, record.report)}

    def panels(self, session: Session, record: CaseFrame) -> list[Panel]:
        themes = [(theme, f"{count:,}") for theme, count in list(record.themes.items())[:30]]
        return [Panel("Rows by theme", ("Theme", "Rows"), themes)] if themes else []

    def buttons(self, record: CaseFrame) -> list[Button]:
        if record.erased_on:
            return []
        rows = Button("See the rows", list_address(FrameRow, frame=record.id))
        plan = Button("Plan a sample", list_address(AuditSample, "plan", frame_id=record.id), "main")
        return [plan, rows] if may_write_in(self.session, record.review_id) else [rows]


def _highest_first(frame: CaseFrame) -> list[str]:
    return sorted(frame.levels, key=int, reverse=True)


@review_panel(Part.CASES, order=30, roles=READERS)
def _frames(session: Session, review: ThematicReview) -> Panel:
    frames = session.scalars(select(CaseFrame).where(CaseFrame.review_id == review.id).order_by(CaseFrame.reference))
    rows = [(link_by_title(frame), f"{frame.case_count:,}") for frame in frames]
    return Panel("Case frames", ("Frame", "Cases"), rows)
