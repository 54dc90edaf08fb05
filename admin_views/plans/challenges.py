"""Who challenged whom, and does each challenge have its answer and its outcome?"""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import case, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    READERS,
    Button,
    Category,
    Filter,
    Panel,
    Part,
    Place,
    Screen,
    actor,
    by_value,
    expose,
    kept_by,
    role,
    screen,
    tag,
)
from admin_views.kit.fields import DayField, RecordField, Required, TextField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_write_in, offer_own_reviews, own_reviews_only
from models.core.access import Role
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.agencies import Agency
from models.plans.challenges import Challenge, answer_challenge, close_challenge
from models.plans.presentations import Presentation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import beginning

ANSWERERS = OFFICERS | {Role.MANAGER}


class AnswerForm(Form):
    """What the agency answers."""

    answered_on = DayField("Answered on", validators=[Required()])
    answer = TextField("The answer", validators=[Required()])


class OutcomeForm(Form):
    """What came of a challenge."""

    closed_on = DayField("Closed on", validators=[Required()])
    outcome = TextField("The outcome", validators=[Required()], description="What has changed, or why nothing has.")


def stands_of(challenge: Any) -> Any:
    """How far a challenge has come, in SQL."""
    return case(
        (challenge.closed_on.is_not(None), "Closed"), (challenge.answered_on.is_not(None), "Answered"), else_="Open"
    )


def show_standing(word: str) -> str:
    """The same as a tag."""
    return tag(word, {"Open": "red", "Answered": "amber", "Closed": "green"}[word])


_STANDINGS = (("Open", "Open"), ("Answered", "Answered"), ("Closed", "Closed"))


@screen
class ChallengeScreen(Screen):
    """The challenge log. Managers of the challenged agency answer; officers close with the outcome."""

    model = Challenge
    name, noun, plural = "Challenge log", "challenge", "challenges"
    list_purpose = (
        "What one agency asked another to account for, at a meeting or in a review, until it is answered and closed."
    )
    url, category, menu_order = "/challenges", Category.REVIEWS, 75
    stands_in, part = Place.REVIEWS, Part.PLAN
    roles = kept_by(OFFICERS)
    introduction = "Who challenged whom, about what, what was the answer, and what came of it."
    column_list = ("question", "challenger", "agency_id", "challenged_on", "stands")
    column_details_list = (
        *column_list,
        "review_id",
        "presentation_id",
        "answer",
        "answered_on",
        "outcome",
        "closed_on",
    )
    column_expressions = {"stands": stands_of}
    column_formatters = {"stands": by_value(show_standing)}
    column_searchable_list = ("challenger", "question", "answer", "outcome")
    column_filters = (
        Filter("stands", "Stands", options=_STANDINGS, apply=lambda word: stands_of(Challenge) == word),
        "agency_id",
        "review_id",
        "challenged_on",
    )
    column_sortable_list = ("challenged_on", "agency_id")
    column_default_sort = ("challenged_on", True)
    form_columns = ("review_id", "presentation_id", "challenged_on", "challenger", "agency_id", "question")
    form_overrides = {"question": TextField}
    column_labels = {
        "challenged_on": "Challenged on",
        "challenger": "Who challenged",
        "agency_id": "Whom",
        "question": "What was challenged",
        "presentation_id": "Meeting",
        "review_id": "Review",
        "stands": "Stands",
    }
    column_descriptions = {
        "challenger": "A name and a body: for example the independent chair, Adults Group.",
        "presentation_id": "The meeting at which it was made; leave empty for one made in the course of the review.",
    }

    def build_new_instance(self) -> Challenge:
        given = {key: request.args.get(key, type=int) for key in ("review_id", "presentation_id")}
        return Challenge(challenged_on=today(), **given)

    def on_form_ready(self, form: Form, record: Challenge) -> None:
        """A challenge belongs to a review that the person runs, and so does the meeting at which it was made."""
        offer_own_reviews(form, record)
        if isinstance(form["presentation_id"], RecordField):
            kept = record.review_id if record.id else None
            own = own_reviews_only(Presentation.review_id, kept=kept)
            form["presentation_id"].loader = ChoiceLoader(Presentation, own)

    def title_of(self, record: Challenge) -> str:
        return beginning(record.question)

    def can_edit_record(self, record: Challenge) -> bool:
        """Until the answer is in."""
        return record.answered_on is None

    def can_delete_record(self, record: Challenge) -> bool:
        return record.answered_on is None

    def buttons(self, record: Challenge) -> list[Button]:
        if record.closed_on is not None or not _may_answer():
            return []
        words = "Correct the answer" if record.answered_on else "Answer"
        buttons = [Button(words, self.link("answer", record_id=record.id), "" if record.answered_on else "main")]
        if record.answered_on is not None:
            buttons.append(Button("Close with the outcome", self.link("close", record_id=record.id), "main"))
        return buttons

    @expose("/<int:record_id>/answer/", roles=ANSWERERS, methods=("GET", "POST"))
    def answer(self, record_id: int) -> ResponseReturnValue:
        """Write the agency's answer down."""
        record: Challenge = self.get_record(record_id)
        if not _may_answer():
            abort(403)
        form = AnswerForm(sent_form(), answered_on=record.answered_on or today(), answer=record.answer)
        values = {"title": "Answer a challenge", "button": "Save the answer", "lead": record.question}
        return self.ask(form, self.details_url(record_id), lambda: self._answered(record, form), over=(record,),
                        **values)  # fmt: skip

    def _answered(self, record: Challenge, form: Form) -> str:
        answer_challenge(self.session, record, answer=form["answer"].data, on=form["answered_on"].data)
        return "The answer is in the log."

    @expose("/<int:record_id>/close/", roles=OFFICERS, methods=("GET", "POST"))
    def close(self, record_id: int) -> ResponseReturnValue:
        """Close a challenge with what came of it."""
        record: Challenge = self.get_record(record_id)
        form = OutcomeForm(sent_form(), closed_on=today())
        values = {"title": "Close a challenge", "button": "Close", "lead": record.question}
        return self.ask(form, self.details_url(record_id), lambda: self._closed(record, form), **values)

    def _closed(self, record: Challenge, form: Form) -> str:
        close_challenge(self.session, record, outcome=form["outcome"].data, on=form["closed_on"].data)
        return "The challenge is closed."


def _may_answer() -> bool:
    """Officers, and managers of an agency: the row policies show those only what their agency is asked."""
    return role() in OFFICERS or (role() is Role.MANAGER and actor().is_agency_bound)


def challenges_of_meeting(session: Session, meeting: Presentation) -> Panel:
    """The challenges made at one meeting."""
    add = Button("Log a challenge", list_address(Challenge, "new", presentation_id=meeting.id))
    return _panel(session, Challenge.presentation_id == meeting.id, add, meeting.review_id)


@review_panel(Part.PLAN, order=75, roles=READERS)
def challenges(session: Session, review: ThematicReview) -> Panel:
    """The challenges made in a review, at its meetings or between them."""
    add = Button("Log a challenge", list_address(Challenge, "new", review_id=review.id))
    return _panel(session, Challenge.review_id == review.id, add, review.id)


def _panel(session: Session, which: Any, add: Button, review_id: int) -> Panel:
    challenges = session.execute(
        select(Challenge, Agency.name, stands_of(Challenge))
        .join(Agency, Agency.id == Challenge.agency_id)
        .where(which)
        .order_by(Challenge.challenged_on.desc(), Challenge.id.desc())
    )
    rows = [
        (link_to(each, show_date(each.challenged_on)), each.challenger, agency, each.question, show_standing(word))
        for each, agency, word in challenges
    ]
    headings = ("When", "Who", "Whom", "What", "Stands")
    buttons = [add] if may_write_in(session, review_id) else []
    return Panel("Challenges", headings, rows, empty="Nobody has challenged anything.", buttons=buttons)
