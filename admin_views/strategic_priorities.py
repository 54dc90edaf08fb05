"""Which strategic priorities has the Board set?"""

from __future__ import annotations

from admin_views.base import ADMINISTRATORS, EVERYONE, STAFF, Group, Screen, screen
from models.strategic_priorities import StrategicPriority


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
    filters = ("starts_on",)
    sort = ("name", "starts_on")
    default_sort = "name"
    fields = ("name", "description", "starts_on", "ends_on")
    text_areas = ("description",)
    labels = {"starts_on": "From", "ends_on": "To"}
