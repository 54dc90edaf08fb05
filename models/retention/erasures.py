"""Which kinds of data can be erased, where is each kept, and what is left in its place?

An entry of ERASABLE is one kind. A new noun with case-level data adds its own, and may be named in a retention rule.
Each erasure is a few statements on sets of rows, however many rows they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from models.retention.holdings import (
    WORDED,
    Held,
    audits_with_words,
    evidence_files,
    frames_with_rows,
    samples_with_references,
    surveys_with_texts,
    written_keys,
)

Erase = Callable[[Session, Sequence[int], date], int]


@dataclass(frozen=True)
class Erasable:
    """One kind of data: its name, what is kept of it, and the verb that erases it.

    `held` says what is there. `erase` gets ids of that and the day; it returns how many single things (cases, rows,
    files) are gone. What is erased is held no more. `portion` is how many are erased in one transaction, so that none
    takes longer than a second or so. `least_months` is how long the portal itself still needs the data. Not
    `is_of_reviews`: each goes by its own day.
    """

    label: str
    leaves: str
    held: Callable[[], Held]
    erase: Erase
    portion: int
    least_months: int = 0
    least_because: str = "so that no case is audited twice"
    is_of_reviews: bool = True


_SAMPLES = text("""
SELECT s.id, s.certificate, e.erased AS excluded, e.marks || c.marks AS marks FROM audit_samples s,
    LATERAL (SELECT coalesce(jsonb_object_agg(reference, 'erased-' || id), '{}') AS marks
             FROM sample_cases WHERE sample_id = s.id) c,
    LATERAL (SELECT coalesce(jsonb_object_agg(reference, mark), '{}') AS marks,
                    coalesce(array_agg(mark ORDER BY number), '{}') AS erased
             FROM (SELECT reference, number, 'erased-excluded-' || max(number) OVER (PARTITION BY reference) AS mark
                   FROM unnest(s.excluded) WITH ORDINALITY AS x (reference, number)) x) e
WHERE s.id = ANY(:ids) ORDER BY s.id FOR NO KEY UPDATE OF s""")

_MARK_SAMPLES = text("""
UPDATE audit_samples s SET certificate = CASE WHEN s.certificate IS NOT NULL THEN m.certificate END,
    excluded = m.excluded, erased_on = :on, row_version = s.row_version + 1
FROM jsonb_to_recordset(:marked) AS m (id int, certificate jsonb, excluded text[]) WHERE s.id = m.id""")
_MARK_SAMPLES = _MARK_SAMPLES.bindparams(bindparam("marked", type_=JSONB))

_MARK_CASES = text("""
UPDATE sample_cases SET reference = 'erased-' || id, ticket = '', row_version = row_version + 1
WHERE sample_id = ANY(:ids) RETURNING id""")

_PAPERS_OF_SAMPLES = """
SELECT 'audit_samples:' || id FROM unnest(CAST(:ids AS int[])) id
UNION ALL SELECT 'sample_cases:' || id FROM sample_cases WHERE sample_id = ANY(:ids)
UNION ALL SELECT 'case_audits:' || a.id FROM case_audits a JOIN sample_cases c ON c.id = a.sample_case_id
    WHERE c.sample_id = ANY(:ids)"""

_PAPERS_OF_AUDITS = """
SELECT 'case_audits:' || id FROM unnest(CAST(:ids AS int[])) id
UNION ALL SELECT 'sample_cases:' || sample_case_id FROM case_audits WHERE id = ANY(:ids)"""

_MARK_FRAMES = text("""
UPDATE case_frames SET erased_on = :on, row_version = row_version + 1 WHERE id = ANY(:ids) RETURNING row_count""")
_EMPTY_FRAMES = text("SELECT empty_frame(id) FROM unnest(CAST(:ids AS int[])) id ORDER BY id")


def _erased_files(which: str) -> TextClause:
    """The statement that erases the content and the names of files, and gives their ids."""
    return text(f"""
    WITH erased AS (
        UPDATE documents SET title = CASE WHEN title = file_name THEN 'erased' ELSE title END, file_name = 'erased',
            erased_on = :on, row_version = row_version + 1 WHERE {which} RETURNING id
    ), emptied AS (DELETE FROM document_parts p USING erased e WHERE p.document_id = e.id)
    SELECT id FROM erased""")  # noqa: S608 - our own words


_ERASE_TEXTS = text(f"""
WITH worded AS (
    SELECT r.id, k.keys, cardinality(ARRAY(SELECT jsonb_object_keys(r.answers) INTERSECT SELECT unnest(k.keys))) AS gone
    FROM surveys s, LATERAL {written_keys("s.version_id")} k, survey_responses r
    WHERE s.id = ANY(:ids) AND r.survey_id = s.id AND jsonb_exists_any(r.answers, k.keys)
), erased AS (UPDATE survey_responses r SET answers = r.answers - w.keys FROM worded w WHERE r.id = w.id)
SELECT coalesce(sum(gone), 0) FROM worded""")  # noqa: S608 - our own words

_ERASE_WORDS = text(f"""
UPDATE sheet_answers w SET value = CASE WHEN w.question_key <> ALL (k.keys) THEN w.value END, note = '',
    earlier = '[]', row_version = w.row_version + 1
FROM case_audits a JOIN answer_sheets s ON s.id = a.sheet_id, LATERAL {written_keys("s.version_id")} k
WHERE a.id = ANY(:ids) AND w.sheet_id = s.id AND {WORDED}
RETURNING w.id""")  # noqa: S608 - our own words


def erase_references(session: Session, sample_ids: Sequence[int], on: date) -> int:
    """Replace each drawn reference and its ticket by a mark, in the certificate too, and empty the printed files.

    Left are the strata, positions, standings, grades, reasons and dates, so that every count stays as it was.
    """
    samples = session.execute(_SAMPLES, {"ids": list(sample_ids)}).all()
    marked = [
        {"id": row.id, "certificate": anonymised(row.certificate, row.marks), "excluded": row.excluded}
        for row in samples
    ]
    session.execute(_MARK_SAMPLES, {"marked": marked, "on": on})
    cases = session.execute(_MARK_CASES, {"ids": list(sample_ids)}).all()
    _empty_papers(session, _PAPERS_OF_SAMPLES, sample_ids, on)
    return len(cases)


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


def _empty_papers(session: Session, subjects: str, ids: Sequence[int], on: date) -> None:
    """Empty what was printed of these subjects; uploaded evidence has a rule of its own."""
    printed = f"kind <> 'evidence' AND erased_on IS NULL AND subject IN ({subjects})"
    session.execute(_erased_files(printed), {"ids": list(ids), "on": on})


def erase_rows(session: Session, frame_ids: Sequence[int], on: date) -> int:
    """Delete the rows of the frames. What is left: the counts by level, theme and agency, and the fingerprint."""
    counts = session.scalars(_MARK_FRAMES, {"ids": list(frame_ids), "on": on}).all()
    session.execute(_EMPTY_FRAMES, {"ids": list(frame_ids)})  # the function empties only what is marked
    return sum(counts)


def erase_texts(session: Session, survey_ids: Sequence[int], on: date) -> int:
    """Remove what people wrote from their responses. What is left: how many answered, and every rating and choice."""
    return int(session.execute(_ERASE_TEXTS, {"ids": list(survey_ids)}).scalar_one())


def erase_words(session: Session, audit_ids: Sequence[int], on: date) -> int:
    """Remove the auditors' own words from their forms. What is left: every grade, choice, number and date."""
    count = len(session.execute(_ERASE_WORDS, {"ids": list(audit_ids)}).all())
    _empty_papers(session, _PAPERS_OF_AUDITS, audit_ids, on)
    return count


def erase_files(session: Session, document_ids: Sequence[int], on: date) -> int:
    """Remove the content and name of files. What is left: size, SHA-256, and the title unless that was the name."""
    return len(session.execute(_erased_files("id = ANY(:ids)"), {"ids": list(document_ids), "on": on}).all())


ERASABLE: dict[str, Erasable] = {
    "drawn_cases": Erasable(
        "References of drawn cases",
        "Strata, positions and standings stay; references become marks such as erased-12; papers are emptied.",
        samples_with_references,
        erase_references,
        portion=50,
        least_months=12,
    ),
    "frame_rows": Erasable(
        "Rows of case frames",
        "Counts by level, theme and agency stay, and the fingerprint.",
        frames_with_rows,
        erase_rows,
        portion=20,
    ),
    "evidence_files": Erasable(
        "Uploaded evidence",
        "Size and fingerprint of each file stay, and its title unless that was the file's name.",
        evidence_files,
        erase_files,
        portion=100,
    ),
    "audit_words": Erasable(
        "What auditors wrote about cases",
        "Every grade, choice, number and date stays; papers that hold the words are emptied.",
        audits_with_words,
        erase_words,
        portion=100,
    ),
    "survey_texts": Erasable(
        "What people wrote in surveys",
        "How many answered, and every rating and choice, stay.",
        surveys_with_texts,
        erase_texts,
        portion=50,
    ),
}
"""What can be erased, by the word a retention rule names it with."""
