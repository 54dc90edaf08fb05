"""What does each plan recommend, and on what evidence?"""

from __future__ import annotations

from flask import request

from admin_views.base import EVERYONE, OFFICERS, Column, Group, Screen, in_list, screen
from models.recommendations import Recommendation
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

    def new_record(self) -> Recommendation:
        return Recommendation(plan_id=request.args.get("plan_id", type=int))
