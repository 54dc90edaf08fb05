"""Does the demo partnership show the whole cycle, each review as far as its stage says and no further?"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audits import IN_HAND, CaseAudit
from models.audits.evidence_records import records_behind
from models.audits.sample_estimates import estimates_of
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.documents.job_requests import JobRequest
from models.evidence.gathered_evidence import evidence_of
from models.evidence.triangulations import triangulate
from models.feedback.feedback_activities import Audience, feedback_owed, never_heard
from models.feedback.surveys import Survey, response_count
from models.gates.gate_waivers import GateWaiver
from models.gates.programmes import programme
from models.gates.review_gates import gates_of, missing_of
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.impact_analyses import ImpactAnalysis, actions_to_check
from models.plans.impact_reports import change_among_all, grades_then_and_now
from models.plans.presentations import Decision, Presentation
from models.plans.recommendation_findings import cited_findings, support_in_words
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.evidence.evidence_readers import readers_agreement
from models.rules.evidence.triangulation import Mark, Source, cells_of
from models.rules.plans.presentations import Body
from models.sampling.audit_samples import AuditSample, DrawKind
from models.signatures.sign_offs import SignOff, SignOffStatus
from tests.web import Browser


@pytest.fixture
def demo(session: PortalSession) -> PortalSession:
    """The demo partnership, which these tests only read."""
    return session


def reviews(session: Session) -> list[ThematicReview]:
    return list(session.scalars(select(ThematicReview).order_by(ThematicReview.reference)))


def test_every_stage_of_a_review_is_there_to_be_looked_at(demo: PortalSession) -> None:
    assert {review.stage for review in reviews(demo)} == set(Stage)


def test_programme_of_the_year_is_full_and_no_fuller(demo: PortalSession) -> None:
    assert [(line.count, line.allowed) for line in programme(demo, 2026, on=today()).quota] == [(2, 2), (2, 2), (1, 1)]


def test_no_review_passed_a_shut_gate_without_its_sponsors_consent(demo: PortalSession) -> None:
    stages = list(Stage)
    shut = [
        (review.reference, standing.gate.code)
        for review in reviews(demo)
        for stage in stages[: stages.index(review.stage)]
        for standing in gates_of(demo, review, stage)
        if not standing.is_open
    ]
    assert shut == []


def test_closed_review_lacks_nothing_and_the_others_say_what_they_lack(demo: PortalSession) -> None:
    lacking = {review.stage for review in reviews(demo) if missing_of(demo, review)}
    assert Stage.CLOSED not in lacking
    assert {Stage.SCOPING, Stage.EVIDENCE, Stage.PRESENTATION, Stage.DISSEMINATION, Stage.IMPACT_ANALYSIS} <= lacking


def test_waivers_are_given_refused_and_waiting(demo: PortalSession) -> None:
    waivers = demo.scalars(select(GateWaiver)).all()
    standing = {(waiver.consented_at is not None, bool(waiver.refusal)) for waiver in waivers}
    assert standing == {(True, False), (False, True), (False, False)}


def test_signatures_are_in_every_state(demo: PortalSession) -> None:
    assert set(demo.scalars(select(SignOff.status))) == set(SignOffStatus)


def test_triangulation_shows_agreement_conflict_and_silence_from_all_five_sources(demo: PortalSession) -> None:
    rows = [row for review in reviews(demo) for row in triangulate(demo, review).rows]
    assert {row.mark for row in rows} == set(Mark)
    assert {source for row in rows for source in row.cells} == set(Source)
    assert any(row.is_amended for row in rows)
    assert {row.footing.hangs_on for row in rows if row.mark is not Mark.SILENT} == {"", "one item", "one source"}
    settled = {review.stage.number > Stage.EVIDENCE.number: triangulate(demo, review) for review in reviews(demo)}
    assert {is_past: matrix.is_settled for is_past, matrix in settled.items()} == {True: True, False: False}


def test_two_people_have_read_the_first_review_and_what_they_differed_on_is_settled(demo: PortalSession) -> None:
    (first,) = [review for review in reviews(demo) if review.reference == "TR-2026-01"]
    others = [review for review in reviews(demo) if review is not first]
    lines = [row.read for row in triangulate(demo, first).rows]
    assert all(line is not None and line.is_read and line.agreed for line in lines)
    assert {line.settled is not None for line in lines if line and line.differs} == {True}
    agreement = readers_agreement(line for line in lines if line is not None)
    assert agreement is not None
    assert (agreement.same, agreement.both) == (9, 13)
    assert sum(row.mark is not row.read.agreed for row in triangulate(demo, first).rows if row.read) == 2
    assert all(row.read is None for review in others for row in triangulate(demo, review).rows)


def test_recommendations_rest_on_findings_and_one_kind_of_source_is_flagged(demo: PortalSession) -> None:
    advice = demo.scalars(select(Recommendation)).all()
    support = {support_in_words(cited_findings(demo, recommendation.id)) for recommendation in advice}
    assert "Cites no finding" not in support
    assert "" in support
    assert any(words.startswith("One kind of source only") for words in support)
    assert all(recommendation.changes for recommendation in advice)


def test_some_groups_wait_for_the_outcome_and_some_were_never_heard(demo: PortalSession) -> None:
    owed = {review.stage: len(feedback_owed(demo, review.id)) for review in reviews(demo)}
    assert owed[Stage.DISSEMINATION] > 0
    assert owed[Stage.CLOSED] == owed[Stage.IMPACT_ANALYSIS] == owed[Stage.COMPLETED] == 0
    assert len(never_heard(demo)) >= 3


def test_one_survey_is_open_and_a_closed_one_has_told_its_outcome(demo: PortalSession) -> None:
    surveys = demo.scalars(select(Survey).order_by(Survey.id)).all()
    told = [survey for survey in surveys if survey.outcome_published_on]
    assert [response_count(demo, survey.id) for survey in told] == [34]
    assert [survey.is_open(today()) for survey in surveys].count(True) == 1


def test_impact_is_opened_half_checked_and_complete(demo: PortalSession) -> None:
    standing = set()
    for analysis in demo.scalars(select(ImpactAnalysis)):
        checks = [check for _, check in actions_to_check(demo, analysis)]
        standing.add((any(checks), all(checks), analysis.completed_on is not None))
    assert standing == {(False, False, False), (True, False, False), (True, True, True)}


def test_both_audiences_are_heard_in_every_review_that_went_on(demo: PortalSession) -> None:
    from_planning_on = list(Stage)[list(Stage).index(Stage.IMPROVEMENT_PLANNING) :]
    went_on = [review for review in reviews(demo) if review.stage in from_planning_on]
    sources = {Audience.SERVICE_USERS.source, Audience.PRACTITIONERS.source}
    assert all(
        sources <= {source for row in triangulate(demo, review).rows for source in row.cells} for review in went_on
    )


def test_every_piece_of_evidence_leads_to_the_record_where_it_is_read(demo: PortalSession) -> None:
    items = [item for review in reviews(demo) for item in evidence_of(demo, review.id)]
    behind = records_behind(demo, items)
    tables = {behind[item.origin].partition(":")[0] for item in items if item.origin.startswith("sheet_answers:")}
    assert tables == {"self_evaluations", "case_audits"}
    assert all(behind[item.origin] == item.origin for item in items if item.origin.startswith("findings:"))


def test_matrix_that_the_database_counts_says_what_the_pieces_of_evidence_say_one_by_one(demo: PortalSession) -> None:
    rows = [(review, row) for review in reviews(demo) for row in triangulate(demo, review).rows]
    pieces = {review.id: evidence_of(demo, review.id) for review in reviews(demo)}
    for review, row in rows:
        items = [piece.item for piece in pieces[review.id] if piece.key_line_id == row.line.id]
        assert row.cells == cells_of(items)
    assert sum(cell.count for _, row in rows for cell in row.cells.values()) > len(rows)


def test_second_draw_of_the_closed_review_shows_better_grades_than_the_first(demo: PortalSession) -> None:
    (drawn_twice,) = demo.scalars(select(ImpactAnalysis).where(ImpactAnalysis.sample_id.is_not(None)))
    by_grade = {grade.grade: grade for grade in grades_then_and_now(demo, drawn_twice)}
    assert "Not moderated yet" not in by_grade
    assert sum(grade.then for grade in by_grade.values()) == sum(grade.now for grade in by_grade.values()) == 10
    assert (by_grade["Good"].change, by_grade["Inadequate"].change) == ("+4", "−2")


def test_closed_review_says_what_both_its_draws_tell_of_all_cases_and_of_a_change(demo: PortalSession) -> None:
    (analysis,) = demo.scalars(select(ImpactAnalysis).where(ImpactAnalysis.sample_id.is_not(None)))
    drawn = select(AuditSample).where(AuditSample.review_id == analysis.review_id).order_by(AuditSample.id)
    then, now = demo.scalars(drawn).all()
    assert then.kind is now.kind is DrawKind.CEREMONY
    assert {name: plan for name, plan in now.plan.items() if name != "time_frame"} == {
        name: plan for name, plan in then.plan.items() if name != "time_frame"
    }
    for sample, picture in zip((then, now), estimates_of(demo, [then, now], hides_few=True).values(), strict=True):
        assert len(picture.table) == 3, f"all cases and two levels of {sample.reference}"
        assert "Had all" in picture.says
    change = change_among_all(demo, analysis)
    assert change is not None
    assert change.says.startswith("Good or better among all cases: ")
    assert "likely between" in change.says
    assert [row[0] for row in change.table] == ["Then", "Now"]


def test_every_agreed_plan_was_agreed_by_a_board_meeting_on_that_day(demo: PortalSession) -> None:
    plans = demo.scalars(select(ActionPlan).where(ActionPlan.status != PlanStatus.DRAFT)).all()
    assert plans
    for plan in plans:
        meeting = select(Presentation).where(Presentation.plan_id == plan.id, Presentation.body == Body.BOARD)
        (held,) = demo.scalars(meeting).all()
        assert (held.decision, held.meets_on) == (Decision.AGREED, plan.agreed_on), plan.reference


def test_auditors_are_told_of_audits_they_still_have_to_do(demo: PortalSession) -> None:
    told = {
        request.arguments["audit_id"]
        for request in demo.scalars(select(JobRequest).where(JobRequest.name == "tell_auditor"))
    }
    assert told == set(demo.scalars(select(CaseAudit.id).where(CaseAudit.status.in_(IN_HAND))))


def test_challenges_open_first_for_officers_as_one_of_them_has_shared_them(
    browsers: dict[Role, Browser], session: Session
) -> None:
    """The demonstration shows what a shared view that opens first is."""
    answer = browsers[Role.OFFICER].client.get("/challenges/")
    assert answer.status_code == 302
    page = browsers[Role.OFFICER].get(str(answer.headers["Location"]))
    (here,) = page.select("nav.views a[aria-current]")
    assert here.get_text() == "Without an answer (shared with you)"
    assert page.select("tbody tr"), "some wait for an answer"
    assert "shared with you and opens first" in page.get_text()
    assert browsers[Role.SPONSOR].client.get("/challenges/").status_code == 200
