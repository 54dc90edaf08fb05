"""Which strategic priorities has the Board set, and which reviews are tied to each?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import ADMINISTRATORS, EVERYONE, STAFF, Filter, Group, Panel, Screen, screen, show_tag
from admin_views.kit.registry import link_to
from models.core.clock import today
from models.partnership.strategic_priorities import StrategicPriority, lasting
from models.reviews.thematic_reviews import ThematicReview


@screen
class StrategicPriorityScreen(Screen):
    """The priorities that every review is tied to."""

    model = StrategicPriority
    title, noun, plural = "Strategic priorities", "priority", "priorities"
    path, group, order = "strategic-priorities", Group.SETTINGS, 20
    may = {
        "list": EVERYONE,
        "details": EVERYONE,
        "create": ADMINISTRATORS,
        "edit": ADMINISTRATORS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    columns = ("name", "starts_on", "ends_on")
    search = ("name", "description")
    filters = (
        Filter(
            "now",
            "Valid today",
            options=(("yes", "Yes"), ("no", "No")),
            apply=lambda answer: lasting(today()) if answer == "yes" else ~lasting(today()),
        ),
        "starts_on",
    )
    sort = ("name", "starts_on", "ends_on")
    default_sort = "name"
    fields = ("name", "description", "starts_on", "ends_on")
    text_areas = ("description",)
    labels = {"starts_on": "First day", "ends_on": "Last day"}
    hints = {"ends_on": "Leave empty while it lasts."}

    def panels(self, session: Session, record: StrategicPriority) -> list[Panel]:
        found = session.scalars(
            select(ThematicReview)
            .where(ThematicReview.priority_id == record.id)
            .order_by(ThematicReview.reference.desc())
        )
        rows = [(link_to(one, one.reference), one.title, show_tag(one.stage)) for one in found]
        return [Panel("Thematic reviews", ("Review", "Title", "Stage"), rows)]
