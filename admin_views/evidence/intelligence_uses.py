"""Which intelligence does a review use, along which key line, and what has become a finding?"""

from __future__ import annotations

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.evidence.intelligence_items import show_verdict
from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Panel,
    Part,
    Screen,
    TextField,
    by_value,
    kept_by,
    person_id,
    row_action,
    screen,
    tag,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_by_title, link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run, own_hubs_only
from models.core.addresses import list_address
from models.evidence.findings import Finding
from models.evidence.intelligence_items import IntelligenceItem
from models.evidence.intelligence_uses import IntelligenceUse, take_intelligence
from models.reviews.thematic_reviews import ThematicReview
from models.tools.key_lines import KeyLine


@screen
class IntelligenceUseScreen(Screen):
    """Items of the register within one review; a use becomes a finding by one press."""

    model = IntelligenceUse
    name, noun, plural = "Reviews and inspections used", "report used", "reports used"
    list_purpose = (
        "Which published findings a review draws on, and along which key line. Enter the findings in the register "
        "first."
    )
    list_begins_at = "/intelligence-items"
    url, category, menu_order = "/intelligence-uses", Category.EVIDENCE, 61
    part = Part.EVIDENCE
    roles = kept_by(OFFICERS, readers=STAFF)
    introduction = "Which items of the register each review uses, and along which of its key lines."
    column_list = ("item_id", "item.title", "review_id", "key_line_id", "item.verdict")
    column_details_list = (*column_list, "item.finding", "relevance")
    column_formatters = {"item.verdict": by_value(show_verdict)}
    column_filters = ("review_id",)
    column_sortable_list = ("item_id", "review_id")
    column_default_sort = ("item_id", True)
    form_columns = ("item_id", "review_id", "key_line_id", "relevance")
    form_overrides = {"relevance": TextField}
    column_labels = {
        "item_id": "Item",
        "item.title": "Title",
        "item.finding": "What it found",
        "relevance": "Why it bears on this review",
        "key_line_id": "Key line of enquiry",
        "item.verdict": "Says",
    }
    form_args = {"item_id": {"label": "Intelligence item"}}
    column_descriptions = {"key_line_id": "One of this review's own; needed before it can become a finding."}

    def name_of(self, record: IntelligenceUse) -> str:
        item, review = self.session.get(IntelligenceItem, record.item_id), self._review(record)
        return f"{item} in {review}"

    def _review(self, record: IntelligenceUse) -> ThematicReview | None:
        return self.session.get(ThematicReview, record.review_id) if record.review_id else None

    def build_new_instance(self) -> IntelligenceUse:
        return IntelligenceUse(
            item_id=request.args.get("item_id", type=int), review_id=request.args.get("review_id", type=int)
        )

    def on_form_ready(self, form: Form, record: IntelligenceUse) -> None:
        """Officers use intelligence in the reviews of their own hubs, along the key lines of that review."""
        if isinstance(form["review_id"], RecordField):
            form["review_id"].loader = ChoiceLoader(ThematicReview, own_hubs_only(ThematicReview.hub_id))
        if isinstance(form["key_line_id"], RecordField):
            of = KeyLine.review_id == record.review_id if record.review_id else KeyLine.review_id.is_not(None)
            form["key_line_id"].loader = ChoiceLoader(KeyLine, lambda lines: lines.where(of))

    def panels(self, session: Session, record: IntelligenceUse) -> list[Panel]:
        findings = session.scalars(select(Finding).where(Finding.origin == record.origin))
        rows = [(link_to(each, each.text), show_verdict(each.verdict), each.strength.label) for each in findings]
        return [Panel("Finding", ("Finding", "Says", "Evidenced"), rows, empty="It has not become a finding yet.")]

    @row_action("Make it a finding", roles=OFFICERS, tone="main")
    def take(self, session: Session, use: IntelligenceUse) -> str:
        """What the item found becomes a finding of the review, along the key line chosen."""
        take_intelligence(session, use, person_id=person_id())
        return "It is among the review's findings."


@review_panel(Part.EVIDENCE, order=60, roles=STAFF)
def intelligence(session: Session, review: ThematicReview) -> Panel:
    """The intelligence a review uses, and what of it has become a finding."""
    uses = session.execute(
        select(IntelligenceUse, IntelligenceItem, Finding.id)
        .join(IntelligenceItem, IntelligenceItem.id == IntelligenceUse.item_id)
        .outerjoin(
            Finding,
            (Finding.review_id == review.id) & (Finding.origin == IntelligenceUse.origin_expression()),
        )
        .where(IntelligenceUse.review_id == review.id)
        .order_by(IntelligenceItem.published_on.desc(), IntelligenceUse.id)
    )
    rows = [(link_by_title(use, item), show_verdict(item.verdict), _taken(finding)) for use, item, finding in uses]
    may = may_run(session, review.hub_id)
    buttons = [Button("Use intelligence", list_address(IntelligenceUse, "new", review_id=review.id))] if may else []
    return Panel("Intelligence", ("Item", "Says", "Finding"), rows, buttons=buttons)


def _taken(finding: int | None) -> str:
    return tag("A finding", "blue") if finding else "Not yet"
