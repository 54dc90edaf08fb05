"""How is an action stated as done, and who says so too?"""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, Button, Fact, expose, person_id, role, row_action
from admin_views.kit.fields import DayField, Required, TextField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.plans.action_updates import POSTERS, ActionPages, may_post
from models.core.clock import today
from models.partnership.people import Person
from models.plans.actions import Action
from models.plans.completions import complete_action, confirm_completion, reopen_action, return_completion


class CompletionForm(Form):
    """When an action was done, and what shows it."""

    done_on = DayField("Done on", validators=[Required()])
    evidence = TextField(
        "Evidence of completion", validators=[Required()], description="What shows it, and where it can be found."
    )


class ReturnForm(Form):
    """What is missing before an action is complete."""

    reason = TextField("What is missing?", validators=[Required()], description="Kept among the action's updates.")


def is_claimed(action: Action) -> bool:
    """Whether somebody has stated that an action is done, and nobody has confirmed it yet."""
    return action.completion_claimed_on is not None and action.completed_on is None


class ReopenForm(Form):
    """Why a complete action is opened again."""

    reason = TextField("Why?", validators=[Required()], description="Kept among the action's updates.")


class CompletionPages(ActionPages):
    """The pages of the actions' screen on which an action becomes complete: evidence, and a second person's word."""

    @expose("/<int:record_id>/done/", roles=POSTERS, methods=("GET", "POST"))
    def state_done(self, record_id: int) -> ResponseReturnValue:
        """State that an action is done, with evidence; a second person confirms it."""
        record = self._own(record_id)
        form = CompletionForm(sent_form(), done_on=today(), evidence=record.completion_evidence)
        values = {
            "title": f"State that {record} is done",
            "button": "State as done",
            "records": [record],
            "over": (record,),
        }
        return self.answer(form, self.details_url(record_id), values, lambda: self._stated_done(record, form))

    def _stated_done(self, record: Action, form: Form) -> str:
        evidence, done_on = form["evidence"].data, form["done_on"].data
        complete_action(self.session, record, evidence=evidence, on=done_on, person_id=person_id())
        return f"{record} is stated as done. It is complete when an officer who did not state it has confirmed it."

    @row_action(
        "Confirm completion",
        roles=OFFICERS,
        tone="main",
        confirmation="Is this action done, and does the evidence show it?",
        shown=lambda action: is_claimed(action) and action.completion_claimed_by_id != person_id(),
    )
    def confirm(self, session: Session, action: Action) -> str:
        """The second person's word."""
        confirm_completion(session, action, person_id=person_id())
        return f"{action} is complete."

    @expose("/<int:record_id>/not-done/", roles=OFFICERS, methods=("GET", "POST"))
    def return_claim(self, record_id: int) -> ResponseReturnValue:
        """The second person does not agree: say what is missing."""
        record, form = self._own(record_id), ReturnForm(sent_form())
        values = {"title": f"{record} is not complete yet", "button": "Return", "records": [record]}
        return self.answer(form, self.details_url(record_id), values, lambda: self._returned(record, form))

    def _returned(self, record: Action, form: Form) -> str:
        return_completion(self.session, record, reason=form["reason"].data, person_id=person_id())
        return f"{record} stays open; what is missing stands among its updates."

    @expose("/<int:record_id>/open-again/", roles=OFFICERS, methods=("GET", "POST"))
    def open_again(self, record_id: int) -> ResponseReturnValue:
        """A complete action turns out not to be done: open it again, and say why."""
        record, form = self._own(record_id), ReopenForm(sent_form())
        values = {"title": f"Open {record} again", "button": "Open again", "records": [record]}
        return self.answer(form, self.details_url(record_id), values, lambda: self._opened(record, form))

    def _opened(self, record: Action, form: Form) -> str:
        reopen_action(self.session, record, reason=form["reason"].data, person_id=person_id())
        return f"{record} is open again; the reason stands among its updates."

    def facts(self, session: Session, record: Action) -> list[Fact]:
        return completion_facts(session, record)

    def buttons(self, record: Action) -> list[Button]:
        """State as done, return what somebody has stated, or open again what is complete."""
        if record.completed_on is not None:
            return [Button("Open again", self.link("open_again", record_id=record.id))]
        if not may_post():
            return []
        if not is_claimed(record):
            return [Button("State as done", self.link("state_done", record_id=record.id))]
        returned = Button("Not complete yet", self.link("return_claim", record_id=record.id))
        return [returned] if role() in OFFICERS else []


def completion_facts(session: Session, action: Action) -> list[Fact]:
    """Who stated the completion and who confirmed it."""
    if action.completion_claimed_on is None:
        return []
    facts = [
        Fact("Stated as done", _said(session, action.completion_claimed_by_id, show_date(action.completion_claimed_on)))
    ]
    if action.completed_on is None:
        return [*facts, Fact("Confirmed", "Not yet: a second person must confirm it")]
    return [*facts, Fact("Confirmed", _said(session, action.completion_confirmed_by_id, ""))]


def _said(session: Session, who: int | None, when: str) -> str:
    """The day and the person, who has no name for people of another agency."""
    person = session.get(Person, who) if who is not None else None
    name = person.name if person is not None else "somebody outside your agency" if who is not None else ""
    return ", ".join(part for part in (when, f"by {name}" if name else "") if part) or "–"
