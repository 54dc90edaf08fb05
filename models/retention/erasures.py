"""Which kinds of data can be erased, where is each kept, and what is left in its place?

An entry of ERASABLE is one kind. A new noun with case-level data adds its own, and may be named in a retention rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, Text, func, or_, select, text
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from models.audits.case_audits import CaseAudit
from models.case_lists.case_frames import CaseFrame
from models.core.clock import london_day
from models.core.db import Base
from models.documents.documents import Document, DocumentKind, erase_content
from models.feedback.feedback_activities import FeedbackActivity
from models.feedback.surveys import Survey, SurveyResponse
from models.rules.retention.retention import Holding
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion

Find = Callable[[Session], list[Holding]]
Erase = Callable[[Session, Sequence[int], date], int]


@dataclass(frozen=True)
class Erasable:
    """One kind of data: its name, what is kept of it, and the verb that erases it.

    `erase` gets the ids that `find` gave and the day; it returns how many single things (cases, rows, files) are gone.
    What is erased is found no more. `least_months` is how long the portal itself still needs the data.
    """

    label: str
    leaves: str
    find: Find
    erase: Erase
    least_months: int = 0


def samples_with_references(session: Session) -> list[Holding]:
    """The samples whose drawn or excluded references are still readable."""
    moments = (AuditSample.drawn_at, AuditSample.requested_at, AuditSample.committed_at)
    rows = session.execute(
        select(AuditSample.id, AuditSample.review_id, AuditSample.year, *moments)
        .where(
            AuditSample.erased_on.is_(None),
            or_(AuditSample.drawn_at.is_not(None), func.cardinality(AuditSample.excluded) > 0),
        )
        .order_by(AuditSample.id)
    )
    return [Holding(key, review_id, _made_on(year, *moments)) for key, review_id, year, *moments in rows]


def _made_on(year: int, *moments: datetime | None) -> date:
    """The day of the first moment that is set; the year's last day when none is."""
    return next((london_day(moment) for moment in moments if moment is not None), date(year, 12, 31))


def erase_references(session: Session, sample_ids: Sequence[int], on: date) -> int:
    """Replace each drawn reference and its ticket by a mark, in the certificate too, and empty the printed files.

    Left are the strata, positions, standings, grades, reasons and dates, so that every count stays as it was.
    """
    count = 0
    for sample in session.scalars(select(AuditSample).where(AuditSample.id.in_(sample_ids)).order_by(AuditSample.id)):
        cases = session.scalars(select(SampleCase).where(SampleCase.sample_id == sample.id)).all()
        marks = {case.reference: f"erased-{case.id}" for case in cases}
        for case in cases:
            case.reference, case.ticket = marks[case.reference], ""
        excluded = {reference: f"erased-excluded-{number}" for number, reference in enumerate(sample.excluded, 1)}
        sample.certificate = anonymised(sample.certificate, excluded | marks)
        sample.excluded = [excluded[reference] for reference in sample.excluded]
        sample.erased_on = on
        count += len(cases)
        _empty_papers(session, on, f"audit_samples:{sample.id}", *_papers_of(session, cases))
    session.flush()
    return count


def _papers_of(session: Session, cases: Sequence[SampleCase]) -> list[str]:
    """The subjects of papers that say what agencies found in drawn cases: moderated results and audits."""
    keys = [case.id for case in cases]
    audits = session.scalars(select(CaseAudit.id).where(CaseAudit.sample_case_id.in_(keys)))
    return [*(f"sample_cases:{key}" for key in keys), *(f"case_audits:{key}" for key in audits)]


def _empty_papers(session: Session, on: date, *subjects: str) -> None:
    """Empty what was printed of these subjects; uploaded evidence has a rule of its own."""
    printed = (Document.subject.in_(subjects), Document.kind != DocumentKind.EVIDENCE, Document.erased_on.is_(None))
    erase_files(session, session.scalars(select(Document.id).where(*printed)).all(), on)


def anonymised(value: Any, marks: Mapping[str, str]) -> Any:
    """The same plain data with a mark for each known reference and no ticket.

    >>> anonymised({"selected": [{"reference": "A-1", "ticket": "0.12"}], "cases": 3}, {"A-1": "erased-1"})
    {'selected': [{'reference': 'erased-1', 'ticket': ''}], 'cases': 3}
    """
    if isinstance(value, Mapping):
        return {key: "" if key == "ticket" else anonymised(part, marks) for key, part in value.items()}
    if isinstance(value, list):
        return [anonymised(part, marks) for part in value]
    return marks.get(value, value) if isinstance(value, str) else value


def frames_with_rows(session: Session) -> list[Holding]:
    """The frozen frames whose rows are still there."""
    frames = select(CaseFrame.id, CaseFrame.review_id, CaseFrame.frozen_at).where(
        CaseFrame.erased_on.is_(None), CaseFrame.fingerprint != ""
    )
    return [
        Holding(key, review_id, london_day(frozen_at))
        for key, review_id, frozen_at in session.execute(frames.order_by(CaseFrame.id))
    ]


def erase_rows(session: Session, frame_ids: Sequence[int], on: date) -> int:
    """Delete the rows of the frames. What is left: the counts by level, theme and agency, and the fingerprint."""
    frames = session.scalars(select(CaseFrame).where(CaseFrame.id.in_(frame_ids)).order_by(CaseFrame.id)).all()
    for frame in frames:
        frame.erased_on = on
    session.flush()  # the function empties only what is marked
    for frame in frames:
        session.execute(text("SELECT empty_frame(:frame)"), {"frame": frame.id})
    return sum(frame.row_count for frame in frames)


def evidence_files(session: Session) -> list[Holding]:
    """The uploaded files that are about something within a review, and whose content is still there."""
    rows = session.execute(
        select(Document.id, Document.subject, Document.made_at)
        .where(Document.kind == DocumentKind.EVIDENCE, Document.erased_on.is_(None))
        .order_by(Document.id)
    ).all()
    reviews = _reviews_of(session, {subject for _, subject, _ in rows})
    return [Holding(key, reviews[subject], london_day(made_at)) for key, subject, made_at in rows if subject in reviews]


def _reviews_of(session: Session, subjects: set[str]) -> dict[str, int]:
    """For each subject within a review (`case_audits:12`) the review's id."""
    reviews: dict[str, int] = {}
    for name in {subject.partition(":")[0] for subject in subjects}:
        table = Base.metadata.tables.get(name)
        column = None if table is None else _review_column(table)
        if table is None or column is None:
            continue
        keys = [int(key) for noun, _, key in (subject.partition(":") for subject in subjects) if noun == name]
        rows = session.execute(select(table.c.id, column).where(table.c.id.in_(keys), column.is_not(None)))
        reviews |= {f"{name}:{key}": review_id for key, review_id in rows}
    return reviews


def _review_column(table: Table) -> Any:
    """The expression that gives the review of a table's row: its own column, or that of its plan, sample or sheet."""
    if table.name == "thematic_reviews":
        return table.c.id
    if "review_id" in table.c:
        return table.c.review_id
    if "sheet_id" in table.c:
        return func.coalesce(*(_of_sheet(sender, table.c.sheet_id) for sender in _sheet_senders()))
    for column in table.c:
        for key in column.foreign_keys:
            parent = key.column.table
            if column.name in ("plan_id", "sample_id") and "review_id" in parent.c:
                return select(parent.c.review_id).where(parent.c.id == column).scalar_subquery()
    return None


def _sheet_senders() -> list[Table]:
    """The tables that send a sheet within a review: self-evaluations, case audits."""
    tables = Base.metadata.sorted_tables
    return [table for table in tables if "sheet_id" in table.c and "review_id" in table.c]


def _of_sheet(sender: Table, sheet_id: Any) -> Any:
    return select(sender.c.review_id).where(sender.c.sheet_id == sheet_id).limit(1).scalar_subquery()


def surveys_with_texts(session: Session) -> list[Holding]:
    """The surveys in which somebody's own words are still readable."""
    found_in = select(Survey.id, FeedbackActivity.review_id, Survey.closes_on, ToolVersion)
    joined = found_in.join(FeedbackActivity, FeedbackActivity.id == Survey.activity_id)
    rows = session.execute(joined.join(ToolVersion, ToolVersion.id == Survey.version_id).order_by(Survey.id))
    holdings = [(Holding(key, review_id, day), _written(version)) for key, review_id, day, version in rows]
    return [holding for holding, keys in holdings if _responses(session, holding.id, keys, limit=1)]


def erase_texts(session: Session, survey_ids: Sequence[int], on: date) -> int:
    """Remove what people wrote from their responses. What is left: how many answered, and every rating and choice."""
    count = 0
    for survey in session.scalars(select(Survey).where(Survey.id.in_(survey_ids)).order_by(Survey.id)):
        keys = _written(session.get_one(ToolVersion, survey.version_id))
        for response in _responses(session, survey.id, keys):
            kept = {key: value for key, value in response.answers.items() if key not in keys}
            count += len(response.answers) - len(kept)
            response.answers = kept
    session.flush()
    return count


def _written(version: ToolVersion) -> list[str]:
    """The keys of the questions that people answer in their own words."""
    return [question.key for question in version.questionnaire.questions() if question.how.widget == "textarea"]


def _responses(session: Session, survey_id: int, keys: list[str], limit: int | None = None) -> list[SurveyResponse]:
    written = SurveyResponse.answers.has_any(array(keys, type_=Text))
    statement = select(SurveyResponse).where(SurveyResponse.survey_id == survey_id, written)
    return list(session.scalars(statement.order_by(SurveyResponse.id).limit(limit))) if keys else []


def audits_with_words(session: Session) -> list[Holding]:
    """The case audits in which the auditor's own words are still readable."""
    rows = session.execute(
        select(CaseAudit.id, CaseAudit.review_id, CaseAudit.opened_at, CaseAudit.sheet_id, ToolVersion)
        .join(AnswerSheet, AnswerSheet.id == CaseAudit.sheet_id)
        .join(ToolVersion, ToolVersion.id == AnswerSheet.version_id)
        .order_by(CaseAudit.id)
    ).all()
    return [
        Holding(key, review_id, london_day(opened_at))
        for key, review_id, opened_at, sheet_id, version in rows
        if _worded(session, sheet_id, _written(version), limit=1)
    ]


def erase_words(session: Session, audit_ids: Sequence[int], on: date) -> int:
    """Remove the auditors' own words from their forms. What is left: every grade, choice, number and date."""
    count = 0
    for audit in session.scalars(select(CaseAudit).where(CaseAudit.id.in_(audit_ids)).order_by(CaseAudit.id)):
        sheet = session.get_one(AnswerSheet, audit.sheet_id)
        keys = _written(session.get_one(ToolVersion, sheet.version_id))
        for answer in _worded(session, sheet.id, keys):
            answer.value, answer.note = None if answer.question_key in keys else answer.value, ""
            answer.earlier = []
            count += 1
        _empty_papers(session, on, f"case_audits:{audit.id}", f"sample_cases:{audit.sample_case_id}")
    session.flush()
    return count


def _worded(session: Session, sheet_id: int, keys: list[str], limit: int | None = None) -> list[SheetAnswer]:
    """The answers of a sheet that are somebody's own words, or have a note or earlier words."""
    own = SheetAnswer.question_key.in_(keys) & SheetAnswer.value.is_not(None)
    worded = own | (SheetAnswer.note != "") | (SheetAnswer.earlier != [])
    statement = select(SheetAnswer).where(SheetAnswer.sheet_id == sheet_id, worded).order_by(SheetAnswer.id)
    return list(session.scalars(statement.limit(limit)))


def erase_files(session: Session, document_ids: Sequence[int], on: date) -> int:
    """Remove the content and name of files. What is left: the title, the size and the SHA-256 of the content."""
    documents = session.scalars(select(Document).where(Document.id.in_(document_ids)).order_by(Document.id)).all()
    for document in documents:
        document.file_name, document.erased_on = "erased", on
    erase_content(session, document_ids)
    session.flush()
    return len(documents)


ERASABLE: dict[str, Erasable] = {
    "drawn_cases": Erasable(
        "References of drawn cases",
        "Strata, positions and standings stay; references become marks such as erased-12; papers are emptied.",
        samples_with_references,
        erase_references,
        least_months=12,
    ),
    "frame_rows": Erasable(
        "Rows of case frames",
        "Counts by level, theme and agency stay, and the fingerprint.",
        frames_with_rows,
        erase_rows,
    ),
    "evidence_files": Erasable(
        "Uploaded evidence", "Title, size and fingerprint of each file stay.", evidence_files, erase_files
    ),
    "audit_words": Erasable(
        "What auditors wrote about cases",
        "Every grade, choice, number and date stays; papers that hold the words are emptied.",
        audits_with_words,
        erase_words,
    ),
    "survey_texts": Erasable(
        "What people wrote in surveys",
        "How many answered, and every rating and choice, stay.",
        surveys_with_texts,
        erase_texts,
    ),
}
"""What can be erased, by the word a retention rule names it with."""
