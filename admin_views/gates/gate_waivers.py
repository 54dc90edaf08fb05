"""Which gates did a review pass without what they ask for, and does the sponsor consent?"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session, object_session
from wtforms import Form

from admin_views.kit.base import (
    STAFF,
    Button,
    Category,
    Part,
    Screen,
    expose,
    person_id,
    read_by,
    row_action,
    screen,
    tag,
)
from admin_views.kit.fields import Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.homes.duties import Duty, duty
from models.core.access import Role
from models.core.addresses import address_of
from models.gates.gate_waivers import GateWaiver, consent_to_waiver, consents_of, refuse_waiver
from models.reviews.thematic_reviews import ThematicReview

_SPONSORS = frozenset({Role.SPONSOR})


class RefusalForm(Form):
    """Why the sponsor does not consent."""

    reason = TextField("Why should the review not go on without?", validators=[Required()])


def _waits_for(waiver: GateWaiver, sponsor_id: int) -> bool:
    """Whether a gate waits for the consent of this person, who must be its review's lead sponsor."""
    session = object_session(waiver)
    review = session.get(ThematicReview, waiver.review_id) if session else None
    return waiver.is_open and review is not None and review.sponsor_id == sponsor_id


@screen
class GateWaiverScreen(Screen):
    """What reviews went on without, for everybody of the partnership to read: a waiver stays visible."""

    model = GateWaiver
    name, noun, plural = "Agreed exceptions", "exception", "exceptions"
    list_purpose = (
        "A review that goes on without meeting a gate says here why, and whether its lead sponsor consented. An "
        "officer asks for that on the review's page."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/gate-waivers", Category.REVIEWS, 16
    part = Part.OVERVIEW
    roles = read_by(STAFF)
    column_list = ("missing", "review_id", "stage", "asked_at", "consented_at")
    column_details_list = (*column_list, "reason", "asked_by_id", "consented_by_id", "refusal")
    column_searchable_list = ("missing", "reason")
    column_filters = ("review_id", "stage")
    column_sortable_list = ("asked_at", "consented_at")
    column_default_sort = ("asked_at", True)
    column_labels = {
        "missing": "What is missing",
        "stage": "At the end of",
        "asked_at": "Asked",
        "asked_by_id": "Asked by",
        "consented_at": "Sponsor consented",
        "consented_by_id": "Consented by",
        "refusal": "Refused because",
    }

    def buttons(self, record: GateWaiver) -> list[Button]:
        if not _waits_for(record, person_id()):
            return []
        return [Button("Do not consent", self.link("refuse", record_id=record.id))]

    @row_action(
        "Consent",
        roles=_SPONSORS,
        tone="main",
        confirmation="Do you consent that the review goes on without this? Your consent stays visible.",
        shown=lambda waiver: _waits_for(waiver, person_id()),
    )
    def consent(self, session: Session, waiver: GateWaiver) -> str:
        """The sponsor's consent."""
        review = session.get_one(ThematicReview, waiver.review_id)
        consent_to_waiver(session, waiver, review=review, person_id=person_id())
        return "You have consented; the review may go on without this."

    @expose("/<int:record_id>/refuse/", roles=_SPONSORS, methods=("GET", "POST"))
    def refuse(self, record_id: int) -> ResponseReturnValue:
        """The sponsor does not consent."""
        record, form = self.get_record(record_id), RefusalForm(sent_form())
        values = {"title": "Do not consent", "button": "Do not consent", "lead": record.missing}
        return self.ask(form, self.details_url(record_id), lambda: self._turned_down(record, form), **values)

    def _turned_down(self, record: GateWaiver, form: Form) -> str:
        review = self.session.get_one(ThematicReview, record.review_id)
        refuse_waiver(self.session, record, review=review, person_id=person_id(), reason=form["reason"].data)
        return "You have not consented; the gate stays shut."


def show_waiver(waiver: GateWaiver | None) -> str:
    """Where a request to go on without stands."""
    if waiver is None:
        return ""
    if waiver.consented_at is not None:
        return tag("Sponsor consented", "amber")
    return tag("Sponsor refused", "red") if waiver.refusal else tag("Waits for the sponsor", "grey")


@duty(consents_of, order=20)
def consent(row: Any) -> Duty:
    """A gate that officers ask to pass without what it asks for."""
    waiver, review, name = row
    what = f"Consent to go on without: {waiver.missing}"
    return Duty(what, str(review), address_of(waiver), waiver.asked_at, name or "")
