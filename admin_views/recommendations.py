"""What does each plan recommend, and on what evidence?"""

from __future__ import annotations

from admin_views.actions import plan_in_address
from admin_views.base import EVERYONE, OFFICERS, Column, Group, Screen, in_list, screen
from models.recommendations import Recommendation, next_number
from models.reference_items import ReferenceList


@screen
class RecommendationScreen(Screen):
    """Recommendations; people of an agency see those that one of their actions carries out."""

    model = Recommendation
    title, noun, plural = "Recommendations", "recommendation", "recommendations"
    path, group, order = "recommendations", Group.PLANS, 20
    may = {
        "list": EVERYONE,
        "details": EVERYONE,
        "create": OFFICERS,
        "edit": OFFICERS,
        "delete": OFFICERS,
        "export": EVERYONE,
    }
    columns = ("text", "plan_id", Column("number", is_numeric=True), "key_area_id")
    details = (*columns, "evidence")
    search = ("text", "evidence")
    filters = ("plan_id", "key_area_id")
    sort = ("plan_id", "number")
    default_sort = "plan_id"
    fields = ("plan_id", "number", "text", "key_area_id", "evidence")
    text_areas = ("text", "evidence")
    labels = {"plan_id": "Plan", "text": "Recommendation", "key_area_id": "Key area"}
    choices = {"key_area_id": in_list(ReferenceList.KEY_AREA)}

    hints = {"evidence": "The findings it rests on: audits, self-evaluations, conversations, reviews."}

    def fields_for(self, record: Recommendation) -> tuple[str, ...]:
        """Its actions belong to the same plan, so a recommendation stays in the plan it was written for."""
        return self.fields if not record.id else tuple(key for key in self.fields if key != "plan_id")

    def new_record(self) -> Recommendation:
        """Of the plan the address names, with that plan's next number."""
        plan_id = plan_in_address()
        return Recommendation(plan_id=plan_id, number=next_number(self.session, plan_id) if plan_id else None)
