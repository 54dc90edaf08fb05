"""When does each review plan to reach its stages?"""

from __future__ import annotations

from admin_views.base import OFFICERS, READERS, STAFF, Group, Screen, screen
from models.review_stages import ReviewStage


@screen
class ReviewStageScreen(Screen):
    """The timetables of the reviews; reminders go out from these dates."""

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
    columns = ("review_id", "stage", "planned_on", "reached_on")
    filters = ("review_id", "stage", "planned_on")
    sort = ("planned_on", "reached_on", "stage")
    default_sort = "planned_on"
    fields = ("review_id", "stage", "planned_on", "reached_on")

    def name_of(self, record: ReviewStage) -> str:
        return record.stage.label if record.stage else "Stage"
