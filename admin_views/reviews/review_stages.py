"""When does each review plan to reach its stages?"""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, READERS, STAFF, Column, Group, Screen, screen
from admin_views.kit.choices import ChoiceSource
from admin_views.kit.fields import RecordField
from admin_views.partnership.hubs import may_run, own_hubs_only
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
    title, noun, plural = "Timetables", "stage", "stages"
    path, group, order = "review-stages", Group.REVIEWS, 20
    may = {
        "list": READERS,
        "details": READERS,
        "create": OFFICERS,
        "edit": OFFICERS,
        "delete": OFFICERS,
        "export": STAFF,
    }
    columns = ("stage", Column("review_id", value=_review_in_words), "planned_on", "reached_on")
    details = ("stage", "review_id", "review.title", "planned_on", "reached_on")
    filters = ("review_id", "stage", "planned_on", "reached_on")
    sort = ("planned_on", "reached_on", "review_id")
    default_sort = "planned_on"
    fields = ("review_id", "stage", "planned_on", "reached_on")
    labels = {"review.title": "Title"}
    hints = {"reached_on": "Filled in by itself when the review moves to this stage."}

    def name_of(self, record: ReviewStage) -> str:
        return f"{record.stage.label} of {self.session.get(ThematicReview, record.review_id)}"

    def new_record(self) -> ReviewStage:
        return ReviewStage(review_id=request.args.get("review_id", type=int))

    def form_ready(self, session: Session, form: Form, record: ReviewStage) -> None:
        if isinstance(form["review_id"], RecordField):
            form["review_id"].source = ChoiceSource(ThematicReview, own_hubs_only(ThematicReview.hub_id))

    def may_edit(self, record: ReviewStage) -> bool:
        return may_run(self.session, self.session.get_one(ThematicReview, record.review_id).hub_id)

    def may_delete(self, record: ReviewStage) -> bool:
        return self.may_edit(record)
