"""Does a new portal start with a bank of key lines and tools that hold together and can be answered?"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.rules.tools.questionnaire_words import faults
from models.rules.tools.questionnaires import Questionnaire, asked_questions
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import key_lines_of
from models.tools.rating_scales import RatingScale
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from models.tools.tool_questions import questions_of
from models.tools.tool_versions import questionnaire_of


@pytest.fixture
def bank(session: Session) -> dict[ToolKind, Questionnaire]:
    """The bank's tools as they would be asked, by kind."""
    give_starting_words(session)
    give_starting_tools(session)
    tools = session.scalars(select(AssuranceTool).where(AssuranceTool.review_id.is_(None)))
    return {tool.kind: questionnaire_of(session, tool) for tool in tools}


def test_bank_has_a_tool_of_every_kind_that_holds_together(bank: dict[ToolKind, Questionnaire]) -> None:
    assert set(bank) == set(ToolKind)
    assert [sentence for asked in bank.values() for sentence in faults(asked)] == []


def test_every_starting_question_keeps_the_rules_it_is_edited_by(session: Session, bank: object) -> None:
    for tool in session.scalars(select(AssuranceTool)):
        for question in questions_of(session, tool.id):
            question.check(session)


def test_bank_has_twelve_key_lines_in_the_four_areas(session: Session, bank: object) -> None:
    lines = key_lines_of(session, None)
    assert [line.number for line in lines] == list(range(1, 13))
    assert len({line.key_area_id for line in lines}) == 4


def test_bank_is_given_once_and_never_over_the_partnerships_own(session: Session, bank: object) -> None:
    assert give_starting_tools(session) == 0
    for tool in session.scalars(select(AssuranceTool)):
        session.delete(tool)
    session.flush()
    assert give_starting_tools(session) == 0, "key lines are there, so the bank is not empty"


def test_starting_scale_that_was_deleted_comes_back_with_the_tools(session: Session) -> None:
    session.add(RatingScale(name="Our own", points=["Yes", "No"]))
    session.flush()
    give_starting_words(session)
    give_starting_tools(session)
    assert session.scalar(select(RatingScale).where(RatingScale.name == "Ofsted grades")) is not None
    assert session.scalar(select(RatingScale).where(RatingScale.name == "Agreement")) is not None


@pytest.mark.parametrize(
    ("about", "there", "not_there"),
    [
        ("A child", {"seen_alone", "wishes_recorded", "missing"}, {"outcomes_asked", "capacity", "risk_changed"}),
        ("An adult", {"outcomes_asked", "capacity", "risk_changed"}, {"seen_alone", "wishes_recorded", "missing"}),
    ],
)
def test_case_audit_asks_of_a_child_what_it_does_not_ask_of_an_adult(
    bank: dict[ToolKind, Questionnaire], about: str, there: set[str], not_there: set[str]
) -> None:
    asked = {question.key for question in asked_questions(bank[ToolKind.CASE_AUDIT], {"service": about})}
    assert there <= asked
    assert not not_there & asked


def test_case_audit_grades_each_of_six_parts_on_ofsteds_words(bank: dict[ToolKind, Questionnaire]) -> None:
    parts = ("recognition", "assessment", "planning", "joint", "impact", "overall")
    grades = [bank[ToolKind.CASE_AUDIT].question(f"{part}_grade") for part in parts]
    offered = {
        question.labels for question in grades if question is not None and question.is_required and question.key_line
    }
    ofsted = ("Outstanding", "Good", "Requires improvement", "Inadequate", "Not applicable", "Not enough evidence")
    assert offered == {ofsted}


def test_section_11_asks_eight_standards_and_a_deadline_below_the_full_score(
    bank: dict[ToolKind, Questionnaire],
) -> None:
    form = bank[ToolKind.SECTION_11]
    assert len(form.sections) == 8
    full = {question.key for question in asked_questions(form, {"training_score": "3"})}
    short = {question.key for question in asked_questions(form, {"training_score": "1"})}
    assert short - full == {"training_improve", "training_due_on"}


def test_service_users_are_asked_little_and_nothing_they_must_answer(bank: dict[ToolKind, Questionnaire]) -> None:
    asked = list(bank[ToolKind.SERVICE_USER_QUESTIONS].questions())
    assert len(asked) < 10
    assert not any(question.is_required for question in asked)
    assert max(len(question.text) for question in asked) < 60
