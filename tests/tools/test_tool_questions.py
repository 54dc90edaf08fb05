"""Can an officer build any question in the portal, of every kind, and make it depend on an earlier one?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceList
from models.rules.tools.question_kinds import KINDS, Kind
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale
from models.tools.tool_outlines import add_section, keep_question, remove_section
from models.tools.tool_questions import ToolQuestion, ToolSection, questions_of, sections_of
from models.tools.tool_versions import freeze_tool, questionnaire_of
from tests import make, make_tools
from tests.web import Browser, sent_by, words_of

Open = Callable[..., Browser]
SAMPLES: dict[str, list[str]] = {"number": ["12"], "date": ["2026-11-25"], "textarea": ["Well done."]}


@pytest.fixture
def tool(session: Session) -> AssuranceTool:
    """A tool of the bank with two sections; see tests/make_tools.py."""
    tool = make_tools.tool(session)
    session.commit()
    return tool


@pytest.fixture
def officer(browser: Open) -> Browser:
    return browser(Role.OFFICER)


def path(tool: AssuranceTool, rest: str = "") -> str:
    return f"/assurance-tools/{tool.id}/{rest}"


def asked(session: Session, tool: AssuranceTool, key: str) -> ToolQuestion:
    return next(question for question in questions_of(session, tool.id) if question.key == key)


def add_question(officer: Browser, session: Session, tool: AssuranceTool, kind: Kind, /, **values: Any) -> Any:
    """Fill in the form of a new question at the end of the tool."""
    section = sections_of(session, tool.id)[-1]
    page = path(tool, f"questions/new/?section={section.id}")
    more = {"scale_id": make_tools.scale(session).id} if kind.needs_scale else {}
    more |= {"options": "Home\nSchool"} if kind.needs_options else {}
    session.commit()
    known = {"text": f"A {kind.label}?", "kind": kind.code, "section_id": section.id}
    return officer.send(page, **{**known, **more, **values})


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_is_picked_built_previewed_and_read(
    officer: Browser, session: Session, tool: AssuranceTool, kind: Kind
) -> None:
    section = sections_of(session, tool.id)[-1]
    editor = officer.get(path(tool, f"?section={section.id}"))
    offered = editor.select_one(f'#add form.asking input[name="kind"][value="{kind.code}"]')
    assert offered is not None
    assert offered["data-needs"] == ("scale" if kind.needs_scale else "options" if kind.needs_options else "")
    kept = add_question(officer, session, tool, kind)
    assert kept.status_code == 302
    assert str(kept.location).startswith(path(tool, f"?section={section.id}#q-"))
    page = officer.get(path(tool, f"?section={section.id}")).get_text(" ")
    assert f"A {kind.label}?" in page
    question = questionnaire_of(session, tool).question("q8")
    assert question is not None
    assert question.how is kind
    fields = officer.get(path(tool, "preview/")).select("[name=a-q8], [name=files-q8]")
    assert len(fields) == max(1, len(question.labels))
    given = SAMPLES.get(kind.widget, list(question.labels[:1]))
    value = kind.read(given or ["7"], question.labels)
    assert kind.show(value), "an answer can be shown in words"
    assert kind.given(value), "and put into the form again"


def test_kinds_need_nothing_but_their_entry() -> None:
    widgets = {"radio", "checkboxes", "number", "date", "textarea", "files"}
    assert {kind.widget for kind in KINDS.values()} <= widgets
    assert all(kind.hint and kind.label for kind in KINDS.values())


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("rating", {"scale_id": ""}, "Choose the scale that this question is rated on."),
        ("choice", {"options": "Home"}, "Give at least two different choices, one on each line."),
        ("choices", {"options": "Home\nHome"}, "Give at least two different choices, one on each line."),
        ("text", {"text": ""}, "Give the question."),
        ("text", {"section_id": ""}, "Choose the section."),
        ("text", {"kind": ""}, "Choose how the question is answered."),
        ("text", {"kind": "riddle"}, "Choose how the question is answered."),
    ],
)
def test_question_that_cannot_be_asked_is_refused_with_what_was_typed(
    officer: Browser, session: Session, tool: AssuranceTool, kind: str, changes: dict[str, str], sentence: str
) -> None:
    answer = add_question(officer, session, tool, KINDS[kind], help="Kept words.", **changes)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert "Kept words." in answer.text
    assert len(questions_of(session, tool.id)) == 7


def test_officer_changes_a_question_and_the_kind_of_its_answer(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    question = asked(session, tool, "cases")
    page = path(tool, f"questions/{question.id}/edit/")
    sent = officer.filled(page, kind="choice", options="Few\nMany", text="How many?")
    assert officer.client.post(page, data=sent).status_code == 302
    session.expire_all()
    assert (question.kind, question.options, question.text, question.key) == (
        "choice",
        ["Few", "Many"],
        "How many?",
        "cases",
    )
    officer.client.post(page, data=officer.filled(page, kind="number"))
    session.expire_all()
    assert (question.kind, question.options) == ("number", [])


def test_question_is_kept_in_place_with_one_page_and_the_tool_shows_its_section_again(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    question = asked(session, tool, "cases")
    here = path(tool, f"?section={question.section_id}")
    form = officer.get(here).select_one(f"#q-{question.id} form.asking")
    assert form is not None
    assert form["action"] == path(tool, f"questions/{question.id}/edit/")
    sent = {**sent_by(BeautifulSoup(f"<main>{form}</main>", "html.parser")), "text": "How many this month?"}
    kept = officer.client.post(str(form["action"]), data=sent)
    assert (kept.status_code, kept.location) == (302, f"{here}#q-{question.id}")
    shown = officer.get(here).select_one(f"#q-{question.id}")
    assert shown is not None
    assert "How many this month?" in shown.get_text()
    ids = [str(tag["id"]) for tag in officer.get(here).select("[id]")]
    assert len(ids) == len(set(ids)), "each form on the page has fields of its own"


def test_two_officers_cannot_overwrite_each_other_unseen(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    question = asked(session, tool, "cases")
    page = path(tool, f"questions/{question.id}/edit/")
    first, second = officer.filled(page, text="First"), officer.filled(page, text="Second")
    assert officer.client.post(page, data=first).status_code == 302
    answer = officer.client.post(page, data=second)
    assert answer.status_code == 409
    assert "Somebody else changed this record after you opened it." in words_of(answer)
    session.expire_all()
    assert question.text == "First"


def test_question_moves_to_the_end_of_another_section_by_its_form(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    question = asked(session, tool, "seen")
    target = sections_of(session, tool.id)[1]
    page = path(tool, f"questions/{question.id}/edit/")
    officer.client.post(page, data=officer.filled(page, section_id=target.id))
    session.expire_all()
    assert [each.key for each in questions_of(session, tool.id)][-1] == "seen"


def test_officer_makes_a_question_depend_on_an_earlier_one_and_reads_it_in_words(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    question = asked(session, tool, "where")
    page = path(tool, f"questions/{question.id}/condition/")
    offered = [str(link["href"]) for link in officer.get(page).select("ul.picks a")]
    assert offered == ["?on=met", "?on=seen"], "only earlier questions that offer answers"
    assert officer.send(f"{page}?on=seen", answers=["Partly", "No"]).status_code == 302
    shown = officer.get(path(tool, f"?section={question.section_id}")).get_text()
    assert "Asked only if ‘Is the child seen?’ is Partly or No" in shown
    ticked = officer.get(page).select("input[name=answers][checked]")
    assert [box["value"] for box in ticked] == ["Partly", "No"]
    assert officer.send(path(tool, f"questions/{question.id}/always/"), f"{page}?on=other").status_code == 302
    session.expire_all()
    assert (question.shown_if_key, question.shown_if_answers) == ("", [])


def test_condition_without_an_answer_is_refused(officer: Browser, session: Session, tool: AssuranceTool) -> None:
    question = asked(session, tool, "where")
    answer = officer.send(path(tool, f"questions/{question.id}/condition/?on=seen"))
    assert answer.status_code == 422
    assert "Tick at least one answer." in words_of(answer)


def test_question_others_wait_for_cannot_be_deleted_or_lose_its_answers(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    question = asked(session, tool, "met")
    drop = officer.send(path(tool, f"questions/{question.id}/delete/"))
    assert "‘Why not?’ is asked only after certain answers to this question; change that first." in words_of(drop)
    page = path(tool, f"questions/{question.id}/edit/")
    answer = officer.client.post(page, data=officer.filled(page, kind="number"))
    assert "‘Why not?’ is asked only if ‘How far are plans kept?’ is Not met, which is no answer to it." in words_of(
        answer
    )


def test_question_nobody_waits_for_is_deleted_and_versions_keep_it(
    officer: Browser, session: Session, tool: AssuranceTool
) -> None:
    version = freeze_tool(session, tool, person_id=None)
    question = asked(session, tool, "cases")
    session.commit()
    page = path(tool, f"questions/{question.id}/delete/")
    assert officer.send(page).status_code == 302
    assert "cases" not in [each.key for each in questions_of(session, tool.id)]
    assert version.questionnaire.question("cases") is not None


def test_key_line_of_another_review_is_refused(session: Session, tool: AssuranceTool) -> None:
    line = make_tools.key_line(session, make.review(session))
    question = asked(session, tool, "met")
    question.key_line_id = line.id
    with pytest.raises(RuleBroken, match="Choose a key line of the same review"):
        keep_question(session, tool, question)


def test_section_of_another_tool_is_refused(session: Session, tool: AssuranceTool) -> None:
    other = AssuranceTool(kind=ToolKind.CASE_AUDIT, title="Other")
    session.add(other)
    session.flush()
    question = asked(session, tool, "met")
    question.section_id = add_section(session, other, title="Elsewhere").id
    with pytest.raises(RuleBroken, match="Choose a section of this tool"):
        question.check(session)


def test_new_question_takes_the_banks_key_lines_only(officer: Browser, session: Session, tool: AssuranceTool) -> None:
    make_tools.key_line(session, make.review(session))
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    session.add(KeyLine(number=1, key_area_id=area.id, text="A standard one"))
    section = sections_of(session, tool.id)[0]
    session.commit()
    page = officer.get(path(tool, f"questions/new/?section={section.id}"))
    assert [option.get_text() for option in page.select("#key_line_id option")] == ["–", "A standard one"]


def test_section_others_depend_on_is_kept(session: Session, tool: AssuranceTool) -> None:
    where = asked(session, tool, "where")
    where.shown_if_key, where.shown_if_answers = "seen", ["No"]
    keep_question(session, tool, where)
    session.commit()
    with pytest.raises(RuleBroken, match="depends on a question that the tool does not ask"):
        remove_section(session, tool, sections_of(session, tool.id)[0])


def test_scale_keeps_the_answers_that_questions_wait_for(browser: Open, session: Session, tool: AssuranceTool) -> None:
    scale = session.scalars(select(RatingScale)).one()
    session.commit()
    administrator, page = browser(Role.ADMINISTRATOR), f"/rating-scales/{scale.id}/edit/"
    answer = administrator.client.post(page, data=administrator.filled(page, points="Met\nUnmet"))
    assert answer.status_code == 422
    assert "is Not met, which is no answer to it." in words_of(answer)
    kept = administrator.filled(page, points="Met\nNot met")
    assert administrator.client.post(page, data=kept).status_code == 302


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.MANAGER, Role.BOARD_VIEWER, Role.AGENCY_MEMBER])
def test_nobody_but_officers_builds(browser: Open, session: Session, tool: AssuranceTool, role: Role) -> None:
    question, section = asked(session, tool, "met"), session.scalars(select(ToolSection)).first()
    assert section is not None
    somebody = browser(role, agency=make.agency(session) if role in (Role.MANAGER, Role.AGENCY_MEMBER) else None)
    pages = ("new/", f"{question.id}/edit/", f"{question.id}/delete/", f"{question.id}/condition/")
    for page in (*(f"questions/{place}" for place in pages), "sections/new/", f"sections/{section.id}/edit/", "copy/"):
        somebody.get(path(tool, page), 403)
