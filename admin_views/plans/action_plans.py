"""Which improvement plans are there, how are they doing, and how does somebody get one on paper?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    ADMINISTRATORS,
    EVERYONE,
    OFFICERS,
    READERS,
    Button,
    Category,
    Panel,
    Part,
    Screen,
    TextField,
    actor,
    by_value,
    expose,
    kept_by,
    person_id,
    role,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_by_title
from admin_views.kit.requests import key_in_address
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import offer_own_reviews
from admin_views.plans.plan_additions import AdditionPages
from admin_views.plans.plan_reports import ask_for_paper, scope_of_agency, scope_of_review, send_sheet, show_report
from admin_views.plans.plan_rows import field_marks
from admin_views.plans.plan_tables import PlanTable, PlanTablePages, may_change, plan_table
from admin_views.plans.presentations import decisions_on_plan
from models.core.addresses import address_by_id, list_address
from models.core.clock import today
from models.partnership.agencies import Agency
from models.plans.action_drafts import ActionDraft, drafts_of
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action, close_plan
from models.plans.plan_reports import ReportScope
from models.plans.recommendations import Recommendation
from models.reviews.own_reviews import of_run_review
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.core.due_dates import short_day

_HINTS = {
    "Download as PDF": "The whole plan",
    "Summary on one page": "PDF",
    "Overdue only as PDF": "Late actions",
    "Read as a page": "The same as the PDF; one agency's part too",
    "As a spreadsheet": "Excel",
}
"""What the menu says of each way to take a plan out."""


@screen
class ActionPlanScreen(Screen):
    """Improvement plans. People of an agency see the plans that have an action for their agency, and those actions."""

    model = ActionPlan
    name, noun, plural = "Action plans", "plan", "plans"
    list_purpose = (
        "A review's improvement plan: concise recommendations, and actions with an owner, a day and a measure. "
        "Begin it when the findings are agreed."
    )
    url, category, menu_order = "/action-plans", Category.PLANS, 10
    part = Part.PLAN
    review_page, leads_part = ("action_plans.of_review", "review_id"), True
    page_sets = (PlanTablePages, AdditionPages)
    details_template = "plans/plan.html"
    roles = kept_by(OFFICERS, export=EVERYONE, delete=ADMINISTRATORS)
    column_list = ("title", "review_id", "status", "version", "agreed_on")
    column_beneath = "reference"
    column_details_list = ("reference", *column_list, "summary")
    column_formatters = {"status": by_value(show_tag)}
    column_searchable_list = ("reference", "title")
    column_filters = ("status", "review_id", "year")
    column_sortable_list = ("reference", "title", "agreed_on")
    column_default_sort = ("reference", True)
    form_columns = ("review_id", "title", "year", "summary")
    form_overrides = {"summary": TextField}
    column_labels = {"review_id": "Review", "agreed_on": "Agreed by the Board"}

    def build_new_instance(self) -> ActionPlan:
        return ActionPlan(review_id=key_in_address("review_id"), year=today().year)

    def on_form_ready(self, form: Form, record: ActionPlan) -> None:
        offer_own_reviews(form, record)

    def details_of(self, record: ActionPlan) -> dict[str, Any]:
        """What the page of a plan shows: its table, what can be taken out, and what else may be done."""
        session = self.session
        review = session.get(ThematicReview, record.review_id)  # asked once, for everything below looks at it
        known, is_editable = super().details_of(record), may_change(session, record)
        table = plan_table(session, record, is_editable=is_editable)
        may_add = is_editable and role() in OFFICERS
        return {
            **known,
            "panels": [replace(panel, is_folded=panel.title == "History") for panel in known["panels"]],
            "review": review,
            "table": table,
            "lead": lead_of(record, table),
            "may_add": may_add,
            "drafts": drafts_of(session, record.id, person_id()) if may_add else [],
            "draft_address": draft_address,
            "new_recommendation": list_address(Recommendation, "new", plan_id=record.id),
            "new_action": list_address(Action, "new", plan_id=record.id),
            "list_of_actions": list_address(Action, plan_id=record.id),
            "adding": self.pages(AdditionPages).shown(record) if may_add else None,
            "add_address": lambda what: f"{self.link('details_view', record_id=record.id, add=what)}#add",
            "hints": _HINTS,
            "said": field_marks,
            "problems": [],
        }

    def buttons(self, record: ActionPlan) -> list[Button]:
        """The ways to take the plan out; the menu says of each what it is."""
        return [
            Button("Download as PDF", self.link("make_pdf", record_id=record.id), is_post=True),
            Button("Summary on one page", self.link("make_pdf", record_id=record.id, form="summary"), is_post=True),
            Button("Overdue only as PDF", self.link("make_pdf", record_id=record.id, overdue="yes"), is_post=True),
            Button("Read as a page", self.link("report", record_id=record.id)),
            Button("As a spreadsheet", self.link("sheet", record_id=record.id)),
        ]

    def panels(self, session: Session, record: ActionPlan) -> list[Panel]:
        return [decisions_on_plan(session, record)] if role() in READERS else []

    @row_action("Close plan", roles=OFFICERS, confirmation="Close this plan?",
                shown=lambda plan: plan.status is PlanStatus.AGREED)  # fmt: skip
    def close(self, session: Session, plan: ActionPlan) -> str:
        """Refused while actions are open."""
        close_plan(session, plan)
        return f"{plan.reference} is closed."

    @expose("/<int:record_id>/pdf/", roles=EVERYONE, methods=("POST",))
    def make_pdf(self, record_id: int) -> ResponseReturnValue:
        """Ask for the plan on paper, as far as this person may see it."""
        plan = self.get_record(record_id)
        return ask_for_paper(self, ReportScope(plan_id=plan.id), self.details_url(record_id))

    @expose("/review/<int:review_id>/pdf/", roles=EVERYONE, methods=("POST",))
    def make_review_pdf(self, review_id: int) -> ResponseReturnValue:
        """Ask for all plans of a review on paper."""
        return ask_for_paper(self, scope_of_review(self.session, review_id), address_by_id(ThematicReview, review_id))

    @expose("/agency/<int:agency_id>/pdf/", roles=EVERYONE, methods=("POST",))
    def make_agency_pdf(self, agency_id: int) -> ResponseReturnValue:
        """Ask for all actions that one agency leads on paper."""
        return ask_for_paper(self, scope_of_agency(self.session, agency_id), address_by_id(Agency, agency_id))

    @expose("/<int:record_id>/report/", roles=EVERYONE)
    def report(self, record_id: int) -> ResponseReturnValue:
        """The same as the PDF, as a page: the accessible twin; the address may narrow it (see plan_reports)."""
        plan, pdf = self.get_record(record_id), self.link("make_pdf", record_id=record_id)
        return show_report(self, ReportScope(plan_id=plan.id), self.details_url(record_id), plan.reference, pdf)

    @expose("/<int:record_id>/xlsx/", roles=EVERYONE)
    def sheet(self, record_id: int) -> ResponseReturnValue:
        """The plan's actions as a spreadsheet, as far as this person may see them; the address may narrow it."""
        return send_sheet(self, ReportScope(plan_id=self.get_record(record_id).id))

    @expose("/review/<int:review_id>/report/", roles=EVERYONE)
    def review_report(self, review_id: int) -> ResponseReturnValue:
        """All plans of a review as a page."""
        scope, pdf = scope_of_review(self.session, review_id), self.link("make_review_pdf", review_id=review_id)
        return show_report(self, scope, address_by_id(ThematicReview, review_id), "Review", pdf)

    @expose("/agency/<int:agency_id>/report/", roles=EVERYONE)
    def agency_report(self, agency_id: int) -> ResponseReturnValue:
        """All actions that one agency leads as a page."""
        scope, pdf = scope_of_agency(self.session, agency_id), self.link("make_agency_pdf", agency_id=agency_id)
        return show_report(self, scope, address_by_id(Agency, agency_id), "Agency", pdf)


def own_plans(kept: int | None = None) -> Select[int]:
    """The ids of the plans of reviews that the asking person runs, and of the one that is `kept`."""
    is_own = of_run_review(ActionPlan.review_id, actor(), today())
    return select(ActionPlan.id).where(or_(is_own, ActionPlan.id == kept))


def offer_own_plans(form: Form, record: Any) -> None:
    """Let a form's `plan_id` name only a plan of a review that the asking person runs, or the record's own."""
    if "plan_id" in form and isinstance(form["plan_id"], RecordField):
        own = own_plans(record.plan_id if record.id else None)
        form["plan_id"].loader = ChoiceLoader(ActionPlan, lambda plans: plans.where(ActionPlan.id.in_(own)))


def draft_address(draft: ActionDraft, *page: str) -> str:
    """Where somebody goes on with a draft, or with `drop` throws it away."""
    if page:
        return list_address(Action, "drafts", draft.id, *page)
    return list_address(Action, "new", plan_id=draft.plan_id, draft=draft.id)


def lead_of(plan: ActionPlan, table: PlanTable) -> str:
    """The plan in one sentence or two: how much there is, since when it is agreed, what is late."""
    chapters = sum(part.recommendation is not None for part in table.parts)
    whose = "Your agency's part of the plan: " if actor().is_agency_bound else ""
    agreed = f", agreed by the Board on {short_day(plan.agreed_on, today())}" if plan.agreed_on else ""
    count = count_words(len(table.rows), "action")
    held = f"{count_words(chapters, 'recommendation')}, {count}" if table.shown in ("open", "all") else count
    late = (
        count_words(table.late_count, "action is", "actions are") + " late." if table.late_count else "Nothing is late."
    )
    return f"{whose}{held}{agreed}. {late if table.rows else ''}".strip()


@review_panel(Part.PLAN, order=20, is_for_agencies=True)
def _plans(session: Session, review: ThematicReview) -> Panel:
    plans = session.scalars(select(ActionPlan).where(ActionPlan.review_id == review.id).order_by(ActionPlan.reference))
    rows = [(link_by_title(plan), show_tag(plan.status)) for plan in plans]
    return Panel("Improvement plans", ("Plan", "Status"), rows)
