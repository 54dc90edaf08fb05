"""What has an agency answered so far on a tool it was sent, question by question?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind
from models.documents.evidence_files import USUAL_RULES, KeptFor, SentFile, UploadRules, keep_evidence
from models.partnership.agencies import Agency
from models.rules.tools.question_kinds import LONGEST_TEXT, read_answer
from models.rules.tools.questionnaires import Progress, Question, progress
from models.tools.earlier_words import EarlierWords, with_words
from models.tools.tool_versions import ToolVersion

OVERTAKEN = "A colleague has answered this question in the meantime; read both answers and choose."
_OWN = f"EXISTS (SELECT FROM answer_sheets s WHERE s.id = sheet_id AND s.agency_id = ANY {OWN_AGENCIES})"
_OWN_SHEET_OPEN = (
    f"EXISTS (SELECT FROM answer_sheets s WHERE s.id = sheet_id AND s.agency_id = ANY {OWN_AGENCIES} AND s.is_open)"
)
_ANOTHERS = (
    "EXISTS (SELECT FROM case_audits a WHERE a.sheet_id = sheet_answers.sheet_id"
    f" AND (a.auditor_id = {OWN_PERSON}) IS NOT TRUE)"
)
_OWN_OPEN = f"{_OWN_SHEET_OPEN} AND NOT {_ANOTHERS}"  # the answers of a case audit are its assigned auditor's alone


class AnswerSheet(Record):
    """One agency's copy of a frozen tool: of a self-evaluation, a case audit or a Section 11 return.

    The sheet says which questions it has and whether it may still be filled in; the record that sent it says whose
    work it is and by when.
    """

    __tablename__ = "answer_sheets"
    owned_by = ("id", "sheet_id")
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=("select", "update (is_open, row_version)"),
        agency_reads=f"agency_id = ANY {OWN_AGENCIES}",
        agency_writes=f"agency_id = ANY {OWN_AGENCIES} AND is_open",
        agency_leaves=f"agency_id = ANY {OWN_AGENCIES}",
        agency_updates=("is_open", "row_version"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("tool_versions.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    is_open: Mapped[bool] = mapped_column(server_default="true")
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())

    version: Mapped[ToolVersion] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")


class SheetAnswer(Record):
    """The answer to one question: its value as JSON, and words beside it.

    Its evidence files are documents of the agency whose subject is this row (`sheet_answers:12`). `earlier` holds what
    was written here before somebody else decided otherwise (models/tools/earlier_words.py).
    """

    __tablename__ = "sheet_answers"
    owned_by = ("sheet_id", "sheet_id")
    __table_args__ = (
        UniqueConstraint("sheet_id", "question_key", name="one_answer_per_question", info={"sentence": OVERTAKEN}),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads=_OWN,
        agency_inserts=_OWN_OPEN,
        agency_writes=_OWN_OPEN,
        agency_updates=("value", "note", "answered_at", "answered_by_id", "earlier", "row_version"),
        # Who answered and when is on record; the words can be erased in their time.
        unlogged_columns=("value", "note", "earlier"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(Text)
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    note: Mapped[str] = mapped_column(Text, server_default="")
    answered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")

    sheet: Mapped[AnswerSheet] = relationship(lazy="raise_on_sql")


def open_sheet(session: Session, *, version: ToolVersion, agency_id: int) -> AnswerSheet:
    """Give an agency a copy of a frozen tool to fill in, and return it."""
    sheet = AnswerSheet(version_id=version.id, agency_id=agency_id)
    session.add(sheet)
    session.flush()
    return sheet


def version_of(session: Session, sheet: AnswerSheet) -> ToolVersion:
    """The frozen tool that a sheet answers."""
    return session.get_one(ToolVersion, sheet.version_id)


def sheet_answers(session: Session, sheet_id: int) -> dict[str, SheetAnswer]:
    """A sheet's answers by question key."""
    answers = session.scalars(select(SheetAnswer).where(SheetAnswer.sheet_id == sheet_id))
    return {answer.question_key: answer for answer in answers}


def values_of(session: Session, sheet_id: int) -> dict[str, Any]:
    """A sheet's bare values by question key."""
    return {key: answer.value for key, answer in sheet_answers(session, sheet_id).items()}


def sheet_progress(session: Session, sheet: AnswerSheet) -> Progress:
    """How many of a sheet's questions are answered."""
    return progress(version_of(session, sheet).questionnaire, values_of(session, sheet.id))


def progress_of_sheets(session: Session, sheet_ids: Collection[int]) -> dict[int, Progress]:
    """How many questions of each of some sheets are answered, in two statements; none for no sheets."""
    if not sheet_ids:
        return {}
    tools = select(AnswerSheet.id, ToolVersion).join(ToolVersion, ToolVersion.id == AnswerSheet.version_id)
    versions = session.execute(tools.where(AnswerSheet.id.in_(sheet_ids))).all()
    values: dict[int, dict[str, Any]] = {sheet_id: {} for sheet_id in sheet_ids}
    for answer in session.scalars(select(SheetAnswer).where(SheetAnswer.sheet_id.in_(sheet_ids))):
        values[answer.sheet_id][answer.question_key] = answer.value
    return {sheet_id: progress(version.questionnaire, values[sheet_id]) for sheet_id, version in versions}


@dataclass(frozen=True)
class Given:
    """What somebody gave for the question with a key. `note` None leaves the words beside the answer as they are.

    `seen` is the row version of the answer on the page, 0 when there was none. `is_decided`: whoever gave it has read
    the answer of that version and put their own in its place.
    """

    key: str
    values: list[str]
    note: str | None = None
    seen: int = 0
    is_decided: bool = False


def save_answer(session: Session, sheet: AnswerSheet, given: Given, *, person_id: int | None) -> SheetAnswer:
    """Keep the answer to one question; an empty one is kept as none.

    An answer that a colleague has given since it was seen is not overwritten, and one that is knowingly overwritten
    stays among its earlier words. A file that is taken off leaves the register of documents too, and stays in the
    change log. Refuses a closed sheet, a question the tool does not ask, and what is no answer.
    """
    question, value = _read(session, sheet, given)
    answer = _held(session, sheet.id, given.key)
    note = answer.note if given.note is None else plain_note(given.note)
    if (answer.row_version or 0) != given.seen and (answer.value, answer.note) != (value, note):
        raise RuleBroken(OVERTAKEN)
    is_files, before = question.how.widget == "files", answer.value
    if is_files:
        _refuse_strange_files(session, answer, value or [])
    changes_hands = given.is_decided or answer.answered_by_id != person_id
    if changes_hands and (answer.note != note if is_files else (before, answer.note) != (value, note)):
        held = EarlierWords(None if is_files else before, answer.note, answer.answered_by_id, answer.answered_at)
        answer.earlier = with_words(answer.earlier, held)
    answer.value, answer.note = value, note
    answer.answered_by_id, answer.answered_at = person_id, now()
    session.add(answer)
    session.flush()
    if is_files:
        _discard(session, answer, set(before or ()) - set(value or ()))
    return answer


def give_way(session: Session, sheet: AnswerSheet, given: Given, *, person_id: int | None) -> SheetAnswer:
    """Leave the answer as a colleague has given it; what was to stand in its place stays among its earlier words.

    Refuses what `save_answer` refuses, but for the colleague's answer.
    """
    question, value = _read(session, sheet, given)
    answer = _held(session, sheet.id, given.key)
    note = answer.note if given.note is None else plain_note(given.note)
    if (answer.value, answer.note) != (value, note):
        mine = EarlierWords(None if question.how.widget == "files" else value, note, person_id, now())
        answer.earlier = with_words(answer.earlier, mine)
    session.add(answer)
    session.flush()
    return answer


def _read(session: Session, sheet: AnswerSheet, given: Given) -> tuple[Question, Any]:
    """The question that is answered, and the value to be kept."""
    if not sheet.is_open:
        raise RuleBroken("This form is handed in; its answers no longer change.")
    question = version_of(session, sheet).questionnaire.question(given.key)
    if question is None:
        raise RuleBroken("The form does not ask this question.")
    value = read_answer(question.kind, given.values, question.labels)
    if given.note is not None and len(given.note) > LONGEST_TEXT:
        raise RuleBroken(f"Write at most {LONGEST_TEXT:,} characters.")
    return question, value


def plain_note(note: str) -> str:
    """A note as it is kept."""
    return note.replace("\r\n", "\n").strip()


def _refuse_strange_files(session: Session, answer: SheetAnswer, numbers: list[int]) -> None:
    """Only files that were uploaded for this very answer can be its evidence."""
    own = select(Document.id).where(Document.subject == f"sheet_answers:{answer.id}", Document.id.in_(numbers))
    if set(session.scalars(own)) != set(numbers):
        raise RuleBroken("Choose files that were uploaded for this answer.")


def _discard(session: Session, answer: SheetAnswer, numbers: set[int]) -> None:
    """Delete files that were uploaded for this answer and removed from it; nothing else may cite them."""
    own = (Document.subject == f"sheet_answers:{answer.id}", Document.kind == DocumentKind.EVIDENCE)
    session.execute(delete(Document).where(Document.id.in_(numbers), *own))


def add_evidence(
    session: Session, sheet: AnswerSheet, sent: SentFile, *, key: str, person_id: int | None,
    rules: UploadRules = USUAL_RULES,
) -> SheetAnswer:  # fmt: skip
    """Keep a file as evidence of an answer, behind the agency's own wall, after the files it has already.

    Refuses a closed sheet, a question that takes no files, and whatever `keep_evidence` refuses.
    """
    answer = sheet_answers(session, sheet.id).get(key)
    if answer is None:
        answer = save_answer(session, sheet, Given(key, []), person_id=person_id)
    kept_for = KeptFor(f"sheet_answers:{answer.id}", agency_id=sheet.agency_id, person_id=person_id)
    kept = keep_evidence(session, sent, kept_for, rules)
    files = [*map(str, answer.value or ()), str(kept.id)]
    return save_answer(session, sheet, Given(key, files, seen=answer.row_version), person_id=person_id)


def evidence_of(session: Session, sheet_id: int) -> dict[str, list[Document]]:
    """The files that stand as evidence on a sheet, by question key, the first uploaded first."""
    rows = session.execute(
        select(SheetAnswer, Document)
        .join(Document, Document.subject == func.concat("sheet_answers:", SheetAnswer.id))
        .where(SheetAnswer.sheet_id == sheet_id)
        .order_by(Document.id)
    )
    documents: dict[str, list[Document]] = {}
    for answer, document in rows:
        if document.id in (answer.value or ()):
            documents.setdefault(answer.question_key, []).append(document)
    return documents


def _held(session: Session, sheet_id: int, key: str) -> SheetAnswer:
    held = select(SheetAnswer).where(SheetAnswer.sheet_id == sheet_id, SheetAnswer.question_key == key)
    # Read afresh under the lock: a colleague may have saved since the page was put together.
    answer = session.scalar(held.with_for_update(), execution_options={"populate_existing": True})
    return answer or SheetAnswer(sheet_id=sheet_id, question_key=key, note="", earlier=[])


def reopen_sheet(session: Session, sheet: AnswerSheet) -> None:
    """Let an agency change its answers again; its answers are kept."""
    sheet.is_open = True
    session.flush()


def close_sheet(session: Session, sheet: AnswerSheet) -> None:
    """Close a sheet when everything required is answered; refuses otherwise and names what is missing."""
    missing = sheet_progress(session, sheet).missing
    if missing:
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise RuleBroken(f"Not yet answered: “{missing[0].text}”{more}.")
    sheet.is_open = False
    session.flush()
