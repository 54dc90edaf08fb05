"""Which documents can be requested by name, and how is each made and kept?

A new document is one call of `document(PrintedDocument(...))` in `jobs/<noun>.py`; docs/paper.md has the recipe.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs.core.queue import Done, Run, register
from jobs.pdf.paper.drawing import draw
from jobs.pdf.paper.letterhead import Stationery, stationery_of
from jobs.word.papers import docx_of
from models.core.clock import today
from models.core.errors import RuleBroken
from models.core.rooms import load_rooms
from models.documents.document_requests import form_of, job_name, without_form
from models.documents.documents import Document, DocumentKind, NewDocument, keep_document
from models.partnership.people import Person
from models.rules.documents.file_forms import FileForm
from models.rules.documents.papers import Occasion, Paper

Facts = Callable[..., Any]
Build = Callable[[Any, Stationery], bytes]


@dataclass(frozen=True)
class PrintedDocument:
    """A document by name: where its facts come from, what it says, how it is drawn, what the asker is told.

    `facts(session, occasion, **arguments)` reads the facts as the person who asked and refuses with RuleBroken;
    `paper(facts)` is what it says. `build(facts, stationery)` draws it, by default block by block (one-page documents
    give their own, see `draw_one_page`). `sentence(facts)` is what the asker is told. `check(facts)` refuses, when the
    file is requested, what may be read as a page but not be printed yet. One that `has_word` may be taken out as a Word
    file as well, because authors go on editing it.
    """

    name: str
    kind: DocumentKind
    facts: Facts
    paper: Callable[[Any], Paper]
    build: Build | None = None
    sentence: Callable[[Any], str] | None = None
    check: Callable[[Any], None] | None = None
    has_word: bool = False

    def drawn(self, facts: Any, stationery: Stationery, form: FileForm = FileForm.PDF) -> bytes:
        """The document as a file of that kind. Refuses Word where there is none."""
        if form is FileForm.WORD:
            return self._written(facts, stationery)
        return draw(self.paper(facts), stationery) if self.build is None else self.build(facts, stationery)

    def _written(self, facts: Any, stationery: Stationery) -> bytes:
        if not self.has_word:
            raise RuleBroken(f"The {self.kind.label.lower()} is made as PDF only.")
        if self.check is not None:
            self.check(facts)
        return docx_of(self.paper(facts), stationery)

    def told(self, facts: Any, form: FileForm = FileForm.PDF) -> str:
        """The sentence for whoever asked for it."""
        if form is FileForm.WORD:
            return f"The {self.kind.label.lower()} is ready as a Word file."
        return f"The {self.kind.label.lower()} is ready." if self.sentence is None else self.sentence(facts)


DOCUMENTS: dict[str, PrintedDocument] = {}


def document(printed_document: PrintedDocument, *, timeout: int = 300) -> PrintedDocument:
    """Register a document; the job `make_<name>` makes it, within `timeout` seconds."""
    if printed_document.name in DOCUMENTS and DOCUMENTS[printed_document.name].facts is not printed_document.facts:
        raise ValueError(f"two documents are called {printed_document.name}")
    DOCUMENTS[printed_document.name] = printed_document
    register(job_name(printed_document.name), lambda run: make_document(run, printed_document), timeout=timeout)
    return printed_document


def printed(name: str) -> PrintedDocument:
    """The document of that name; KeyError when no module of this room has registered it."""
    if name not in DOCUMENTS:
        load_rooms("models", "jobs")
    return DOCUMENTS[name]


def make_document(run: Run, printed_document: PrintedDocument) -> Done:
    """Read the facts as far as the asker may see them, draw them, and keep the file behind the asker's wall."""
    asker = run.session.get(Person, run.attempt.requested_by_id) if run.attempt.requested_by_id else None
    run.report(5, "Reading the facts")
    partnership = run.equipment.facts
    occasion = Occasion(today(), partnership.name, asker.name if asker else "")
    form = form_of(run.arguments)
    facts = printed_document.facts(run.session, occasion, **without_form(run.arguments))
    run.report(25, "Drawing the pages" if form is FileForm.PDF else "Writing the file")
    content = printed_document.drawn(facts, stationery_of(partnership), form)
    run.report(90, "Keeping the document")
    paper = printed_document.paper(facts)
    file = NewDocument(printed_document.kind, title_of(paper), file_name_of(paper, form), form.media_type, content)
    kept = keep_paper(run, paper, file, asker)
    return Done(printed_document.told(facts, form), kept.id)


def keep_paper(run: Run, paper: Paper, file: NewDocument, asker: Person | None) -> Document:
    """Keep the file of a paper; what a member of an agency asked for belongs to that agency."""
    is_bound = asker is not None and asker.actor().is_agency_bound
    return keep_document(
        run.session,
        file,
        subject=paper.about,
        agency_id=asker.agency_id if asker is not None and is_bound else paper.agency_id,
        made_by_id=run.attempt.requested_by_id,
    )


def title_of(paper: Paper) -> str:
    """The name of a document in lists: its title, its kind, and which part of the whole it shows."""
    scope = f": {paper.scope[0].lower()}{paper.scope[1:]}" if paper.scope else ""
    return f"{paper.title} ({paper.kind[0].lower()}{paper.kind[1:]}{scope})"


def file_name_of(paper: Paper, form: FileForm = FileForm.PDF) -> str:
    """The name under which the file is saved: reference, kind and day, in letters that every system accepts."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", f"{paper.reference} {paper.kind.lower()}").strip("-")
    return f"{stem[:100]}-{paper.made_on.isoformat()}.{form.ending}"
