"""Is exactly what is due erased, with its counts left, nothing on hold, and nothing twice?"""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.case_lists.frame_rows import FrameRow
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.documents import (
    Document,
    DocumentKind,
    DocumentPart,
    NewDocument,
    fetch_document,
    keep_document,
)
from models.documents.job_requests import request_job
from models.retention.erasures import ERASABLE
from models.retention.retention_rules import (
    ClockStart,
    RetentionRule,
    RetentionRun,
    add_usual_retention,
    due_count,
    erase_due,
    lift_hold,
    place_hold,
)
from models.reviews.review_stages import ReviewStage, move_to_stage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import AuditSample, SampleBrief, plan_sample, quick_draw
from models.sampling.sample_cases import SampleCase
from models.sampling.sample_certificates import repeat_draw, write_certificate
from models.sampling.sample_draws import draw_sample
from models.sampling.sample_previews import preview
from models.tools.starting_words import give_starting_words
from tests import make
from tests.work import do_requests, done

PLAN = parse_plan({
    "time_frame": {"rule": "any"},
    "themes": None,
    "strata": "level",
    "allocation": {"method": "fixed", "size": 2},
    "reserves": 1,
})  # fmt: skip
CLOSED = date(2024, 6, 30)


def frame_of(session: PortalSession, review: ThematicReview | None, mark: str) -> CaseFrame:
    lines = ["Case reference,Level,Start date"]
    lines += [f"{mark}{number:03d},Child in need,2025-05-{1 + number % 28:02d}" for number in range(12)]
    source = io.BytesIO("\n".join(lines).encode())
    check = open_check(session, source, ImportChoice(), today=date(2026, 1, 1))
    review_id = review.id if review else None
    return import_frame(session, check, title=f"Frame {mark}", file_name="f.csv", review_id=review_id)


def drawn(session: PortalSession, frame: CaseFrame) -> AuditSample:
    sample = plan_sample(session, brief=SampleBrief(title="Audit"), frame=frame, plan=PLAN)
    quick_draw(session, sample, seed="31415", person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    keep_document(
        session,
        NewDocument(
            kind=DocumentKind.DRAW_DATA,
            title="Draw data",
            file_name="draw.json",
            media_type="application/json",
            content=json.dumps(sample.certificate).encode(),
        ),
        subject=f"audit_samples:{sample.id}",
    )
    return sample


def review_closed_on(session: Session, day: date | None, title: str) -> ThematicReview:
    """A review that was closed on a day; None: one that still goes on."""
    review = make.review(
        session, title=title, year=2020 + session.query(ThematicReview).count(), focus="Whether it is seen early."
    )
    if day is not None:
        move_to_stage(session, review, Stage.CLOSED, on=day)
    return review


def rule(session: Session, what: str, months: int, start: ClockStart = ClockStart.REVIEW_CLOSED) -> RetentionRule:
    rule = RetentionRule(what=what, months=months, counted_from=start)
    rule.check(session)
    session.add(rule)
    session.flush()
    return rule


def references(session: Session, sample: AuditSample) -> list[str]:
    references = select(SampleCase.reference).where(SampleCase.sample_id == sample.id).order_by(SampleCase.id)
    return list(session.scalars(references))


@pytest.fixture(autouse=True)
def words(session: PortalSession) -> None:
    give_starting_words(session)


def test_exactly_the_references_that_are_due_become_marks(session: PortalSession) -> None:
    due, early, going = (
        drawn(session, frame_of(session, review_closed_on(session, day, mark), mark))
        for day, mark in ((CLOSED, "D"), (CLOSED + timedelta(days=1), "E"), (None, "G"))
    )
    kept = {sample.id: references(session, sample) for sample in (early, going)}
    rule(session, "drawn_cases", 24)
    [run] = erase_due(session, date(2026, 6, 30))
    assert (run.what, run.holding_count, run.erased_count) == ("drawn_cases", 1, 3)
    keys = session.scalars(select(SampleCase.id).where(SampleCase.sample_id == due.id).order_by(SampleCase.id))
    assert references(session, due) == [f"erased-{key}" for key in keys]
    assert {sample.id: references(session, sample) for sample in (early, going)} == kept


def test_nothing_of_an_erased_draw_names_a_case_and_every_count_stays(session: PortalSession) -> None:
    sample = drawn(session, frame_of(session, review_closed_on(session, CLOSED, "D"), "D"))
    counted = select(SampleCase.stratum, SampleCase.status, func.count()).group_by(
        SampleCase.stratum, SampleCase.status
    )
    before = session.execute(counted.order_by(SampleCase.status)).all()
    names = references(session, sample)
    rule(session, "drawn_cases", 24)
    list(erase_due(session, date(2027, 1, 1)))
    assert session.execute(counted.order_by(SampleCase.status)).all() == before
    everything = str(sample.certificate) + str(session.scalars(select(SampleCase.ticket)).all())
    assert [name for name in names if name in everything] == []
    assert sample.certificate is not None
    assert sample.certificate["strata"][0]["population"] == 12
    for table in ("change_log", "sample_cases", "audit_samples"):
        rows = " ".join(session.scalars(text(f"SELECT t::text FROM {table} t")))
        assert [name for name in names if name in rows] == [], table


def test_files_of_an_erased_draw_are_empty_but_keep_their_fingerprint(session: PortalSession) -> None:
    sample = drawn(session, frame_of(session, review_closed_on(session, CLOSED, "D"), "D"))
    document = session.scalars(select(Document).where(Document.subject == f"audit_samples:{sample.id}")).one()
    size, sha256 = document.size, document.sha256
    rule(session, "drawn_cases", 24)
    list(erase_due(session, date(2027, 1, 1)))
    parts = session.scalar(select(func.count()).where(DocumentPart.document_id == document.id))
    assert (parts, document.size, document.sha256) == (0, size, sha256)
    with pytest.raises(RuleBroken, match="erased under a retention rule"):
        fetch_document(session, document, None)


def test_frame_loses_its_rows_and_keeps_counts_and_fingerprint(session: PortalSession) -> None:
    frame = frame_of(session, review_closed_on(session, CLOSED, "D"), "D")
    other = frame_of(session, review_closed_on(session, None, "G"), "G")
    sample = drawn(session, frame)
    stood = (frame.row_count, frame.case_count, frame.levels, frame.fingerprint)
    rule(session, "frame_rows", 6)
    [run] = erase_due(session, date(2024, 12, 30))
    assert (run.holding_count, run.erased_count) == (1, 12)
    assert (frame.row_count, frame.case_count, frame.levels, frame.fingerprint) == stood
    left = dict(session.execute(select(FrameRow.frame_id, func.count()).group_by(FrameRow.frame_id)).all())
    assert left == {other.id: 12}
    for refused in (lambda: preview(session, frame, PLAN), lambda: repeat_draw(session, sample.certificate or {})):
        with pytest.raises(RuleBroken, match="were erased under a retention rule"):
            refused()


def test_frame_of_no_review_is_kept_from_the_day_it_was_frozen(session: PortalSession) -> None:
    frame_of(session, None, "N")
    retention_rule = rule(session, "frame_rows", 1)
    assert due_count(session, retention_rule, today()) == 0
    assert due_count(session, retention_rule, today() + timedelta(days=31)) == 1


def test_database_empties_no_frame_that_is_not_marked(session: PortalSession) -> None:
    frame = frame_of(session, None, "N")
    with pytest.raises(DatabaseError, match="not marked as erased"), session.begin_nested():
        session.execute(text("SELECT empty_frame(:frame)"), {"frame": frame.id})
    session.info["actor"] = make.person(session, Role.ADMINISTRATOR).actor()
    session.commit()
    with pytest.raises(DatabaseError, match="permission denied"):
        session.execute(text("SELECT empty_frame(:frame)"), {"frame": frame.id})


def test_uploaded_evidence_of_a_closed_review_is_emptied(session: PortalSession) -> None:
    closed, going = review_closed_on(session, CLOSED, "Closed"), review_closed_on(session, None, "Going")
    plan = make.plan(session, closed)
    action = make.action(session, plan, make.agency(session))
    kept = {}
    for subject in (f"thematic_reviews:{closed.id}", f"actions:{action.id}", f"thematic_reviews:{going.id}", "", "x:1"):
        kept[subject] = keep_document(
            session,
            NewDocument(
                kind=DocumentKind.EVIDENCE,
                title="Chronology",
                file_name="smith.pdf",
                media_type="application/pdf",
                content=b"words",
            ),
            subject=subject,
        )
    rule(session, "evidence_files", 12)
    [run] = erase_due(session, date(2025, 6, 30))
    assert run.erased_count == 2
    assert [kept[subject].erased_on is not None for subject in kept] == [True, True, False, False, False]
    assert kept[f"actions:{action.id}"].file_name == "erased"


def test_review_on_hold_loses_nothing_until_the_hold_is_lifted(session: PortalSession) -> None:
    review = review_closed_on(session, CLOSED, "D")
    frame_of(session, review, "D")
    rule(session, "frame_rows", 6)
    with pytest.raises(RuleBroken, match="Give the reason for the hold"):
        place_hold(session, review, reason=" ")
    place_hold(session, review, reason="A coroner asks for the records.")
    with pytest.raises(RuleBroken, match="on hold already"):
        place_hold(session, review, reason="Again")
    assert list(erase_due(session, date(2026, 1, 1))) == []
    lift_hold(session, review)
    with pytest.raises(RuleBroken, match="is not on hold"):
        lift_hold(session, review)
    assert [run.erased_count for run in erase_due(session, date(2026, 1, 1))] == [12]


def test_review_taken_back_to_an_earlier_stage_keeps_its_data(session: PortalSession) -> None:
    review = review_closed_on(session, CLOSED, "D")
    frame_of(session, review, "D")
    rule(session, "frame_rows", 6)
    move_to_stage(session, review, Stage.EVIDENCE, on=date(2024, 7, 1))
    assert list(erase_due(session, date(2026, 1, 1))) == []


def test_rule_may_count_from_the_completion_of_the_review(session: PortalSession) -> None:
    review = review_closed_on(session, CLOSED, "D")
    completed = date(2023, 6, 30)
    session.add(ReviewStage(review_id=review.id, stage=Stage.COMPLETED, planned_on=completed, reached_on=completed))
    frame_of(session, review, "D")
    retention_rule = rule(session, "frame_rows", 12, ClockStart.REVIEW_COMPLETED)
    assert [due_count(session, retention_rule, day) for day in (date(2024, 6, 29), date(2024, 6, 30))] == [0, 1]


def test_rule_switched_off_erases_nothing(session: PortalSession) -> None:
    frame_of(session, review_closed_on(session, CLOSED, "D"), "D")
    rule(session, "frame_rows", 6).is_active = False
    assert list(erase_due(session, date(2026, 1, 1))) == []


def test_drawn_references_are_not_erased_while_recent_audits_are_excluded_by_them(session: Session) -> None:
    with pytest.raises(RuleBroken, match="needed for 12 months, so that no case is audited twice"):
        rule(session, "drawn_cases", 11)
    with pytest.raises(RuleBroken, match="Choose what the rule is about: References of drawn cases, Rows"):
        rule(session, "diaries", 12)


def test_usual_rules_are_added_once_and_cover_every_kind(session: Session) -> None:
    add_usual_retention(session)
    add_usual_retention(session)
    rules = session.scalars(select(RetentionRule)).all()
    assert {rule.what for rule in rules} == set(ERASABLE)
    for rule in rules:
        rule.check(session)


def test_job_run_twice_erases_once(session: PortalSession, session_factory: sessionmaker[PortalSession]) -> None:
    drawn(session, frame_of(session, review_closed_on(session, date(2020, 1, 1), "D"), "D"))
    rule(session, "drawn_cases", 12)
    rule(session, "frame_rows", 12)
    request_job(session, "erase_due")
    assert done(do_requests(session, session_factory)) == ["15 things erased under 2 retention rules."]
    stood = everything(session)
    request_job(session, "erase_due", unique_key="again")
    assert done(do_requests(session, session_factory)) == ["0 things erased under 0 retention rules."]
    assert everything(session) == stood
    assert session.scalar(select(func.count()).select_from(RetentionRun)) == 2


def everything(session: Session) -> list[Any]:
    """All that the runs may have touched, and how often the change log speaks of it."""
    tables = ("audit_samples", "sample_cases", "case_frames", "documents", "retention_runs")
    rows = [session.scalars(text(f"SELECT t::text FROM {name} t ORDER BY 1")).all() for name in tables]
    return [*rows, session.scalar(select(func.count(ChangeRecord.id)).where(ChangeRecord.table_name.in_(tables)))]
