"""How does a partner complete Section 11, and how is each standard moderated?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.kit.base import (
    OFFICERS,
    Button,
    Category,
    Fact,
    Filter,
    Panel,
    actor,
    by_value,
    expose,
    person_id,
    read_by,
    role,
    screen,
)
from admin_views.kit.cards import Card, card
from admin_views.kit.fields import TextField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.returns.self_evaluations import ChangesForm, show_status
from admin_views.tools.answer_papers import AGENCY_PEOPLE, SHEET_READERS
from admin_views.tools.answer_sheets import AnsweringPages, offered_again
from admin_views.tools.questionnaires import LastAnswer
from models.core.access import Actor
from models.core.clock import today
from models.partnership.agencies import Agency
from models.returns.agency_returns import OPEN, ReturnStatus, give_back, submit_return
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import (
    Section11Return,
    last_section_11_answers,
    moderate_return,
    standards_of,
)
from models.rules.core.due_dates import in_words
from models.rules.returns.section_11 import HIGHEST, ScoredStandard, score_words
from models.tools.answer_sheets import AnswerSheet, sheet_progress, version_of

_OPEN = Section11Return.status.in_(OPEN)
_DAYS_FOR_CHANGES = 14


@screen
class Section11ReturnScreen(AnsweringPages):
    """Section 11 returns; a partner sees and fills in its own. They are no self-evaluations of any review."""

    model = Section11Return
    name, noun, plural = "Section 11 returns", "Section 11 return", "Section 11 returns"
    url, category, menu_order = "/section-11-returns", Category.PEOPLE, 61
    roles = read_by(SHEET_READERS)
    paper_name = "section_11_return"
    column_list = ("reference", "agency_id", "cycle.title", "status", "due_on", "submitted_at")
    column_details_list = ("agency_id", "cycle_id", "status", "due_on", "submitted_at", "closed_at")
    column_formatters = {"status": by_value(show_status)}
    column_searchable_list = ("reference",)
    column_filters = (
        "status",
        Filter(
            "late",
            "Late",
            options=(("yes", "Late"),),
            apply=lambda answer: and_(_OPEN, Section11Return.due_on < today()),
        ),
        "cycle_id",
        "agency_id",
    )
    column_sortable_list = ("reference", "due_on", "status")
    column_default_sort = ("reference", True)
    column_labels = {"submitted_at": "Handed in", "closed_at": "Moderated", "cycle.title": "Cycle"}

    def facts(self, session: Session, record: Section11Return) -> list[Fact]:
        found = [Fact("Progress", sheet_progress(session, self.sheet_of(record)).words)]
        return [*found, Fact("Changes asked for", record.return_reason)] if record.return_reason else found

    def panels(self, session: Session, record: Section11Return) -> list[Panel]:
        """The scores; a partner sees the moderated ones once they are complete."""
        rows = [
            (one.text, score_words(one.own), score_words(one.moderated), one.reason)
            for one in standards_of(session, record)
        ]
        return [Panel("Standards, scored 0 to 3", ("Standard", "Own score", "Moderated score", "Reason"), rows)]

    def buttons(self, record: Section11Return) -> list[Button]:
        found = self.sheet_buttons(record)
        if role() in OFFICERS and not record.status.is_open:
            found.append(Button("Moderate", self.link("moderate", record_id=record.id), "main"))
            if record.status is ReturnStatus.SUBMITTED:
                found.append(Button("Ask for changes", self.link("give_back", record_id=record.id)))
        return [*found, *self.paper_buttons(record)]

    def last_answers(self, record: Section11Return, sheet: AnswerSheet) -> dict[str, LastAnswer]:
        asked = version_of(self.session, sheet).questionnaire
        return offered_again(asked, last_section_11_answers(self.session, record))

    def reading_facts(self, record: Section11Return) -> list[Fact]:
        agency, cycle = (self.session.get_one(kind, key) for kind, key in _named(record))
        due = Fact("Due", show_date(record.due_on))
        return [
            Fact("Partner", str(agency)),
            Fact("Cycle", str(cycle)),
            Fact("Status", show_status(record.status)),
            due,
        ]

    def handed_in(self, record: Section11Return) -> str:
        submit_return(self.session, record, person_id=person_id())
        return f"{record.reference} is handed in. You can read it here at any time."

    @expose("/<int:record_id>/give-back/", roles=OFFICERS, methods=("GET", "POST"))
    def give_back(self, record_id: int) -> ResponseReturnValue:
        """Give a return back, with what should be changed."""
        record = self.get_record(record_id)
        form = ChangesForm(sent_form(), due_on=today() + timedelta(days=_DAYS_FOR_CHANGES))

        def act() -> str:
            give_back(self.session, record, reason=form["reason"].data, due_on=form["due_on"].data)
            return f"{record.reference} is returned."

        title = f"Ask for changes of {record.reference}"
        return self.ask(form, self.details_url(record_id), act, title=title, button="Return it")

    @expose("/<int:record_id>/moderate/", roles=OFFICERS, methods=("GET", "POST"))
    def moderate(self, record_id: int) -> ResponseReturnValue:
        """A moderated score beside each of the partner's own, with the reason."""
        record = self.get_record(record_id)
        if record.status.is_open:
            abort(403)
        scores = standards_of(self.session, record)
        form = _moderation_form(scores)(sent_form(), data=_given(scores))
        lead = "The return is closed once every standard that the partner scored has a moderated score."
        title = f"Moderate {record.reference}"
        return self.ask(form, self.details_url(record_id), lambda: self._moderate(record, scores, form), title=title,
                        button="Save", lead=lead)  # fmt: skip

    def _moderate(self, record: Section11Return, scores: list[ScoredStandard], form: Form) -> str:
        given = {one.key: (_number(form[f"s_{one.key}"].data), form[f"r_{one.key}"].data or "") for one in scores}
        moderate_return(self.session, record, given, person_id=person_id())
        is_whole = record.status is ReturnStatus.CLOSED
        return f"{record.reference} is moderated and closed." if is_whole else "The scores are saved."


def _named(record: Section11Return) -> tuple[tuple[type[Agency], int], tuple[type[Section11Cycle], int]]:
    return (Agency, record.agency_id), (Section11Cycle, record.cycle_id)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() else None


def _given(scores: list[ScoredStandard]) -> dict[str, str]:
    shown = {f"s_{one.key}": "" if one.moderated is None else str(one.moderated) for one in scores}
    return {**shown, **{f"r_{one.key}": one.reason for one in scores}}


def _moderation_form(scores: list[ScoredStandard]) -> type[Form]:
    """A form with a score and a reason for each standard, in their order."""
    numbers = [SelectChoice("", "–"), *(SelectChoice(str(one), str(one)) for one in range(HIGHEST, -1, -1))]
    fields: dict[str, Any] = {}
    for one in scores:
        own = "no score of its own" if one.own is None else f"own score {one.own}"
        fields[f"s_{one.key}"] = SelectField(f"{one.text} ({own})", choices=numbers)
        fields[f"r_{one.key}"] = TextField("Reason for this score")
    return type("ModerationForm", (Form,), fields)


@card(roles=AGENCY_PEOPLE, order=6)
def section_11_to_fill_in(session: Session, asked_by: Actor) -> Card | None:
    """The Section 11 return that the person's agency still has to hand in."""
    if not actor().is_agency_bound:
        return None
    days = list(session.scalars(select(Section11Return.due_on).where(_OPEN).order_by(Section11Return.due_on)))
    if not days:
        return None
    words = f"Section 11 {'return' if len(days) == 1 else 'returns'} to fill in, due {in_words(days[0])}"
    return Card(len(days), words, "/section-11-returns/", "warning" if days[0] < today() else "")


@card(roles=OFFICERS, order=33)
def section_11_to_moderate(session: Session, asked_by: Actor) -> Card | None:
    """Section 11 returns that were handed in and are not moderated yet."""
    statement = select(func.count()).where(Section11Return.status == ReturnStatus.SUBMITTED)
    count = session.scalar(statement) or 0
    words = "Section 11 return to moderate" if count == 1 else "Section 11 returns to moderate"
    return Card(count, words, "/section-11-returns/?status=submitted") if count else None
