"""How does a form change something once, however often it is sent?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from secrets import token_urlsafe
from typing import Any

from flask import g, request
from flask import session as browser_session
from sqlalchemy.orm import Session

from admin_views.kit.requests import person_id
from models.core.errors import RuleBroken
from models.core.form_receipts import claim_form, note_record, record_of_form
from models.rules.core.keys import keys_in

MOST_UNDONE = 50
"""Records one press of "Undo" may name."""

CHANGED_SINCE = "Somebody has changed this since, so nothing is undone."
_UNDO = "undo"
_LARGEST = 1_500  # letters of values; a cookie holds 4,000 in all


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


def offer_undo(href: str, fields: Sequence[tuple[str, str]], *, of: str) -> None:
    """Let the notice that says `of` carry "Undo": one button that sends these fields to an address of the portal.

    The fields travel in the person's signed cookie until that notice is shown, so long texts are not offered.
    """
    if sum(len(value) for _, value in fields) <= _LARGEST:
        browser_session[_UNDO] = {"of": of, "href": href, "fields": [list(pair) for pair in fields]}


def undo_of(sentence: str) -> dict[str, Any] | None:
    """What was offered with that notice, once; an offer of another notice is dropped. The page's form finds it in g."""
    offered: dict[str, Any] | None = browser_session.pop(_UNDO, None)
    g.undo = offered if offered is not None and offered["of"] == sentence else g.get("undo")
    return g.undo


def left_as(records: Iterable[Any]) -> str:
    """Records with the version each is left in, as the button "Undo" carries them."""
    return ",".join(f"{record.id}:{record.row_version}" for record in records)


def undone_keys(most: int = MOST_UNDONE) -> list[int]:
    """The ids of the records that the button "Undo" names; none where it names none, too many, or nothing readable."""
    keys = keys_in([each.partition(":")[0] for each in request.form.get(_UNDO, "").split(",")])
    return keys if keys is not None and len(keys) <= most else []


def is_undoing() -> bool:
    """Whether this request came from the button "Undo"."""
    return _UNDO in request.form


def refuse_changed(records: Iterable[Any]) -> None:
    """Refuse to undo what somebody has changed since: the button names each record with the version it was left in."""
    left = set(request.form.get(_UNDO, "").split(","))
    if is_undoing() and any(f"{record.id}:{record.row_version}" not in left for record in records):
        raise RuleBroken(CHANGED_SINCE)
