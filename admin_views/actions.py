"""What must be done, by whom and by when, and how does somebody say how it is going?"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.action_plans import show_brag
from admin_views.base import (
    EVERYONE,
    OFFICERS,
    Button,
    Column,
    Fact,
    Group,
    Panel,
    Screen,
    already_sent,
    bulk_action,
    in_list,
    page,
    person_id,
    role,
    screen,
)
from admin_views.job_requests import waiting_url
from admin_views.kit.cards import Card, card
from admin_views.kit.choices import ChoiceSource
from admin_views.kit.fields import RecordField, Required, TextField, all_problems
from admin_views.kit.filters import Filter
from admin_views.kit.formats import show_moment, tag
from admin_views.kit.forms import offer_choices, sent_form
from models.access import Actor, Role
from models.actions import Action, ActionUpdate, post_update
from models.clock import today
from models.errors import RuleBroken
from models.job_requests import request_job
from models.people import Person
from models.plan_reports import MOST_ACTIONS, ReportScope
from models.reference_items import ReferenceItem, ReferenceList

POSTERS = OFFICERS | {Role.MANAGER}
_AGENCY_FIELDS = ("brag_id", "completion_evidence", "impact_evidence")


class ProgressForm(Form):
    """A dated word on an action, and its BRAG word from now on."""

    text = TextField("What has happened since the last update?", validators=[Required()])
    brag_id = RecordField("BRAG", source=ChoiceSource(ReferenceItem, in_list(ReferenceList.BRAG)), is_required=False)


def _is_late(answer: str) -> ColumnElement[bool]:
    late = Action.completed_on.is_(None) & (Action.due_on < today())
    return late if answer == "yes" else ~late


def _show_colour(word: str | None) -> Any:
    return tag(word, word.split()[0].lower()) if word else "–"


@screen
class ActionScreen(Screen):
    """Actions of all plans. People of an agency see and change only the actions their agency leads."""

    model = Action
    title, noun, plural = "Actions", "action", "actions"
    path, group, order = "actions", Group.PLANS, 30
    may = {
        "list": EVERYONE,
        "details": EVERYONE,
        "create": OFFICERS,
        "edit": POSTERS,
        "delete": OFFICERS,
        "export": EVERYONE,
    }
    columns = (
        "reference",
        Column("text", "Action"),
        "lead_agency_id",
        Column("brag_id", "BRAG", show=_show_colour),
        "due_on",
    )
    details = (
        *columns,
        "plan_id",
        "recommendation_id",
        "other_agencies",
        "owner_name",
        "owner_role",
        "starts_on",
        "original_due_on",
        "success_measure",
        "baseline",
        "target",
        "completion_evidence",
        "impact_evidence",
        "critical_friend_comment",
        "board_decision",
        "completed_on",
    )
    search = ("reference", "text", "owner_name")
    filters = (
        "plan_id",
        "lead_agency_id",
        "brag_id",
        Filter("late", "Overdue", options=(("yes", "Overdue only"), ("no", "Not overdue")), apply=_is_late),
        "due_on",
        "owner_id",
    )
    sort = ("reference", "due_on", "lead_agency_id")
    default_sort = "due_on"
    fields = (
        "plan_id",
        "recommendation_id",
        "text",
        "lead_agency_id",
        "other_agencies",
        "owner_id",
        "owner_name",
        "owner_role",
        "starts_on",
        "due_on",
        "success_measure",
        "baseline",
        "target",
        "brag_id",
        "completion_evidence",
        "impact_evidence",
        "critical_friend_comment",
        "board_decision",
        "completed_on",
    )
    text_areas = ("text", "completion_evidence", "impact_evidence", "critical_friend_comment", "success_measure")
    labels = {
        "plan_id": "Plan",
        "recommendation_id": "Recommendation",
        "text": "Action",
        "lead_agency_id": "Lead agency",
        "owner_id": "Owner (with a sign-in)",
        "due_on": "Due",
        "original_due_on": "Due date first agreed",
        "brag_id": "BRAG",
        "completion_evidence": "Evidence of completion",
        "impact_evidence": "Evidence of impact",
    }
    hints = {
        "other_agencies": "Separated by semicolons.",
        "owner_name": "Name the job role too; avoid one name beside every line.",
        "completed_on": "Only with evidence of completion.",
    }
    choices = {"brag_id": in_list(ReferenceList.BRAG)}

    def new_record(self) -> Action:
        return Action(plan_id=request.args.get("plan_id", type=int))

    def fields_for(self, record: Action) -> tuple[str, ...]:
        return self.fields if role() in OFFICERS else _AGENCY_FIELDS

    def save(self, session: Session, form: Form, record: Action) -> Action:
        if role() in OFFICERS:
            owner = session.get(Person, form["owner_id"].data) if form["owner_id"].data else None
            saved: Action = super().save(session, form, record)
            if owner is not None and not saved.owner_name:
                saved.owner_name, saved.owner_role = owner.name, saved.owner_role or owner.job_title
            return saved
        for key in _AGENCY_FIELDS:
            setattr(record, key, form[key].data if key == "brag_id" else form[key].data or "")
        return record

    def facts(self, session: Session, record: Action) -> list[Fact]:
        late = record.completed_on is None and record.due_on < today()
        return [Fact("Overdue", f"{(today() - record.due_on).days} days")] if late else []

    def buttons(self, record: Action) -> list[Button]:
        return (
            [Button("Post progress", self.link("progress", record_id=record.id), "main")] if role() in POSTERS else []
        )

    def panels(self, session: Session, record: Action) -> list[Panel]:
        updates = session.execute(
            select(ActionUpdate, Person.name, ReferenceItem)
            .outerjoin(Person, Person.id == ActionUpdate.author_id)
            .outerjoin(ReferenceItem, ReferenceItem.id == ActionUpdate.brag_id)
            .where(ActionUpdate.action_id == record.id)
            .order_by(ActionUpdate.id.desc())
        )
        rows = [
            (show_moment(update.written_at), name or "–", update.text, show_brag(brag))
            for update, name, brag in updates
        ]
        return [Panel("Progress", ("When", "Who", "What", "BRAG"), rows, empty="Nothing has been posted yet.")]

    def list_buttons(self) -> list[Button]:
        return [Button("This list as PDF", self.link("make_list_pdf", **request.args.to_dict()), is_post=True)]

    @page("/<int:record_id>/progress/", roles=POSTERS, methods=("GET", "POST"))
    def progress(self, record_id: int) -> ResponseReturnValue:
        """Say how an action is going; the words stay, dated and signed."""
        record = self.get_record(record_id)
        form = ProgressForm(sent_form(), brag_id=record.brag_id)
        offer_choices(self.session, form)
        problems: list[tuple[str, str]] = []
        if request.method == "POST":
            if already_sent(self.session) is not None:
                self.session.rollback()
                return redirect(self.details_url(record_id))
            problems = self._posted(record, form)
            if not problems:
                flash("Your update is posted.", "success")
                return redirect(self.details_url(record_id))
        return self.render("plans/progress.html", record=record, form=form, problems=problems), 422 if problems else 200

    def _posted(self, record: Action, form: Form) -> list[tuple[str, str]]:
        if not form.validate():
            return all_problems(form)
        try:
            post_update(
                self.session, record, text=form["text"].data, brag_id=form["brag_id"].data, author_id=person_id()
            )
        except RuleBroken as refusal:
            self.session.rollback()
            return [("text", refusal.sentence)]
        self.session.commit()
        return []

    @page("/pdf/", roles=EVERYONE, methods=("POST",))
    def make_list_pdf(self) -> ResponseReturnValue:
        """Ask for every action that matches the filters on paper, not only those of the page."""
        query = self.listing.query(request.args)
        keys = self.listing.narrowed(select(Action.id).select_from(Action), query).limit(MOST_ACTIONS + 1)
        ids = tuple(self.session.scalars(keys))
        if len(ids) > MOST_ACTIONS:
            raise RuleBroken(f"A report holds at most {MOST_ACTIONS:,} actions; narrow the list first.")
        if not ids:
            raise RuleBroken("No action matches, so there is nothing to print.")
        if already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(self.list_url())
        asked = request_job(self.session, "make_plan_pdf", ReportScope(action_ids=ids).as_arguments())
        self.session.commit()
        return redirect(waiting_url(asked, self.list_url()))

    @bulk_action("Download as PDF", roles=EVERYONE, question="Print these actions?")
    def print_chosen(self, session: Session, actions: list[Action]) -> ResponseReturnValue:
        """The ticked actions on paper."""
        scope = ReportScope(action_ids=tuple(action.id for action in actions))
        asked = request_job(session, "make_plan_pdf", scope.as_arguments())
        session.commit()
        return redirect(waiting_url(asked, self.list_url()))


@card(roles=POSTERS, order=20)
def overdue_actions(session: Session, asked_by: Actor) -> Card | None:
    """Open actions past their due date, as far as the person may see them."""
    late = select(Action.id).where(Action.completed_on.is_(None), Action.due_on < today()).limit(1000)
    count = len(session.scalars(late).all())
    words = "action is overdue" if count == 1 else "actions are overdue"
    return Card(count, words, "/actions/?late=yes", "warning") if count else None
