"""How does a tool of the bank, or of an earlier review, become another review's own?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, copy_standard_lines, key_lines_of
from models.tools.tool_questions import ToolQuestion, ToolSection, questions_of, sections_of


def copy_tool(
    session: Session, tool: AssuranceTool, *, review: ThematicReview | None = None, title: str = ""
) -> AssuranceTool:
    """Copy a tool whole, for a review or (without one) into the bank. Questions keep their keys.

    Equal keys let rounds be compared. Key lines become the review's own copies of them; a review without key lines is
    given the standard ones first. Refuses a Section 11 audit for a review (framework, "Initial scoping").
    """
    if tool.kind is ToolKind.SECTION_11 and review is not None:
        raise RuleBroken("A Section 11 audit stands apart from the reviews, so it cannot be copied for one.")
    copy = AssuranceTool(
        review_id=review.id if review else None, kind=tool.kind, title=title.strip() or tool.title,
        introduction=tool.introduction, covers=tool.covers, copied_from_id=tool.id,
    )  # fmt: skip
    session.add(copy)
    session.flush()
    lines = _lines_for(session, tool, review)
    sections = {section.id: _copied_section(session, section, copy) for section in sections_of(session, tool.id)}
    session.flush()
    session.add_all(
        _copied_question(question, copy, sections[question.section_id], lines)
        for question in questions_of(session, tool.id)
    )
    session.flush()
    return copy


def _lines_for(session: Session, tool: AssuranceTool, review: ThematicReview | None) -> dict[int, int]:
    """Which key line of the copy's review (or of the bank) stands for each key line the tool cites."""
    if review is not None and not key_lines_of(session, review.id):
        copy_standard_lines(session, review)
    there = key_lines_of(session, review.id if review else None)
    by_standard = {(line.copied_from_id if review else line.id): line.id for line in there}
    cited = select(KeyLine).join(ToolQuestion, ToolQuestion.key_line_id == KeyLine.id)
    cited_lines = {line.id: line for line in session.scalars(cited.where(ToolQuestion.tool_id == tool.id).distinct())}
    standard = {key: line.id if line.review_id is None else line.copied_from_id for key, line in cited_lines.items()}
    same_review = {line.id: line.id for line in there}
    bank_copies = {
        key: same_review.get(key) or by_standard.get(bank) for key, bank in standard.items() if bank is not None
    }
    return {key: line for key, line in (same_review | bank_copies).items() if line is not None}


def _copied_section(session: Session, section: ToolSection, tool: AssuranceTool) -> ToolSection:
    copy = ToolSection(tool_id=tool.id, number=section.number, title=section.title, introduction=section.introduction)
    session.add(copy)
    return copy


def _copied_question(
    question: ToolQuestion, tool: AssuranceTool, section: ToolSection, lines: dict[int, int]
) -> ToolQuestion:
    return ToolQuestion(
        tool_id=tool.id, section_id=section.id, number=question.number, key=question.key, kind=question.kind,
        text=question.text, help=question.help, is_required=question.is_required, scale_id=question.scale_id,
        options=list(question.options or ()), shown_if_key=question.shown_if_key,
        shown_if_answers=list(question.shown_if_answers or ()), key_line_id=lines.get(question.key_line_id or 0),
    )  # fmt: skip


def may_be_copied_for(tool: AssuranceTool) -> bool:
    """Whether a review can have a copy of this tool of its own."""
    return tool.kind is not ToolKind.SECTION_11
