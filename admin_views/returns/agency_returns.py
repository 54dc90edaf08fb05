"""What do the screens of both kinds of return, self-evaluations and Section 11, have in common?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import and_
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import Fact, Filter, PageSet, TextField, by_value, person_id, tag
from admin_views.kit.fields import DayField, Required
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.tools.answer_sheets import AnsweredScreen
from admin_views.tools.last_answers import LastAnswer, offered_again
from models.core.clock import today
from models.partnership.agencies import Agency
from models.returns.agency_returns import OPEN, ReturnStatus, submit_return
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, sheet_progress, version_of

_COLOURS = {ReturnStatus.SUBMITTED: "blue", ReturnStatus.RETURNED: "amber", ReturnStatus.CLOSED: "green"}


def show_status(status: ReturnStatus) -> str:
    """Where a return stands, as a word on its colour."""
    return tag(status.label, _COLOURS.get(status, "grey"))


def late_filter(model: Any) -> Filter:
    """Narrows a list of returns to those that are still open after the day they were due."""
    return Filter(
        "late",
        "Late",
        options=(("yes", "Late"),),
        apply=lambda answer: and_(model.status.in_(OPEN), model.due_on < today()),
    )


class ReturnScreen(AnsweredScreen):
    """A screen of returns. It says what a return is about and what was answered before."""

    column_formatters = {"status": by_value(show_status)}
    column_searchable_list = ("reference",)
    column_default_sort = ("reference", True)

    def title_of(self, record: Any) -> str:
        return f"{self.noun[0].upper()}{self.noun[1:]} of {self.session.get_one(Agency, record.agency_id).name}"

    def about(self, record: Any) -> list[Fact]:
        """Whose return it is and what it belongs to."""
        raise NotImplementedError

    def more_facts(self, session: Session, record: Any) -> list[Fact]:
        """What stands on the return's page between its progress and the changes asked for."""
        return []

    def earlier_answers(self, record: Any) -> Mapping[str, tuple[SheetAnswer, date]]:
        """The agency's answers of the last time, each with its day, by question key."""
        raise NotImplementedError

    def facts(self, session: Session, record: Any) -> list[Fact]:
        progress = Fact("Progress", sheet_progress(session, self.sheet_of(record)).words)
        changes = [Fact("Changes asked for", record.return_reason)] if record.return_reason else []
        return [progress, *self.more_facts(session, record), *changes]

    def last_answers(self, record: Any, sheet: AnswerSheet) -> dict[str, LastAnswer]:
        return offered_again(version_of(self.session, sheet).questionnaire, self.earlier_answers(record))

    def reading_facts(self, record: Any) -> list[Fact]:
        standing = [Fact("Status", show_status(record.status)), Fact("Due", show_date(record.due_on))]
        return [*self.about(record), *standing]

    def handed_in(self, record: Any) -> str:
        submit_return(self.session, record, person_id=person_id())
        return f"{record.reference} is handed in. You can read it here at any time."


class ChangesForm(Form):
    """What should be changed in a return, and by when."""

    reason = TextField("What should be changed?", validators=[Required()], description="The agency reads this.")
    due_on = DayField("Due again on", validators=[Required()])


class ReturningPages(PageSet):
    """Pages of officers on which a return is given back."""

    def ask_for_changes(
        self, record: Any, days: int, give_back: Callable[[str, date], None], sentence: str
    ) -> ResponseReturnValue:
        """Ask what should be changed, and by when: `days` from today, to be amended; then say the sentence."""
        form = ChangesForm(sent_form(), due_on=today() + timedelta(days=days))

        def act() -> str:
            give_back(form["reason"].data, form["due_on"].data)
            return sentence

        title = f"Ask for changes of {record.reference}"
        return self.ask(form, self.details_url(record.id), act, title=title, button="Return it")
