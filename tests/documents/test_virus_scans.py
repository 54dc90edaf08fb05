"""Does a file that somebody sends reach anybody before a real virus scanner has looked at it?"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.scanner import ScannerAddress, ScannerAwayError, ScannerRefusedError, find_virus, scanner_answers
from models.core.access import Actor, Role
from models.core.clock import now, today
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentPart, ScanStatus, fetch_document
from models.documents.evidence_files import KeptFor, UploadRules, keep_evidence
from models.documents.job_requests import JobRequest, JobStatus, request_job
from models.messages.messages import Message
from models.partnership.sharing_agreements import SharingAgreement
from models.retention.erasures import erase_files
from tests import make
from tests.documents.clamd import EICAR, MARK, scanner
from tests.documents.files import PDF, sent_file
from tests.web import Browser, make_portal, member, words_of
from tests.work import do_request, do_requests, done

SCANNED = UploadRules(limit_mb=25, has_scanner=True)
NOWHERE = "/nonexistent/clamd.sock"


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    """The address of a scanner that takes two megabytes."""
    with scanner(most_mb=2) as address:
        yield address


def kept(session: Session, content: bytes = b"Plain words.", name: str = "list.txt", **values: Any) -> Document:
    """A file as somebody has just sent it to a portal with a scanner."""
    return keep_evidence(session, sent_file(content, name), KeptFor("actions:1", **values), SCANNED)


def parts(session: Session, document: Document) -> int:
    return session.scalar(select(func.count()).where(DocumentPart.document_id == document.id)) or 0


@pytest.mark.parametrize(
    ("pieces", "virus"),
    [
        ([], ""),
        ([b"Plain words."], ""),
        ([PDF], ""),
        ([EICAR], "Test.Eicar.UNOFFICIAL"),
        ([b"words " + MARK[:9], MARK[9:], b" words"], "Test.Mark.UNOFFICIAL"),
    ],
)
def test_scanner_says_what_it_finds_whatever_the_pieces(clamd: str, pieces: list[bytes], virus: str) -> None:
    assert find_virus(clamd, pieces) == virus


def test_scanner_that_is_away_or_refuses_is_told_apart(clamd: str) -> None:
    assert (scanner_answers(clamd), scanner_answers(NOWHERE), scanner_answers("127.0.0.1:9")) == (True, False, False)
    with pytest.raises(ScannerAwayError, match="does not answer"):
        find_virus(NOWHERE, [b"words"])
    with pytest.raises(ScannerRefusedError, match="size limit exceeded"):
        find_virus(clamd, [b"x" * 1_000_000] * 5)


@pytest.mark.parametrize("written", ["clamd", "host:", ":3310", "host:0", "host:70000", "a b:1", "http://host:3310"])
def test_address_that_is_none_is_no_setting(written: str) -> None:
    with pytest.raises(ValueError, match="clamd's address"):
        ScannerAddress.of(written)


def test_address_may_be_a_socket_a_name_or_a_number() -> None:
    known = [ScannerAddress.of(written) for written in ("/run/clamd.ctl", "scanner:3310", "[::1]:3310")]
    assert [(each.host, each.port) for each in known] == [("/run/clamd.ctl", 0), ("scanner", 3310), ("::1", 3310)]


def test_file_waits_in_quarantine_and_is_let_out_once_nothing_is_found(
    clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    document = kept(session)
    with pytest.raises(RuleBroken, match="in quarantine until the virus scanner has answered"):
        fetch_document(session, document, None)
    assert done(do_requests(session, session_factory, scanner=clamd)) == ["The virus scanner found nothing."]
    session.refresh(document)
    assert (document.scan_status, document.scanned_at is not None) == (ScanStatus.CLEAN, True)
    with fetch_document(session, document, None) as file:
        assert file.read() == b"Plain words."


@pytest.mark.parametrize("content", [EICAR, b"words, and " + MARK])
def test_infected_file_is_erased_and_named_to_sender_and_administrators(
    clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession], content: bytes
) -> None:
    agency = make.agency(session)
    sender = make.person(session, Role.AGENCY_MEMBER, agency=agency, name="Sender")
    chief = make.person(session, Role.ADMINISTRATOR, name="Chief")
    make.person(session, Role.ADMINISTRATOR, name="Gone").is_active = False
    make.person(session, Role.OFFICER, name="Neither")
    document = kept(session, content, agency_id=agency.id, person_id=sender.id)
    size = document.size
    do_requests(session, session_factory, scanner=clamd)
    session.refresh(document)
    assert (document.scan_status, parts(session, document), document.size) == (ScanStatus.INFECTED, 0, size)
    assert "UNOFFICIAL" in document.scan_words
    with pytest.raises(RuleBroken, match="found a virus in this file"):
        fetch_document(session, document, None)
    letters = {letter.recipient_id: letter.body for letter in session.scalars(select(Message))}
    assert set(letters) == {sender.id, chief.id}
    assert "which you sent" in letters[sender.id]
    assert "which Sender sent" in letters[chief.id]
    assert all("“list.txt”" in body and f"/documents/{document.id}/" in body for body in letters.values())


def test_file_stays_in_quarantine_while_the_scanner_is_away_and_comes_out_when_it_is_back(
    clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    document = kept(session)
    [request] = do_requests(session, session_factory, scanner=NOWHERE)
    session.refresh(document)
    assert (request.status, request.sentence) == (JobStatus.WAITING, "The virus scanner does not answer.")
    assert timedelta(seconds=30) < request.due_at - now() < timedelta(seconds=90)
    assert (document.scan_status, document.scan_words) == (ScanStatus.WAITING, "The virus scanner does not answer.")
    session.execute(update(JobRequest).values(due_at=now()))  # a minute later
    do_request(session, session_factory, request.id, scanner=clamd)
    session.refresh(document)
    assert (document.scan_status, document.scan_words) == (ScanStatus.CLEAN, "")


@pytest.mark.parametrize(("is_set", "words"), [(True, "size limit exceeded"), (False, "No virus scanner is set")])
def test_file_that_the_scanner_does_not_take_stays_in_quarantine_and_says_why(
    clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession], is_set: bool, words: str
) -> None:
    document = kept(session, b"x" * 5_000_000)
    [request] = do_requests(session, session_factory, scanner=clamd if is_set else "")
    session.refresh(document)
    assert words in document.scan_words
    assert (document.scan_status, request.due_at - now() > timedelta(minutes=50)) == (ScanStatus.WAITING, True)


def test_files_that_nobody_asks_about_any_more_are_scanned_by_the_hour(
    clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    forgotten, infected = kept(session), kept(session, EICAR)
    session.execute(update(JobRequest).values(status=JobStatus.FAILED, finished_at=now()))
    earlier = keep_evidence(session, sent_file(b"Sent without a scanner.", "a.txt"), KeptFor("actions:1"))
    too_large = kept(session, b"x" * 5_000_000)
    session.execute(update(JobRequest).values(status=JobStatus.FAILED, finished_at=now()))
    request_job(session, "scan_waiting_files")
    assert done(do_requests(session, session_factory, scanner=clamd)) == ["3 files scanned."]
    session.expire_all()
    states = [document.scan_status for document in (forgotten, infected, earlier, too_large)]
    assert states == [ScanStatus.CLEAN, ScanStatus.INFECTED, ScanStatus.CLEAN, ScanStatus.WAITING]


def test_file_that_was_erased_while_it_waited_is_called_erased_and_never_scanned(
    clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    document = kept(session, EICAR)
    erase_files(session, [document.id], today())
    assert done(do_requests(session, session_factory, scanner=clamd)) == ["There is nothing to scan."]
    with pytest.raises(RuleBroken, match="erased under a retention rule"):
        fetch_document(session, document, None)


@pytest.mark.parametrize(("address", "words"), [("", "No virus scanner is set."), (NOWHERE, "does not answer")])
def test_hourly_look_does_nothing_without_a_scanner(
    session: PortalSession, session_factory: sessionmaker[PortalSession], address: str, words: str
) -> None:
    document = keep_evidence(session, sent_file(b"Words.", "a.txt"), KeptFor("actions:1"))
    request_job(session, "scan_waiting_files")
    [sentence] = done(do_requests(session, session_factory, scanner=address))
    assert words in sentence
    session.refresh(document)
    assert document.scan_status is ScanStatus.UNSCANNED


def test_database_keeps_the_bytes_of_a_file_in_quarantine_from_its_own_agency(session: PortalSession) -> None:
    agency = make.agency(session)
    person = make.person(session, Role.AGENCY_MEMBER, agency=agency)
    waiting = kept(session, agency_id=agency.id, person_id=person.id)
    let_out = kept(session, agency_id=agency.id, person_id=person.id)
    let_out.scan_status = ScanStatus.CLEAN
    session.commit()
    act_as(session, Actor.person(person.id, person.role, agency.id))
    assert set(session.scalars(select(Document.id))) == {waiting.id, let_out.id}
    assert set(session.scalars(select(DocumentPart.document_id))) == {let_out.id}
    claims = text("INSERT INTO documents (kind, title, file_name, media_type, size, sha256, agency_id, made_by_id,"
                  " scan_status) VALUES ('evidence', 't', 'f', 'm', 1, '0', :agency, :person, 'clean')")  # fmt: skip
    with pytest.raises(Exception, match="row-level security"), session.begin_nested():
        session.execute(claims, {"agency": agency.id, "person": person.id})
    session.rollback()


@pytest.fixture
def guarded(session_factory: sessionmaker[PortalSession], clamd: str) -> Flask:
    """A portal whose operator has set the scanner."""
    return make_portal(session_factory, clamav_address=clamd)


def test_people_see_the_quarantine_and_nobody_downloads_from_it(
    guarded: Flask, clamd: str, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    officer = Browser(guarded).enter(member(session, Role.OFFICER), session)
    signed = SharingAgreement(
        agency_id=make.agency(session).id, version="1", signed_on=today(), signed_by="Ann", signed_by_role="Lead",
        valid_until_on=today(),
    )  # fmt: skip
    session.add(signed)
    session.commit()
    path = f"/sharing-agreements/{signed.id}/"
    assert "looked at for viruses" in officer.get(f"{path}file/").get_text()
    data = {**officer.tokens(f"{path}file/"), "file": (io.BytesIO(PDF), "Plan.pdf")}
    assert officer.client.post(f"{path}file/", data=data, content_type="multipart/form-data").status_code == 302
    page = officer.get(path)
    assert "stays in quarantine until the virus scanner has answered" in page.get_text()
    assert [tag.get_text() for tag in page.select(".panel .tag")] == ["In quarantine"]
    document = session.scalars(select(Document)).one()
    shown = officer.get(f"/documents/{document.id}/")
    assert ("In quarantine" in shown.get_text(), "Download" in shown.get_text()) == (True, False)
    refused = officer.client.get(f"/documents/{document.id}/download/")
    assert (refused.status_code, "in quarantine until" in words_of(refused)) == (409, True)
    do_requests(session, session_factory, scanner=clamd)
    assert officer.client.get(f"/documents/{document.id}/download/").data == PDF


Open = Callable[..., Browser]


def test_settings_page_and_readiness_say_whether_there_is_a_scanner(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], clamd: str
) -> None:
    administrator, page = browser(Role.ADMINISTRATOR), "/partnership-settings/"
    assert "No scanner: files that people send can be opened at once" in administrator.get(page).get_text()
    assert "scanner" not in administrator.client.get("/readyz").get_json()
    for address, words, word in (
        (clamd, "which answers.", "ready"),
        (NOWHERE, "which does not answer: new files wait.", "away"),
    ):
        guarded = Browser(make_portal(session_factory, clamav_address=address))
        answer = guarded.client.get("/readyz")
        assert (answer.status_code, answer.get_json()["scanner"]) == (200, word)
        person = member(session, Role.ADMINISTRATOR)
        assert f"{address}, {words}" in guarded.enter(person, session).get(page).get_text()
