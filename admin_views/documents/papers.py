"""How does somebody get any document on paper, or read the same as a page?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import Button, PageSet, Screen, already_sent, person_id
from admin_views.kit.partnership import partnership_now
from admin_views.kit.saving import one_time_token
from jobs.documents.documents import printed
from models.core.clock import today
from models.core.errors import RuleBroken
from models.core.form_receipts import note_record
from models.documents import document_requests
from models.partnership.people import Person
from models.rules.documents.papers import Occasion, Paper


def document_page(
    screen: Screen | PageSet, name: str, arguments: Mapping[str, Any], back: str, back_words: str, **values: Any
) -> ResponseReturnValue:
    """Both ways to a registered document on one address: GET reads it as a page, POST asks for the PDF.

    `values` are for `show_document`: a template of one's own, and what it shows besides.
    """
    if request.method == "POST":
        return ask_for_document(screen, name, arguments, back)
    return show_document(screen, name, arguments, back, back_words, pdf_url=request.path, **values)


def document_buttons(url: str, words: str) -> list[Button]:
    """The two buttons that lead to `document_page`, such as "Matrix as PDF" and "Read the matrix as a page"."""
    pdf = Button(f"{words} as PDF", url, is_post=True)
    return [pdf, Button(f"Read the {words[0].lower()}{words[1:]} as a page", url)]


def ask_for_document(
    screen: Screen | PageSet, name: str, arguments: Mapping[str, Any], back: str
) -> ResponseReturnValue:
    """Ask for a registered document and go where people wait for it; from there they come `back`.

    For views that answer a POST. Refusals, such as too many rows, are said on the page `back`.
    """
    document = printed(name)

    def ask(session: Session) -> int:
        if document.check is not None:
            document.check(document.facts(session, occasion(session), **arguments))
        return document_requests.ask_for_document(session, document.name, arguments)

    return ask_once(screen, ask, back)


def ask_once(screen: Screen | PageSet, ask: Callable[[Session], int], back: str) -> ResponseReturnValue:
    """Call a verb that asks for a job and wait for it; a form sent twice leads to the request of the first time."""
    session = screen.session
    sent = already_sent(session)
    if sent is not None:
        session.rollback()
        return redirect(waiting_url(int(sent), back) if sent else back)
    try:
        asked = ask(session)
    except RuleBroken as refusal:
        session.rollback()
        flash(refusal.sentence, "error")
        return redirect(back)
    note_record(session, token=one_time_token(), person_id=person_id(), record_key=asked)
    session.commit()
    return redirect(waiting_url(asked, back))


def show_document(
    screen: Screen | PageSet,
    name: str,
    arguments: Mapping[str, Any],
    back: str,
    back_words: str,
    *,
    pdf_url: str = "",
    template: str = "papers/paper.html",
    **values: Any,
) -> ResponseReturnValue:
    """The document's accessible twin: the same blocks from the same facts, with the same fingerprint on the same day.

    `pdf_url` is the POST address that makes the PDF. A template of one's own extends `papers/paper.html`.
    """
    document = printed(name)
    try:
        facts = document.facts(screen.session, occasion(screen.session), **arguments)
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
        return redirect(back)
    paper = document.paper(facts)
    return show_paper(screen, paper, back, back_words, pdf_url=pdf_url, template=template, **values)


def show_paper(
    screen: Any,
    paper: Paper,
    back: str,
    back_words: str,
    *,
    pdf_url: str = "",
    template: str = "papers/paper.html",
    **values: Any,
) -> str:
    """A paper as a page, for documents that are made and kept in their own way."""
    buttons = [Button("Download as PDF", pdf_url, "main", is_post=True)] if pdf_url else []
    shown: str = screen.render(template, paper=paper, buttons=buttons, back=back, back_words=back_words, **values)
    return shown


def occasion(session: Session) -> Occasion:
    """Today, the partnership's name, and the name of whoever asks."""
    reader = session.get_one(Person, person_id())
    return Occasion(today(), partnership_now().name, reader.name)
