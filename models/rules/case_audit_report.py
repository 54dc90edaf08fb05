"""What is said of one case audit, and of a case whose agencies' audits stand side by side?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.rules.agreement import Agreement, agreement_of, agreement_together, overall_question
from models.rules.questionnaires import Answers, Question, Questionnaire, asked_questions


@dataclass(frozen=True)
class AnswerFacts:
    """One question of an audit with its answer in words."""

    question: str
    words: str
    note: str = ""
    key_line: str = ""


@dataclass(frozen=True)
class CaseAuditFacts:
    """One agency's audit of one case, whole. `sections` are titles with their answers, in order."""

    reference: str
    case_reference: str
    stratum: str
    review: str
    agency: str
    auditor: str
    auditor_role: str
    case_team: str
    status: str
    due_on: date
    submitted_on: date | None
    overall: str
    record: str
    sections: tuple[tuple[str, tuple[AnswerFacts, ...]], ...]


@dataclass(frozen=True)
class AgencyAudit:
    """One agency's column: whose audit it is, what it asks, and what was answered."""

    reference: str
    agency: str
    auditor: str
    status: str
    asked: Questionnaire
    answers: Answers
    notes: Mapping[str, str]
    record: str = ""

    @property
    def overall(self) -> str:
        """The agency's own grade of the whole case; empty when its tool asks for none, or none is given."""
        return overall_words(self.asked, self.answers)


@dataclass(frozen=True)
class SideCell:
    """What one agency says to one question."""

    words: str
    note: str = ""


@dataclass(frozen=True)
class SideRow:
    """One question with the agencies' answers beside each other, in the order of the columns."""

    question: str
    key_line: str
    cells: tuple[SideCell, ...]
    agreement: Agreement | None


@dataclass(frozen=True)
class ModeratedFacts:
    """The moderated grade of a case, kept apart from the agencies' own."""

    grade: str
    reason: str
    discussion: str
    moderated_by: str
    moderated_on: date


@dataclass(frozen=True)
class ModerationFacts:
    """A case with its agencies' audits side by side, how far they agree, and the moderated grade once there is one.

    `silent` are agencies whose audit is not there, each with the reason in a word.
    """

    case_reference: str
    stratum: str
    sample: str
    review: str
    columns: tuple[AgencyAudit, ...]
    silent: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[SideRow, ...]], ...]
    moderated: ModeratedFacts | None

    @property
    def agreement(self) -> Agreement:
        """Over every rated question of the case, pairs counted together."""
        rows = [row for _, rows in self.sections for row in rows]
        return agreement_together(row.agreement for row in rows if row.agreement is not None)


def overall_words(asked: Questionnaire, answers: Answers) -> str:
    """The grade of the whole case in a set of answers, in words; empty when there is none.

    >>> overall_words(Questionnaire("Empty"), {})
    ''
    """
    question = overall_question(asked)
    return question.how.show(answers.get(question.key)) if question is not None else ""


def answered_sections(
    asked: Questionnaire, answers: Answers, notes: Mapping[str, str]
) -> tuple[tuple[str, tuple[AnswerFacts, ...]], ...]:
    """Every section of an audit with the questions that apply and their answers.

    >>> answered_sections(Questionnaire("Empty"), {}, {})
    ()
    """
    applies = asked_questions(asked, answers)
    return tuple(
        (
            section.title,
            tuple(
                AnswerFacts(one.text, one.how.show(answers.get(one.key)), notes.get(one.key, ""), one.key_line)
                for one in section.questions
                if one in applies
            ),
        )
        for section in asked.sections
    )


def side_by_side(columns: Sequence[AgencyAudit]) -> tuple[tuple[str, tuple[SideRow, ...]], ...]:
    """The answers of several agencies, question by question; a question that one tool alone asks has one answer.

    Sections and questions stand in the order of the first column's tool, then what only the others ask.

    >>> side_by_side([])
    ()
    """
    sections: dict[str, dict[str, Question]] = {}
    seen: set[str] = set()
    for column in columns:
        for section in column.asked.sections:
            for question in section.questions:
                if question.key not in seen:
                    sections.setdefault(section.title, {})[question.key] = question
                    seen.add(question.key)
    rows = ((title, tuple(_row(one, columns) for one in asked.values())) for title, asked in sections.items())
    return tuple((title, shown) for title, made in rows if (shown := tuple(row for row in made if _is_said(row))))


def _row(question: Question, columns: Sequence[AgencyAudit]) -> SideRow:
    values = [_value(question.key, column) for column in columns]
    cells = tuple(
        SideCell(question.how.show(value), column.notes.get(question.key, ""))
        for value, column in zip(values, columns, strict=True)
    )
    counted = [value for value in values if isinstance(value, str) and question.level(value) is not None]
    is_rated = any(option.weight is not None for option in question.options)
    return SideRow(question.text, question.key_line, cells, agreement_of(counted) if is_rated else None)


def _value(key: str, column: AgencyAudit) -> Any:
    applies = {one.key for one in asked_questions(column.asked, column.answers)}
    return column.answers.get(key) if key in applies else None


def _is_said(row: SideRow) -> bool:
    return any(cell.words or cell.note for cell in row.cells)
