"""How are self-evaluations sent, filled in, handed in, returned and closed?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.answer_papers import AnswerPapers
from admin_views.evidence.answer_findings import FindingPages, FindingsScreen
from admin_views.kit.base import (
    OFFICERS,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Place,
    expose,
    person_id,
    read_by,
    role,
    row_action,
    screen,
    tag,
)
from admin_views.kit.formats import NOTHING
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.messages.agency_messages import letter_words
from admin_views.messages.agency_reminders import RemindingPages
from admin_views.partnership.hubs import may_run
from admin_views.returns.agency_returns import ReturningPages, ReturnScreen, late_filter, show_status
from admin_views.returns.returned_evaluations import OF_MY_REVIEWS, RETURNED
from admin_views.tools.answer_sheets import ANSWERERS, SHEET_READERS, AnsweringPages
from models.core.addresses import address_by_id, list_address
from models.core.clock import today
from models.partnership.agencies import Agency
from models.returns.agency_returns import ReturnStatus
from models.returns.self_evaluations import (
    SelfEvaluation,
    ask_for_changes,
    close_self_evaluation,
    last_self_evaluation_answers,
    self_evaluations_of,
    send_self_evaluations,
)
from models.reviews.invitations import ReviewPart, invited_agencies
from models.reviews.thematic_reviews import ThematicReview, review_words
from models.rules.core.counts import count_words
from models.rules.core.due_dates import due_words, in_words, return_due_on
from models.rules.evidence.triangulation import Source
from models.tools.answer_sheets import SheetAnswer, version_of

_DAYS_FOR_CHANGES = 7


class SendingPages(ReturningPages):
    """What officers do with self-evaluations: send them, give one back, close it."""

    def buttons(self, record: SelfEvaluation) -> list[Button]:
        if record.status is not ReturnStatus.SUBMITTED or role() not in OFFICERS:
            return []
        return [Button("Ask for changes", self.link("return_for_changes", record_id=record.id))]

    @expose("/send/<int:review_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def send(self, review_id: int) -> ResponseReturnValue:
        """Send the signed tool to every invited agency that does not have it yet."""
        review = self.session.get(ThematicReview, review_id) or abort(404)
        if not may_run(self.session, review.hub_id):
            abort(403)
        lead = f"Due two weeks from today, on {in_words(return_due_on(today()))}. Each agency is written to."
        title, back = f"Send the self-evaluation of {review.reference}", address_by_id(ThematicReview, review_id)
        return self.ask(
            Form(), back, lambda: self._send(review), title=title, button="Send", lead=lead,
            panels=[self._waiting(review_id)], back_words=review.reference,
        )  # fmt: skip

    def _waiting(self, review_id: int) -> Panel:
        has = {state.agency.id for state in self_evaluations_of(self.session, review_id)}
        invited = invited_agencies(self.session, review_id, ReviewPart.SELF_EVALUATION)
        rows = [(agency.name,) for agency in invited if agency.id not in has]
        return Panel("Goes to", ("Agency",), rows, empty="No agency is waiting for it.")

    def _send(self, review: ThematicReview) -> str:
        sent = send_self_evaluations(self.session, review, person_id=person_id(), **letter_words())
        count = count_words(len(sent), "self-evaluation is", "self-evaluations are")
        return f"{count} sent, due {in_words(sent[0].due_on)}."

    @expose("/<int:record_id>/return/", roles=OFFICERS, methods=("GET", "POST"))
    def return_for_changes(self, record_id: int) -> ResponseReturnValue:
        """Give a self-evaluation back, with what should be changed."""
        record = self._own(record_id)

        def give_back(reason: str, due_on: date) -> None:
            ask_for_changes(self.session, record, reason=reason, due_on=due_on, **letter_words())

        sentence = f"{record.reference} is returned; the agency is told."
        return self.ask_for_changes(record, _DAYS_FOR_CHANGES, give_back, sentence)

    @row_action("Close", roles=OFFICERS, tone="main", confirmation="Is this self-evaluation what was asked for?",
                shown=lambda record: record.status is ReturnStatus.SUBMITTED)  # fmt: skip
    def close(self, session: Session, record: SelfEvaluation) -> str:
        """The officer's word that nothing more is needed."""
        close_self_evaluation(session, self._own(record.id), person_id=person_id())
        return f"{record.reference} is closed."

    def _own(self, record_id: int) -> SelfEvaluation:
        """A self-evaluation of a review that this officer runs."""
        record: SelfEvaluation = self.get_record(record_id)
        if not may_run(self.session, self.session.get_one(ThematicReview, record.review_id).hub_id):
            abort(403)
        return record


@screen
class SelfEvaluationScreen(ReturnScreen, FindingsScreen):
    """Self-evaluations of the reviews; people of an agency see and fill in their own."""

    model = SelfEvaluation
    page_sets = (AnsweringPages, SendingPages, RemindingPages, AnswerPapers, FindingPages)
    name, noun, plural = "Self-evaluations", "self-evaluation", "self-evaluations"
    list_purpose = (
        "Each invited agency judges its own work on the review's theme, within two weeks. An officer sends the "
        "forms on the review's page, once the tool is signed."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/self-evaluations", Category.EVIDENCE, 50
    stands_in, part = Place.REVIEWS, Part.EVIDENCE
    roles = {**read_by(SHEET_READERS), "answer": ANSWERERS}
    finding_source = Source.SELF_EVALUATION
    paper_name = "self_evaluation"
    column_list = ("agency_id", "review.title", "status", "due_on", "submitted_at")
    column_beneath = "reference"
    column_details_list = ("agency_id", "review_id", "status", "due_on", "sent_at", "submitted_at", "closed_at")
    column_filters = (
        "status", late_filter(SelfEvaluation), "review_id", "agency_id", "due_on", OF_MY_REVIEWS, RETURNED,
    )  # fmt: skip
    column_sortable_list = ("reference", "due_on", "status", "submitted_at")
    column_labels = {"submitted_at": "Handed in", "sent_at": "Sent", "closed_at": "Closed", "review.title": "Review"}

    def more_facts(self, session: Session, record: SelfEvaluation) -> list[Fact]:
        tool = Fact("Tool", version_of(session, self.sheet_of(record)).content["title"])
        return [tool, Fact("Time", _time(record))] if record.status.is_open else [tool]

    def about(self, record: SelfEvaluation) -> list[Fact]:
        agency, review = self.session.get_one(Agency, record.agency_id), review_words(self.session, record.review_id)
        return [Fact("Agency", agency.name), Fact("Review", review)]

    def earlier_answers(self, record: SelfEvaluation) -> Mapping[str, tuple[SheetAnswer, date]]:
        return last_self_evaluation_answers(self.session, record)


def _time(record: SelfEvaluation) -> str:
    if not record.status.is_open:
        return NOTHING
    words = due_words(record.due_on, today())
    return tag(words.capitalize(), "red") if record.is_late else words.capitalize()


@review_panel(Part.EVIDENCE, order=50, is_for_agencies=True, roles=SHEET_READERS)
def self_evaluation_panel(session: Session, review: ThematicReview) -> Panel | None:
    """Each agency's self-evaluation: where it stands, how long it has, how far it is."""
    runs = may_run(session, review.hub_id)
    states = self_evaluations_of(session, review.id)
    if not states and not runs:
        return None
    rows = [
        (
            link_to(state.record, state.agency.name),
            show_status(state.record.status),
            _time(state.record),
            state.progress.words,
        )
        for state in states
    ]
    buttons = [Button("Send", list_address(SelfEvaluation, "send", review.id))] if runs else []
    return Panel(
        "Self-evaluations", ("Agency", "Status", "Time", "Progress"), rows, empty="None is sent yet.", buttons=buttons
    )
