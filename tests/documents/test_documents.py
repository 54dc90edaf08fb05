"""Does a document reach those who may have it, nobody else, and is each fetch on record?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.documents.documents import (
    OPEN_KINDS,
    Document,
    DocumentFetch,
    DocumentKind,
    DocumentPart,
    NewDocument,
    fetch_document,
    keep_document,
)
from models.documents.evidence_files import KeptFor, UploadRules, keep_evidence
from tests import make
from tests.documents.files import sent_file
from tests.web import Browser, words_of

Open = Callable[..., Browser]
CONTENT = b"%PDF-1.7 a plan"


def kept(session: Session, **values: Any) -> Document:
    usual = {
        "kind": DocumentKind.ACTION_PLAN, "title": "Plan of 2026", "file_name": "plan 2026.pdf",
        "media_type": "application/pdf", "content": CONTENT,
    }  # fmt: skip
    parts = {**usual, **values}
    file = NewDocument(**{name: parts.pop(name) for name in usual})
    document = keep_document(session, file, **parts)
    session.commit()
    return document


def fetches(session: Session) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(DocumentFetch)) or 0


def test_download_is_the_file_itself_and_on_record(browser: Open, session: Session) -> None:
    document = kept(session)
    officer = browser(Role.OFFICER)
    answer = officer.client.get(f"/documents/{document.id}/download/")
    assert answer.status_code == 200
    assert answer.get_data() == CONTENT
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan 2026.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    page = officer.get(f"/documents/{document.id}/")
    assert "Fetched by" in page.get_text()
    rows = page.select("section.panel")[0].select("tbody tr")
    assert [row.select("td")[0].get_text() for row in rows] == [Role.OFFICER.label]


def test_document_of_another_agency_is_not_found_and_no_fetch_is_noted(browser: Open, session: Session) -> None:
    ours, theirs = make.agency(session, "Ours"), make.agency(session, "Theirs")
    document = kept(session, agency_id=theirs.id)
    member = browser(Role.AGENCY_MEMBER, agency=ours)
    assert "Plan of 2026" not in member.get("/documents/").get_text()
    member.get(f"/documents/{document.id}/", 404)
    member.get(f"/documents/{document.id}/download/", 404)
    assert fetches(session) == 0


def test_agency_fetches_its_own_document_but_does_not_see_who_else_did(browser: Open, session: Session) -> None:
    ours = make.agency(session, "Ours")
    document = kept(session, agency_id=ours.id)
    browser(Role.OFFICER).client.get(f"/documents/{document.id}/download/").close()
    manager = browser(Role.MANAGER, agency=ours)
    assert manager.client.get(f"/documents/{document.id}/download/").get_data() == CONTENT
    assert "Fetched by" not in manager.get(f"/documents/{document.id}/").get_text()
    assert fetches(session) == 2


@pytest.mark.parametrize("role", [Role.MANAGER, Role.BOARD_VIEWER])
def test_who_only_reads_plans_gets_no_certificates(browser: Open, session: Session, role: Role) -> None:
    plan = kept(session)
    certificate = kept(session, kind=DocumentKind.DRAW_CERTIFICATE, title="Certificate")
    reader = browser(role)
    assert [cell.get_text() for cell in reader.get("/documents/").select("tbody th")] == ["Plan of 2026"]
    reader.get(f"/documents/{certificate.id}/download/", 404)
    assert reader.client.get(f"/documents/{plan.id}/download/").status_code == 200


@pytest.mark.parametrize(("role", "kinds"), OPEN_KINDS.items())
def test_who_reads_a_kind_as_a_page_fetches_it_whoever_had_it_made(
    browser: Open, session: Session, role: Role, kinds: tuple[DocumentKind, ...]
) -> None:
    documents = {kind: kept(session, kind=kind) for kind in DocumentKind}
    reader = browser(role)
    answers = {kind: reader.client.get(f"/documents/{document.id}/download/") for kind, document in documents.items()}
    assert {kind for kind, answer in answers.items() if answer.status_code == 200} == set(kinds)
    assert {answer.status_code for answer in answers.values()} == {200, 404}


def test_everybody_gets_what_they_had_made_themselves(browser: Open, session: Session) -> None:
    viewer = make.person(session, Role.BOARD_VIEWER)
    document = kept(session, kind=DocumentKind.EVIDENCE, made_by_id=viewer.id)
    assert browser(Role.BOARD_VIEWER).client.get(f"/documents/{document.id}/download/").status_code == 200


def test_changed_bytes_are_never_handed_out(browser: Open, session: Session) -> None:
    document = kept(session)
    session.execute(delete(DocumentPart))
    session.add(DocumentPart(document_id=document.id, number=0, content=b"something else"))
    session.commit()
    answer = browser(Role.OFFICER).client.get(f"/documents/{document.id}/download/")
    assert answer.status_code == 409
    assert "This file is not the one that was stored" in words_of(answer)
    assert b"something else" not in answer.get_data()
    assert fetches(session) == 0


def test_document_leads_to_the_record_it_is_about(browser: Open, session: Session) -> None:
    plan = make.plan(session)
    document = kept(session, subject=f"action_plans:{plan.id}")
    page = browser(Role.OFFICER).get(f"/documents/{document.id}/")
    link = page.select_one(f'a[href="/action-plans/{plan.id}/"]')
    assert link is not None
    assert link.get_text() == f"Plan {plan.reference}: {plan.title}"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("action_plans:0", "Plan 0"),
        ("action_plans:x", "Plan x"),
        ("nothing:1", "Nothing 1"),
        ("action_plans", "Plan"),
    ],
)
def test_subject_that_is_gone_has_no_name_and_leads_nowhere(
    browser: Open, session: Session, subject: str, shown: str
) -> None:
    document = kept(session, subject=subject)
    page = browser(Role.OFFICER).get(f"/documents/{document.id}/")
    (about,) = [fact for fact in page.select("dl.facts > div") if fact.dt.get_text() == "About"]  # type: ignore[union-attr]
    assert about.dd.get_text() == shown  # type: ignore[union-attr]
    assert about.dd.find("a") is None  # type: ignore[union-attr]


def test_name_of_a_file_cannot_add_a_header(browser: Open, session: Session) -> None:
    document = kept(session, file_name='a"; x=\u00e9 \u4e2d.pdf')
    answer = browser(Role.OFFICER).client.get(f"/documents/{document.id}/download/")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    assert "\n" not in answer.headers["Content-Disposition"]


def test_only_administrators_delete_documents(browser: Open, session: Session) -> None:
    document = kept(session)
    for role in set(Role) - {Role.ADMINISTRATOR}:
        browser(role, agency=make.agency(session) if role is Role.AGENCY_MEMBER else None).get(
            f"/documents/{document.id}/delete/", 403
        )
    administrator = browser(Role.ADMINISTRATOR)
    administrator.client.get(f"/documents/{document.id}/download/").close()
    assert administrator.send(f"/documents/{document.id}/delete/").status_code == 302
    administrator.get(f"/documents/{document.id}/", 404)


def test_nobody_makes_or_edits_documents_by_form(browser: Open, session: Session) -> None:
    document = kept(session)
    administrator = browser(Role.ADMINISTRATOR)
    for path in ("/documents/new/", f"/documents/{document.id}/edit/"):
        administrator.get(path, 403)


@pytest.mark.parametrize(("size", "sentence"), [(0, "The file is empty."), (1_048_577, "is larger than 1 MB")])
def test_empty_and_too_large_files_are_refused(session: Session, size: int, sentence: str) -> None:
    rules = UploadRules(limit_mb=1)
    with pytest.raises(RuleBroken, match=sentence):
        keep_evidence(session, sent_file(b"x" * size, "list.txt"), KeptFor("actions:1"), rules)
    keep_evidence(session, sent_file(b"x" * 1_048_576, "list.txt"), KeptFor("actions:1"), rules)


def test_fetching_gives_the_stored_bytes(session: Session) -> None:
    document = kept(session, content=b"\x00\xff\x00")
    with fetch_document(session, document, None) as file:
        assert file.read() == b"\x00\xff\x00"
    assert fetches(session) == 1
