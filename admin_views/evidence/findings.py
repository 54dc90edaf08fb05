"""What was found, along which key line, from which source, and how is a finding made of what was read?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    TextField,
    by_value,
    kept_by,
    person_id,
    screen,
    tag,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.lists.choices import ChoiceLoader, Narrow
from admin_views.kit.registry import link_to
from admin_views.kit.requests import key_in_address
from admin_views.partnership.hubs import offer_own_reviews, own_reviews_only
from models.evidence.findings import Finding
from models.plans.action_plans import ActionPlan
from models.plans.recommendation_findings import RecommendationFinding
from models.plans.recommendations import Recommendation
from models.rules.evidence.triangulation import Strength, Verdict
from models.tools.key_lines import KeyLine

COLOURS = {Verdict.STRENGTH.label: "green", Verdict.MIXED.label: "amber", Verdict.CONCERN.label: "red"}


def show_verdict(label: str | Verdict) -> str:
    """A verdict as a word on its colour."""
    word = label.label if isinstance(label, Verdict) else label
    return tag(word, COLOURS.get(word, "grey"))


@screen
class FindingScreen(Screen):
    """Findings of the reviews; most are taken with one press from an answer, an audit, feedback or an item read."""

    model = Finding
    name, noun, plural = "Findings", "finding", "findings"
    list_purpose = (
        "What a review's evidence shows, one sentence each, along a key line and from one source. Findings are "
        "set side by side in the triangulation."
    )
    url, category, menu_order = "/findings", Category.EVIDENCE, 40
    part = Part.EVIDENCE
    roles = kept_by(OFFICERS, readers=STAFF)
    column_list = ("text", "review_id", "source", "verdict", "strength", "key_line_id")
    column_details_list = (*column_list, "agency_id", "made_by_id", "made_at")
    column_formatters = {"verdict": by_value(show_verdict)}
    column_searchable_list = ("text",)
    column_filters = ("review_id", "source", "verdict", "strength", "agency_id")
    column_sortable_list = ("source", "verdict", "strength", "made_at")
    column_default_sort = ("made_at", True)
    form_columns = ("review_id", "key_line_id", "source", "verdict", "strength", "text", "agency_id")
    form_overrides = {"text": TextField}
    column_labels = {"text": "Finding", "key_line_id": "Key line", "made_by_id": "Made by", "made_at": "Made"}
    column_descriptions = {"agency_id": "Only when the finding is about one agency."}

    def build_new_instance(self) -> Finding:
        return Finding(review_id=key_in_address("review_id"), strength=Strength.MODERATE)

    def on_form_ready(self, form: Form, record: Finding) -> None:
        """A finding is made in a review that the person runs, along one of its key lines."""
        offer_own_reviews(form, record)
        if isinstance(form["key_line_id"], RecordField):
            review_id = record.review_id or form["review_id"].data
            form["key_line_id"].loader = ChoiceLoader(KeyLine, _lines_of(review_id))

    def form_columns_for(self, record: Finding) -> tuple[str, ...]:
        """A finding stays with the review it was made for."""
        return self.form_columns if not record.id else tuple(key for key in self.form_columns if key != "review_id")

    def on_model_change(self, form: Form, model: Finding, is_created: bool) -> None:
        model.made_by_id = model.made_by_id or person_id()

    def facts(self, session: Session, record: Finding) -> list[Fact]:
        return [Fact("Taken from", _origin(record) or "Typed by hand")]

    def panels(self, session: Session, record: Finding) -> list[Panel]:
        rows = session.execute(
            select(Recommendation, ActionPlan)
            .join(ActionPlan, ActionPlan.id == Recommendation.plan_id)
            .join(RecommendationFinding, RecommendationFinding.recommendation_id == Recommendation.id)
            .where(RecommendationFinding.finding_id == record.id)
            .order_by(ActionPlan.reference, Recommendation.number)
        )
        cells = [(link_to(cites, str(cites)), link_to(plan, plan.reference)) for cites, plan in rows]
        return [Panel("Recommendations that cite it", ("Recommendation", "Plan"), cells)]


def _lines_of(review_id: int | None) -> Narrow:
    """The key lines of a review in their order; where none is named yet, those of every review the person runs."""
    own = own_reviews_only(KeyLine.review_id)

    def narrow(lines: Select[Any]) -> Select[Any]:
        of_a_review = lines.where(KeyLine.review_id.is_not(None))
        mine = lines.where(KeyLine.review_id == review_id) if review_id else own(of_a_review)
        return mine.order_by(KeyLine.number)

    return narrow


_ORIGINS = {
    "sheet_answers": "An answer in a tool",
    "moderations": "A moderated case audit",
    "intelligence_items": "An intelligence item",
    "feedback_activities": "A feedback activity",
    "survey_responses": "An answer in a survey",
    "case_audits": "A case audit",
}


def _origin(record: Finding) -> str:
    return _ORIGINS.get(record.origin.partition(":")[0], record.origin.replace(":", " ").replace("_", " "))
