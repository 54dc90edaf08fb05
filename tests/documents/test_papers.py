"""Can any registered document be requested, fetched, and read on the screen, by people who may?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.queue import JOBS
from jobs.documents.documents import DOCUMENTS, PrintedDocument, document, file_name_of, printed, title_of
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.core.rooms import load_rooms
from models.documents.document_requests import ask_for_document
from models.documents.documents import Document, DocumentKind
from models.documents.job_requests import JobRequest, JobStatus
from models.evidence import gathered_evidence
from models.plans.action_plans import ActionPlan
from models.returns import late_returns
from models.rules.documents.papers import Occasion, Paper, Paragraph, fingerprint_of
from tests import make
from tests.documents.files import content_of
from tests.pdf.pdf_kit import pages
from tests.plans.test_action_plans import words
from tests.web import Browser
from tests.work import do_requests, done

Open = Callable[..., Browser]


@dataclass(frozen=True)
class NoteFacts:
    """The smallest facts there are."""

    said_on: str
    text: str


def note_facts(session: Session, occasion: Occasion, *, text: str) -> NoteFacts:
    if not text:
        raise RuleBroken("There is nothing to note.")
    return NoteFacts(f"{occasion.made_on}, {occasion.partnership}, {occasion.made_by}", text)


def note_paper(facts: NoteFacts) -> Paper:
    return Paper(
        partnership="P", kind="Note", title="A note", reference="N/1", made_on=today(),
        fingerprint=fingerprint_of(facts), blocks=(Paragraph(facts.said_on), Paragraph(facts.text)),
    )  # fmt: skip


@pytest.fixture
def note() -> Iterator[None]:
    """A document registered in one call, and forgotten afterwards."""
    document(PrintedDocument("note", kind=DocumentKind.BRIEFING, facts=note_facts, paper=note_paper))
    yield
    del DOCUMENTS["note"], JOBS["make_note"]


@pytest.fixture
def plan(session: Session) -> ActionPlan:
    """A plan with an overdue action of one agency and a later one of another."""
    plan = make.plan(session)
    for name, days in (("Ours", -5), ("Theirs", 30)):
        due = today() + timedelta(days=days)
        make.action(session, plan, make.agency(session, name), text=f"Of {name}.", due_on=due)
    session.commit()
    return plan


def ask(session: PortalSession, name: str, **arguments: Any) -> int:
    asked = ask_for_document(session, name, arguments)
    session.commit()
    return asked


@pytest.mark.usefixtures("note")
def test_a_document_registered_in_one_call_is_made_kept_and_named(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    ask(session, "note", text="Mind the step.")
    assert done(do_requests(session, session_factory)) == ["The briefing is ready."]
    (kept,) = session.scalars(select(Document)).all()
    assert kept.title == "A note (note)"
    assert kept.file_name == f"N-1-note-{today().isoformat()}.pdf"
    assert "Mind the step." in words(content_of(session, kept))
    assert "Test Partnership" in words(content_of(session, kept))


@pytest.mark.usefixtures("note")
def test_the_same_document_asked_for_twice_before_it_begins_is_one_request(session: PortalSession) -> None:
    assert ask(session, "note", text="A") == ask(session, "note", text="A")
    assert ask(session, "note", text="B") != ask(session, "note", text="A")
    assert session.scalar(select(func.count()).select_from(JobRequest)) == 2


@pytest.mark.usefixtures("note")
def test_a_document_made_again_is_a_new_one_with_the_same_bytes(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    for _time in range(2):
        ask(session, "note", text="A")
        do_requests(session, session_factory)
    assert len(set(session.scalars(select(Document.sha256)))) == 1
    assert session.scalar(select(func.count()).select_from(Document)) == 2


@pytest.mark.usefixtures("note")
def test_facts_that_refuse_are_one_sentence_to_whoever_asked(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    ask(session, "note", text="")
    (request,) = do_requests(session, session_factory)
    assert (request.status, request.sentence) == (JobStatus.REFUSED, "There is nothing to note.")
    assert session.scalars(select(Document)).all() == []


@pytest.mark.usefixtures("note")
def test_two_documents_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="two documents are called note"):
        document(PrintedDocument("note", kind=DocumentKind.BRIEFING, facts=lambda session: None, paper=note_paper))


def test_documents_are_found_by_name_and_unknown_ones_are_not() -> None:
    assert {printed(name).kind for name in ("plan_pdf", "plan_summary")} == {
        DocumentKind.ACTION_PLAN,
        DocumentKind.PLAN_SUMMARY,
    }
    with pytest.raises(KeyError):
        printed("nothing_of_ours")


def test_a_file_name_holds_nothing_that_a_machine_could_stumble_over() -> None:
    tricky = Paper(
        partnership="P", kind="Note", title="T", reference='../../etc/"pa ss" & Llŷr', made_on=today(), fingerprint="",
        blocks=(), scope="Overdue only",
    )  # fmt: skip
    assert file_name_of(tricky) == f"etc-pa-ss-Ll-r-note-{today().isoformat()}.pdf"
    assert title_of(tricky) == "T (note: overdue only)"


def test_manager_gets_the_summary_on_exactly_one_page(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    manager = browser(Role.MANAGER)
    path = f"/action-plans/{plan.id}/"
    assert manager.send(f"{path}pdf/?form=summary", page=path).status_code == 302
    assert done(do_requests(session, session_factory)) == ["The plan summary is ready."]
    (kept,) = session.scalars(select(Document)).all()
    assert len(pages(content_of(session, kept))) == 1
    assert "Of Ours." in words(content_of(session, kept))
    assert manager.client.get(f"/documents/{kept.id}/download/").status_code == 200


@pytest.mark.parametrize(("asked", "is_shown"), [("overdue=yes", (True, False)), ("", (True, True))])
def test_the_address_narrows_page_and_paper_alike(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan,
    asked: str, is_shown: tuple[bool, bool],
) -> None:  # fmt: skip
    officer = browser(Role.OFFICER)
    path = f"/action-plans/{plan.id}/"
    page = officer.get(f"{path}report/?{asked}").get_text()
    assert tuple(text in page for text in ("Of Ours.", "Of Theirs.")) == is_shown
    officer.send(f"{path}pdf/?{asked}", page=path)
    do_requests(session, session_factory)
    (kept,) = session.scalars(select(Document)).all()
    assert tuple(text in words(content_of(session, kept)) for text in ("Of Ours.", "Of Theirs.")) == is_shown


def test_officer_takes_one_agencys_part_and_the_page_offers_exactly_that_as_pdf(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    theirs = make.agency(session, "Theirs")
    officer = browser(Role.OFFICER)
    page = officer.get(f"/action-plans/{plan.id}/report/?agency={theirs.id}&form=summary")
    said = page.get_text()
    assert "Of Theirs." in said
    assert "Of Ours." not in said
    assert page.select_one(f'form[action="/action-plans/{plan.id}/pdf/?agency={theirs.id}&form=summary"]')


def test_agency_member_cannot_narrow_to_another_agency(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    ours, theirs = make.agency(session, "Ours"), make.agency(session, "Theirs")
    manager = browser(Role.MANAGER, agency=ours)
    manager.get(f"/action-plans/{plan.id}/report/?agency={theirs.id}", 404)
    assert "Of Ours." in manager.get(f"/action-plans/{plan.id}/report/?agency={ours.id}").get_text()


def test_worker_loads_every_noun_so_that_its_papers_gather_what_the_page_gathers() -> None:
    """Evidence and late returns register where they are defined; a noun that nobody imports would be left out."""
    load_rooms("models", "jobs")
    models = "\n".join(path.read_text() for path in Path(gathered_evidence.__file__).parents[1].rglob("*.py"))
    written = re.findall(r"^@(?:evidence|late_source)\ndef (\w+)", models, re.MULTILINE)
    known = [function.__name__ for function in [*gathered_evidence._gatherers, *late_returns._sources]]
    assert sorted(known) == sorted(written)
