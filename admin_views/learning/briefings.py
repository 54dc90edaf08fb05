"""How is a review's seven-minute briefing drafted, edited, read and printed?"""

from __future__ import annotations

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.documents.papers import document_buttons, document_page
from admin_views.kit.base import (
    EVERYONE,
    NOBODY,
    OFFICERS,
    READERS,
    Button,
    Category,
    Fact,
    Part,
    Place,
    Screen,
    TextField,
    already_sent,
    expose,
    kept_by,
    row_action,
    screen,
)
from admin_views.partnership.hubs import may_run
from models.core.addresses import address_by_id
from models.core.errors import RuleBroken
from models.learning.briefings import POINTS, Briefing, draft_anew, draft_briefing
from models.learning.learning_products import LearningProduct
from models.reviews.thematic_reviews import ThematicReview
from models.rules.learning.briefings import length_words


@screen
class BriefingScreen(Screen):
    """Seven-minute briefings: drafted from the review's own findings, then edited; agencies read what is released."""

    model = Briefing
    name, noun, plural = "7 Minute Briefings", "briefing", "briefings"
    list_purpose = (
        "A 7 Minute Briefing puts one review's learning on one sheet. It is drafted on the page of its learning "
        "product."
    )
    list_begins_at = "/learning-products"
    url, category, menu_order = "/briefings", Category.LEARNING, 30
    stands_in, part = Place.LIBRARY, Part.LEARNING
    roles = kept_by(OFFICERS, export=READERS, create=NOBODY)
    introduction = "One sheet, seven points, seven minutes with a team. A briefing is drafted on its product's page."
    column_list = ("title", "product_id", "review_id", "product.audience", "product.released_on")
    column_details_list = (*column_list, *POINTS)
    column_searchable_list = ("title", *POINTS)
    column_filters = ("review_id",)
    column_sortable_list = ("title",)
    column_default_sort = "title"
    form_columns = ("title", *POINTS)
    form_overrides = dict.fromkeys(POINTS, TextField)
    column_labels = {
        "product_id": "Product",
        "product.audience": "Audience",
        "product.released_on": "Released",
        "background": "1 Background",
        "why_it_matters": "2 Why it matters",
        "key_information_1": "3 Key information",
        "key_information_2": "4 Key information",
        "key_information_3": "5 Key information",
        "things_to_remember": "6 Things to remember",
        "what_to_do": "7 What to do",
    }
    column_descriptions = {
        "background": "What was looked at, and why. Name no person and no case.",
        "key_information_1": "One finding in one or two sentences.",
        "what_to_do": "What each team can do from tomorrow.",
    }

    def can_edit_record(self, record: Briefing) -> bool:
        review = self.session.get(ThematicReview, record.review_id)
        return review is not None and may_run(self.session, review.hub_id)

    def can_delete_record(self, record: Briefing) -> bool:
        product = self.session.get(LearningProduct, record.product_id)
        return product is not None and product.released_on is None

    def facts(self, session: Session, record: Briefing) -> list[Fact]:
        return [Fact("Length", length_words(record.points))]

    def buttons(self, record: Briefing) -> list[Button]:
        return document_buttons(self.link("paper", record_id=record.id), "Sheet", "briefing")

    @row_action("Draft anew", roles=OFFICERS, confirmation="Write the seven points anew? What was edited is lost.")
    def redraft(self, session: Session, briefing: Briefing) -> str:
        """From what the review says today."""
        if not self.can_edit_record(briefing):
            raise RuleBroken("You run the reviews of your own hubs only.")
        draft_anew(session, briefing)
        return "The seven points are drafted anew."

    @expose("/draft/<int:product_id>/", roles=OFFICERS, methods=("POST",))
    def draft(self, product_id: int) -> ResponseReturnValue:
        """Draft the briefing of a product from its review."""
        back = address_by_id(LearningProduct, product_id)
        if already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(back)
        try:
            briefing = self._drafted(product_id)
        except RuleBroken as refusal:
            self.session.rollback()
            flash(refusal.sentence, "error")
            return redirect(back)
        return redirect(self.link("edit_view", record_id=briefing.id))

    def _drafted(self, product_id: int) -> Briefing:
        product = self.session.get(LearningProduct, product_id) if product_id < 2**31 else None
        if product is None:
            abort(404)
        review = self.session.get_one(ThematicReview, product.review_id)
        briefing = draft_briefing(self.session, review, product)
        self.session.commit()
        return briefing

    @expose("/<int:record_id>/paper/", roles=EVERYONE, methods=("GET", "POST"))
    def paper(self, record_id: int) -> ResponseReturnValue:
        """The sheet as PDF on exactly one page, as Word, or the same as a page."""
        briefing, back = self.get_record(record_id), self.details_url(record_id)
        return document_page(self, "briefing", {"briefing_id": briefing.id}, back, briefing.title)
