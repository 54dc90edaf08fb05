"""Is every file looked at before it is kept, within one limit and within its agency's room?"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from admin_views.partnership.sharing_agreements import SharingAgreementScreen
from app.security import TAKES_LISTS
from app.settings import Settings, SettingsError, load_settings
from jobs.core.service import system_sessions
from models.core.access import Actor, Role
from models.core.clock import today
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.documents.documents import Document, NewDocument, keep_document, open_document
from models.documents.evidence_files import KeptFor, keep_evidence, room_used
from models.partnership.partnership_settings import Partnership
from models.partnership.sharing_agreements import SharingAgreement
from models.retention.erasures import erase_files
from models.rules.documents.evidence_files import KINDS, look_at
from models.rules.documents.lists import look_at_list
from tests import make
from tests.databases import Database
from tests.documents.files import DOCX, GOOD, PDF, compound, office, packed, sent_file
from tests.documents.hostile import MB, PROGRAM, hostile_files, hostile_lists, lying, overlapping
from tests.web import Browser, make_portal, member, words_of

Open = Callable[..., Browser]
ONLY_A_SCANNER_KNOWS = ("the test file of all scanners as text", "the test file of all scanners as CSV")


def refusal(content: bytes, name: str) -> str:
    """The sentence with which a file is refused; "" when it is taken."""
    try:
        look_at(io.BytesIO(content), name, limit_mb=25)
    except RuleBroken as refused:
        return refused.sentence
    return ""


@pytest.mark.parametrize("name", GOOD)
def test_good_file_of_every_kind_is_taken_and_ready_to_be_read(name: str) -> None:
    source = io.BytesIO(GOOD[name])
    looked = look_at(source, f"C:\\scans\\{name}", limit_mb=25)
    assert (looked.name, looked.size, source.read()) == (name, len(GOOD[name]), GOOD[name])
    assert {known.rpartition(".")[2].lower() for known in GOOD} == set(KINDS)


def test_every_bad_file_is_refused_in_one_sentence_that_names_it() -> None:
    taken, slow, unclear = [], [], []
    for hostile in hostile_files():
        begun = time.monotonic()
        sentence = refusal(hostile.content, hostile.name)
        slow += [hostile.what] if time.monotonic() - begun > 5 else []
        taken += [] if sentence else [hostile.what]
        unclear += [hostile.what] if sentence and not sentence.endswith(".") else []
    assert [what for what in taken if "a virus" not in what and what not in ONLY_A_SCANNER_KNOWS] == []
    assert (slow, unclear) == ([], [])


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (PROGRAM, "Plan.docx", "“Plan.docx” is not kept: it holds a program, not a Word document."),
        (b"<!doctype html>", "Plan.pdf", "it holds a web page or other marked-up text, not a PDF."),
        (office(word__vbaProject_dot_bin=b"x"), "Plan.docx", "it holds macros, which may run"),
        (compound("EncryptedPackage"), "Plan.xlsx", "it is locked with a password"),
        (office(word__media__a_dot_bin=bytes(30 * MB)), "Plan.docx", "it unpacks to far more than a document needs."),
        (lying(), "Plan.docx", "it unpacks to far more than a document needs."),
        (overlapping(), "Plan.docx", "it holds a second file within it"),
        (DOCX + PDF, "Plan.docx", "it holds a second file within it"),
        (DOCX[:-30], "Plan.docx", "it is damaged"),
        (packed({"a.txt": b"x"}), "Plan.docx", "it holds another packed file, not a Word document."),
        (b"", "Plan.docx", "The file is empty."),
    ],
)
def test_refusal_says_what_is_wrong_and_what_to_do(content: bytes, name: str, sentence: str) -> None:
    assert sentence in refusal(content, name)


def test_bad_lists_are_told_by_name_size_and_macros_and_the_rest_by_their_reader() -> None:
    refused = set()
    for hostile in hostile_lists():
        try:
            look_at_list(io.BytesIO(hostile.content), hostile.name, limit_mb=1)
        except RuleBroken:
            refused.add(hostile.what)
    assert {"an empty list", "a program's name", "a workbook with macros under another name"} <= refused
    with pytest.raises(RuleBroken, match="is larger than 1 MB"):
        look_at_list(io.BytesIO(bytes(MB + 1)), "list.csv", limit_mb=1)


@pytest.fixture
def agreement(session: Session) -> SharingAgreement:
    signed = SharingAgreement(
        agency_id=make.agency(session, "Arden Police").id, version="1", signed_on=today(), signed_by="Ann",
        signed_by_role="Lead", valid_until_on=today(),
    )  # fmt: skip
    session.add(signed)
    session.commit()
    return signed


def send(browser: Browser, path: str, content: bytes, name: str) -> Any:
    file = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart({**browser.tokens(path), "file": file})
    return browser.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_form_says_the_limit_before_and_its_refusal_after(
    session: PortalSession, session_factory: sessionmaker[PortalSession], agreement: SharingAgreement
) -> None:
    portal = make_portal(session_factory, document_limit_mb=2)
    officer = Browser(portal).enter(member(session, Role.OFFICER), session)
    path = f"/sharing-agreements/{agreement.id}/file/"
    assert "PDF, Word, Excel or a picture, without macros, of at most 2 MB." in officer.get(path).get_text()
    assert "of at most 2 MB" in officer.get("/table-imports/upload/").get_text()
    assert "At most 200 MB" in officer.get("/case-lists/upload/").get_text()
    over = send(officer, path, b"x" * (2 * MB + 1), "Long.txt")
    assert (over.status_code, "“Long.txt” is larger than 2 MB" in words_of(over)) == (422, True)
    far_over = send(officer, path, b"x" * (4 * MB), "Long.txt")
    assert (far_over.status_code, "larger than 2 MB, the most that this page takes" in words_of(far_over)) == (
        413,
        True,
    )
    assert send(officer, path, b"x" * (2 * MB), "Long.txt").status_code == 302
    assert session.scalars(select(Document.size)).all() == [2 * MB]


def test_limit_of_documents_is_never_more_than_that_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENT_LIMIT_MB", "50")
    monkeypatch.setenv("UPLOAD_LIMIT_MB", "40")
    with pytest.raises(SettingsError, match="DOCUMENT_LIMIT_MB: must not be more than UPLOAD_LIMIT_MB"):
        load_settings()
    assert Settings(secret_key="k", document_limit_mb=40, upload_limit_mb=40).upload_rules.limit_mb == 40


def test_pages_that_take_whole_case_lists_are_there(portal: Flask) -> None:
    assert {rule.endpoint for rule in portal.url_map.iter_rules()} >= TAKES_LISTS


def test_refusal_stands_on_the_form_and_nothing_is_kept(
    browser: Open, session: Session, agreement: SharingAgreement
) -> None:
    officer = browser(Role.OFFICER)
    answer = send(officer, f"/sharing-agreements/{agreement.id}/file/", PROGRAM, "Plan.docx")
    assert answer.status_code == 422
    assert "“Plan.docx” is not kept: it holds a program, not a Word document." in words_of(answer)
    assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_nothing_is_added_to_a_record_that_its_screen_keeps_from_changes(
    browser: Open, session: Session, agreement: SharingAgreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, page = browser(Role.OFFICER), f"/sharing-agreements/{agreement.id}/"
    assert officer.get(page).find("a", string="Add a file") is not None
    monkeypatch.setattr(SharingAgreementScreen, "can_edit_record", lambda screen, record: False)
    assert officer.get(page).find("a", string="Add a file") is None
    answer = send(officer, f"{page}file/", PDF, "Plan.pdf")
    assert (answer.status_code, "is closed, so nothing is added to it" in words_of(answer)) == (422, True)
    assert session.scalars(select(Document.id)).all() == []


def test_agency_without_room_is_told_so_in_a_sentence_and_erased_files_make_room(session: PortalSession) -> None:
    agency, other = make.agency(session, "Arden Police"), make.agency(session, "Other")
    session.execute(update(Partnership).values(agency_room_mb=1))
    mine = KeptFor("actions:1", agency.id)
    first = keep_evidence(session, sent_file(b"x" * 700_000, "a.txt"), mine)
    with pytest.raises(RuleBroken, match=r"Arden Police has no room left for this file: its files take 0\.7 of 1 MB"):
        keep_evidence(session, sent_file(b"x" * 700_000, "b.txt"), mine)
    keep_evidence(session, sent_file(b"x" * 700_000, "c.txt"), KeptFor("actions:1", other.id))
    keep_evidence(session, sent_file(b"x" * 700_000, "d.txt"), KeptFor("actions:1"))
    assert room_used(session, agency.id) == 700_000
    erase_files(session, [first.id], today())
    assert room_used(session, agency.id) == 0
    keep_evidence(session, sent_file(b"x" * 700_000, "b.txt"), mine)


def test_member_of_an_agency_is_counted_against_its_own_room(session: PortalSession) -> None:
    agency = make.agency(session)
    person = make.person(session, Role.AGENCY_MEMBER, agency=agency)
    session.execute(update(Partnership).values(agency_room_mb=1))
    session.commit()
    act_as(session, Actor.person(person.id, person.role, agency.id))
    mine = KeptFor("actions:1", agency.id, person.id)
    document = keep_evidence(session, sent_file(b"x" * 700_000, "a.txt"), mine)
    with open_document(session, document) as file:
        assert len(file.read()) == 700_000
    with pytest.raises(RuleBroken, match="no room left"):
        keep_evidence(session, sent_file(b"x" * 700_000, "b.txt"), mine)
    session.rollback()


def test_two_files_at_once_do_not_both_take_the_last_room(database: Database) -> None:
    database.empty()
    engine = database.engine()
    sessions = system_sessions(engine)
    with sessions() as session:
        agency = make.agency(session).id
        session.execute(update(Partnership).values(agency_room_mb=1))
        session.commit()

    def try_to_keep(number: int) -> bool:
        with sessions() as own:
            try:
                keep_evidence(own, sent_file(b"x" * 700_000, f"{number}.txt"), KeptFor("actions:1", agency))
            except RuleBroken:
                return False
            time.sleep(0.2)  # the other one has asked by now, and waits
            own.commit()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_to_keep, range(4))) == [False, False, False, True]
    engine.dispose()
    database.empty()


def test_administrators_set_the_room_and_see_what_is_used(browser: Open, session: PortalSession) -> None:
    agency = make.agency(session)
    keep_evidence(session, sent_file(b"x" * 3 * MB, "a.txt"), KeptFor("actions:1", agency.id))
    session.commit()
    administrator, page = browser(Role.ADMINISTRATOR), "/partnership-settings/"
    assert (
        administrator.client.post(page, data=administrator.filled(page, name="Arden", agency_room_mb="0")).status_code
        == 422
    )
    assert (
        administrator.client.post(
            page, data=administrator.filled(page, name="Arden", agency_room_mb="1,500")
        ).status_code
        == 302
    )
    shown = administrator.get(f"/agencies/{agency.id}/").get_text(" ")
    assert "3.0 of 1,500 MB used" in shown
    assert "MB used" not in browser(Role.OFFICER).get(f"/agencies/{agency.id}/").get_text()


def test_document_is_read_and_kept_a_megabyte_at_a_time(session: PortalSession) -> None:
    pieces: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            pieces.append(-1 if size is None else size)
            return super().read(size)

    content = bytes(range(256)) * 10_000
    file = NewDocument("evidence", "T", "t.bin", "application/octet-stream", Watched(content))  # type: ignore[arg-type]
    document = keep_document(session, file)
    assert set(pieces) == {MB}
    session.expire_all()
    with open_document(session, document) as stored:
        assert stored.read() == content
