"""What do the agencies say of one case side by side, how far do they agree, and what was moderated?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.rules.audits.agreement import Agreement, agreement_of, agreement_together
from models.rules.core.counts import list_words
from models.rules.documents.papers import Occasion
from models.rules.tools.questionnaires import Answers, Question, Questionnaire, asked_questions


@dataclass(frozen=True)
class AuditSheet:
    """What one agency's audit asks, and what it answers."""

    asked: Questionnaire
    answers: Answers
    notes: Mapping[str, str]


@dataclass(frozen=True)
class AgencyAudit:
    """The head of one agency's column. `overall` is its own grade of the whole case; empty when it gave none."""

    reference: str
    agency: str
    auditor: str
    overall: str
    record: str = ""


@dataclass(frozen=True)
class SideCell:
    """One agency's answer to one question."""

    words: str
    note: str = ""


@dataclass(frozen=True)
class SideRow:
    """One question with the agencies' answers beside each other, in the order of the columns."""

    question: str
    key_line: str
    cells: tuple[SideCell, ...]
    agreement: Agreement | None
    is_free: bool = False

    @property
    def kind(self) -> str:
        """How the answers compare: in the agencies' own words, which always differ; else differing, or alike.

        An agency that says nothing differs from nobody.

        >>> SideRow("Seen?", "", (SideCell("Yes"), SideCell("No"), SideCell("")), None).kind
        'differing'
        >>> SideRow("Seen?", "", (SideCell("Yes"), SideCell("")), None).kind
        'alike'
        """
        if self.is_free:
            return "written"
        return "differing" if len({cell.words for cell in self.cells if cell.words}) > 1 else "alike"


@dataclass(frozen=True)
class SideSection:
    """A heading with its questions."""

    title: str
    rows: tuple[SideRow, ...]


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

    `places` are its level, and its stratum where that is a theme or an agency, as label and value. `silent` are
    agencies whose audit is not there, each with the reason in a word.
    """

    occasion: Occasion
    about: str
    case_reference: str
    places: tuple[tuple[str, str], ...]
    sample: str
    review: str
    columns: tuple[AgencyAudit, ...]
    silent: tuple[tuple[str, str], ...]
    sections: tuple[SideSection, ...]
    moderated: ModeratedFacts | None

    @property
    def agreement(self) -> Agreement:
        """Over every rated question of the case, pairs counted together."""
        rows = [row for section in self.sections for row in section.rows]
        return agreement_together(row.agreement for row in rows if row.agreement is not None)

    def sections_of(self, kind: str) -> tuple[SideSection, ...]:
        """The questions of one kind (`SideRow.kind`) under their headings, without headings that have none."""
        parts = ((part.title, tuple(row for row in part.rows if row.kind == kind)) for part in self.sections)
        return tuple(SideSection(title, rows) for title, rows in parts if rows)

    @property
    def question_count(self) -> int:
        """How many questions the agencies have answered."""
        return sum(len(section.rows) for section in self.sections)

    @property
    def own_grade(self) -> str:
        """The grade that most agencies give the case themselves, and how many do; the grades, where none leads."""
        counts = Counter(column.overall for column in self.columns if column.overall).most_common()
        if not counts:
            return "No agency grades the whole case."
        (grade, most), *others = counts
        if not others or others[0][1] < most:
            return f"{grade}, {most} of {sum(count for _, count in counts)} say."
        return f"The agencies differ: {list_words([word for word, _ in counts])}."


def side_by_side(columns: Sequence[AuditSheet]) -> tuple[SideSection, ...]:
    """The answers of several agencies, question by question; a question that only one tool asks has one answer.

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
    rows = (
        (title, tuple(_row(question, columns) for question in questions.values()))
        for title, questions in sections.items()
    )
    return tuple(
        SideSection(title, answered)
        for title, rows_of_section in rows
        if (answered := tuple(row for row in rows_of_section if _is_said(row)))
    )


def _row(question: Question, columns: Sequence[AuditSheet]) -> SideRow:
    values = [_value(question.key, column) for column in columns]
    cells = tuple(
        SideCell(question.how.show(value), column.notes.get(question.key, ""))
        for value, column in zip(values, columns, strict=True)
    )
    counted = [value for value in values if isinstance(value, str) and question.level(value) is not None]
    is_rated = any(option.weight is not None for option in question.options)
    is_free = question.how.widget == "textarea"
    return SideRow(question.text, question.key_line, cells, agreement_of(counted) if is_rated else None, is_free)


def _value(key: str, column: AuditSheet) -> Any:
    applies = {question.key for question in asked_questions(column.asked, column.answers)}
    return column.answers.get(key) if key in applies else None


def _is_said(row: SideRow) -> bool:
    return any(cell.words or cell.note for cell in row.cells)
