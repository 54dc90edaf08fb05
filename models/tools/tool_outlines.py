"""In which order does a tool ask its sections and questions, and how are they moved and taken away?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.rules.tools.questionnaire_words import faults
from models.tools.assurance_tools import AssuranceTool
from models.tools.rating_scales import RatingScale
from models.tools.tool_questions import ToolQuestion, ToolSection, next_question_number, questions_of, sections_of
from models.tools.tool_versions import questionnaire_of


def add_section(session: Session, tool: AssuranceTool, *, title: str, introduction: str = "") -> ToolSection:
    """A new section at the end of a tool."""
    highest = session.scalar(select(func.max(ToolSection.number)).where(ToolSection.tool_id == tool.id))
    section = ToolSection(tool_id=tool.id, number=(highest or 0) + 1, title=title, introduction=introduction)
    session.add(section)
    session.flush()
    return section


def keep_question(session: Session, tool: AssuranceTool, question: ToolQuestion) -> ToolQuestion:
    """Keep a new or changed question; a new one stands at the end of its section.

    Refuses a change after which a question of the tool could never be asked.
    """
    if not question.number:
        question.number = next_question_number(session, question.section_id)
    question.check(session)
    session.add(question)
    session.flush()
    refuse_faults(session, tool)
    return question


def refuse_faults(session: Session, tool: AssuranceTool) -> None:
    """Refuse a tool in which a question depends on something that is not asked before it."""
    for sentence in faults(questionnaire_of(session, tool)):
        raise RuleBroken(sentence)


def refuse_faults_of_scale(session: Session, scale: RatingScale) -> None:
    """Refuse a change of a scale that removes an answer on which some question depends."""
    session.flush()
    using = select(ToolQuestion.tool_id).where(ToolQuestion.scale_id == scale.id)
    for tool in session.scalars(select(AssuranceTool).where(AssuranceTool.id.in_(using)).order_by(AssuranceTool.id)):
        for sentence in faults(questionnaire_of(session, tool)):
            raise RuleBroken(f"{tool.title}: {sentence}")


def move_section(session: Session, tool: AssuranceTool, section: ToolSection, places: int) -> None:
    """Take a section with its questions up (-1) or down (1). Refuses beyond either end, and a broken condition."""
    sections = sections_of(session, tool.id)
    place = sections.index(section) + places
    if not 0 <= place < len(sections):
        raise RuleBroken(f"{section.title} is the {'first' if places < 0 else 'last'} section already.")
    sections.insert(place, sections.pop(place - places))
    _number(sections)
    session.flush()
    refuse_faults(session, tool)


def move_question(session: Session, tool: AssuranceTool, question: ToolQuestion, places: int) -> None:
    """Take a question up (-1) or down (1); at the end of its section it goes on into the next one.

    Refuses beyond the tool's first and last place, and what depends on the order.
    """
    sections = sections_of(session, tool.id)
    rows = {
        section.id: [each for each in questions_of(session, tool.id) if each.section_id == section.id]
        for section in sections
    }
    own = rows[question.section_id]
    place = own.index(question) + places
    if 0 <= place < len(own):
        own.insert(place, own.pop(place - places))
    else:
        _into_next_section(sections, rows, question, places)
    for row in rows.values():
        _number(row)
    session.flush()
    refuse_faults(session, tool)


def _into_next_section(
    sections: list[ToolSection], rows: dict[int, list[ToolQuestion]], question: ToolQuestion, places: int
) -> None:
    ids = [section.id for section in sections]
    at = ids.index(question.section_id) + places
    if not 0 <= at < len(ids):
        raise RuleBroken(f"This is the {'first' if places < 0 else 'last'} question already.")
    rows[question.section_id].remove(question)
    question.section_id = ids[at]
    rows[ids[at]].insert(len(rows[ids[at]]) if places < 0 else 0, question)


def _number(row: Sequence[ToolSection | ToolQuestion]) -> None:
    for number, part in enumerate(row, 1):
        if part.number != number:
            part.number = number


def remove_question(session: Session, tool: AssuranceTool, question: ToolQuestion) -> None:
    """Take a question away; frozen versions keep it. Refuses while another is asked only after it."""
    waits = select(ToolQuestion).where(ToolQuestion.tool_id == tool.id, ToolQuestion.shown_if_key == question.key)
    other = session.scalar(waits.limit(1))
    if other is not None:
        raise RuleBroken(f"‘{other.text}’ is asked only after certain answers to this question; change that first.")
    session.delete(question)
    session.flush()


def remove_section(session: Session, tool: AssuranceTool, section: ToolSection) -> None:
    """Take a section away with its questions. Refuses while a question elsewhere depends on one of them."""
    session.delete(section)
    session.flush()
    session.expire_all()
    refuse_faults(session, tool)
