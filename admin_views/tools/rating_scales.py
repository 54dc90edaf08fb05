"""On which scales may a question be rated, and which tools use each?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import ADMINISTRATORS, STAFF, Column, Group, Panel, Screen, screen
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
    title, noun, plural = "Rating scales", "scale", "scales"
    path, group, order = "rating-scales", Group.SETTINGS, 15
    may = {
        "list": STAFF,
        "details": STAFF,
        "create": ADMINISTRATORS,
        "edit": ADMINISTRATORS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    introduction = "Frozen versions keep the words they were frozen with; a change here asks sponsors to sign anew."
    columns = ("name", Column("points", "Points, best first"), Column("not_counted"), "is_active")
    search = ("name",)
    filters = ("is_active",)
    sort = ("name",)
    default_sort = "name"
    fields = ("name", "points", "not_counted", "is_active")
    labels = {"points": "Points, the best first", "not_counted": "Answers that are not counted", "is_active": "In use"}
    hints = {
        "points": "One on each line. The best counts 1, the worst 0, the others evenly between.",
        "not_counted": "One on each line, such as: Not applicable.",
        "is_active": "A scale that is not in use is no longer offered; questions that use it keep it.",
    }

    def save(self, session: Session, form: Form, record: RatingScale) -> RatingScale:
        saved: RatingScale = super().save(session, form, record)
        refuse_faults_of_scale(session, saved)
        return saved

    def remove(self, session: Session, record: RatingScale) -> None:
        if _tools(session, record):
            raise RuleBroken(f"{record.name} is in use, so it cannot be deleted. Take it out of use instead.")
        session.delete(record)

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
