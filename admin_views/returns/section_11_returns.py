"""How does a partner complete Section 11, and how is each standard moderated?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.audits.answer_papers import AnswerPapers
from admin_views.kit.base import (
    OFFICERS,
    Button,
    Category,
    Fact,
    Panel,
    Place,
    expose,
    person_id,
    read_by,
    role,
    screen,
)
from admin_views.kit.fields import TextField
from admin_views.kit.forms import sent_form
from admin_views.messages.agency_reminders import RemindingPages
from admin_views.returns.agency_returns import ReturningPages, ReturnScreen, late_filter
from admin_views.tools.answer_sheets import ANSWERERS, SHEET_READERS, AnsweringPages
from models.partnership.agencies import Agency
from models.returns.agency_returns import ReturnStatus, give_back
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import (
    Section11Return,
    last_section_11_answers,
    moderate_return,
    moderated_scores,
    standards_of,
)
from models.rules.core.keys import key_in
from models.rules.returns.section_11 import HIGHEST, ScoredStandard, score_words
from models.tools.answer_sheets import SheetAnswer

_DAYS_FOR_CHANGES = 14


class ModeratingPages(ReturningPages):
    """What officers do with a return that is handed in: moderate its scores, or give it back."""

    def buttons(self, record: Section11Return) -> list[Button]:
        if role() not in OFFICERS or record.status.is_open:
            return []
        moderating = Button("Moderate", self.link("moderate", record_id=record.id), "main")
        returning = Button("Ask for changes", self.link("give_back", record_id=record.id))
        return [moderating, returning] if record.status is ReturnStatus.SUBMITTED else [moderating]

    @expose("/<int:record_id>/give-back/", roles=OFFICERS, methods=("GET", "POST"))
    def give_back(self, record_id: int) -> ResponseReturnValue:
        """Give a return back, with what should be changed."""
        record = self.get_record(record_id)

        def act(reason: str, due_on: date) -> None:
            give_back(self.session, record, reason=reason, due_on=due_on)

        return self.ask_for_changes(record, _DAYS_FOR_CHANGES, act, f"{record.reference} is returned.")

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
                        button="Save", lead=lead, over=(None, *moderated_scores(self.session, record)))  # fmt: skip

    def _moderate(self, record: Section11Return, scores: list[ScoredStandard], form: Form) -> str:
        given = {
            score.key: (key_in(form[f"s_{score.key}"].data or ""), form[f"r_{score.key}"].data or "")
            for score in scores
        }
        moderate_return(self.session, record, given, person_id=person_id())
        is_whole = record.status is ReturnStatus.CLOSED
        return f"{record.reference} is moderated and closed." if is_whole else "The scores are saved."


@screen
class Section11ReturnScreen(ReturnScreen):
    """Section 11 returns; a partner sees and fills in its own. They are no self-evaluations of any review."""

    model = Section11Return
    page_sets = (AnsweringPages, ModeratingPages, RemindingPages, AnswerPapers)
    name, noun, plural = "Section 11 returns", "Section 11 return", "Section 11 returns"
    list_purpose = "Each partner's Section 11 audit of itself. They are sent out when a cycle is opened."
    list_begins_at = "/section-11-cycles"
    url, category, menu_order = "/section-11-returns", Category.PEOPLE, 61
    stands_in = Place.AGENCIES
    roles = {**read_by(SHEET_READERS), "answer": ANSWERERS}
    paper_name = "section_11_return"
    column_list = ("agency_id", "cycle.title", "status", "due_on", "submitted_at")
    column_beneath = "reference"
    column_details_list = ("agency_id", "cycle_id", "status", "due_on", "submitted_at", "closed_at")
    column_filters = ("status", late_filter(Section11Return), "cycle_id", "agency_id")
    column_sortable_list = ("reference", "due_on", "status")
    column_labels = {"submitted_at": "Handed in", "closed_at": "Moderated", "cycle.title": "Cycle"}

    def panels(self, session: Session, record: Section11Return) -> list[Panel]:
        """The scores; a partner sees the moderated ones once they are complete."""
        rows = [
            (standard.text, score_words(standard.own), score_words(standard.moderated), standard.reason)
            for standard in standards_of(session, record)
        ]
        return [Panel("Standards, scored 0 to 3", ("Standard", "Own score", "Moderated score", "Reason"), rows)]

    def about(self, record: Section11Return) -> list[Fact]:
        partner = self.session.get_one(Agency, record.agency_id)
        cycle = self.session.get_one(Section11Cycle, record.cycle_id)
        return [Fact("Partner", str(partner)), Fact("Cycle", str(cycle))]

    def earlier_answers(self, record: Section11Return) -> Mapping[str, tuple[SheetAnswer, date]]:
        return last_section_11_answers(self.session, record)


def _given(scores: list[ScoredStandard]) -> dict[str, str]:
    shown = {f"s_{score.key}": "" if score.moderated is None else str(score.moderated) for score in scores}
    return {**shown, **{f"r_{score.key}": score.reason for score in scores}}


def _moderation_form(scores: list[ScoredStandard]) -> type[Form]:
    """A form with a score and a reason for each standard, in their order."""
    numbers = [SelectChoice("", "–"), *(SelectChoice(str(number), str(number)) for number in range(HIGHEST, -1, -1))]
    fields: dict[str, Any] = {}
    for standard in scores:
        own = "no score of its own" if standard.own is None else f"own score {standard.own}"
        fields[f"s_{standard.key}"] = SelectField(f"{standard.text} ({own})", choices=numbers)
        fields[f"r_{standard.key}"] = TextField("Reason for this score")
    return type("ModerationForm", (Form,), fields)
