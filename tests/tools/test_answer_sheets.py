"""Is an agency's answer kept as it is typed, never over a colleague's, and readable at any time?"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.change_log import ChangeRecord
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind, NewDocument, keep_document
from models.returns.self_evaluations import SelfEvaluation, send_self_evaluations
from models.tools.answer_sheets import (
    AnswerSheet,
    Given,
    add_evidence,
    close_sheet,
    evidence_of,
    reopen_sheet,
    save_answer,
    sheet_answers,
    sheet_progress,
    values_of,
)
from tests import make, make_tools
from tests.documents.files import GOOD, PDF, sent_file
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def sheet(session: Session) -> AnswerSheet:
    return make_tools.sheet(session, make.agency(session))


@pytest.fixture
def sent(session: Session) -> SelfEvaluation:
    """A self-evaluation that was sent to the one invited agency."""
    review = make_tools.ready_review(session, make.agency(session))
    (evaluation,) = send_self_evaluations(session, review, person_id=None)
    session.commit()
    return evaluation


@pytest.fixture
def member(browser: Open, session: Session, sent: SelfEvaluation) -> Browser:
    return browser(Role.AGENCY_MEMBER, agency=make.agency(session))


def path(record: SelfEvaluation, rest: str = "") -> str:
    return f"/self-evaluations/{record.id}/{rest}"


def typed(member: Browser, record: SelfEvaluation, key: str, *given: str, **more: Any) -> Any:
    """What the page's script sends for one answer."""
    token = member.tokens(path(record, "answer/1/"))["csrf_token"]
    values = {"csrf_token": token, "key": key, "given": list(given), "seen": 0, **more}
    return member.client.post(path(record, "answer/save/"), data=values)


# The rules of a sheet


def test_answer_is_kept_with_its_note_and_who_gave_it(session: Session, sheet: AnswerSheet) -> None:
    person = make.person(session, Role.AGENCY_MEMBER, agency=make.agency(session))
    save_answer(session, sheet, Given("met", ["Fully met"], note=" See the plan. "), person_id=person.id)
    (kept,) = sheet_answers(session, sheet.id).values()
    assert (kept.value, kept.note, kept.answered_by_id) == ("Fully met", "See the plan.", person.id)


def test_answer_of_a_colleague_is_not_overwritten_unseen(session: Session, sheet: AnswerSheet) -> None:
    save_answer(session, sheet, Given("cases", ["3"]), person_id=None)
    with pytest.raises(RuleBroken, match="A colleague has answered"):
        save_answer(session, sheet, Given("cases", ["4"], seen=0), person_id=None)
    again = save_answer(session, sheet, Given("cases", ["4"], seen=1), person_id=None)
    assert again.value == 4


def test_same_answer_typed_twice_is_no_conflict(session: Session, sheet: AnswerSheet) -> None:
    save_answer(session, sheet, Given("cases", ["3"]), person_id=None)
    save_answer(session, sheet, Given("cases", ["3"], seen=0), person_id=None)
    assert values_of(session, sheet.id) == {"cases": 3}


@pytest.mark.parametrize(
    ("key", "given", "sentence"),
    [
        ("nothing", ["x"], "does not ask this question"),
        ("met", ["Very"], "Choose one of the offered answers"),
        ("cases", ["many"], "Give a number"),
        ("last_on", ["31 June"], "Give a date"),
        ("where", ["Work"], "Choose from the offered answers"),
        ("files", ["999"], "uploaded for this answer"),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(
    session: Session, sheet: AnswerSheet, key: str, given: list[str], sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        save_answer(session, sheet, Given(key, given), person_id=None)


def test_sheet_closes_only_when_what_is_required_is_answered(session: Session, sheet: AnswerSheet) -> None:
    with pytest.raises(RuleBroken, match="How far are plans kept"):
        close_sheet(session, sheet)
    save_answer(session, sheet, Given("met", ["Not met"]), person_id=None)
    with pytest.raises(RuleBroken, match="Why not"):
        close_sheet(session, sheet)
    save_answer(session, sheet, Given("why", ["Too few people."]), person_id=None)
    close_sheet(session, sheet)
    with pytest.raises(RuleBroken, match="handed in"):
        save_answer(session, sheet, Given("cases", ["3"]), person_id=None)
    reopen_sheet(session, sheet)
    save_answer(session, sheet, Given("cases", ["3"]), person_id=None)


def test_answer_to_a_question_no_longer_asked_counts_nowhere(session: Session, sheet: AnswerSheet) -> None:
    save_answer(session, sheet, Given("met", ["Not met"]), person_id=None)
    save_answer(session, sheet, Given("why", ["Too few people."]), person_id=None)
    save_answer(session, sheet, Given("met", ["Fully met"], seen=1), person_id=None)
    assert sheet_progress(session, sheet).words == "1 of 6 questions answered"


def test_evidence_stands_under_its_answer_and_behind_the_wall(session: Session, sheet: AnswerSheet) -> None:
    for name in ("Plan.pdf", "Letter.docx"):
        add_evidence(session, sheet, sent_file(GOOD[name], f"folder/{name}"), key="files", person_id=None)
    files = evidence_of(session, sheet.id)["files"]
    assert [file.file_name for file in files] == ["Plan.pdf", "Letter.docx"]
    assert {file.agency_id for file in files} == {sheet.agency_id}
    assert {file.kind for file in files} == {DocumentKind.EVIDENCE}
    assert values_of(session, sheet.id)["files"] == [file.id for file in files]


def test_file_of_another_answer_cannot_be_taken_as_evidence(session: Session, sheet: AnswerSheet) -> None:
    answer = add_evidence(session, sheet, sent_file(), key="files", person_id=None)
    other = make_tools.sheet(session, make.agency(session, "Other"))
    with pytest.raises(RuleBroken, match="uploaded for this answer"):
        save_answer(session, other, Given("files", [str(answer.value[0])]), person_id=None)


@pytest.mark.parametrize(("name", "content"), [("run.exe", b"x"), ("Plan.pdf", b""), ("pdf", b"x")])
def test_file_that_is_no_evidence_is_refused(session: Session, sheet: AnswerSheet, name: str, content: bytes) -> None:
    with pytest.raises(RuleBroken):
        add_evidence(session, sheet, sent_file(content, name), key="files", person_id=None)


def test_agency_may_close_its_sheet_but_never_open_it_again(session: Session, sheet: AnswerSheet) -> None:
    agency, other = make.agency(session), make.agency(session, "Other")
    session.commit()
    act_as(session, Actor.person(1, Role.AGENCY_MEMBER, other.id))
    assert session.scalars(select(AnswerSheet.id)).all() == []
    act_as(session, Actor.person(1, Role.AGENCY_MEMBER, agency.id))
    session.execute(text("UPDATE answer_sheets SET is_open = false"))
    assert session.execute(text("UPDATE answer_sheets SET is_open = true")).rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(ProgrammingError):
        session.execute(text("UPDATE answer_sheets SET agency_id = 1"))


# The pages


def test_member_fills_in_section_by_section_without_scripts(member: Browser, sent: SelfEvaluation) -> None:
    first = path(sent, "answer/1/")
    assert member.client.get(path(sent, "answer/")).headers["Location"] == first
    page = member.get(first)
    assert "Key line of enquiry: Is neglect recognised early?" in page.get_text().replace("\n", "")
    assert [tag.get_text() for tag in page.select(".steps [data-count]")] == ["0 of 2", "0 of 4"]
    answer = member.send(first, **{"a-met": "Fully met", "note-met": "Audited in May.", "shown": ["met", "seen"]})
    assert answer.headers["Location"] == path(sent, "answer/2/")
    sends = {"a-where": ["Home", "School"], "a-cases": "1,200", "a-last_on": "2026-11-25"}
    answer = member.send(path(sent, "answer/2/"), shown=["where", "cases", "last_on", "files"], **sends)
    assert answer.headers["Location"] == path(sent, "read/")
    read = member.get(path(sent, "read/")).get_text()
    assert all(words in read for words in ("Fully met", "Audited in May.", "Home; School", "1200", "25 November 2026"))


def test_question_that_an_answer_brings_up_is_shown_before_going_on(member: Browser, sent: SelfEvaluation) -> None:
    first = path(sent, "answer/1/")
    why = member.get(first).select_one("#q-why")
    assert why is not None
    assert why.has_attr("hidden")
    answer = member.send(first, **{"a-met": "Not met", "shown": ["met", "seen"]})
    assert answer.headers["Location"] == first
    why = member.get(first).select_one("#q-why")
    assert why is not None
    assert not why.has_attr("hidden")


def test_one_refused_answer_loses_none_of_the_others(member: Browser, sent: SelfEvaluation, session: Session) -> None:
    answer = member.send(path(sent, "answer/2/"), **{"a-cases": "many", "a-where": "Home", "note-cases": "Guess"})
    assert answer.status_code == 422
    words = words_of(answer)
    assert "One answer is not saved; the others are" in words
    assert "How many cases?: Give a number, such as 12 or 3.5." in words
    assert 'value="many"' in answer.text
    assert "Guess</textarea>" in answer.text
    assert values_of(session, sent.sheet_id) == {"where": ["Home"]}


def test_typed_answer_is_saved_at_once_and_says_so(member: Browser, sent: SelfEvaluation, session: Session) -> None:
    answer = typed(member, sent, "met", "Fully met", note="Yes.")
    assert answer.status_code == 200
    assert answer.json["saved"].startswith("Saved ")
    assert (answer.json["seen"], answer.json["words"], answer.json["section"]) == (
        1,
        "1 of 6 questions answered",
        "1 of 2",
    )
    assert typed(member, sent, "met", "Fully met", seen=1, note="Yes.").json["seen"] == 1
    assert values_of(session, sent.sheet_id) == {"met": "Fully met"}


def test_typed_answer_meets_a_colleagues_and_shows_it(member: Browser, sent: SelfEvaluation, session: Session) -> None:
    sheet = session.get_one(AnswerSheet, sent.sheet_id)
    save_answer(session, sheet, Given("met", ["Not met"]), person_id=None)
    session.commit()
    refused = typed(member, sent, "met", "Fully met")
    assert refused.status_code == 422
    assert "A colleague has answered" in refused.json["problem"]
    theirs = refused.json["theirs"]
    assert (theirs["words"], theirs["who"], theirs["seen"]) == ("Not met", "A colleague", 1)
    assert typed(member, sent, "met", "Fully met", seen=1, decision="mine").status_code == 200


def test_member_adds_and_takes_off_evidence(member: Browser, sent: SelfEvaluation, session: Session) -> None:
    second = path(sent, "answer/2/")
    file = (BytesIO(PDF), "Plan.pdf")
    answer = member.send(second, **{"files-files": file, "stay": "files"})
    assert answer.headers["Location"] == f"{second}#q-files"
    (link,) = member.get(second).select(".files a")
    assert link.get_text() == "Plan.pdf"
    assert member.client.get(str(link["href"])).data == PDF
    number = session.scalar(select(Document.id))
    member.send(second, **{"a-files": str(number), "take-off": f"files:{number}"})
    session.commit()  # the next transaction is the portal's own again
    assert values_of(session, sent.sheet_id) == {"files": None}
    assert session.scalars(select(Document.file_name)).all() == []
    removed = select(ChangeRecord.old_values).where(
        ChangeRecord.table_name == "documents", ChangeRecord.verb == "delete"
    )
    (was,) = session.scalars(removed).all()
    assert was is not None
    assert was["sha256"] == sha256(PDF).hexdigest()
    assert {"content", "title", "file_name"} & set(was) == set(), "a name in a log could never be erased"
    uploaded = typed(member, sent, "files", seen=2, files=(BytesIO(b"x"), "Other.exe"))
    assert "not a kind of file" in uploaded.json["problem"]


def test_database_lets_an_agency_discard_only_what_it_took_off_an_open_answer(
    session: Session, sheet: AnswerSheet
) -> None:
    for name in ("Kept.pdf", "Gone.pdf"):
        add_evidence(session, sheet, sent_file(name=name), key="files", person_id=None)
    kept, _gone = values_of(session, sheet.id)["files"]
    other = keep_document(
        session,
        NewDocument(
            kind=DocumentKind.EVIDENCE,
            title="Theirs",
            file_name="Theirs.pdf",
            media_type="application/pdf",
            content=b"x",
        ),
        subject="actions:1",
        agency_id=sheet.agency_id,
    )
    answer = sheet_answers(session, sheet.id)["files"]
    person = make.person(session, Role.AGENCY_MEMBER, agency=make.agency(session))
    session.commit()
    act_as(session, Actor.person(person.id, person.role, person.agency_id))
    save_answer(session, sheet, Given("files", [str(kept)], seen=answer.row_version), person_id=person.id)
    session.execute(text("DELETE FROM documents"))
    assert set(session.scalars(select(Document.id))) == {kept, other.id}
    session.rollback()


def test_form_sent_twice_is_kept_once(member: Browser, sent: SelfEvaluation) -> None:
    first = path(sent, "answer/1/")
    values = {**member.tokens(first), "a-met": "Fully met", "stay": ""}
    assert member.client.post(first, data=values).status_code == 302
    assert member.client.post(first, data={**values, "a-met": "Not met"}).status_code == 302
    assert "Not answered" in member.get(path(sent, "read/")).get_text()
    assert "Not met" not in member.get(path(sent, "read/")).get_text()


def test_others_read_but_do_not_fill_in(browser: Open, sent: SelfEvaluation, session: Session) -> None:
    officer = browser(Role.OFFICER)
    officer.get(path(sent, "read/"))
    officer.get(path(sent, "answer/1/"), status=403)
    stranger = browser(Role.AGENCY_MEMBER, agency=make.agency(session, "Other"), name="Stranger")
    for page in ("read/", "answer/1/", "paper/", "paper/blank/"):
        stranger.get(path(sent, page), status=404)
    browser(Role.BOARD_VIEWER).get(path(sent, "read/"), status=403)


def test_empty_form_is_there_to_print(member: Browser, sent: SelfEvaluation) -> None:
    blank = path(sent, "paper/blank/")
    assert member.get(path(sent, "read/")).select_one(f'main a[href="{blank}"]') is not None
    page = member.get(blank)
    assert [heading.get_text() for heading in page.select(".paper h2")] == ["1. Practice", "2. Evidence"]
    assert "Partially met" in [item.get_text() for item in page.select(".blanks li")]
    assert "Only if “How far are plans kept?” is answered: Not met." in page.get_text()
    member.get(path(sent, "answer/3/"), status=404)
