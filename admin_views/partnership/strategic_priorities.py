"""Which strategic priorities has the Board set, and which reviews are tied to each?"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    Button,
    Category,
    Filter,
    Importable,
    Panel,
    Place,
    Screen,
    TextField,
    kept_by,
    screen,
    show_tag,
)
from admin_views.kit.registry import link_by_title
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.strategic_priorities import StrategicPriority, lasting
from models.reviews.thematic_reviews import ThematicReview

_SHOWN = 20


@screen
class StrategicPriorityScreen(Screen):
    """The priorities that every review is tied to."""

    model = StrategicPriority
    name, noun, plural = "Strategic priorities", "priority", "priorities"
    list_purpose = (
        "What the Board has set for the year. Every thematic review serves one of them, so enter them before the "
        "first review."
    )
    url, category, menu_order = "/strategic-priorities", Category.SETTINGS, 20
    stands_in = Place.LIBRARY
    roles = kept_by(ADMINISTRATORS)
    undoes_edits = True
    column_list = ("name", "starts_on", "ends_on")
    column_searchable_list = ("name", "description")
    column_filters = (
        Filter(
            "now",
            "Valid today",
            options=(("yes", "Yes"), ("no", "No")),
            apply=lambda answer: lasting(today()) if answer == "yes" else ~lasting(today()),
        ),
        "starts_on",
    )
    column_sortable_list = ("name", "starts_on", "ends_on")
    column_default_sort = "name"
    form_columns = ("name", "description", "starts_on", "ends_on")
    form_overrides = {"description": TextField}
    importable = Importable(keys=(("name",),), is_of_partnership=True)
    column_labels = {"starts_on": "First day", "ends_on": "Last day"}
    column_descriptions = {"ends_on": "Leave empty while it lasts."}

    def panels(self, session: Session, record: StrategicPriority) -> list[Panel]:
        return [reviews_panel(session, priority_id=record.id)]


def reviews_panel(session: Session, **asked: int) -> Panel:
    """The latest reviews for which a column has that value; all of them stand in their list, which asks the same."""
    known = session.execute(
        select(ThematicReview, func.count().over())
        .filter_by(**asked)
        .order_by(ThematicReview.reference.desc())
        .limit(_SHOWN)
    ).all()
    count = known[0][1] if known else 0
    rows = [(link_by_title(review), show_tag(review.stage)) for review, _ in known]
    every = [Button(f"All {count:,} reviews", list_address(ThematicReview, **asked))] if count > _SHOWN else []
    return Panel("Thematic reviews", ("Review", "Stage"), rows, buttons=every)
