"""How does an officer remind an agency of what it was asked for, also before it is late?"""

from __future__ import annotations

from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from wtforms import Form

from admin_views.kit.base import OFFICERS, Button, PageSet, expose, role
from admin_views.kit.fields import Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.messages.agency_messages import letter_words
from admin_views.partnership.hubs import may_run
from models.core.addresses import address_of
from models.core.clock import today
from models.messages.agency_reminders import Asked, remind_agency
from models.partnership.agencies import Agency
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.core.due_dates import due_words, in_words

_SAID = "Please hand it in by its day. If something is in the way, tell us."


class ReminderForm(Form):
    """What a reminder says."""

    said = TextField(
        "What should be said?", validators=[Required()],
        description="The reference, the day and the address of the page stand in the message already. Name nobody.",
    )  # fmt: skip


class RemindingPages(PageSet):
    """The page on which officers remind an agency of an open return or case audit of the reviews they run."""

    def buttons(self, record: Any) -> list[Button]:
        return [Button("Remind", self.link("remind", record_id=record.id))] if _may_remind(self, record) else []

    @expose("/<int:record_id>/remind/", roles=OFFICERS, methods=("GET", "POST"))
    def remind(self, record_id: int) -> ResponseReturnValue:
        """Write a reminder to whoever is to hand this in."""
        record = self.get_record(record_id)
        if not _may_remind(self, record):
            abort(403)
        form = ReminderForm(sent_form(), said=_SAID)
        agency = self.session.get_one(Agency, record.agency_id)
        lead = f"{agency.name} was asked for it by {in_words(record.due_on)}: {due_words(record.due_on, today())}."
        return self.ask(form, self.details_url(record_id), lambda: self._reminded(record, form),
                        title=f"Remind of {record.reference}", button="Send the reminder", lead=lead)  # fmt: skip

    def _reminded(self, record: Any, form: Form) -> str:
        noun = self.screen.noun
        asked = Asked(
            f"{noun[0].upper()}{noun[1:]}", record.reference, record.due_on, address_of(record), record.agency_id,
            getattr(record, "auditor_id", None),
        )  # fmt: skip
        count = remind_agency(self.session, asked, said=form["said"].data, **letter_words())
        return f"{count_words(count, 'message is', 'messages are')} on the way."


def _may_remind(pages: PageSet, record: Any) -> bool:
    """Whether whoever asks may remind of an open record: an officer of its review, of any where it belongs to none."""
    if role() not in OFFICERS or not record.status.is_open:
        return False
    review_id = getattr(record, "review_id", None)
    return review_id is None or may_run(pages.session, pages.session.get_one(ThematicReview, review_id).hub_id)
