"""How does somebody ask for the pack of a meeting of the Board or of one of its groups?"""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.documents.job_requests import waiting_url
from admin_views.documents.papers import document_page
from admin_views.kit.base import READERS, Button, PageSet, Panel, expose
from admin_views.kit.fields import ChoiceField, DayField, Required
from admin_views.kit.forms import sent_form
from admin_views.kit.registry import link_to
from models.core.addresses import list_address
from models.core.clock import london_day, today
from models.core.errors import RuleBroken
from models.documents.document_requests import ask_for_document
from models.documents.documents import Document, DocumentKind
from models.gates.board_packs import meeting_of, next_meeting
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import in_words
from models.rules.documents.file_forms import FileForm
from models.rules.plans.presentations import Body

_LEAD = (
    "The pack holds what changed since the last meeting, the year in pictures, who is late and what is overdue, as "
    "things stand when it is made. It is kept as it was made."
)


class PackForm(Form):
    """Who meets, when, and as which kind of file."""

    body = ChoiceField("Who meets", kind=Body)
    meets_on = DayField("Day of the meeting", validators=[Required()])
    file = ChoiceField("To be read or to be edited", kind=FileForm)


class BoardPackPages(PageSet):
    """The pages of the reviews' screen on which a pack is asked for and read."""

    @expose("/board/pack/", roles=READERS, methods=("GET", "POST"))
    def pack(self) -> ResponseReturnValue:
        """Ask for the pack of a meeting: the next one that is planned, unless another is named."""
        body, day = next_meeting(self.session, today())
        form = PackForm(sent_form(), body=body, meets_on=day, file=FileForm.PDF)
        values = {"title": "Board pack", "button": "Make the Board pack", "lead": _LEAD, "back_words": "The year"}
        shown = {"packs": packs_before(self.session), "page_url": self._page_of(body, day)}
        back, act = list_address(ThematicReview, "board"), partial(self._asked, form)
        return self.ask(form, back, act, template="boards/pack.html", **shown, **values)

    def _page_of(self, body: Body, day: date) -> str:
        return self.link("meeting_pack", body=body.value, day=day.isoformat())

    def _asked(self, form: PackForm) -> tuple[str, str]:
        body, day = form.body.value(), form.meets_on.data or today()
        arguments = {"body": body.value, "meets_on": day.isoformat()}
        asked = ask_for_document(self.session, "board_pack", arguments, form.file.value())
        words = f"The pack for {body.label}, {in_words(day)}, is being made."
        return words, waiting_url(asked, self._page_of(body, day))

    @expose("/board/pack/<body>/<day>/", roles=READERS, methods=("GET", "POST"))
    def meeting_pack(self, body: str, day: str) -> ResponseReturnValue:
        """The pack of one meeting, as a page or on paper."""
        try:
            meeting_of(body, day)
        except RuleBroken:
            abort(404)
        return document_page(self, "board_pack", {"body": body, "meets_on": day}, self.link("pack"), "Board pack")


def packs_before(session: Session, most: int = 8) -> Panel:
    """The packs that were made, the latest first, each as it was presented."""
    kept = select(Document).where(Document.kind == DocumentKind.BOARD_PACK)
    packs = session.scalars(kept.order_by(Document.id.desc()).limit(most))
    rows = [(link_to(pack, pack.title), in_words(london_day(pack.made_at))) for pack in packs]
    every = Button("All packs", list_address(Document, kind=DocumentKind.BOARD_PACK.value))
    return Panel("Packs made before", ("Pack", "Made on"), rows, empty="No pack has been made yet.", buttons=[every])
