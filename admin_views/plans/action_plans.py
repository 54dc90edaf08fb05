"""Which improvement plans are there, how are they doing, and how does somebody get one on paper?"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, case, func, or_, select
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
    role,
    row_action,
    screen,
    show_tag,
    tag,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.formats import show_date
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.filters import NONE
from admin_views.kit.registry import link_to
from admin_views.kit.review_panels import review_panel
from admin_views.partnership.hubs import may_write_in, offer_own_reviews
from admin_views.plans.action_updates import show_brag
from admin_views.plans.plan_reports import ask_for_paper, scope_of_agency, scope_of_review, send_sheet, show_report
from admin_views.plans.presentations import decisions_on_plan
from models.core.addresses import address_by_id, list_address
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action, close_plan
from models.plans.plan_reports import ReportScope
from models.plans.recommendations import Recommendation
from models.reviews.own_reviews import of_run_review
from models.reviews.thematic_reviews import ThematicReview

MOST_SHOWN = 200
"""Actions that a plan's page shows; all of them stand in the list."""


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
    roles = kept_by(OFFICERS, export=EVERYONE, delete=ADMINISTRATORS)
    column_list = ("reference", "title", "review_id", "status", "version", "agreed_on")
    column_details_list = (*column_list, "summary")
    column_formatters = {"status": by_value(show_tag)}
    column_searchable_list = ("reference", "title")
    column_filters = ("status", "review_id", "year")
    column_sortable_list = ("reference", "title", "agreed_on")
    column_default_sort = ("reference", True)
    form_columns = ("review_id", "title", "year", "summary")
    form_overrides = {"summary": TextField}
    column_labels = {"review_id": "Review", "agreed_on": "Agreed by the Board"}

    def build_new_instance(self) -> ActionPlan:
        return ActionPlan(year=today().year)

    def on_form_ready(self, form: Form, record: ActionPlan) -> None:
        offer_own_reviews(form, record)

    def buttons(self, record: ActionPlan) -> list[Button]:
        return [
            Button("Download as PDF", self.link("make_pdf", record_id=record.id), "main", is_post=True),
            Button("Summary on one page", self.link("make_pdf", record_id=record.id, form="summary"), is_post=True),
            Button("Overdue only as PDF", self.link("make_pdf", record_id=record.id, overdue="yes"), is_post=True),
            Button("Read as a page", self.link("report", record_id=record.id)),
            Button("As a spreadsheet", self.link("sheet", record_id=record.id)),
        ]

    def panels(self, session: Session, record: ActionPlan) -> list[Panel]:
        decided = [decisions_on_plan(session, record)] if role() in READERS else []
        return [_ratings(session, record), *decided, _actions(session, record), _recommendations(session, record)]

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


def _ratings(session: Session, plan: ActionPlan) -> Panel:
    """How many of the plan's actions carry each BRAG word, and how many of them are overdue."""
    late = func.count().filter(Action.completed_on.is_(None) & (Action.due_on < today()))
    rows: Any = session.execute(
        select(ReferenceItem, func.count(), late)
        .select_from(Action)
        .outerjoin(ReferenceItem, ReferenceItem.id == Action.brag_id)
        .where(Action.plan_id == plan.id)
        .group_by(ReferenceItem.id)
        .order_by(ReferenceItem.rank.desc().nulls_last(), ReferenceItem.id)
    )
    cells = [
        (show_brag(word) if word is not None else "Not rated yet", _listed(plan, word, count), f"{overdue:,}")
        for word, count, overdue in rows
    ]
    return Panel("Actions by rating", ("BRAG", "Actions", "Overdue"), cells, empty="There are no actions yet.")


def _listed(plan: ActionPlan, word: ReferenceItem | None, count: int) -> Markup:
    """A count that leads to the actions it counts."""
    chosen = word.id if word is not None else NONE
    return Markup('<a href="{}">{:,}</a>').format(list_address(Action, plan_id=plan.id, brag_id=chosen), count)


def _actions(session: Session, plan: ActionPlan) -> Panel:
    """The plan's actions, overdue first."""
    is_late = (Action.completed_on.is_(None)) & (Action.due_on < today())
    rows = session.execute(
        select(Action, Agency.name, ReferenceItem)
        .outerjoin(Agency, Agency.id == Action.lead_agency_id)
        .outerjoin(ReferenceItem, ReferenceItem.id == Action.brag_id)
        .where(Action.plan_id == plan.id)
        .order_by(case((is_late, 0), (Action.completed_on.is_(None), 1), else_=2), Action.due_on, Action.number)
        .limit(MOST_SHOWN)
    )
    cells = [
        (link_to(action, action.reference), action.text, agency or "–", _due(action), show_brag(brag))
        for action, agency, brag in rows
    ]
    buttons = [Button("All as a list", list_address(Action, plan_id=plan.id))]
    if may_write_in(session, plan.review_id):
        buttons.insert(0, Button("New action", list_address(Action, "new", plan_id=plan.id)))
    return Panel("Actions", ("Action", "What", "Lead agency", "Due", "BRAG"), cells, buttons=buttons)


def _due(action: Action) -> Markup:
    """The due date, and that it has passed."""
    late = action.completed_on is None and action.due_on < today()
    return Markup("{} {}").format(show_date(action.due_on), tag("Overdue") if late else "")


def _recommendations(session: Session, plan: ActionPlan) -> Panel:
    recommendations = session.scalars(
        select(Recommendation).where(Recommendation.plan_id == plan.id).order_by(Recommendation.number)
    )
    rows = [(link_to(each, str(each.number)), each.text, each.evidence or "–") for each in recommendations]
    add = Button("New recommendation", list_address(Recommendation, "new", plan_id=plan.id))
    buttons = [add] if may_write_in(session, plan.review_id) else []
    return Panel("Recommendations", ("Number", "Recommendation", "Evidence"), rows, buttons=buttons)


@review_panel(Part.PLAN, order=20, is_for_agencies=True)
def _plans(session: Session, review: ThematicReview) -> Panel:
    plans = session.scalars(select(ActionPlan).where(ActionPlan.review_id == review.id).order_by(ActionPlan.reference))
    rows = [(link_to(plan, plan.reference), plan.title, show_tag(plan.status)) for plan in plans]
    return Panel("Improvement plans", ("Plan", "Title", "Status"), rows)
