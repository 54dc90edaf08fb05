"""When does each review plan to reach its stages?"""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, READERS, STAFF, Button, Category, Panel, Part, Screen, kept_by, screen, tag
from admin_views.kit.fields import RecordField
from admin_views.kit.formats import show_date
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.kit.review_panels import review_panel
from admin_views.partnership.hubs import may_run, own_hubs_only
from models.core.addresses import list_address
from models.core.clock import today
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview


def _review_in_words(stage: Any) -> Any:
    """A review's reference and title in one cell, for the list."""
    words = select(ThematicReview.reference + " " + ThematicReview.title)
    return words.where(ThematicReview.id == stage.review_id).correlate(stage.__table__).scalar_subquery()


@screen
class ReviewStageScreen(Screen):
    """The timetables of the reviews; reminders go out from these dates. Officers keep those of their own hubs."""

    model = ReviewStage
    name, noun, plural = "Timetables", "stage", "stages"
    list_purpose = (
        "The days by which each stage of a review should be done. A new review gets its timetable by itself, and "
        "officers move the days."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/review-stages", Category.REVIEWS, 20
    part = Part.SCOPE
    roles = kept_by(OFFICERS, readers=READERS)
    column_list = ("stage", "review_id", "planned_on", "reached_on")
    column_details_list = ("stage", "review_id", "review.title", "planned_on", "reached_on")
    column_expressions = {"review_id": _review_in_words}
    column_filters = ("review_id", "stage", "planned_on", "reached_on")
    column_sortable_list = ("planned_on", "reached_on", "review_id")
    column_default_sort = "planned_on"
    form_columns = ("review_id", "stage", "planned_on", "reached_on")
    column_labels = {"review.title": "Title"}
    column_descriptions = {"reached_on": "Filled in by itself when the review moves to this stage."}

    def name_of(self, record: ReviewStage) -> str:
        return f"{record.stage.label} of {self.session.get(ThematicReview, record.review_id)}"

    def build_new_instance(self) -> ReviewStage:
        return ReviewStage(review_id=request.args.get("review_id", type=int))

    def on_form_ready(self, form: Form, record: ReviewStage) -> None:
        if isinstance(form["review_id"], RecordField):
            form["review_id"].loader = ChoiceLoader(ThematicReview, own_hubs_only(ThematicReview.hub_id))

    def can_edit_record(self, record: ReviewStage) -> bool:
        return may_run(self.session, self.session.get_one(ThematicReview, record.review_id).hub_id)

    def can_delete_record(self, record: ReviewStage) -> bool:
        return self.can_edit_record(record)


@review_panel(Part.SCOPE, order=10, roles=STAFF)
def _timetable(session: Session, review: ThematicReview) -> Panel:
    statement = select(ReviewStage).where(ReviewStage.review_id == review.id).order_by(ReviewStage.planned_on)
    rows = [
        (
            link_to(step, step.stage.label),
            show_date(step.planned_on),
            show_date(step.reached_on) if step.reached_on else _late(step),
        )
        for step in session.scalars(statement)
    ]
    return Panel("Timetable", ("Stage", "Planned", "Reached"), rows, buttons=_timetable_buttons(session, review))


def _timetable_buttons(session: Session, review: ThematicReview) -> list[Button]:
    if not may_run(session, review.hub_id):
        return []
    return [
        Button("Edit the timetable", list_address(ReviewStage, review_id=review.id)),
        Button("Plan a stage", list_address(ReviewStage, "new", review_id=review.id)),
    ]


def _late(stage: ReviewStage) -> str:
    return tag("Late", "red") if stage.planned_on < today() else "Not yet"
