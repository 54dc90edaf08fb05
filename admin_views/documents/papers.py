"""How does somebody get any document on paper, or read the same as a page?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, request
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
from models.rules.documents.file_forms import FileForm
from models.rules.documents.papers import Occasion, Paper


def document_page(
    screen: Screen | PageSet, name: str, arguments: Mapping[str, Any], back: str, back_words: str, **values: Any
) -> ResponseReturnValue:
    """Both ways to a registered document on one address: GET reads it as a page, POST asks for the file.

    The file is PDF unless the address asks for Word, for a document that has it.
    `values` are for `show_document`: a template of one's own, and what it shows besides.
    """
    if request.method == "POST":
        return ask_for_document(screen, name, arguments, back, _form_asked(name))
    return show_document(screen, name, arguments, back, back_words, pdf_url=request.path, **values)


def document_buttons(url: str, words: str, name: str = "") -> list[Button]:
    """The buttons that lead to `document_page`, such as "Report as PDF" and "Read the report as a page".

    Between them "Report as Word", for the document of that name, if it is taken out as Word too.
    """
    forms = forms_of(name) if name else (FileForm.PDF,)
    files = [Button(f"{words} as {form.label}", _file_url(url, form), is_post=True) for form in forms]
    return [*files, Button(f"Read the {words[0].lower()}{words[1:]} as a page", url)]


def forms_of(name: str) -> tuple[FileForm, ...]:
    """The kinds of file a registered document is taken out as."""
    return tuple(FileForm) if printed(name).has_word else (FileForm.PDF,)


def download_buttons(url: str, forms: Sequence[FileForm] = (FileForm.PDF,)) -> list[Button]:
    """The buttons of a document's own page; `url` is the POST address that makes the file."""
    tones = {FileForm.PDF: "main"}
    return [
        Button(f"Download as {form.label}", _file_url(url, form), tones.get(form, ""), is_post=True) for form in forms
    ]


def _file_url(url: str, form: FileForm) -> str:
    return url if form is FileForm.PDF else f"{url}{'&' if '?' in url else '?'}file={form.value}"


def _form_asked(name: str) -> FileForm:
    """The kind of file the address asks for; one that the document is not taken out as is not found."""
    asked = request.args.get("file", FileForm.PDF.value)
    return next((form for form in forms_of(name) if form.value == asked), None) or abort(404)


def ask_for_document(
    screen: Screen | PageSet, name: str, arguments: Mapping[str, Any], back: str, form: FileForm = FileForm.PDF
) -> ResponseReturnValue:
    """Ask for a registered document and go where people wait for it; from there they come `back`.

    For views that answer a POST. Refusals, such as too many rows, are said on the page `back`.
    """
    document = printed(name)

    def ask(session: Session) -> int:
        if document.check is not None:
            document.check(document.facts(session, occasion(session), **arguments))
        return document_requests.ask_for_document(session, document.name, arguments, form)

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

    `pdf_url` is the POST address that makes its files. A template of one's own extends `papers/paper.html`.
    """
    document = printed(name)
    try:
        facts = document.facts(screen.session, occasion(screen.session), **arguments)
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
        return redirect(back)
    paper = document.paper(facts)
    buttons = download_buttons(pdf_url, forms_of(name)) if pdf_url else []
    return show_paper(screen, paper, back, back_words, buttons=buttons, template=template, **values)


def show_paper(
    screen: Any,
    paper: Paper,
    back: str,
    back_words: str,
    *,
    buttons: Sequence[Button] = (),
    template: str = "papers/paper.html",
    **values: Any,
) -> str:
    """A paper as a page, for documents that are made and kept in their own way."""
    shown: str = screen.render(template, paper=paper, buttons=buttons, back=back, back_words=back_words, **values)
    return shown


def occasion(session: Session) -> Occasion:
    """Today, the partnership's name, and the name of whoever asks."""
    reader = session.get_one(Person, person_id())
    return Occasion(today(), partnership_now().name, reader.name)
