"""What do reviews, audits and inspections from elsewhere tell the partnership, and where is each used?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.documents.evidence_files import FilePages
from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Importable,
    Panel,
    Place,
    Screen,
    TextField,
    by_value,
    kept_by,
    role,
    screen,
    tag,
)
from admin_views.kit.registry import link_by_title
from models.core.addresses import list_address
from models.evidence.intelligence_items import IntelligenceItem
from models.evidence.intelligence_uses import IntelligenceUse
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Verdict
from models.tools.key_lines import KeyLine

_COLOURS = {Verdict.STRENGTH: "green", Verdict.MIXED: "amber", Verdict.CONCERN: "red"}


def show_verdict(verdict: Verdict | None) -> str:
    """How things stand, as a word on its colour."""
    return tag(verdict.label, _COLOURS[verdict]) if verdict else ""


@screen
class IntelligenceItemScreen(Screen):
    """The register of intelligence, for all reviews; officers keep it."""

    model = IntelligenceItem
    page_sets = (FilePages,)
    name, noun, plural = "Intelligence", "intelligence item", "intelligence items"
    list_purpose = (
        "Findings of local reviews, audits and inspections that are published already. Enter each once; every "
        "review on its theme can then use it."
    )
    url, category, menu_order = "/intelligence-items", Category.EVIDENCE, 60
    stands_in = Place.LIBRARY
    roles = kept_by(OFFICERS, readers=STAFF, upload=OFFICERS)
    introduction = "Findings of local reviews, audits and inspections; one may be used in several thematic reviews."
    undoes_edits = True
    column_list = ("title", "kind", "published_on", "verdict", "strength", "agency_id")
    column_beneath = "reference"
    column_details_list = (*column_list[1:], "publisher", "finding", "web_address")
    column_formatters = {"verdict": by_value(show_verdict)}
    column_searchable_list = ("reference", "title", "publisher", "finding")
    column_filters = ("kind", "verdict", "strength", "agency_id", "published_on")
    column_sortable_list = ("reference", "title", "published_on")
    column_default_sort = ("published_on", True)
    form_columns = (
        "kind",
        "title",
        "publisher",
        "published_on",
        "agency_id",
        "finding",
        "verdict",
        "strength",
        "web_address",
    )
    form_overrides = {"finding": TextField}
    importable = Importable(keys=(("reference",), ("title", "published_on", "finding")))
    column_labels = {
        "published_on": "Published",
        "publisher": "Source",
        "finding": "What it found",
        "verdict": "What it says of practice",
        "strength": "How well evidenced",
    }
    column_descriptions = {
        "publisher": "Who published it: a partnership, an inspectorate, an agency's own audit team.",
        "finding": "One finding, in its own words as far as possible. A second finding is a second item.",
        "agency_id": "Leave empty when it is about the partnership as a whole.",
        "web_address": "Where it can be read; shown as text.",
    }

    def panels(self, session: Session, record: IntelligenceItem) -> list[Panel]:
        return [_uses(session, record)]


def _uses(session: Session, item: IntelligenceItem) -> Panel:
    uses = session.execute(
        select(IntelligenceUse, ThematicReview, KeyLine.text)
        .join(ThematicReview, ThematicReview.id == IntelligenceUse.review_id)
        .outerjoin(KeyLine, KeyLine.id == IntelligenceUse.key_line_id)
        .where(IntelligenceUse.item_id == item.id)
        .order_by(ThematicReview.reference.desc(), IntelligenceUse.id)
    )
    rows = [(link_by_title(use, review), line or "Not chosen yet") for use, review, line in uses]
    add = Button("Use in a review", list_address(IntelligenceUse, "new", item_id=item.id))
    buttons = [add] if role() in OFFICERS else []
    empty = "No review uses it yet."
    return Panel("Used in", ("Review", "Key line"), rows, empty=empty, buttons=buttons)
