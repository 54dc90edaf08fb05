"""Which improvement plans are there, how are they doing, and how does somebody get one on paper?"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from admin_views.base import (
    ADMINISTRATORS,
    EVERYONE,
    OFFICERS,
    Button,
    Column,
    Group,
    Panel,
    Screen,
    already_sent,
    page,
    role,
    row_action,
    screen,
    show_tag,
    tag,
)
from admin_views.job_requests import waiting_url
from admin_views.kit.formats import show_date
from admin_views.kit.registry import link_to
from models.action_plans import ActionPlan, PlanStatus, agree_plan
from models.actions import Action, close_plan
from models.agencies import Agency
from models.clock import today
from models.job_requests import request_job
from models.plan_reports import ReportScope, plan_report
from models.recommendations import Recommendation
from models.reference_items import ReferenceItem
from models.rules.plan_report import summarise
from models.thematic_reviews import ThematicReview


@screen
class ActionPlanScreen(Screen):
    """Improvement plans. People of an agency see the plans that have an action for their agency, and those actions."""

    model = ActionPlan
    title, noun, plural = "Action plans", "plan", "plans"
    path, group, order = "action-plans", Group.PLANS, 10
    may = {
        "list": EVERYONE,
        "details": EVERYONE,
        "create": OFFICERS,
        "edit": OFFICERS,
        "delete": ADMINISTRATORS,
        "export": EVERYONE,
    }
    columns = ("reference", "title", "review_id", Column("status", show=show_tag), "version", "agreed_on")
    details = (*columns, "summary")
    search = ("reference", "title")
    filters = ("status", "review_id", "year")
    sort = ("reference", "title", "agreed_on")
    default_sort = "-reference"
    fields = ("review_id", "title", "year", "summary")
    text_areas = ("summary",)
    labels = {"review_id": "Review", "agreed_on": "Agreed by the Board"}

    def new_record(self) -> ActionPlan:
        return ActionPlan(year=today().year)

    def buttons(self, record: ActionPlan) -> list[Button]:
        return [
            Button("Download as PDF", self.link("make_pdf", record_id=record.id), "main", is_post=True),
            Button("Read as a page", self.link("report", record_id=record.id)),
        ]

    def panels(self, session: Session, record: ActionPlan) -> list[Panel]:
        return [_actions(session, record), _recommendations(session, record)]

    @row_action("Agreed by the Board", roles=OFFICERS, question="Has the Board agreed this plan today?",
                shown=lambda plan: plan.status in (PlanStatus.DRAFT, PlanStatus.AGREED))  # fmt: skip
    def agree(self, session: Session, plan: ActionPlan) -> str:
        """Agreed today; agreed anew, it gets the next version."""
        agree_plan(plan, on=today())
        return f"{plan.reference} is agreed, version {plan.version}."

    @row_action("Close plan", roles=OFFICERS, question="Close this plan?",
                shown=lambda plan: plan.status is PlanStatus.AGREED)  # fmt: skip
    def close(self, session: Session, plan: ActionPlan) -> str:
        """Refused while actions are open."""
        close_plan(session, plan)
        return f"{plan.reference} is closed."

    @page("/<int:record_id>/pdf/", roles=EVERYONE, methods=("POST",))
    def make_pdf(self, record_id: int) -> ResponseReturnValue:
        """Ask for the plan on paper, as far as this person may see it."""
        plan = self.get_record(record_id)
        return self._asked(ReportScope(plan_id=plan.id), self.details_url(record_id))

    @page("/review/<int:review_id>/pdf/", roles=EVERYONE, methods=("POST",))
    def make_review_pdf(self, review_id: int) -> ResponseReturnValue:
        """Ask for all plans of a review on paper."""
        return self._asked(ReportScope(review_id=_existing(self.session, ThematicReview, review_id)), _back())

    @page("/agency/<int:agency_id>/pdf/", roles=EVERYONE, methods=("POST",))
    def make_agency_pdf(self, agency_id: int) -> ResponseReturnValue:
        """Ask for all actions that one agency leads on paper."""
        return self._asked(ReportScope(agency_id=_existing(self.session, Agency, agency_id)), _back())

    def _asked(self, scope: ReportScope, back: str) -> ResponseReturnValue:
        sent = already_sent(self.session)
        if sent is not None:
            self.session.rollback()
            return redirect(back)
        asked = request_job(self.session, "make_plan_pdf", scope.as_arguments())
        self.session.commit()
        return redirect(waiting_url(asked, back))

    @page("/<int:record_id>/report/", roles=EVERYONE)
    def report(self, record_id: int) -> str:
        """The same as the PDF, as a page: the accessible twin."""
        plan = self.get_record(record_id)
        name = current_app.extensions["settings"].partnership_name
        made = plan_report(self.session, ReportScope(plan_id=plan.id), made_on=today(), partnership=name)
        return self.render("plans/report.html", plan=plan, report=made, summary=summarise(made), today=today())


def _existing(session: Session, model: type[Any], key: int) -> int:
    """The id, if whoever asks may see the record; else 404."""
    if session.get(model, min(key, 2**31 - 1)) is None:
        abort(404)
    return key


def _back() -> str:
    came_from = request.form.get("back", "")
    return came_from if came_from.startswith("/") and not came_from.startswith(("//", "/\\")) else "/"


def _actions(session: Session, plan: ActionPlan) -> Panel:
    """The plan's actions, overdue first."""
    is_late = (Action.completed_on.is_(None)) & (Action.due_on < today())
    rows = session.execute(
        select(Action, Agency.name, ReferenceItem)
        .outerjoin(Agency, Agency.id == Action.lead_agency_id)
        .outerjoin(ReferenceItem, ReferenceItem.id == Action.brag_id)
        .where(Action.plan_id == plan.id)
        .order_by(case((is_late, 0), else_=1), Action.due_on, Action.number)
    )
    cells = [
        (link_to(action, action.reference), action.text, agency or "–", due_words(action), show_brag(brag))
        for action, agency, brag in rows
    ]
    buttons = [Button("All as a list", f"/actions/?plan_id={plan.id}")]
    if role() in OFFICERS:
        buttons.insert(0, Button("New action", f"/actions/new/?plan_id={plan.id}"))
    return Panel("Actions", ("Action", "What", "Lead agency", "Due", "BRAG"), cells, buttons=buttons)


def due_words(action: Action) -> str:
    """The due date, and that it has passed."""
    late = action.completed_on is None and action.due_on < today()
    return f"{show_date(action.due_on)}{' (overdue)' if late else ''}"


def show_brag(brag: ReferenceItem | None) -> Any:
    """The BRAG word with its colour."""
    return tag(brag.label, brag.code) if brag is not None else "–"


def _recommendations(session: Session, plan: ActionPlan) -> Panel:
    found = session.scalars(
        select(Recommendation).where(Recommendation.plan_id == plan.id).order_by(Recommendation.number)
    )
    rows = [(link_to(one, str(one.number)), one.text, one.evidence or "–") for one in found]
    buttons = [Button("New recommendation", f"/recommendations/new/?plan_id={plan.id}")] if role() in OFFICERS else []
    return Panel("Recommendations", ("Number", "Recommendation", "Evidence"), rows, buttons=buttons)
