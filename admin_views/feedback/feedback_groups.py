"""Which groups can be heard, who was heard lately, and who is never heard?"""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Category,
    Filter,
    Importable,
    Panel,
    Screen,
    TextField,
    kept_by,
    screen,
)
from admin_views.kit.formats import show_date
from admin_views.kit.registry import link_by_title, link_to
from models.feedback.feedback_activities import Engagement, FeedbackActivity
from models.feedback.feedback_groups import FeedbackGroup
from models.reviews.thematic_reviews import ThematicReview


@screen
class FeedbackGroupScreen(Screen):
    """The register of groups; no person is named in it."""

    model = FeedbackGroup
    name, noun, plural = "Feedback groups", "group", "groups"
    list_purpose = (
        "Groups of people who may be asked what they have experienced: families, carers, young people, "
        "practitioners. Enter those you know, so that nobody is always asked and nobody never."
    )
    url, category, menu_order = "/feedback-groups", Category.EVIDENCE, 36
    roles = kept_by(OFFICERS, readers=STAFF)
    introduction = "Take care not always to ask the same, established groups: filter by “Heard” to see who never was."
    undoes_edits = True
    column_list = ("name", "kind", "found_through", "is_active")
    column_details_list = (*column_list, "contact", "note")
    column_searchable_list = ("name", "note")
    column_filters = (
        Filter(
            "heard",
            "Heard",
            options=(("never", "Never"), ("yes", "At least once")),
            apply=lambda answer: (
                ~exists(1).where(Engagement.group_id == FeedbackGroup.id)
                if answer == "never"
                else exists(1).where(Engagement.group_id == FeedbackGroup.id)
            ),
        ),
        "kind",
        "found_through",
        "is_active",
    )
    column_sortable_list = ("name", "kind")
    column_default_sort = "name"
    form_columns = ("name", "kind", "found_through", "contact", "note", "is_active")
    form_overrides = {"contact": TextField, "note": TextField}
    importable = Importable(keys=(("name",),))
    column_labels = {"found_through": "Found through", "is_active": "In use"}
    column_descriptions = {"contact": "Whom to ask, by role. Do not name service users."}

    def panels(self, session: Session, record: FeedbackGroup) -> list[Panel]:
        rows = session.execute(
            select(Engagement, FeedbackActivity, ThematicReview)
            .join(FeedbackActivity, FeedbackActivity.id == Engagement.activity_id)
            .join(ThematicReview, ThematicReview.id == FeedbackActivity.review_id)
            .where(Engagement.group_id == record.id)
            .order_by(ThematicReview.reference.desc(), Engagement.id.desc())
        )
        cells = [
            (
                link_to(activity, activity.title),
                link_by_title(review),
                show_date(activity.held_on),
                show_date(engagement.outcome_told_on),
            )
            for engagement, activity, review in rows
        ]
        headings = ("Activity", "Review", "Held", "Told the outcome")
        return [Panel("Where this group was heard", headings, cells, empty="This group has never been heard.")]
