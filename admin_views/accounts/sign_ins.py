"""Where is a person signed in, and how does an administrator end that?"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin_views.kit.base import ADMINISTRATORS, Button, PageSet, Panel, expose, role
from admin_views.kit.formats import show_moment
from models.accounts.known_browsers import forget_browsers
from models.accounts.sign_ins import SignIn, open_sign_ins, revoke
from models.core.clock import now
from models.partnership.people import Person
from models.rules.core.counts import count_words

_HEADINGS = ("Browser", "Signed in with", "Since", "Last seen", "End it")


class SignInPages(PageSet):
    """The part of a person's page that says where they are signed in; for administrators only.

    In the database too only administrators read where people are signed in, without what would let anybody in.
    """

    def panels(self, session: Session, record: Person) -> list[Panel]:
        if role() not in ADMINISTRATORS:
            return []
        idle = timedelta(minutes=current_app.extensions["settings"].session_idle_minutes)
        sign_ins = open_sign_ins(session, record.id, now=now(), idle=idle)
        every = [Button("End all", self.link("end_sign_ins", record_id=record.id), "warning", is_post=True)]
        rows = [self._row(record, sign_in) for sign_in in sign_ins]
        return [Panel("Signed in", _HEADINGS, rows, empty="Nowhere just now.", buttons=every if rows else ())]

    def _row(self, person: Person, sign_in: SignIn) -> tuple[object, ...]:
        address = self.link("end_sign_in", record_id=person.id, sign_in_id=sign_in.id)
        form = Markup(render_template("accounts/end_sign_in.html", address=address, browser=sign_in.browser))  # noqa: S704 (the template escapes)
        moments = (show_moment(sign_in.started_at), show_moment(sign_in.seen_at))
        return (sign_in.browser or "A browser", sign_in.way.label, *moments, form)

    @expose("/<int:record_id>/sign-ins/<int:sign_in_id>/end/", roles=ADMINISTRATORS, methods=("POST",))
    def end_sign_in(self, record_id: int, sign_in_id: int) -> ResponseReturnValue:
        """End one of a person's sign-ins at once."""
        person = self.get_record(record_id)
        return self.press(self.details_url(record_id), lambda: self._ended(person, min(sign_in_id, 2_147_483_647)))

    @expose("/<int:record_id>/sign-ins/end/", roles=ADMINISTRATORS, methods=("POST",))
    def end_sign_ins(self, record_id: int) -> ResponseReturnValue:
        """End all of them, for instance when a computer is lost."""
        person = self.get_record(record_id)
        return self.press(self.details_url(record_id), lambda: self._ended(person))

    def _ended(self, person: Person, sign_in_id: int | None = None) -> str:
        count = revoke(self.session, person_id=person.id, sign_in_id=sign_in_id)
        if sign_in_id is None:
            forget_browsers(self.session, person.id)  # on a lost computer the person is known no longer
        return f"{count_words(count, 'sign-in')} of {person.name} ended."
