"""Do the facts of a review's report say what the review holds, naming no case, and nothing of another review?"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.evidence.findings import Judgement, take_finding
from models.feedback.feedback_activities import Audience, FeedbackActivity, Technique
from models.gates.review_reports import review_facts
from models.plans.recommendation_findings import cite_findings
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.gates.report_samples import SampleFacts
from models.rules.gates.review_reports import DoneFacts, FindingFacts, MethodFacts, RecommendationFacts
from tests import make, make_audits, make_tools
from tests.pdf.pdf_review_facts import OCCASION


def test_report_holds_method_sample_findings_and_recommendations_and_names_no_case(session: Session) -> None:
    scene = make_audits.scene(session, focus="Is neglect seen early?", period_starts_on=date(2026, 1, 1))
    review, line = scene.review, make_tools.key_line(session, scene.review)
    make_audits.opened(session, scene)
    heard = {"audience": Audience.SERVICE_USERS, "technique": Technique.FOCUS_GROUP, "held_on": date(2026, 3, 1)}
    asked = {"title": "Young carers", "summary": "They were not asked.", "people_count": 7, **heard}
    session.add(FeedbackActivity(review_id=review.id, **asked))
    finding = take_finding(
        session,
        judgement=Judgement(
            source=Source.CASE_AUDIT, verdict=Verdict.CONCERN, text="Nobody looked.", strength=Strength.STRONG,
            key_line_id=line.id,
        ),
        review_id=review.id,
        agency_id=scene.police.id,
    )  # fmt: skip
    plan = make.plan(session, review)
    advice = make.recommendation(session, plan, text="See the child.")
    cite_findings(session, advice, [finding.id])
    for completed_on in (date(2026, 5, 1), None):
        evidence = "Ten files." if completed_on else ""
        make.action(
            session, plan, scene.police, recommendation_id=advice.id, completed_on=completed_on,
            completion_evidence=evidence,
        )  # fmt: skip
    facts = review_facts(session, OCCASION, review_id=review.id)
    assert (facts.reference, facts.focus, facts.starts_on, facts.ends_on) == (
        review.reference, "Is neglect seen early?", date(2026, 1, 1), None,
    )  # fmt: skip
    assert (facts.hub, facts.priority, facts.sponsor) == ("Children hub", "Neglect", "Lead sponsor")
    assert facts.methods == (
        MethodFacts("Case audit", "4 forms for cases"),
        MethodFacts("Service users and carers", "Focus group: Young carers"),
    )
    assert facts.sample == (
        SampleFacts(scene.sample.reference, "Level of intervention", "Child protection plan", 2, 1),
        SampleFacts(scene.sample.reference, "Level of intervention", "Child in need", 2, 1),
    )
    assert facts.findings == (
        FindingFacts(f"1. {line.text}", "Case audit", Verdict.CONCERN, "Strong", "Nobody looked.", "Northfield Police"),
    )
    assert facts.done == DoneFacts(case_count=0, agency_count=0, service_user_count=7, practitioner_count=0)
    assert facts.recommendations == (
        RecommendationFacts(1, "See the child.", "", "Case audit", "One kind of source only: case audit", 2, 1),
    )
    assert [row.number for row in facts.rows] == [1]
    assert not [
        case.reference for case in make_audits.cases(session, scene.sample) if f"'{case.reference}'" in str(facts)
    ]


def test_report_of_a_bare_review_holds_nothing_of_another(session: Session) -> None:
    other = make.review(session, title="Another")
    take_finding(
        session,
        judgement=Judgement(source=Source.CASE_AUDIT, verdict=Verdict.MIXED, text="Elsewhere."),
        review_id=other.id,
    )
    make.recommendation(session, make.plan(session, other))
    facts = review_facts(session, OCCASION, review_id=make.review(session).id)
    assert (facts.methods, facts.sample, facts.findings, facts.rows, facts.recommendations) == ((), (), (), (), ())
    with pytest.raises(RuleBroken, match="no such review"):
        review_facts(session, OCCASION, review_id=999_999)


def test_summary_counts_each_case_and_agency_once_and_only_what_was_handed_in(session: Session) -> None:
    scene = make_audits.scene(session)
    audits = make_audits.opened(session, scene)
    first = [audit for audit in audits if audit.sample_case_id == audits[0].sample_case_id]
    for audit in first:
        make_audits.submitted(session, audit)
    done = review_facts(session, OCCASION, review_id=scene.review.id).done
    assert done == DoneFacts(case_count=1, agency_count=2)
    assert done.sentence == "1 case was audited, and 2 agencies answered or audited."
