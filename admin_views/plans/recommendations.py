"""What does each plan recommend, and on what evidence?"""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.evidence.findings import show_verdict
from admin_views.kit.base import (
    EVERYONE,
    OFFICERS,
    Button,
    Category,
    Fact,
    Importable,
    Panel,
    Part,
    Screen,
    TextField,
    actor,
    expose,
    in_list,
    kept_by,
    screen,
    tag,
)
from admin_views.kit.fields import RecordsField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.plans.action_plans import offer_own_plans
from admin_views.plans.actions import plan_in_address
from models.evidence.findings import Finding
from models.partnership.reference_items import ReferenceList
from models.plans.action_imports import write_recommendation
from models.plans.action_plans import ActionPlan
from models.plans.recommendation_findings import (
    cite_findings,
    cited_findings,
    sources_in_words,
    support_in_words,
)
from models.plans.recommendations import Recommendation, next_number


class CitingForm(Form):
    """The findings of the review, to tick those that a recommendation rests on."""

    findings = RecordsField("Findings", loader=ChoiceLoader(Finding))


@screen
class RecommendationScreen(Screen):
    """Recommendations; people of an agency see those that one of their actions carries out."""

    model = Recommendation
    name, noun, plural = "Recommendations", "recommendation", "recommendations"
    list_purpose = (
        "What a review asks agencies to change, resting on its findings. Recommendations belong to an action plan."
    )
    url, category, menu_order = "/recommendations", Category.PLANS, 20
    part = Part.PLAN
    roles = kept_by(OFFICERS, export=EVERYONE)
    column_list = ("text", "plan_id", "number", "key_area_id", "changes")
    column_details_list = (*column_list, "evidence")
    column_searchable_list = ("text", "evidence")
    column_filters = ("plan_id", "key_area_id", "changes")
    column_sortable_list = ("plan_id", "number")
    column_default_sort = "plan_id"
    form_columns = ("plan_id", "number", "text", "key_area_id", "changes", "evidence")
    form_overrides = {"text": TextField, "evidence": TextField}
    importable = Importable(
        keys=(("plan_id", "number"), ("plan_id", "text")), kept_when_empty=("number",), write=write_recommendation
    )
    column_labels = {"plan_id": "Plan", "text": "Recommendation", "key_area_id": "Key area", "changes": "Changes"}
    form_args = {"key_area_id": {"narrow": in_list(ReferenceList.KEY_AREA)}}

    column_descriptions = {"evidence": "The findings it rests on: audits, self-evaluations, conversations, reviews."}

    def facts(self, session: Session, record: Recommendation) -> list[Fact]:
        if actor().is_agency_bound:
            return []
        findings = cited_findings(session, record.id)
        weak = support_in_words(findings)
        words = Markup("{} {}").format(sources_in_words(findings), tag(weak, "amber") if weak else "")
        return [Fact("Sources of its findings", words)]

    def panels(self, session: Session, record: Recommendation) -> list[Panel]:
        if actor().is_agency_bound:
            return []
        rows = [
            (link_to(each, each.text), each.source.label, show_verdict(each.verdict), each.strength.label)
            for each in cited_findings(session, record.id)
        ]
        buttons = [Button("Choose findings", self.link("cite", record_id=record.id))]
        return [Panel("Findings it rests on", ("Finding", "Source", "Verdict", "Strength"), rows, buttons=buttons)]

    @expose("/<int:record_id>/findings/", roles=OFFICERS, methods=("GET", "POST"))
    def cite(self, record_id: int) -> ResponseReturnValue:
        """Choose the findings that a recommendation rests on."""
        record = self.get_record(record_id)
        plan = self.session.get_one(ActionPlan, record.plan_id)
        cited = cited_findings(self.session, record.id)
        form = CitingForm(sent_form(), findings=cited)
        if isinstance(form["findings"], RecordsField):
            of_review = Finding.review_id == plan.review_id
            form["findings"].loader = ChoiceLoader(Finding, lambda findings: findings.where(of_review))
        values = {"title": f"Findings behind recommendation {record.number}", "button": "Save", "lead": record.text}
        back, over = self.details_url(record_id), (None, *sorted(finding.id for finding in cited))
        return self.ask(form, back, lambda: self._cited(record, form), over=over, **values)

    def _cited(self, record: Recommendation, form: Form) -> str:
        cite_findings(self.session, record, form["findings"].data or [])
        weak = support_in_words(cited_findings(self.session, record.id))
        return f"Saved. {weak}: look for a second kind of source." if weak else "The findings are saved."

    def form_columns_for(self, record: Recommendation) -> tuple[str, ...]:
        """Its actions belong to the same plan, so a recommendation stays in the plan it was written for."""
        return self.form_columns if not record.id else tuple(key for key in self.form_columns if key != "plan_id")

    def build_new_instance(self) -> Recommendation:
        """Of the plan the address names, with that plan's next number."""
        plan_id = plan_in_address()
        return Recommendation(plan_id=plan_id, number=next_number(self.session, plan_id) if plan_id else None)

    def on_form_ready(self, form: Form, record: Recommendation) -> None:
        offer_own_plans(form, record)
