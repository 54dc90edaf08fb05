"""How does a form change something once, however often it is sent?"""

from __future__ import annotations

from secrets import token_urlsafe

from flask import g, request
from flask import session as browser_session
from sqlalchemy.orm import Session

from admin_views.kit.requests import person_id
from models.core.form_receipts import claim_form, note_record, record_of_form


def one_time_token() -> str:
    """The token of the form being sent, or a new one for a form being shown."""
    sent = "" if g.get("is_form_used") else request.form.get("once", "")
    return sent if 20 <= len(sent) <= 64 else token_urlsafe(24)


def already_sent(session: Session) -> str | None:
    """None when this form is sent for the first time; else the key of the record that came of it, maybe empty.

    Every form that changes something carries `{{ once() }}`; a view that saves on its own asks this first.
    """
    token = one_time_token()
    if claim_form(session, token=token, person_id=person_id()):
        return None
    return record_of_form(session, token=token, person_id=person_id())


def use_form_up() -> None:
    """Part of a form is saved and part refused: its page carries a new token, so that it can be sent again."""
    g.is_form_used = True


def note_saved(session: Session, record_key: object) -> None:
    """Remember which record came of the form being sent, so that sending it again leads to that record."""
    note_record(session, token=one_time_token(), person_id=person_id(), record_key=record_key)


def say_instead(sentence: str) -> None:
    """Put our sentence in place of Flask-Admin's last one, which names no noun."""
    browser_session["_flashes"] = [*browser_session.get("_flashes", [])[:-1], ("success", sentence)]
