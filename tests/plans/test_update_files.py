"""Do files come with an update of an action, looked at, behind the agency's wall, all of them or no update?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, insert, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import sessionmaker

from models.core.access import Actor, Role
from models.core.clock import today
from models.core.db import PortalSession, act_as
from models.documents.documents import Document, ScanStatus
from models.documents.evidence_files import KeptFor, keep_evidence
from models.plans.action_update_files import ActionUpdateFile, files_of
from models.plans.action_updates import ActionUpdate, post_update
from models.plans.actions import Action
from models.retention.erasures import erase_files
from models.tools.starting_words import give_starting_words
from tests import make
from tests.documents.files import DOCX, PDF, sent_file
from tests.documents.hostile import PROGRAM
from tests.web import Browser, make_portal, member, words_of

Open = Callable[..., Browser]
OURS = "Northfield Police"


@pytest.fixture
def action(session: PortalSession) -> Action:
    """An action that counts up to 214."""
    give_starting_words(session)
    plan = make.plan(session)
    action = make.action(session, plan, make.agency(session, OURS), due_on=date(2027, 1, 1), target_count=214)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    return action


def posted(browser: Browser, action: Action, *files: tuple[bytes, str], **values: Any) -> Any:
    page = f"/actions/{action.id}/progress/"
    sent = [(io.BytesIO(content), name) for content, name in files]
    data = {**browser.tokens(page), "text": "38 more came.", **values, **({"file": sent} if sent else {})}
    return browser.client.post(page, data=data, content_type="multipart/form-data")


def count(session: PortalSession, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_manager_posts_words_a_number_and_two_files_which_officer_opens_as_attachments(
    browser: Open, session: PortalSession, action: Action
) -> None:
    manager = browser(Role.MANAGER, agency=make.agency(session, OURS))
    answer = posted(manager, action, (PDF, "Sheets.pdf"), (DOCX, "Notes.docx"), reached_count="189")
    assert answer.status_code == 302, words_of(answer)
    session.commit()  # the next transaction is the portal's own again
    (update,) = session.scalars(select(ActionUpdate))
    assert update.reached_count == 189
    documents = files_of(session, [update.id])[update.id]
    assert [document.file_name for document in documents] == ["Sheets.pdf", "Notes.docx"]
    assert {(each.subject, each.agency_id) for each in documents} == {(f"actions:{action.id}", action.lead_agency_id)}
    officer = browser(Role.OFFICER)
    page = officer.get(f"/actions/{action.id}/")
    assert "189 of 214" in page.select_one(".measure").get_text(" ", strip=True)  # type: ignore[union-attr]
    links = [str(link["href"]) for link in page.select(".updates .file a")]
    assert len(links) == 2
    fetched = officer.client.get(links[0])
    assert (fetched.status_code, fetched.data) == (200, PDF)
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert manager.client.get(links[1]).status_code == 200


@pytest.mark.parametrize(("role", "agency"), [
    (Role.BOARD_VIEWER, ""), (Role.MANAGER, ""), (Role.MANAGER, "Theirs"), (Role.AGENCY_MEMBER, "Theirs"),
])  # fmt: skip
def test_nobody_beyond_the_staff_and_the_agency_reaches_a_file(
    browser: Open, session: PortalSession, action: Action, role: Role, agency: str
) -> None:
    posted(browser(Role.OFFICER), action, (PDF, "Sheets.pdf"))
    document = session.scalars(select(Document)).one()
    stranger = browser(role, agency=make.agency(session, agency) if agency else None, name="Stranger")
    stranger.get(f"/documents/{document.id}/download/", status=404)
    page = stranger.client.get(f"/actions/{action.id}/")
    assert page.status_code == (404 if agency else 200)
    assert "Sheets.pdf" not in page.text


def test_agency_reads_the_links_of_its_own_updates_only(browser: Open, session: PortalSession, action: Action) -> None:
    posted(browser(Role.OFFICER), action, (PDF, "Sheets.pdf"))
    ours, theirs = make.agency(session, OURS), make.agency(session, "Theirs")
    for agency, seen in ((ours, 1), (theirs, 0)):
        with make.acting(session, Role.AGENCY_MEMBER, agency):
            assert count(session, ActionUpdateFile) == seen


def test_agency_ties_its_own_file_to_its_own_update_and_nothing_else(session: PortalSession, action: Action) -> None:
    ours = make.agency(session, OURS)
    me, colleague = (make.person(session, Role.AGENCY_MEMBER, agency=ours, name=name) for name in ("Me", "Colleague"))
    updates, files = {}, {}
    for person in (me, colleague):
        updates[person.name] = post_update(session, action, text="Said.", brag_id=None, author_id=person.id).id
        kept_for = KeptFor(f"actions:{action.id}", ours.id, person.id)
        files[person.name] = keep_evidence(session, sent_file(), kept_for).id
    acting = Actor.person(me.id, Role.AGENCY_MEMBER, ours.id)
    session.commit()
    act_as(session, acting)
    for update, file in (("Me", "Colleague"), ("Colleague", "Me"), ("Colleague", "Colleague")):
        tie = insert(ActionUpdateFile).values(update_id=updates[update], document_id=files[file])
        with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
            session.execute(tie)
    session.execute(insert(ActionUpdateFile).values(update_id=updates["Me"], document_id=files["Me"]))
    assert count(session, ActionUpdateFile) == 1


def test_bad_file_is_named_at_its_field_and_neither_words_nor_other_files_are_kept(
    browser: Open, session: PortalSession, action: Action
) -> None:
    answer = posted(browser(Role.OFFICER), action, (PDF, "Sheets.pdf"), (PROGRAM, "Plan.docx"), reached_count="12")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    (link,) = page.select(".problems a")
    assert link["href"] == "#file"
    assert "“Plan.docx” is not kept: it holds a program" in link.get_text()
    assert page.select_one("#file[aria-invalid=true]") is not None
    assert "Choose files again" in words_of(answer)
    assert page.select_one("textarea[name=text]").get_text().strip() == "38 more came."  # type: ignore[union-attr]
    assert (count(session, ActionUpdate), count(session, Document)) == (0, 0)


def test_empty_file_is_named_too(browser: Open, session: PortalSession, action: Action) -> None:
    answer = posted(browser(Role.OFFICER), action, (b"", "Nothing.pdf"))
    assert answer.status_code == 422
    assert "Nothing.pdf" in words_of(answer)


@pytest.mark.parametrize("typed", ["-1", "many", "1,5"])
def test_number_that_is_none_is_refused_at_its_field(
    browser: Open, session: PortalSession, action: Action, typed: str
) -> None:
    answer = posted(browser(Role.OFFICER), action, reached_count=typed)
    assert answer.status_code == 422
    assert 'href="#reached_count"' in answer.text
    assert count(session, ActionUpdate) == 0


def test_file_waits_in_quarantine_where_there_is_a_scanner(
    session: PortalSession, session_factory: sessionmaker[PortalSession], action: Action
) -> None:
    portal = make_portal(session_factory, clamav_address="127.0.0.1:9")
    officer = Browser(portal).enter(member(session, Role.OFFICER), session)
    assert posted(officer, action, (PDF, "Sheets.pdf")).status_code == 302
    page = officer.get(f"/actions/{action.id}/")
    assert "in quarantine until the virus scanner has answered" in page.select_one(".notice").get_text()  # type: ignore[union-attr]
    file = page.select_one(".updates .file")
    assert file is not None
    assert "In quarantine" in file.get_text()
    assert file.select("a") == []
    assert session.scalars(select(Document.scan_status)).one() is ScanStatus.WAITING


def test_update_keeps_its_words_when_its_file_is_erased_in_its_time(
    browser: Open, session: PortalSession, action: Action
) -> None:
    officer = browser(Role.OFFICER)
    posted(officer, action, (PDF, "Sheets.pdf"))
    document = session.scalars(select(Document)).one()
    assert erase_files(session, [document.id], today()) == 1
    session.commit()
    page = officer.get(f"/actions/{action.id}/")
    assert "38 more came." in page.get_text()
    assert "Sheets.pdf" not in page.get_text()
    assert page.select(".updates .file a") == []


def test_page_of_progress_says_what_was_said_last_and_offers_no_word_for_complete(
    browser: Open, session: PortalSession, action: Action
) -> None:
    officer = browser(Role.OFFICER)
    posted(officer, action, (PDF, "Sheets.pdf"), reached_count="151")
    page = officer.get(f"/actions/{action.id}/progress/")
    assert "38 more came." in page.select_one("#text-hint").get_text()  # type: ignore[union-attr]
    assert "151 of 214" in page.select_one("aside").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert [words.get_text() for words in page.select("#brag_id label")] == [
        "Red: overdue or off track", "Amber: at risk", "Green: on track",
    ]  # fmt: skip
    assert page.select("aside .file a") != []
