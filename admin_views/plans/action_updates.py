"""How do people say how actions are going, one by one or several at once?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session
from wtforms import Form, MultipleFileField

from admin_views.documents.evidence_files import as_sent, upload_rules
from admin_views.kit.base import OFFICERS, Button, PageSet, action, expose, in_list, person_id, role
from admin_views.kit.fields import DayField, RecordField, Required, TextField, WholeNumberField
from admin_views.kit.formats import NOTHING, tag
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.pages import MOST_AT_ONCE
from admin_views.kit.lists.workbooks import Worksheet
from admin_views.kit.requests import actor
from admin_views.kit.saving import refuse_changed, undone_keys
from admin_views.plans.action_standings import last_words, progress_values, review_of
from admin_views.plans.plan_rows import offer_change_back, stood_as_sent
from models.core.access import Role
from models.core.addresses import address_by_id
from models.core.clock import london_day
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_imports import write_update
from models.plans.action_plans import ActionPlan
from models.plans.action_update_files import attach_files
from models.plans.action_updates import ActionUpdate, move_due_date, post_progress, rate_actions
from models.plans.actions import BLUE, Action
from models.plans.plan_rows import Stood, change_back
from models.rules.core.counts import count_words
from models.rules.core.keys import keys_in
from models.rules.documents.evidence_files import ACCEPTED
from models.spreadsheets.sheet_kinds import Holds, Importable, SheetKind, make_column, offer_kind

POSTERS = OFFICERS | {Role.MANAGER}
_WORDS = ChoiceLoader(ReferenceItem, in_list(ReferenceList.BRAG))
_OPEN_WORDS = ChoiceLoader(
    ReferenceItem, lambda words: in_list(ReferenceList.BRAG)(words).where(ReferenceItem.code != BLUE)
)


class ProgressForm(Form):
    """A dated word on an action, how much is reached, what shows it, and its BRAG word from now on."""

    text = TextField("What has happened since the last update?", validators=[Required()])
    reached_count = WholeNumberField("Reached by now")
    brag_id = RecordField("BRAG", loader=_WORDS, is_required=False)
    file = MultipleFileField("Evidence: files", render_kw={"accept": ACCEPTED})
    evidence = TextField("Evidence", description="A figure, or where what shows it can be found.")


class RatingForm(Form):
    """One BRAG word for several actions, and why."""

    brag_id = RecordField("BRAG", loader=_OPEN_WORDS)
    text = TextField("Reason", validators=[Required()], description="Kept among the updates of each action.")


class DueDateForm(Form):
    """Another due date for one action or several, and why."""

    due_on = DayField("New due date", validators=[Required()])
    reason = TextField("Reason", validators=[Required()], description="Kept among the updates of each action.")


def may_post() -> bool:
    """Whether this person says how actions go: officers, and managers of an agency for that agency's actions."""
    return role() in OFFICERS or (role() is Role.MANAGER and actor().is_agency_bound)


_CODES = "brag_codes"
_OF_BRAG = ReferenceItem.list_name == ReferenceList.BRAG
ASKED_CODES = select(literal(_CODES).label("name"), ReferenceItem.id, ReferenceItem.code.label("label")).where(_OF_BRAG)
"""The codes of the words, to be read with the other choices of a list, for `know_codes`."""


def know_codes(options: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Know which code each word has from the choices of a list, so that `show_word` need not ask for them."""
    code_of = dict(options.get(_CODES, ()))
    g.brag_codes = {label: code_of[key] for key, label in options.get("brag_id", ()) if key in code_of}


def show_word(label: str | None) -> Any:
    """The same by its label alone, as lists have it; a word that was renamed keeps its colour."""
    if not label:
        return NOTHING
    if "brag_codes" not in g:
        words = select(ReferenceItem.label, ReferenceItem.code).where(_OF_BRAG)
        g.brag_codes = {row.label: row.code for row in g.database_session.execute(words)}
    return tag(label, g.brag_codes.get(label, ""))


def posted_words(count: int, *, has_scanner: bool) -> str:
    """What is said of an update with so many files.

    >>> posted_words(0, has_scanner=True)
    'Your update is posted.'
    >>> posted_words(1, has_scanner=True)
    'Your update is posted with 1 file. Files stay in quarantine until the virus scanner has answered.'
    """
    waits = " Files stay in quarantine until the virus scanner has answered." if count and has_scanner else ""
    files = f" with {count_words(count, 'file')}" if count else ""
    return f"Your update is posted{files}.{waits}"


class ActionPages(PageSet):
    """What every set of pages about actions uses."""

    def answer(self, form: Form, back: str, values: dict[str, Any], act: Callable[[], str]) -> ResponseReturnValue:
        """Show a form with the actions it is about, or do what it asks and go back with the sentence of that."""
        plans = {record.plan_id for record in values["records"]}
        review = review_of(self.session, plans.pop()) if len(plans) == 1 else None
        return self.ask(form, back, act, template="plans/words.html", review=review, **values)

    def _own(self, record_id: int) -> Action:
        """An action this person may say something about: 404 when it is not theirs to see, 403 when only to read."""
        record: Action = self.get_record(record_id)
        if not may_post():
            abort(403)
        return record


class UpdatePages(ActionPages):
    """The pages on which something is said about actions."""

    def buttons(self, record: Action) -> list[Button]:
        if not may_post():
            return []
        progress = Button("Post progress", self.link("progress", record_id=record.id), "main")
        if record.completed_on is not None or role() not in OFFICERS:
            return [progress]
        return [progress, Button("Move due date", self.link("move", ids=record.id))]

    @expose("/<int:record_id>/progress/", roles=POSTERS, methods=("GET", "POST"))
    def progress(self, record_id: int) -> ResponseReturnValue:
        """Say how an action is going, with files that show it; the words stay, dated and signed."""
        record = self._own(record_id)
        form = ProgressForm(sent_form(), brag_id=record.brag_id)
        if record.target_count is None:
            del form.reached_count
        values = {**progress_values(self.session, record), "over": (record,)}
        form.text.description = last_words(values["said"])
        back = self.details_url(record_id)
        return self.ask(form, back, lambda: self._posted(record, form), template="plans/progress.html", **values)

    def _posted(self, record: Action, form: Form) -> str:
        update = ActionUpdate(
            text=form["text"].data, evidence=form["evidence"].data, brag_id=form["brag_id"].data,
            author_id=person_id(), reached_count=form["reached_count"].data if "reached_count" in form else None,
        )  # fmt: skip
        post_progress(self.session, record, update)
        sent = [as_sent(file) for file in request.files.getlist("file") if file.filename]
        kept = attach_files(self.session, record, update, sent, upload_rules())
        waits = (
            " Files stay in quarantine until the virus scanner has answered."
            if kept and upload_rules().has_scanner
            else ""
        )
        with_files = f" with {count_words(len(kept), 'file')}" if kept else ""
        return f"Your update is posted{with_files}.{waits}"

    @expose("/rate/", roles=POSTERS, methods=("GET", "POST"))
    def rate(self) -> ResponseReturnValue:
        """Give the chosen actions one BRAG word."""
        records, form = self._chosen(), RatingForm(sent_form())
        values = {"title": "Set the BRAG word", "button": "Set", "records": records, "over": tuple(records)}
        return self.answer(form, self.list_url(), values, lambda: self._rated(records, form))

    def _rated(self, records: list[Action], form: Form) -> str:
        brag_id, text = form["brag_id"].data, form["text"].data
        before = {record.id: Stood(record.brag_id, record.due_on, is_said=True) for record in records}
        rate_actions(self.session, records, brag_id=brag_id, text=text, author_id=person_id())
        said = f"{count_words(len(records), 'action is', 'actions are')} rated."
        offer_change_back(before, records, of=said)
        return said

    @expose("/changes/undo/", roles=POSTERS, methods=("POST",))
    def undo_changes(self) -> ResponseReturnValue:
        """Give actions back the ratings and due dates they had, as long as nobody has changed them since."""
        keys, before = undone_keys(), stood_as_sent()
        if not may_post():
            abort(403)
        actions = list(self.session.scalars(self.screen.get_query().where(Action.id.in_(keys)).order_by(Action.id)))
        if not keys or {action.id for action in actions} != {*keys} or not before.keys() >= {*keys}:
            abort(404)
        plans = {action.plan_id for action in actions}
        back = address_by_id(ActionPlan, plans.pop()) if len(plans) == 1 else self.list_url()
        return self.press(back, lambda: self._changed_back(actions, before))

    def _changed_back(self, actions: list[Action], before: Mapping[int, Stood]) -> str:
        refuse_changed(actions)
        for each in actions:
            stood = before[each.id]
            stood = stood if role() in OFFICERS else replace(stood, due_on=each.due_on)
            change_back(self.session, each, stood, author_id=person_id())
        return f"{count_words(len(actions), 'action stands', 'actions stand')} as before."

    @expose("/due-date/", roles=OFFICERS, methods=("GET", "POST"))
    def move(self) -> ResponseReturnValue:
        """Give the chosen actions another due date; the one first agreed stays visible."""
        records, form = self._chosen(), DueDateForm(sent_form())
        values = {"title": "Move the due date", "button": "Move", "records": records, "over": tuple(records)}
        back = self.details_url(records[0].id) if len(records) == 1 else self.list_url()
        return self.answer(form, back, values, lambda: self._moved(records, form))

    def _moved(self, records: list[Action], form: Form) -> str:
        before = {record.id: Stood(record.brag_id, record.due_on) for record in records}
        for record in records:
            due_on, reason = form["due_on"].data, form["reason"].data
            move_due_date(self.session, record, due_on=due_on, reason=reason, author_id=person_id())
        said = f"The due date of {count_words(len(records), self.screen.noun, self.screen.plural)} is moved."
        offer_change_back(before, records, of=said)
        return said

    @action("rate-chosen", "Set BRAG word", "", roles=POSTERS)
    def rate_chosen(self, session: Session, actions: list[Action]) -> ResponseReturnValue:
        """Ask which word, and why."""
        session.rollback()  # nothing is done yet, so the same list may be sent again
        return redirect(self.link("rate", ids=_ids(actions)))

    @action("move-chosen", "Move due date", "", roles=OFFICERS)
    def move_chosen(self, session: Session, actions: list[Action]) -> ResponseReturnValue:
        """Ask to which day, and why."""
        session.rollback()
        return redirect(self.link("move", ids=_ids(actions)))

    def _chosen(self) -> list[Action]:
        """The actions whose ids the address names; 404 when one is no id, or not theirs to see."""
        keys = keys_in(request.args.get("ids", "").split(","))
        if keys is None or len(keys) > MOST_AT_ONCE:
            abort(404)
        if not may_post():
            abort(403)
        statement = self.screen.get_query().where(Action.id.in_(keys)).order_by(Action.reference)
        actions = list(self.session.scalars(statement))
        if len(actions) != len(keys):
            abort(404)
        return actions


def _ids(actions: list[Action]) -> str:
    return ",".join(str(action.id) for action in actions)


def _sheet_of_updates() -> SheetKind:
    """The history of actions, which comes with them on a sheet of its own."""
    return SheetKind(
        name="action-updates",
        title="Updates",
        noun="update",
        plural="updates",
        model=ActionUpdate,
        roles=OFFICERS,
        columns=(
            make_column(ActionUpdate, "action_id", "Action", help="Its reference, such as AP-2026-03/07."),
            make_column(ActionUpdate, "written_at", "Date", is_required=True, help="The day of the update."),
            make_column(ActionUpdate, "text", "Update", holds=Holds.TEXT),
            make_column(ActionUpdate, "evidence", "Evidence", holds=Holds.TEXT),
            make_column(ActionUpdate, "reached_count", "Reached", help="How many of the number to reach."),
            make_column(ActionUpdate, "brag_id", "BRAG", narrow=in_list(ReferenceList.BRAG)),
        ),
        stated=Importable(keys=(("action_id", "written_at", "text"),), write=write_update, is_never_changed=True),
    )


offer_kind("action-updates", _sheet_of_updates)


def sheet_of_updates(session: Session, actions: Select[int]) -> Worksheet:
    """The updates of some actions (a statement of their ids), as they are brought in again."""
    updates = (
        select(
            Action.reference,
            ActionUpdate.written_at,
            ActionUpdate.text,
            ActionUpdate.evidence,
            ActionUpdate.reached_count,
            ReferenceItem.label,
        )
        .join(Action, Action.id == ActionUpdate.action_id)
        .outerjoin(ReferenceItem, ReferenceItem.id == ActionUpdate.brag_id)
        .where(ActionUpdate.action_id.in_(actions))
        .order_by(Action.reference, ActionUpdate.id)
    )
    rows = [(row[0], london_day(row[1]), *row[2:]) for row in session.execute(updates)]
    kind = _sheet_of_updates()
    return Worksheet(kind.title, [column.heading for column in kind.columns], rows)
