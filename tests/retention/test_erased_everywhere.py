"""Is nothing left of what was erased: in a table, a file, a page, an export, a search or the change log's old values?

Every text that names or describes a case carries its review's mark. After the erasure the mark of the review that was
due is nowhere in the database; those of the review on hold, and of one that goes on, are where they were.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.schedule import SCHEDULES, ask_for_due_runs
from models import schema
from models.audits.case_audits import CaseAudit
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.core.schedules import mark_written
from models.documents.documents import DocumentKind, NewDocument, keep_document
from models.documents.job_requests import JobRequest, request_job
from models.feedback.surveys import SurveyResponse
from models.retention.retention_rules import add_usual_retention, place_hold
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import Given, add_evidence, open_sheet, save_answer
from models.tools.starting_words import give_starting_words
from tests import make, make_tools
from tests.assurance.figures import note_figure
from tests.documents.files import PDF, sent_file
from tests.retention.test_erasures import survey
from tests.retention.test_retention_rules import drawn, review_closed_on
from tests.web import Browser
from tests.work import do_requests, done, sessions_of_the_portal

pytestmark = pytest.mark.assures(33)

LONG_AGO = date(2015, 6, 30)
DUE, HELD, GOING = "ZQDUE", "ZQHELD", "ZQGOING"
PAGES = (
    *("/documents/export/csv/", "/audit-samples/export/csv/", "/case-audits/export/csv/", "/change-log/export/csv/"),
    *("/documents/", "/change-log/", "/case-audits/"),
)


def full_of(session: PortalSession, review: ThematicReview, mark: str) -> None:
    """Everything that the retention rules are about, in one review, each with the mark in it."""
    lines = ["Case reference,Level,Start date", *(f"{mark}{number},Child in need,2025-05-01" for number in range(9))]
    check = open_check(session, io.BytesIO("\n".join(lines).encode()), ImportChoice(), today=date(2026, 1, 1))
    sample = drawn(session, import_frame(session, check, title="A list", file_name="f.csv", review_id=review.id))
    case = session.scalars(select(SampleCase).where(SampleCase.sample_id == sample.id).limit(1)).one()
    police = make.agency(session)
    sheet = open_sheet(
        session, version=make_tools.version(session, make_tools.tool(session, review)), agency_id=police.id
    )
    given = Given("why", [f"{mark} was not visited"], note=f"{mark} and a note")
    answer = save_answer(session, sheet, given, person_id=None)
    other = make.person(session, Role.AGENCY_MEMBER, agency=police)
    again = Given("why", [f"{mark} was visited late"], seen=answer.row_version, is_decided=True)
    save_answer(session, sheet, again, person_id=other.id)
    evidence = sent_file(PDF.replace(b"trailer", b"%" + mark.encode() + b"\ntrailer"), f"{mark}.pdf")
    add_evidence(session, sheet, evidence, key="files", person_id=None)
    values = {"review_id": review.id, "agency_id": police.id, "sheet_id": sheet.id, "due_on": LONG_AGO}
    audit = CaseAudit(sample_case_id=case.id, opened_at=now(), **values)
    session.add(audit)
    session.flush()
    paper = NewDocument(DocumentKind.CASE_AUDIT, "Case audit", f"{mark}-audit.pdf", "application/pdf", mark.encode())
    keep_document(session, paper, subject=f"case_audits:{audit.id}")
    for response in session.scalars(
        select(SurveyResponse).where(SurveyResponse.survey_id == survey(session, review).id)
    ):
        response.answers = {**response.answers, "why": f"{mark} never came"}
    session.flush()


def places_of(session: Session, mark: str) -> dict[str, int]:
    """How many rows of each table hold the mark, as text or within the bytes of a file."""
    held = "SELECT count(*) FROM {} t WHERE t::text ILIKE '%' || :mark || '%' OR t::text LIKE '%' || :bytes || '%'"
    values = {"mark": mark, "bytes": mark.encode().hex()}
    counts = {table: session.scalar(text(held.format(table)), values) or 0 for table in schema.all_policies()}
    return {table: count for table, count in counts.items() if count}


@pytest.fixture
def partnership(session: PortalSession) -> PortalSession:
    give_starting_words(session)
    for mark, closed_on in ((DUE, LONG_AGO), (HELD, LONG_AGO), (GOING, None)):
        review = review_closed_on(session, closed_on, f"Review {mark[2:]}")
        if closed_on:
            completed = {"stage": Stage.COMPLETED, "planned_on": closed_on, "reached_on": closed_on}
            session.add(ReviewStage(review_id=review.id, **completed))
        full_of(session, review, mark)
        if mark == HELD:
            place_hold(session, review, reason="A coroner asks for the records.")
    add_usual_retention(session)
    session.commit()
    return session


def test_nothing_of_what_was_due_is_left_and_nothing_else_is_touched(
    partnership: PortalSession,
    session_factory: sessionmaker[PortalSession],
    browser: Callable[..., Browser],
) -> None:
    session = partnership
    before = {mark: places_of(session, mark) for mark in (DUE, HELD, GOING)}
    assert set(before[DUE]) >= {"sample_cases", "audit_samples", "frame_rows", "documents", "sheet_answers"}
    assert "survey_responses" in before[DUE]
    assert before[DUE] == before[HELD] == before[GOING]
    request_job(session, "erase_due")
    done(do_requests(session, session_factory))
    left = {mark: places_of(session, mark) for mark in (DUE, HELD, GOING)}
    officer = browser(Role.ADMINISTRATOR)
    shown = [path for path in PAGES if DUE in officer.client.get(path).text]
    searched = [path for path in PAGES if "export" in path and DUE in officer.client.get(f"{path}?q={DUE}").text]
    is_clean = not left[DUE] and not shown and not searched
    tried = f"{len(schema.all_policies())} tables, {len(PAGES)} pages and exports"
    note_figure(33, "rows, pages and exports in which something erased is left", wanted="0", tried=tried,
                reached=sum(left[DUE].values()) + len(shown) + len(searched), holds=is_clean)  # fmt: skip
    changed = sum(left[mark] != before[mark] for mark in (HELD, GOING))
    note_figure(33, "reviews on hold or going on that lost something", reached=changed, wanted="0",
                tried=f"{sum(before[HELD].values())} rows of each", holds=changed == 0)  # fmt: skip
    assert (left[DUE], shown, searched) == ({}, [], [])
    assert (left[HELD], left[GOING]) == (before[HELD], before[GOING])


def test_restored_backup_is_erased_again_when_the_schedulers_start(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    """A backup brings back what was erased since, and the schedules' memory with it, so the night is made up for."""
    for schedule in SCHEDULES:
        mark_written(session, schedule.name, now() - timedelta(days=3))
    session.commit()
    ask_for_due_runs(sessions_of_the_portal(session_factory), now())
    assert session.scalars(select(JobRequest.name).where(JobRequest.name == "erase_due")).all() == ["erase_due"]
