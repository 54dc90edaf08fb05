"""Before which bodies are findings presented, what did they decide, and what is still to come?"""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    READERS,
    Button,
    Category,
    Panel,
    Part,
    Screen,
    by_value,
    expose,
    kept_by,
    row_action,
    screen,
    show_tag,
    tag,
)
from admin_views.kit.fields import ChoiceField, DayField, RecordField, Required, TextField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run, own_hubs_only
from admin_views.plans.challenges import challenges_of_meeting
from models.core.addresses import address_by_id, list_address
from models.core.clock import today
from models.core.errors import RuleBroken
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.presentations import (
    Decision,
    Presentation,
    PresentationStatus,
    confirm_changes,
    hold_presentation,
)
from models.reviews.thematic_reviews import ThematicReview
from models.rules.plans.presentations import Body, bodies_missing

_COLOURS = {Decision.AGREED: "green", Decision.AGREED_WITH_CHANGES: "amber", Decision.NOT_AGREED: "red"}
_NOT_THEIRS = "You run the reviews of your own hubs only."


class HeldForm(Form):
    """What became of a meeting."""

    held_on = DayField("Held on", validators=[Required()])
    decided = TextField("What was decided", validators=[Required()], description="As the minutes have it.")
    plan_id = RecordField("Improvement plan", loader=ChoiceLoader(ActionPlan), is_required=False)
    decision = ChoiceField(
        "Decision on the plan",
        kind=Decision,
        is_required=False,
        description="Leave empty where the plan was not voted on.",
    )


def show_decision(decision: Decision | None) -> str:
    """A decision on its colour."""
    return tag(decision.label, _COLOURS[decision]) if decision else ""


@screen
class PresentationScreen(Screen):
    """Meetings at which findings are presented: the Executive Board first, then the groups."""

    model = Presentation
    name, noun, plural = "Presentations", "presentation", "presentations"
    list_purpose = (
        "Meetings at which the Executive Board and its two groups hear a review's findings and decide on its "
        "improvement plan. Enter one as soon as it has a date."
    )
    url, category, menu_order = "/presentations", Category.REVIEWS, 70
    part = Part.PLAN
    roles = kept_by(OFFICERS, readers=READERS)
    introduction = "Findings go to the Executive Board first, then to the Children's Group and the Adults Group."
    column_list = ("body", "review_id", "review.title", "meets_on", "status", "decision")
    column_details_list = (*column_list, "agenda_line", "decided", "plan_id", "changes_made_on")
    column_formatters = {"status": by_value(show_tag), "decision": by_value(show_decision)}
    column_searchable_list = ("agenda_line", "decided")
    column_filters = ("body", "review_id", "status", "decision", "meets_on")
    column_sortable_list = ("meets_on", "body")
    column_default_sort = ("meets_on", True)
    form_columns = ("review_id", "body", "meets_on", "agenda_line")
    column_labels = {
        "meets_on": "Meeting",
        "review.title": "Title",
        "decided": "What was decided",
        "plan_id": "Improvement plan",
        "changes_made_on": "Changes made",
        "review_id": "Review",
        "body": "Body",
        "decision": "Decision on the plan",
    }
    column_descriptions = {"agenda_line": "How it stands on the agenda."}

    def build_new_instance(self) -> Presentation:
        return Presentation(review_id=request.args.get("review_id", type=int), body=Body.BOARD)

    def on_form_ready(self, form: Form, record: Presentation) -> None:
        if isinstance(form["review_id"], RecordField):
            form["review_id"].loader = ChoiceLoader(ThematicReview, own_hubs_only(ThematicReview.hub_id))

    def can_edit_record(self, record: Presentation) -> bool:
        """A meeting that was held is on record as it was."""
        return record.status is PresentationStatus.PLANNED and self._runs(record)

    def can_delete_record(self, record: Presentation) -> bool:
        return self.can_edit_record(record)

    def _runs(self, record: Presentation) -> bool:
        review = self.session.get(ThematicReview, record.review_id)
        return review is not None and may_run(self.session, review.hub_id)

    def panels(self, session: Session, record: Presentation) -> list[Panel]:
        return [challenges_of_meeting(session, record)]

    def buttons(self, record: Presentation) -> list[Button]:
        if not self.can_edit_record(record):
            return []
        return [Button("Record what was decided", self.link("hold", record_id=record.id), "main")]

    @expose("/<int:record_id>/held/", roles=OFFICERS, methods=("GET", "POST"))
    def hold(self, record_id: int) -> ResponseReturnValue:
        """Record that the meeting was held, and its decision."""
        meeting: Presentation = self.get_record(record_id)
        if not self._runs(meeting):
            abort(403)
        form = HeldForm(sent_form(), held_on=min(meeting.meets_on, today()))
        if isinstance(form["plan_id"], RecordField):
            own = ActionPlan.review_id == meeting.review_id
            form["plan_id"].loader = ChoiceLoader(ActionPlan, lambda plans: plans.where(own))
        values = {"title": "What was decided", "button": "Record", "lead": str(meeting)}
        return self.ask(form, self.details_url(record_id), lambda: self._held(meeting, form), **values)

    def _held(self, meeting: Presentation, form: Form) -> str:
        typed, key = form["decision"].data, form["plan_id"].data
        plan = self.session.get(ActionPlan, key) if key else None
        hold_presentation(
            self.session,
            meeting,
            on=form["held_on"].data,
            decided=form["decided"].data,
            decision=Decision(typed) if typed else None,
            plan=plan,
        )
        agreed = plan is not None and meeting.body is Body.BOARD and meeting.decision is Decision.AGREED
        return f"The decision is recorded{f'; {plan} is agreed' if agreed else ''}."

    @row_action(
        "The changes are made",
        roles=OFFICERS,
        confirmation="Are the changes the Board asked for made? The plan is agreed from today.",
        shown=lambda meeting: meeting.decision is Decision.AGREED_WITH_CHANGES and meeting.changes_made_on is None
        and meeting.body is Body.BOARD,
    )  # fmt: skip
    def changed(self, session: Session, meeting: Presentation) -> str:
        """From today the plan is agreed."""
        if not self._runs(meeting):
            raise RuleBroken(_NOT_THEIRS)
        confirm_changes(session, meeting, on=today())
        return "The plan is agreed, with the changes the Board asked for."


@review_panel(Part.PLAN, order=70, roles=READERS)
def presentations(session: Session, review: ThematicReview) -> Panel:
    """Who has heard the findings of a review, what they decided, and who has still to hear them."""
    of_review = select(Presentation).where(Presentation.review_id == review.id)
    meetings = session.scalars(of_review.order_by(Presentation.meets_on, Presentation.id)).all()
    rows: list[tuple[str, ...]] = [
        (link_to(each, each.body.label), show_date(each.meets_on), _stands(each), show_decision(each.decision))
        for each in meetings
    ]
    missing = bodies_missing({meeting.body for meeting in meetings})
    rows += [(body.label, "", tag("Not planned yet", "grey"), "") for body in missing]
    may = may_run(session, review.hub_id)
    buttons = [Button("Plan a presentation", list_address(Presentation, "new", review_id=review.id))] if may else []
    return Panel("Presentations", ("Body", "Meeting", "Stands", "Decision on the plan"), rows, buttons=buttons)


def decisions_on_plan(session: Session, plan: ActionPlan) -> Panel:
    """The meetings that decided on a plan, and where the Board's meeting is recorded: only that agrees a plan."""
    meetings = session.scalars(
        select(Presentation).where(Presentation.plan_id == plan.id).order_by(Presentation.meets_on, Presentation.id)
    )
    rows = [
        (link_to(each, each.body.label), show_date(each.meets_on), show_decision(each.decision), each.decided)
        for each in meetings
    ]
    empty = f"No meeting on record has decided on {plan.reference} yet; it is agreed when the Board's meeting says so."
    headings = ("Body", "Meeting", "Decision on the plan", "What was decided")
    return Panel("Decisions on the plan", headings, rows, empty=empty, buttons=_recording_buttons(session, plan))


def _recording_buttons(session: Session, plan: ActionPlan) -> list[Button]:
    """The Board's planned meeting on the plan's review, to be recorded; else a new one."""
    review = session.get_one(ThematicReview, plan.review_id)
    if plan.status not in (PlanStatus.DRAFT, PlanStatus.AGREED) or not may_run(session, review.hub_id):
        return []
    planned = session.scalar(
        select(Presentation.id)
        .where(Presentation.review_id == review.id, Presentation.body == Body.BOARD)
        .where(Presentation.status == PresentationStatus.PLANNED)
        .order_by(Presentation.meets_on, Presentation.id)
        .limit(1)
    )
    if planned is None:
        return [Button("Plan a Board meeting", list_address(Presentation, "new", review_id=review.id))]
    return [Button("Record what the Board decided", address_by_id(Presentation, planned, "held"))]


def _stands(meeting: Presentation) -> str:
    if meeting.status is PresentationStatus.HELD:
        return tag("Held", "green")
    return tag("Not recorded", "red") if meeting.meets_on < today() else tag("Planned", "grey")
