"""What is kept of each kind of data, of which review, and from which day? Each answer is one query: id, review, day.

Only what is not erased yet is in the answer, so that an erasure that was cut off goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Table

from models.core.db import Base
from models.rules.tools.question_kinds import KINDS


@dataclass(frozen=True)
class Held:
    """A query for `id, review_id, made_on`. `stands_alone`: some belong to no review and count from the day they were
    made; else every one belongs to a review.
    """

    query: str
    stands_alone: bool = False


def _day_of(moment: str) -> str:
    """The London calendar day of a moment, as `models.core.clock.london_day` tells it."""
    return f"({moment} AT TIME ZONE 'Europe/London')::date"


_WRITTEN_KINDS = ", ".join(f"'{code}'" for code, kind in KINDS.items() if kind.widget == "textarea")


def written_keys(version: str) -> str:
    """The keys of the questions of a frozen tool that people answer in their own words, as one array."""
    return f"""(
        SELECT coalesce(array_agg(q ->> 'key'), '{{}}') AS keys
        FROM tool_versions v, jsonb_path_query(v.content, '$.sections[*].questions[*]') q
        WHERE v.id = {version} AND q ->> 'kind' IN ({_WRITTEN_KINDS}))"""  # noqa: S608 - our own words


WORDED = """(w.note <> '' OR w.earlier <> '[]' OR w.value IS NOT NULL AND w.question_key = ANY (k.keys))"""
"""Whether the answer `w` is somebody's own words, or has a note or earlier words; `k` are the keys of its tool."""


def samples_with_references() -> Held:
    """The samples whose drawn or excluded references are still readable."""
    made_on = _day_of("coalesce(drawn_at, requested_at, committed_at)")
    return Held(
        f"""SELECT id, review_id, coalesce({made_on}, make_date(year, 12, 31)) AS made_on FROM audit_samples
        WHERE erased_on IS NULL AND (drawn_at IS NOT NULL OR cardinality(excluded) > 0)""",  # noqa: S608 - our own words
        stands_alone=True,
    )


def frames_with_rows() -> Held:
    """The frozen frames whose rows are still there."""
    return Held(
        f"""SELECT id, review_id, {_day_of("frozen_at")} AS made_on FROM case_frames
        WHERE erased_on IS NULL AND fingerprint <> ''""",  # noqa: S608 - our own words
        stands_alone=True,
    )


def surveys_with_texts() -> Held:
    """The surveys in which somebody's own words are still readable."""
    return Held(
        f"""SELECT s.id, f.review_id, s.closes_on AS made_on
        FROM surveys s JOIN feedback_activities f ON f.id = s.activity_id,
            LATERAL {written_keys("s.version_id")} k
        WHERE EXISTS (SELECT FROM survey_responses r WHERE r.survey_id = s.id
                      AND jsonb_exists_any(r.answers, k.keys))"""  # noqa: S608 - our own words
    )


def audits_with_words() -> Held:
    """The case audits in which the auditor's own words are still readable."""
    return Held(
        f"""SELECT a.id, a.review_id, {_day_of("a.opened_at")} AS made_on
        FROM case_audits a JOIN answer_sheets s ON s.id = a.sheet_id, LATERAL {written_keys("s.version_id")} k
        WHERE EXISTS (SELECT FROM sheet_answers w WHERE w.sheet_id = s.id AND {WORDED})"""  # noqa: S608 - our own words
    )


@cache
def evidence_files() -> Held:
    """The uploaded files that are about something within a review, and whose content is still there.

    A file's subject (`case_audits:12`) leads to one row by its key, so the query costs what there are files, however
    many answers and actions there are.
    """
    subjects = [
        f"WHEN '{table.name}' THEN (SELECT {review} FROM {table.name} t"  # noqa: S608 - our own words
        f" WHERE t.id = d.key AND '{table.name}:' || t.id = d.subject)"
        for table in Base.metadata.sorted_tables
        if (review := _review_of(table))
    ]
    key = "CASE WHEN subject ~ '^[a-z_0-9]+:[0-9]{1,9}$' THEN split_part(subject, ':', 2)::int END"
    return Held(
        f"""SELECT id, review_id, made_on FROM (
            SELECT d.id, {_day_of("d.made_at")} AS made_on,
                CASE split_part(d.subject, ':', 1) {" ".join(subjects)} END AS review_id
            FROM (SELECT *, {key} AS key FROM documents WHERE kind = 'evidence' AND erased_on IS NULL OFFSET 0) d
        ) e WHERE review_id IS NOT NULL"""  # noqa: S608 - our own words
    )


def _review_of(table: Table) -> str:
    """What gives the review of a row `t`: its own column, or that of its plan, sample or sheet; else ""."""
    if table.name == "thematic_reviews":
        return "t.id"
    if "review_id" in table.c:
        return "t.review_id"
    if "sheet_id" in table.c:
        senders = [name for name, other in Base.metadata.tables.items() if _sends_sheets(other)]
        of_sheet = (f"(SELECT review_id FROM {name} WHERE sheet_id = t.sheet_id LIMIT 1)" for name in sorted(senders))  # noqa: S608 - our own words
        return f"coalesce({', '.join(of_sheet)})"
    for name in ("plan_id", "sample_id"):
        for key in table.c[name].foreign_keys if name in table.c else ():
            parent = key.column.table
            if "review_id" in parent.c:
                return f"(SELECT p.review_id FROM {parent.name} p WHERE p.id = t.{name})"  # noqa: S608 - our own words
    return ""


def _sends_sheets(table: Table) -> bool:
    """Whether a table sends sheets within a review: self-evaluations, case audits."""
    return "sheet_id" in table.c and "review_id" in table.c
