"""Which fields has the row of an action on its plan's page, what was typed into them, and what is wrong with it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from sqlalchemy.orm import Session
from wtforms import Field, Form, HiddenField, SelectField

from admin_views.kit.base import person_id
from admin_views.kit.fields import DayField, Required
from admin_views.kit.form_pages import Problems
from admin_views.kit.refusals import SAVED_MEANWHILE
from admin_views.kit.saving import left_as, offer_undo
from models.core.addresses import list_address
from models.core.errors import RuleBroken
from models.plans.actions import Action
from models.plans.plan_rows import PlanRow, Stood, change_in_place
from models.rules.core.counts import count_words
from models.rules.core.keys import key_in

REASON = "reason"
"""The id of the one reason for all rows."""


class RowForm(Form):
    """What of an action may be changed in its row, and what stood there when the page was opened."""

    was = HiddenField()
    brag_id = SelectField("Rating", validate_choice=False)
    due_on = DayField("Due date", validators=[Required()])


@dataclass(eq=False)
class EditedRow:
    """A row with its fields, as it is shown and as it comes back."""

    row: PlanRow
    form: RowForm

    @property
    def was(self) -> tuple[str, str, str]:
        """Version, rating and due date of the row when its page was opened, as the form carries them."""
        version, _, rest = (self.form.was.data or "")[:60].partition(":")
        rating, _, day = rest.partition(":")
        return version, rating, day

    @property
    def is_changed(self) -> bool:
        """Whether the row says something else than it was opened on. A row that was not sent is not."""
        if self.form.was.name not in request.form:
            return False
        _, rating, day = self.was
        return (self.form.brag_id.data or "") != rating or (self.moves and self._typed_day() != day)

    @property
    def moves(self) -> bool:
        """Whether this person moves dates."""
        return "due_on" in self.form

    def _typed_day(self) -> str:
        """The day as the form carries days, or what was typed where that is none."""
        field = self.form.due_on
        return field.data.isoformat() if field.data is not None else "".join(field.raw_data or ())

    def stood(self, reason: str) -> Stood:
        """How the action stands, to be asked before its row is saved with that reason."""
        action = self.row.action
        is_said = bool(reason.strip()) and self.day == action.due_on
        return Stood(action.brag_id, action.due_on, is_said and self.rating != action.brag_id)

    @property
    def rating(self) -> int | None:
        """The id of the rating that was chosen; 0, which no word has, for what is none."""
        typed = self.form.brag_id.data or ""
        return (key_in(typed) or 0) if typed else None

    @property
    def day(self) -> date:
        """The day that was typed; the saved one where this person moves none."""
        typed: date | None = self.form.due_on.data if self.moves else None
        return typed or self.row.action.due_on

    def save(self, session: Session, reason: str) -> Problems:
        """Change the action as its row says. The problems with the id of their field, none when it is done."""
        if not self.form.validate():
            firsts = {field.id: str(field.errors[0]) for field in self.form if field.errors}
            return [(key, self._named(sentence)) for key, sentence in firsts.items()]
        if self.was[0] != str(self.row.action.row_version):
            return [(self.form.brag_id.id, self._saved_meanwhile())]
        try:
            change_in_place(
                session, self.row.action, brag_id=self.rating, due_on=self.day, reason=reason, author_id=person_id()
            )
        except RuleBroken as refusal:
            return [self._problem(refusal)]
        return []

    def _problem(self, refusal: RuleBroken) -> tuple[str, str]:
        """A refusal with the id of its field: that of the reason, which is one for all rows, or the row's own."""
        if refusal.field == "reason":
            return REASON, refusal.sentence
        is_day = refusal.field == "due_on" and self.moves
        return (self.form.due_on.id if is_day else self.form.brag_id.id), self._named(refusal.sentence)

    def _named(self, sentence: str) -> str:
        """The sentence with the action it is about, where it does not name it itself."""
        reference = self.row.action.reference
        return sentence if reference in sentence else f"{reference}: {sentence}"

    def _saved_meanwhile(self) -> str:
        """What the second of two people is told: what is saved now, and that the next save is a decision."""
        return (
            f"{SAVED_MEANWHILE} {self.row.action.reference} is {self.row.stands}, due {self.row.due}, now. What you "
            "typed is kept; save again to put it in its place."
        )

    def mark(self, said: Mapping[str, str]) -> None:
        """Put problems beside their fields; what a colleague has saved is what is saved over next time."""
        for each in self.form:
            each.errors = [said[each.id]] if each.id in said else []
        if said.get(self.form.brag_id.id, "").startswith(SAVED_MEANWHILE):
            self.form.was.data = self.row.state


def edited_row(row: PlanRow, offered: Sequence[tuple[str, str]], *, may_move: bool) -> EditedRow:
    """The fields of a row: with what was sent of it, else with what is saved."""
    prefix = f"r{row.action.id}-"
    sent = request.form if f"{prefix}was" in request.form else None
    rating = "" if row.action.brag_id is None else str(row.action.brag_id)
    form = RowForm(sent, prefix=prefix, was=row.state, brag_id=rating, due_on=row.action.due_on)
    kept = [(rating, row.stands)] if rating not in dict(offered) else []
    form.brag_id.choices = [*kept, *offered]
    if not may_move:
        del form.due_on
    return EditedRow(row, form)


def field_marks(marked: Field, label: str = "") -> dict[str, str]:
    """The attributes of a field in the table: its name for readers, and that it is wrong."""
    wrong = {"aria-invalid": "true", "aria-describedby": f"{marked.id}-problem"} if marked.errors else {}
    return {**({"aria-label": label} if label else {}), **wrong}


def told(changed: Sequence[EditedRow]) -> tuple[str, str]:
    """What is said when the table is saved, and its tone."""
    if not changed:
        return "Nothing was changed, so nothing is saved.", "info"
    names = ", ".join(edited.row.action.reference for edited in changed)
    return f"{count_words(len(changed), 'action is', 'actions are')} changed: {names}.", "success"


# What the button "Undo" carries beside the notice that ratings or dates are changed: how each action stood before

_BEFORE = "before"


def offer_change_back(before: Mapping[int, Stood], actions: Iterable[Action], *, of: str) -> None:
    """Let the notice that says `of` carry "Undo" for actions that were just changed; `before` is how each stood.

    Not where words among the updates would go on telling of a rating, because there was none before.
    """
    changed = [action for action in actions if _differs(action, before[action.id])]
    if not changed or any(before[each.id].is_said and before[each.id].brag_id is None for each in changed):
        return
    stood = [f"{each.id}:{_written(before[each.id])}" for each in changed]
    offer_undo(list_address(Action, "changes", "undo"), [("undo", left_as(changed)), (_BEFORE, ",".join(stood))], of=of)


def stood_as_sent() -> dict[int, Stood]:
    """How each action stood before, as the button carries it; none where that cannot be read."""
    try:
        return dict(_read(each) for each in request.form.get(_BEFORE, "").split(","))
    except ValueError:
        return {}


def _differs(action: Action, before: Stood) -> bool:
    return (action.brag_id, action.due_on) != (before.brag_id, before.due_on)


def _written(stood: Stood) -> str:
    return f"{stood.brag_id or ''}:{stood.due_on}:{'said' if stood.is_said else ''}"


def _read(written: str) -> tuple[int, Stood]:
    key, rating, day, said = written.split(":")
    return int(key), Stood(int(rating) if rating else None, date.fromisoformat(day), bool(said))
