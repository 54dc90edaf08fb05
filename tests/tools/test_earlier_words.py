"""Is a colleague's answer never overwritten unread, and do the words that give way stay readable?"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from admin_views.tools.last_answers import LastAnswer
from admin_views.tools.questionnaires import SheetForm
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.documents.documents import Document
from models.returns.self_evaluations import SelfEvaluation, send_self_evaluations
from models.tools.answer_sheets import OVERTAKEN, AnswerSheet, Given, save_answer, values_of
from tests import make, make_tools
from tests.documents.files import PDF
from tests.web import Browser, sent_by, words_of

Open = Callable[..., Browser]
THEIRS, MINE = "Nobody had the time.", "Plans were lost."


@pytest.fixture
def sent(session: Session) -> SelfEvaluation:
    (evaluation,) = send_self_evaluations(
        session, make_tools.ready_review(session, make.agency(session)), person_id=None
    )
    session.commit()
    return evaluation


@pytest.fixture
def colleague(browser: Open, session: Session, sent: SelfEvaluation) -> Browser:
    return browser(Role.AGENCY_MEMBER, agency=make.agency(session), name="Ann Colleague")


@pytest.fixture
def member(browser: Open, session: Session, sent: SelfEvaluation) -> Browser:
    return browser(Role.AGENCY_MEMBER, agency=make.agency(session), name="Ben Member")


def path(record: SelfEvaluation, rest: str = "") -> str:
    return f"/self-evaluations/{record.id}/{rest}"


def type_in(person: Browser, record: SelfEvaluation, key: str, *given: str, **more: Any) -> TestResponse:
    """What the page's script sends for one answer."""
    token = person.tokens(path(record, "answer/1/"))["csrf_token"]
    values = {"csrf_token": token, "key": key, "given": list(given), "seen": 0, **more}
    return person.client.post(path(record, "answer/save/"), data=values)


def earlier_of(person: Browser, record: SelfEvaluation, key: str, page: str = "read/") -> str:
    """What stands under "Earlier words" of an answer on a page, "" where it has none."""
    words = person.get(path(record, page)).select_one(f"#q-{key} .earlier")
    return " ".join(words.get_text(" ").split()) if words else ""


def met(session: Session, record: SelfEvaluation) -> None:
    """Bring up the question whose answer is in words."""
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    save_answer(session, sheet, Given("met", ["Not met"]), person_id=None)
    session.commit()


def test_second_of_two_is_stopped_until_one_of_them_decides(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    assert type_in(colleague, sent, "why", THEIRS).status_code == 200
    for _ in range(2):
        stopped = type_in(member, sent, "why", MINE)
        assert stopped.status_code == 422
        assert "seen" not in stopped.json
        assert (stopped.json["theirs"]["words"], stopped.json["theirs"]["who"]) == (THEIRS, "Ann Colleague")
    assert values_of(session, sent.sheet_id)["why"] == THEIRS
    seen = stopped.json["theirs"]["seen"]
    session.commit()
    assert type_in(member, sent, "why", MINE, seen=seen, decision="mine").status_code == 200
    session.expire_all()
    assert values_of(session, sent.sheet_id)["why"] == MINE


def test_words_of_the_colleague_stay_readable_for_whoever_reads_the_answer(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session, browser: Open
) -> None:
    met(session, sent)
    type_in(colleague, sent, "why", THEIRS, note="Ask Eve.")
    type_in(member, sent, "why", MINE, note="", seen=1, decision="mine")
    for person in (member, colleague, browser(Role.OFFICER)):
        words = earlier_of(person, sent, "why")
        assert all(said in words for said in ("Ann Colleague", THEIRS, "Ask Eve."))
        assert MINE not in words
    assert THEIRS in earlier_of(member, sent, "why", "answer/1/")


def test_words_of_whoever_gives_way_stay_readable_too(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    type_in(colleague, sent, "why", THEIRS)
    kept = type_in(member, sent, "why", MINE, seen=1, decision="theirs")
    assert kept.status_code == 200
    assert values_of(session, sent.sheet_id)["why"] == THEIRS
    words = earlier_of(colleague, sent, "why")
    assert "Ben Member" in words
    assert MINE in words


def test_decision_on_an_answer_that_changed_once_more_is_asked_again(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    type_in(colleague, sent, "why", THEIRS)
    type_in(colleague, sent, "why", f"{THEIRS} Really.", seen=1)
    stopped = type_in(member, sent, "why", MINE, seen=1, decision="mine")
    assert stopped.status_code == 422
    assert stopped.json["theirs"]["words"] == f"{THEIRS} Really."


def test_colleague_who_writes_over_words_they_have_read_leaves_them_readable(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    type_in(colleague, sent, "why", THEIRS)
    for number, words in enumerate(("Plans", "Plans were", MINE), 1):
        assert type_in(member, sent, "why", words, seen=number).status_code == 200
    words = earlier_of(member, sent, "why")
    assert words.count("Ann Colleague") == 1
    assert "Plans" not in words


def test_form_without_scripts_shows_both_answers_and_waits_for_a_decision(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    first = path(sent, "answer/1/")
    opened = member.filled(first, **{"a-why": MINE, "stay": ""})
    type_in(colleague, sent, "why", THEIRS)
    shown = member.client.post(first, data=opened)
    assert shown.status_code == 422
    page = BeautifulSoup(shown.text, "html.parser")
    both = page.select_one("#q-why [data-both]")
    assert both is not None
    assert THEIRS in both.get_text()
    assert not both.has_attr("hidden")
    again = member.client.post(first, data={**sent_by(page), "stay": ""})
    assert again.status_code == 422
    assert values_of(session, sent.sheet_id)["why"] == THEIRS
    session.commit()
    decided = {**sent_by(BeautifulSoup(again.text, "html.parser")), "decide": "why:mine"}
    assert decided["a-why"] == MINE
    assert member.client.post(first, data=decided).headers["Location"] == f"{first}#q-why"
    session.expire_all()
    assert values_of(session, sent.sheet_id)["why"] == MINE
    assert THEIRS in earlier_of(member, sent, "why")


def test_refused_section_can_be_sent_again_from_its_own_page(
    member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    second = path(sent, "answer/2/")
    refused = member.client.post(second, data=member.filled(second, **{"a-cases": "many", "stay": ""}))
    assert refused.status_code == 422
    mended = {**sent_by(BeautifulSoup(refused.text, "html.parser")), "a-cases": "12", "stay": ""}
    member.client.post(second, data=mended)
    assert values_of(session, sent.sheet_id)["cases"] == 12


def test_files_of_two_people_both_stay(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    second = path(sent, "answer/2/")
    opened = member.filled(second)
    type_in(colleague, sent, "files", files=(BytesIO(PDF), "Theirs.pdf"))
    assert type_in(member, sent, "files", files=(BytesIO(PDF), "Script.pdf")).status_code == 200
    plain = {**opened, "files-files": (BytesIO(PDF), "Plain.pdf"), "stay": "files"}
    assert member.client.post(second, data=plain).status_code == 302
    names = {key: name for key, name in session.execute(select(Document.id, Document.file_name))}
    assert [names[key] for key in values_of(session, sent.sheet_id)["files"]] == [
        "Theirs.pdf",
        "Script.pdf",
        "Plain.pdf",
    ]
    session.commit()
    first_file = min(names)
    member.client.post(second, data={**opened, "once": "x" * 30, "take-off": f"files:{first_file}"})
    session.expire_all()
    assert values_of(session, sent.sheet_id)["files"] == sorted(set(names) - {first_file})


def test_file_is_kept_although_the_note_beside_it_meets_a_colleagues(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    type_in(colleague, sent, "files", note="From the archive.")
    stopped = type_in(member, sent, "files", note="From the box.", files=(BytesIO(PDF), "Mine.pdf"))
    assert (stopped.status_code, stopped.json["theirs"]["note"]) == (422, "From the archive.")
    assert len(values_of(session, sent.sheet_id)["files"]) == 1


def test_last_answer_does_not_overwrite_what_a_colleague_gave_meanwhile(session: Session, sent: SelfEvaluation) -> None:
    sheet = session.get_one(AnswerSheet, sent.sheet_id)
    form = SheetForm(session, sheet, make.person(session, Role.OFFICER).id, {"cases": LastAnswer(3, "3", "May")})
    pressed = MultiDict({"seen-cases": "0", "a-cases": "", "use-last": "cases"})
    save_answer(session, sheet, Given("cases", ["7"]), person_id=None)
    section = form.asked.sections[1]
    problems = form.keep_section(section, pressed, MultiDict())
    assert problems == {"cases": OVERTAKEN}
    drawn = next(shown for shown in form.drawn(section, problems, pressed).questions if shown.question.key == "cases")
    assert drawn.theirs is not None
    assert (drawn.given, drawn.theirs.words, values_of(session, sheet.id)) == (("3",), "7", {"cases": 7})


def test_words_that_gave_way_are_not_in_the_change_log(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    type_in(colleague, sent, "why", THEIRS)
    type_in(member, sent, "why", MINE, seen=1, decision="mine")
    logged = session.scalars(select(ChangeRecord).where(ChangeRecord.table_name == "sheet_answers")).all()
    assert logged
    assert not any(THEIRS in str((record.old_values, record.new_values)) for record in logged)


def test_page_that_was_stopped_names_the_question_first(
    colleague: Browser, member: Browser, sent: SelfEvaluation, session: Session
) -> None:
    met(session, sent)
    first = path(sent, "answer/1/")
    opened = member.filled(first, **{"a-why": MINE, "stay": ""})
    type_in(colleague, sent, "why", THEIRS)
    assert "Why not?: A colleague has answered this question" in words_of(member.client.post(first, data=opened))
