"""Does a copied tool keep its keys, and do its key lines become the review's own?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.signatures.signables import tools_of
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, copy_standard_lines, key_lines_of
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from models.tools.tool_copies import copy_tool
from models.tools.tool_questions import questions_of
from models.tools.tool_versions import questionnaire_of
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review whose hub's officer is the test's, in a portal with its bank."""
    give_starting_words(session)
    give_starting_tools(session)
    review = make.review(session)
    make.hub(session).officer_id = make.person(session, Role.OFFICER).id
    session.commit()
    return review


def bank(session: Session, kind: ToolKind = ToolKind.SELF_EVALUATION) -> AssuranceTool:
    return session.scalars(
        select(AssuranceTool).where(AssuranceTool.kind == kind, AssuranceTool.review_id.is_(None))
    ).one()


def test_copy_asks_the_same_under_the_same_keys(session: Session, review: ThematicReview) -> None:
    tool = bank(session, ToolKind.CASE_AUDIT)
    own_copy = copy_tool(session, tool, review=review, title="Audit of neglect")
    ours, theirs = questionnaire_of(session, own_copy), questionnaire_of(session, tool)
    assert own_copy.title == "Audit of neglect"
    assert own_copy.copied_from_id == tool.id
    assert [question.key for question in ours.questions()] == [question.key for question in theirs.questions()]
    assert [question.text for question in ours.sections[3].questions] == [
        question.text for question in theirs.sections[3].questions
    ]
    assert [question.shown_if for question in ours.questions()] == [
        question.shown_if for question in theirs.questions()
    ]


def test_key_lines_of_the_bank_become_the_reviews_own(session: Session, review: ThematicReview) -> None:
    tool = copy_tool(session, bank(session), review=review)
    lines = {key_line.id: key_line for key_line in key_lines_of(session, review.id)}
    assert len(lines) == 12, "a review without key lines is given the standard ones first"
    cited = {question.key_line_id for question in questions_of(session, tool.id)} - {None}
    assert cited == set(lines)


def test_key_line_the_review_does_not_follow_is_left_out(session: Session, review: ThematicReview) -> None:
    copy_standard_lines(session, review)
    dropped = key_lines_of(session, review.id)[0]
    standard_id = dropped.copied_from_id
    session.delete(dropped)
    session.flush()
    tool = copy_tool(session, bank(session), review=review)
    without = [question.key for question in questions_of(session, tool.id) if question.key_line_id is None]
    expected = [
        question.key
        for question in questions_of(session, bank(session).id)
        if question.key_line_id in (None, standard_id)
    ]
    assert without == expected
    assert len(key_lines_of(session, review.id)) == 11, "it does not come back"


def test_tool_of_an_earlier_review_is_copied_by_way_of_the_standard_lines(
    session: Session, review: ThematicReview
) -> None:
    first = copy_tool(session, bank(session), review=review)
    later = make.review(session, title="Neglect, again", year=2027)
    again = copy_tool(session, first, review=later)
    own = {key_line.id for key_line in key_lines_of(session, later.id)}
    assert {question.key_line_id for question in questions_of(session, again.id)} - {None} == own
    back = copy_tool(session, first)
    standard = {key_line.id for key_line in key_lines_of(session, None)}
    assert back.review_id is None
    assert {question.key_line_id for question in questions_of(session, back.id)} - {None} == standard


def test_copy_within_a_review_keeps_its_own_lines(session: Session, review: ThematicReview) -> None:
    line = make_tools.key_line(session, review)
    tool = make_tools.tool(session, review)
    own_copy = copy_tool(session, tool, review=review)
    assert questions_of(session, own_copy.id)[0].key_line_id == line.id


def test_section_11_is_never_copied_for_a_review(browser: Open, session: Session, review: ThematicReview) -> None:
    tool = bank(session, ToolKind.SECTION_11)
    with pytest.raises(RuleBroken, match="stands apart from the reviews"):
        copy_tool(session, tool, review=review)
    session.commit()
    page = browser(Role.OFFICER).get(f"/assurance-tools/{tool.id}/copy/")
    assert page.select_one("#review_id") is None


def test_officer_copies_a_tool_for_a_review_and_lands_on_the_copy(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, tool = browser(Role.OFFICER), bank(session)
    page = f"/assurance-tools/{tool.id}/copy/"
    assert "Copy for a review" in officer.get(f"/assurance-tools/{tool.id}/").get_text()
    sent = officer.send(page, review_id=review.id, title="Self-evaluation: neglect")
    own_copy = tools_of(session, review.id)[0]
    assert sent.headers["Location"] == f"/assurance-tools/{own_copy.id}/"
    assert "Self-evaluation: neglect is copied; amend it below." in officer.get(sent.headers["Location"]).get_text()
    assert "Give the title." in words_of(officer.send(page, review_id="", title=""))


def test_review_is_given_all_standard_tools_at_once(browser: Open, session: Session, review: ThematicReview) -> None:
    officer, page = browser(Role.OFFICER), f"/assurance-tools/from-bank/{review.id}/"
    boxes = officer.get(page).select("input[name=tools]")
    assert len(boxes) == 4
    assert all(box.has_attr("checked") for box in boxes)
    assert officer.send(page, tools=[box["value"] for box in boxes]).status_code == 302
    assert "4 tools are copied for" in officer.get(f"/thematic-reviews/{review.id}/").get_text()
    assert len(tools_of(session, review.id)) == 4
    assert not any(box.has_attr("checked") for box in officer.get(page).select("input[name=tools]"))
    assert "Choose the tools." in words_of(officer.send(page))


def test_officer_of_another_hub_copies_nothing_into_a_review(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    other = browser(Role.OFFICER, name="Other Officer")
    other.get(f"/assurance-tools/from-bank/{review.id}/", 403)
    other.get("/assurance-tools/from-bank/99999999999/", 404)
    page = f"/assurance-tools/{bank(session).id}/copy/"
    answer = other.send(page, review_id=review.id, title="Taken")
    assert "Choose one of the offered records for review." in words_of(answer)
    assert session.scalars(select(KeyLine).where(KeyLine.review_id == review.id)).all() == []
