"""Is what went out kept word for word, compared in words, and tried out beforehand without a trace?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.signatures.sign_offs import SignOffSubject
from models.tools.answer_sheets import SheetAnswer
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_outlines import add_section, keep_question
from models.tools.tool_questions import ToolQuestion, questions_of, sections_of
from models.tools.tool_versions import freeze_tool, latest_version, versions_of
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def tool(session: Session) -> AssuranceTool:
    tool = make_tools.tool(session)
    session.commit()
    return tool


def path(tool: AssuranceTool, rest: str = "") -> str:
    return f"/assurance-tools/{tool.id}/{rest}"


def add(session: Session, tool: AssuranceTool, text: str) -> ToolQuestion:
    section = sections_of(session, tool.id)[0]
    return keep_question(
        session, tool, ToolQuestion(tool_id=tool.id, section_id=section.id, key="more", kind="text", text=text)
    )


def test_same_words_are_the_same_version_and_changed_words_the_next(session: Session, tool: AssuranceTool) -> None:
    first = freeze_tool(session, tool, person_id=None)
    assert freeze_tool(session, tool, person_id=None) is first
    add(session, tool, "What else?")
    second = freeze_tool(session, tool, person_id=None)
    assert [version.number for version in versions_of(session, tool.id)] == [2, 1]
    assert first.sha256 != second.sha256
    assert first.questionnaire.question("more") is None


def test_tool_that_asks_nothing_or_cannot_be_answered_is_not_frozen(session: Session) -> None:
    empty = AssuranceTool(kind="case_audit", title="Empty")
    session.add(empty)
    session.flush()
    add_section(session, empty, title="Nothing")
    with pytest.raises(RuleBroken, match="Empty has no questions yet"):
        freeze_tool(session, empty, person_id=None)
    broken = make_tools.tool(session)
    questions_of(session, broken.id)[1].shown_if_key = "nowhere"
    with pytest.raises(RuleBroken, match="depends on a question that the tool does not ask"):
        freeze_tool(session, broken, person_id=None)


def test_officer_freezes_a_tool_of_the_bank_and_reads_it_word_for_word(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    officer = browser(Role.OFFICER)
    assert "No version has been frozen yet." in officer.get(path(tool, "versions/")).get_text()
    assert officer.send(path(tool, "freeze/"), path(tool)).status_code == 302
    version = latest_version(session, tool.id)
    assert version is not None
    listed = officer.get(path(tool, "versions/"))
    assert version.sha256 in listed.get_text()
    questions_of(session, tool.id)[0].text = "Changed since."
    session.commit()
    page = officer.get(path(tool, "versions/1/"))
    assert "How far are plans kept?" in page.get_text()
    assert "Changed since." not in page.get_text()
    assert "Not signed" in page.get_text()
    assert page.select("section.outline button") == []
    officer.get(path(tool, "versions/2/"), 404)


def test_versions_say_who_signed_them(browser: Open, session: Session) -> None:
    review = make.review(session)
    tool = make_tools.tool(session, review)
    make_tools.signed(session, review, SignOffSubject.SELF_EVALUATION_TOOL, tool)
    sponsor = make.person(session, Role.SPONSOR)
    session.commit()
    officer = browser(Role.OFFICER)
    assert sponsor.name in officer.get(path(tool, "versions/")).get_text()
    assert sponsor.name in officer.get(path(tool, "versions/1/")).get_text()


def test_difference_between_two_versions_is_told_in_words(browser: Open, session: Session, tool: AssuranceTool) -> None:
    freeze_tool(session, tool, person_id=None)
    add(session, tool, "What else?")
    freeze_tool(session, tool, person_id=None)
    questions_of(session, tool.id)[0].is_required = False
    session.commit()
    officer = browser(Role.OFFICER)
    rows = officer.get(path(tool, "compare/?from=1&to=2")).select("table.list tbody tr")
    assert [row.get_text(" ", strip=True) for row in rows] == ["What else? Added Text"]
    since = officer.client.get(path(tool, "changes/"), follow_redirects=True)
    assert "Must be answered: “yes” became “no”" in words_of(since)
    assert "Not a word differs." in officer.get(path(tool, "compare/?from=2&to=2")).get_text()
    for rubbish in ("", "?from=9", "?from=1&to=x"):
        officer.get(path(tool, f"compare/{rubbish}"), 404)


def test_changes_of_a_tool_without_versions_lead_to_its_versions(browser: Open, tool: AssuranceTool) -> None:
    answer = browser(Role.OFFICER).client.get(path(tool, "changes/"))
    assert answer.headers["Location"] == path(tool, "versions/")


def test_preview_checks_the_answers_and_keeps_none(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer, page = browser(Role.OFFICER), path(tool, "preview/")
    shown = officer.get(page)
    assert "nothing that you enter is kept" in shown.get_text()
    why = shown.select_one("#q-why")
    assert why is not None
    assert why.has_attr("hidden"), "it waits for an answer"
    said = officer.send(page, **{"a-met": "Not met", "a-cases": "many"})
    assert "Question 2, “Why not?”: write an answer." in words_of(said)
    assert "Question 5, “How many cases?”: give a number, such as 12 or 3.5." in words_of(said)
    done = officer.send(page, **{"a-met": "Not met", "a-why": "No time.", "a-cases": "12"})
    assert "It could be handed in like this: 3 answers. Nothing was kept." in words_of(done)
    assert session.scalar(select(func.count()).select_from(SheetAnswer)) == 0


def test_sponsor_reads_versions_and_preview_but_freezes_nothing(browser: Open, tool: AssuranceTool) -> None:
    sponsor = browser(Role.SPONSOR)
    for rest in ("", "preview/", "versions/"):
        sponsor.get(path(tool, rest))
    assert sponsor.send(path(tool, "freeze/"), "/account/").status_code == 403


@pytest.mark.parametrize("role", [Role.BOARD_VIEWER, Role.MANAGER, Role.AGENCY_MEMBER])
def test_workshop_of_tools_is_the_hubs_own(browser: Open, session: Session, tool: AssuranceTool, role: Role) -> None:
    agency = None if role is Role.BOARD_VIEWER else make.agency(session)
    somebody = browser(role, agency=agency)
    for rest in ("", "preview/", "versions/", "compare/?from=1"):
        somebody.get(path(tool, rest), 403)
