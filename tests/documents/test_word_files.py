"""Does a document as Word reach those who ask for it, as a Word file, behind the walls of the PDF?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.documents.document_requests import ask_for_document
from models.documents.documents import Document, DocumentFetch, DocumentKind
from models.documents.job_requests import JobRequest, JobStatus
from models.learning.briefings import Briefing, draft_briefing
from models.learning.learning_products import ProductForm
from models.rules.documents.file_forms import FileForm
from tests import make
from tests.documents.files import content_of
from tests.learning.test_learning_products import product
from tests.web import Browser
from tests.word.word_kit import headings, sound, unsaid
from tests.work import do_requests

Open = Callable[..., Browser]
Factory = sessionmaker[PortalSession]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def briefing(session: Session) -> Briefing:
    """A released briefing with all its seven points."""
    review = make.review(session, focus="Whether neglect is recognised early")
    of_review = product(session, review, form=ProductForm.SEVEN_MINUTE_BRIEFING)
    briefing = draft_briefing(session, review, of_review)
    for name in ("background", "why_it_matters", "things_to_remember", "what_to_do"):
        setattr(briefing, name, "Ask the child, <b>not</b> the form.")
    for number in (1, 2, 3):
        setattr(briefing, f"key_information_{number}", f"What was learned, part {number}.")
    of_review.released_on = date(2026, 3, 2)
    session.commit()
    return briefing


def asked_as_word(asker: Browser, path: str, session: Session, factory: Factory) -> Document:
    """The document after somebody has pressed "Download as Word" on its page."""
    (form,) = [form for form in asker.get(path).select("main form") if form.get_text(strip=True) == "Download as Word"]
    answer = asker.send(str(form["action"]), page=path)
    assert answer.status_code == 302
    assert "/wait/" in answer.headers["Location"]
    do_requests(session, factory)
    return session.scalars(select(Document).order_by(Document.id.desc())).all()[0]


@pytest.mark.parametrize("name", ["review_report", "board_pack", "briefing"])
def test_officer_takes_each_of_the_three_out_as_word_and_the_fetch_is_on_record(
    browser: Open, session: Session, session_factory: Factory, briefing: Briefing, name: str
) -> None:
    officer = browser(Role.OFFICER)
    path, said = {
        "review_report": (
            f"/thematic-reviews/{briefing.review_id}/report/",
            "The review report is ready as a Word file.",
        ),
        "board_pack": ("/thematic-reviews/board/pack/board/2026-12-10/", "The board pack is ready as a Word file."),
        "briefing": (f"/briefings/{briefing.id}/paper/", "The briefing is ready as a Word file."),
    }[name]
    kept = asked_as_word(officer, path, session, session_factory)
    assert kept.kind is DocumentKind(name)
    assert session.scalars(select(JobRequest.sentence)).all() == [said]
    assert (kept.media_type, kept.file_name[-16:]) == (WORD, f"-{today().isoformat()}.docx")
    answer = officer.client.get(f"/documents/{kept.id}/download/")
    assert answer.headers["Content-Type"] == WORD
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kept.file_name}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    sound(answer.get_data())
    assert answer.get_data() == content_of(session, kept)
    assert session.scalar(select(func.count()).select_from(DocumentFetch)) == 1


def test_what_is_on_the_page_stands_in_the_word_file_as_it_was_typed(
    browser: Open, session: Session, session_factory: Factory, briefing: Briefing
) -> None:
    officer, path = browser(Role.OFFICER), f"/briefings/{briefing.id}/paper/"
    content = content_of(session, asked_as_word(officer, path, session, session_factory))
    page = officer.get(path)
    assert [text for _, text in headings(content)] == [part.get_text() for part in page.select(".paper :is(h1, h2)")]
    assert unsaid(content, [part.get_text() for part in page.select(".paper :is(p.said, li)")]) == []
    assert unsaid(content, ["Ask the child, <b>not</b> the form."]) == []


def test_a_word_file_that_one_agency_had_made_is_not_there_for_another(
    browser: Open, session: Session, session_factory: Factory, briefing: Briefing
) -> None:
    ours, theirs = make.agency(session, "Ours"), make.agency(session, "Theirs")
    member = browser(Role.AGENCY_MEMBER, agency=ours)
    kept = asked_as_word(member, f"/briefings/{briefing.id}/paper/", session, session_factory)
    assert kept.agency_id == ours.id
    assert member.client.get(f"/documents/{kept.id}/download/").status_code == 200
    other = browser(Role.AGENCY_MEMBER, agency=theirs, name="Other")
    other.get(f"/documents/{kept.id}/", 404)
    other.get(f"/documents/{kept.id}/download/", 404)
    assert session.scalar(select(func.count()).select_from(DocumentFetch)) == 1


def test_the_list_says_which_kind_of_file_each_is(
    browser: Open, session: Session, session_factory: Factory, briefing: Briefing
) -> None:
    officer, path = browser(Role.OFFICER), f"/briefings/{briefing.id}/paper/"
    officer.send(path, page=path)
    do_requests(session, session_factory)
    asked_as_word(officer, path, session, session_factory)
    rows = officer.get("/documents/").select("tbody tr")
    cells = [cell.get_text(strip=True) for row in rows for cell in row.select('[data-l="File"]')]
    assert sorted(cells) == ["PDF", "Word"]


def test_pdf_and_word_of_the_same_are_two_requests_and_each_is_one_however_often_it_is_pressed(
    session: PortalSession,
) -> None:
    asked = [
        ask_for_document(session, "board_pack", {"body": "board", "meets_on": "2026-12-10"}, form)
        for form in (FileForm.PDF, FileForm.WORD, FileForm.WORD, FileForm.PDF)
    ]
    assert asked[0] == asked[3] != asked[1] == asked[2]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/briefings/{briefing}/", "Sheet as Word"),
        ("/thematic-reviews/{review}/", "Report as Word"),
        ("/thematic-reviews/board/pack/board/2026-12-10/", "Download as Word"),
    ],
)
def test_the_record_itself_offers_word_beside_pdf(browser: Open, briefing: Briefing, path: str, words: str) -> None:
    page = browser(Role.OFFICER).get(path.format(briefing=briefing.id, review=briefing.review_id))
    offered = [button.get_text(strip=True) for button in page.select("main form button")]
    assert words in offered
    assert offered.index(words) == offered.index(words.replace("Word", "PDF")) + 1


def test_documents_that_are_pdf_only_offer_no_word_and_do_not_make_it(
    browser: Open, session: Session, briefing: Briefing
) -> None:
    officer = browser(Role.OFFICER)
    matrix = f"/thematic-reviews/{briefing.review_id}/triangulation/paper/"
    assert "Word" not in officer.get(matrix).get_text()
    assert officer.send(f"{matrix}?file=word", page=matrix).status_code == 404
    paper = f"/briefings/{briefing.id}/paper/"
    assert officer.send(f"{paper}?file=exe", page=paper).status_code == 404
    assert session.scalars(select(JobRequest)).all() == []


def test_a_draft_with_an_unwritten_point_is_refused_at_once_as_word_too(
    browser: Open, session: Session, briefing: Briefing
) -> None:
    briefing.what_to_do = ""
    session.commit()
    officer, path = browser(Role.OFFICER), f"/briefings/{briefing.id}/paper/"
    assert officer.send(f"{path}?file=word", page=path).headers["Location"] == f"/briefings/{briefing.id}/"
    assert "still to be written" in officer.get(f"/briefings/{briefing.id}/").get_text()


def test_a_request_for_word_where_there_is_none_is_refused_in_words(
    session: PortalSession, session_factory: Factory
) -> None:
    plan = make.plan(session)
    ask_for_document(session, "plan_summary", {"plan_id": plan.id}, FileForm.WORD)
    (request,) = do_requests(session, session_factory)
    assert request.status is JobStatus.REFUSED
    assert request.sentence == "The plan summary is made as PDF only."
