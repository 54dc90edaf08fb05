"""Which agencies do not engage, on which step does each stand, and who does what next?"""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.documents.papers import document_buttons, document_page
from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Panel,
    Part,
    Screen,
    expose,
    person_id,
    read_by,
    role,
    screen,
)
from admin_views.kit.fields import DayField, Required, TextField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.homes.duties import Duty, duty
from admin_views.kit.lists.numbers import PAGE
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.messages.agency_messages import letter_words
from admin_views.partnership.hubs import may_run
from admin_views.returns.late_returns import late_page
from models.core.access import Role
from models.core.addresses import address_of, list_address
from models.core.clock import LONDON, today
from models.partnership.agencies import Agency
from models.returns.escalations import (
    Escalation,
    LadderState,
    StepTaken,
    answer_concern,
    climb,
    concerns_of,
    engagement_log,
    ladder_states,
    note_outcome,
)
from models.reviews.thematic_reviews import ThematicReview

_SUBJECT = re.compile(r"[a-z0-9_]{1,60}:[0-9]{1,9}")
_SPONSORS = frozenset({Role.SPONSOR})
_LOG = ("Letter", "Agency", "What is late", "Step", "On", "What was said", "What came of it")


class ClimbForm(Form):
    """A step of the ladder as it was taken: the day, what was said, what came of it."""

    on = DayField("Taken on", validators=[Required()])
    said = TextField("What was said?", validators=[Required()], description="Stands in the letter to the agency.")
    outcome = TextField("What came of it?", description="Can be written down later.")


class OutcomeForm(Form):
    """What came of a step."""

    outcome = TextField("What came of it?", validators=[Required()])


class ConcernForm(Form):
    """What the lead sponsor has done about an agency that does not engage."""

    answer = TextField("What have you done, or what was agreed?", validators=[Required()])


@screen
class EscalationScreen(Screen):
    """The non-engagement log of all agencies: every step that was taken with every late return."""

    model = Escalation
    name, noun, plural = "Non-engagement log", "step", "steps"
    list_purpose = (
        "Steps taken when an agency does not hand in what it was asked for, from a reminder to the Board. It "
        "stays empty while everybody is in time."
    )
    url, category, menu_order = "/escalations", Category.EVIDENCE, 55
    part = Part.EVIDENCE
    roles = read_by(STAFF)
    introduction = "Every step that was taken when an agency did not hand in what it was asked for."
    column_list = ("reference", "agency_id", "what", "step_label", "climbed_on", "review_id")
    column_details_list = (
        *column_list,
        "due_on",
        "climbed_by_id",
        "said",
        "outcome",
        "answer",
        "answered_by_id",
        "answered_at",
    )
    column_searchable_list = ("reference", "what", "said", "outcome")
    column_filters = ("agency_id", "review_id", "step_id", "climbed_on")
    column_sortable_list = ("reference", "climbed_on")
    column_default_sort = ("climbed_on", True)
    column_labels = {
        "climbed_on": "Taken on",
        "climbed_by_id": "Taken by",
        "said": "What was said",
        "outcome": "What came of it",
        "answer": "The sponsor's answer",
        "answered_by_id": "Answered by",
        "answered_at": "Answered",
        "step_id": "Step",
        "what": "What is late",
        "step_label": "Step",
    }

    def list_buttons(self) -> list[Button]:
        return [Button("What is late now", self.link("late"), "main")]

    def buttons(self, record: Escalation) -> list[Button]:
        buttons = document_buttons(self.link("letter", record_id=record.id), "Letter")
        if role() in OFFICERS:
            buttons.append(Button("Write down what came of it", self.link("outcome", record_id=record.id)))
        if record in self.session.scalars(concerns_of(person_id())):
            buttons.insert(0, Button("Answer", self.link("answer", record_id=record.id), "main"))
        return buttons

    @expose("/late/", roles=STAFF)
    def late(self) -> str:
        """What is late, with the step it stands on and what is done next: everything, or what the officer is to do."""
        page = late_page(self.session, request.args.get(PAGE, ""), is_mine=request.args.get("mine") == "due")
        return self.render("escalations/late.html", page=page)

    @expose("/climb/<subject>/<code>/", roles=OFFICERS, methods=("GET", "POST"))
    def climb(self, subject: str, code: str) -> ResponseReturnValue:
        """Take the next step with one late return."""
        state = self._late(subject)
        if state.next is None:
            abort(404)
        form = ClimbForm(sent_form(), on=today())
        title = f"{state.next.label}: {state.agency}"
        lead = f"{state.late.what} {state.late.reference} was due on {show_date(state.late.due_on)}."
        panels = [log_panel(self.session, "Steps taken so far", list(state.taken))]
        return self.ask(
            form, self.link("late"), lambda: self._climb(subject, code, form), title=title, button="Take this step",
            lead=lead, panels=panels,
        )  # fmt: skip

    def _climb(self, subject: str, code: str, form: Form) -> str:
        escalation = climb(
            self.session, subject=subject, person_id=person_id(), **letter_words(),
            step=StepTaken(code, said=form["said"].data, on=form["on"].data, outcome=form["outcome"].data),
        )  # fmt: skip
        return f"{escalation.reference}: {escalation.step_label.lower()} is on record."

    def _late(self, subject: str) -> LadderState:
        """The late thing of that name, of a review that this officer runs; 404 where it is not late."""
        if not _SUBJECT.fullmatch(subject):
            abort(404)
        state = next(iter(ladder_states(self.session, subjects=[subject])), None) or abort(404)
        review = self.session.get(ThematicReview, state.late.review_id) if state.late.review_id else None
        if review is not None and not may_run(self.session, review.hub_id):
            abort(403)
        return state

    @expose("/<int:record_id>/outcome/", roles=OFFICERS, methods=("GET", "POST"))
    def outcome(self, record_id: int) -> ResponseReturnValue:
        """Write down what came of a step."""
        record = self.get_record(record_id)
        form = OutcomeForm(sent_form(), outcome=record.outcome)

        def act() -> str:
            note_outcome(self.session, record, outcome=form["outcome"].data)
            return "It stands in the log."

        title, back = f"What came of {record.reference}?", self.details_url(record_id)
        return self.ask(form, back, act, title=title, button="Save", over=(record,))

    @expose("/<int:record_id>/answer/", roles=_SPONSORS, methods=("GET", "POST"))
    def answer(self, record_id: int) -> ResponseReturnValue:
        """The lead sponsor's word on an agency that does not engage."""
        record = self.get_record(record_id)
        form, agency = ConcernForm(sent_form()), self.session.get_one(Agency, record.agency_id)
        lead = f"{record.what} was due on {show_date(record.due_on)}. {record.said}"

        def act() -> str:
            answer_concern(self.session, record, answer=form["answer"].data, person_id=person_id())
            return f"Your word on {agency.name} is on record."

        return self.ask(
            form, self.details_url(record_id), act, title=f"{agency.name} does not engage", button="Answer", lead=lead
        )

    @expose("/<int:record_id>/letter/", roles=STAFF, methods=("GET", "POST"))
    def letter(self, record_id: int) -> ResponseReturnValue:
        """The letter of a step, to print and send."""
        record, arguments = self.get_record(record_id), {"escalation_id": record_id}
        return document_page(self, "non_engagement_letter", arguments, self.details_url(record_id), record.reference)


def log_panel(session: Session, title: str, steps: list[Escalation]) -> Panel:
    """Steps as a table."""
    rows = [
        (
            link_to(step, step.reference),
            session.get_one(Agency, step.agency_id).name,
            step.what,
            f"{step.number}. {step.step_label}",
            show_date(step.climbed_on),
            step.said,
            step.answer or step.outcome,
        )
        for step in steps
    ]
    return Panel(title, _LOG, rows, empty="No step has been taken.")


@review_panel(Part.EVIDENCE, order=55, roles=STAFF)
def engagement_panel(session: Session, review: ThematicReview) -> Panel | None:
    """The non-engagement log of a review; nothing where every agency engages."""
    log = engagement_log(session, review.id)
    if not log and not ladder_states(session, review.id):
        return None
    panel = log_panel(session, "Non-engagement log", [entry.escalation for entry in log])
    return Panel(
        panel.title,
        panel.headings,
        panel.rows,
        panel.empty,
        [Button("What is late now", list_address(Escalation, "late"))],
    )


@duty(concerns_of, order=30)
def concern(row: Any) -> Duty:
    """An agency that does not engage, for the sponsor to take to its lead."""
    step, review, agency, name = row
    since = datetime.combine(step.climbed_on, time(9), LONDON)
    return Duty(f"{agency} does not engage: {step.what}", review, address_of(step, "answer"), since, name or "")
