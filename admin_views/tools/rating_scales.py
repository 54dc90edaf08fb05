"""On which scales may a question be rated, and which tools use each?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import ADMINISTRATORS, STAFF, Category, Panel, Screen, kept_by, screen
from admin_views.kit.registry import link_to
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.tools.assurance_tools import AssuranceTool
from models.tools.rating_scales import RatingScale
from models.tools.tool_outlines import refuse_faults_of_scale
from models.tools.tool_questions import ToolQuestion


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
        if _tools(self.session, model):
            raise RuleBroken(f"{model.name} is in use, so it cannot be deleted. Take it out of use instead.")

    def panels(self, session: Session, record: RatingScale) -> list[Panel]:
        rows = [
            (link_to(tool, tool.title), tool.kind.label, where or "The bank") for tool, where in _tools(session, record)
        ]
        return [Panel("Tools that use it", ("Tool", "Kind", "Belongs to"), rows)]


def _tools(session: Session, scale: RatingScale) -> list[tuple[AssuranceTool, str | None]]:
    using = select(ToolQuestion.tool_id).where(ToolQuestion.scale_id == scale.id)
    statement = (
        select(AssuranceTool, ThematicReview.reference)
        .outerjoin(ThematicReview, ThematicReview.id == AssuranceTool.review_id)
        .where(AssuranceTool.id.in_(using))
    )
    return [(tool, where) for tool, where in session.execute(statement.order_by(AssuranceTool.title))]
