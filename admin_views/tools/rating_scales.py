"""On which scales may a question be rated, and which tools use each?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import ADMINISTRATORS, STAFF, Button, Category, Panel, Screen, kept_by, screen
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.filters import LinkedFilter
from admin_views.kit.registry import link_to
from models.core.addresses import list_address
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.keys import key_in
from models.tools.assurance_tools import AssuranceTool
from models.tools.rating_scales import RatingScale
from models.tools.tool_outlines import refuse_faults_of_scale
from models.tools.tool_questions import ToolQuestion

_SHOWN = 20
"""So many tools stand on the page of a scale; every review copies some, so that they grow with the years."""


class ScaleFilter(LinkedFilter):
    """Narrows the list of tools to those that use a scale. It is asked where a scale's page leads there only."""

    def __init__(self) -> None:
        super().__init__("scale", "Uses the scale", apply=_uses)
        self.control, self._scales = "select", ChoiceLoader(RatingScale)

    @property
    def loader(self) -> ChoiceLoader | None:  # type: ignore[override]
        return self._scales if self.is_offered else None


@screen
class RatingScaleScreen(Screen):
    """Scales, for staff to read and administrators to keep. One in use is taken out of use, not deleted."""

    model = RatingScale
    name, noun, plural = "Rating scales", "scale", "scales"
    list_purpose = (
        "The scales that questions are answered on, such as Ofsted's four grades. A new portal has the usual "
        "ones; add your own."
    )
    url, category, menu_order = "/rating-scales", Category.SETTINGS, 15
    roles = kept_by(ADMINISTRATORS, readers=STAFF)
    introduction = "Frozen versions keep the words they were frozen with; a change here asks sponsors to sign anew."
    column_list = ("name", "points", "not_counted", "is_active")
    column_searchable_list = ("name",)
    column_filters = ("is_active",)
    column_sortable_list = ("name",)
    column_default_sort = "name"
    form_columns = ("name", "points", "not_counted", "is_active")
    column_labels = {
        "points": "Points, best first",
        "not_counted": "Answers that are not counted",
        "is_active": "In use",
    }
    form_args = {"points": {"label": "Points, the best first"}}
    column_descriptions = {
        "points": "One on each line. The best counts 1, the worst 0, the others evenly between.",
        "not_counted": "One on each line, such as: Not applicable.",
        "is_active": "A scale that is not in use is no longer offered; questions that use it keep it.",
    }

    def on_model_change(self, form: Form, model: RatingScale, is_created: bool) -> None:
        refuse_faults_of_scale(self.session, model)

    def on_model_delete(self, model: RatingScale) -> None:
        if self.session.scalar(select(_using(model.id).exists())):
            raise RuleBroken(f"{model.name} is in use, so it cannot be deleted. Take it out of use instead.")

    def panels(self, session: Session, record: RatingScale) -> list[Panel]:
        known = session.execute(_tools(record)).all()
        rows = [(link_to(tool, tool.title), tool.kind.label, where or "The bank") for tool, where, _ in known]
        count = known[0][2] if known else 0
        every = [Button(f"All {count:,} tools", list_address(AssuranceTool, scale=record.id))] if count > _SHOWN else []
        return [Panel("Tools that use it", ("Tool", "Kind", "Belongs to"), rows, buttons=every)]


def _uses(answer: str) -> ColumnElement[bool]:
    key = key_in(answer)
    if key is None:
        raise ValueError(answer)
    return AssuranceTool.id.in_(_using(key))


def _using(scale_id: int) -> Select[int]:
    return select(ToolQuestion.tool_id).where(ToolQuestion.scale_id == scale_id)


def _tools(scale: RatingScale) -> Select[AssuranceTool, str, int]:
    """The first tools that use a scale, the bank's before the reviews', each beside how many there are in all."""
    return (
        select(AssuranceTool, ThematicReview.reference, func.count().over().label("count"))
        .outerjoin(ThematicReview, ThematicReview.id == AssuranceTool.review_id)
        .where(AssuranceTool.id.in_(_using(scale.id)))
        .order_by(AssuranceTool.review_id.is_not(None), AssuranceTool.title, AssuranceTool.id)
        .limit(_SHOWN)
    )
