"""How does a form become a saved record, once, and never over somebody else's work?"""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Protocol

from flask import request
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.fields import all_problems
from admin_views.kit.forms import is_finding, offer_choices
from admin_views.kit.refusals import REFUSALS, SAVED_MEANWHILE, sentence_of
from admin_views.kit.requests import person_id
from models.core.form_receipts import claim_form, note_record, record_of_form


class Saves(Protocol):
    """What saving asks of a screen."""

    def save(self, session: Session, form: Form, record: Any) -> Any: ...


@dataclass
class FormState:
    """What became of a form: saved (with its record's key), or to be shown again with problems."""

    form: Form
    token: str
    record: Any = None
    saved_key: str | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)
    theirs: list[tuple[str, str]] = field(default_factory=list)
    row_version: int | None = None
    status: int = 200

    def refuse(self, sentence: str, status: int) -> FormState:
        self.problems = [("", sentence)]
        self.status = status
        return self


def one_time_token() -> str:
    """The token of the form being sent, or a new one for a form being shown."""
    sent = request.form.get("once", "")
    return sent if 20 <= len(sent) <= 64 else token_urlsafe(24)


def already_sent(session: Session) -> str | None:
    """None when this form is sent for the first time; else the key of the record that came of it, maybe empty.

    Every form that changes something carries `{{ once() }}`; a view that saves on its own asks this first.
    """
    token = one_time_token()
    if claim_form(session, token=token, person_id=person_id()):
        return None
    return record_of_form(session, token=token, person_id=person_id())


def answer_form(screen: Saves, session: Session, form: Form, record: Any, opened: Any = None) -> FormState:
    """Show a form, or check and save it and commit. A form sent twice gives the record of the first time.

    `record` is changed only when everything holds; `opened` gives the stored values for a conflict.
    """
    state = FormState(form, one_time_token(), record, row_version=getattr(record, "row_version", None))
    offer_choices(session, form)
    if request.method != "POST" or is_finding():
        return state
    key = already_sent(session)
    if key is not None:
        state.saved_key = key
        session.rollback()
        return state
    if not form.validate():
        session.rollback()
        state.problems, state.status = all_problems(form), 422
        return state
    if _is_stale(record):
        session.rollback()
        return _conflict(state, opened)
    return _save(screen, session, state)


def _save(screen: Saves, session: Session, state: FormState) -> FormState:
    try:
        saved = screen.save(session, state.form, state.record)
        session.flush()
        state.saved_key = str(saved.id)
        note_record(session, token=state.token, person_id=person_id(), record_key=saved.id)
        session.commit()
    except REFUSALS as error:
        session.rollback()
        sentence = sentence_of(error)
        if sentence is None:
            raise
        state.saved_key = None
        return state.refuse(sentence, 409 if sentence == SAVED_MEANWHILE else 422)
    return state


def _is_stale(record: Any) -> bool:
    current = getattr(record, "row_version", None)
    sent = request.form.get("row_version", "")
    return current is not None and str(current) != sent


def _conflict(state: FormState, opened: Any) -> FormState:
    """Keep what was typed, show what is saved now where it differs; a second "Save" is then a decision."""
    if opened is not None:
        state.theirs = [
            (str(field.label.text), str(theirs.data))
            for field, theirs in zip(state.form, opened, strict=True)
            if field.data != theirs.data
        ]
    words = f"{SAVED_MEANWHILE} What you typed is kept below; check it against what is saved now, then save again."
    return state.refuse(words, 409)
