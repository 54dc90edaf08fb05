"""Which facts does the report of a thematic review show?"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.sample_estimates import estimates_of
from models.evidence.findings import Finding
from models.evidence.intelligence_uses import IntelligenceUse
from models.evidence.triangulation_reports import matrix_rows, review_for
from models.evidence.triangulations import triangulate
from models.feedback.feedback_activities import Audience, FeedbackActivity, heard
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.people import name_of
from models.partnership.strategic_priorities import StrategicPriority
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.impact_analyses import analysis_of
from models.plans.impact_reports import change_among_all
from models.plans.recommendation_findings import cited_findings, sources_in_words, support_in_words
from models.plans.recommendations import Recommendation
from models.returns.agency_returns import ReturnStatus
from models.returns.self_evaluations import SelfEvaluation
from models.rules.core.counts import count_words
from models.rules.documents.papers import Occasion
from models.rules.documents.pictures import Picture
from models.rules.evidence.triangulation import Source
from models.rules.gates.report_samples import SampleFacts
from models.rules.gates.review_reports import (
    DoneFacts,
    FindingFacts,
    MethodFacts,
    RecommendationFacts,
    ReviewReportFacts,
)
from models.rules.sampling.strata import StrataKind, stratum_word
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.tools.key_lines import KeyLine


def review_facts(session: Session, occasion: Occasion, *, review_id: int) -> ReviewReportFacts:
    """The review as it stands today. Refuses a review that the person may not see."""
    review = review_for(session, review_id)
    matrix = triangulate(session, review)
    return ReviewReportFacts(
        occasion=occasion,
        about=f"thematic_reviews:{review.id}",
        reference=review.reference,
        title=review.title,
        kind=review.kind.label,
        hub=session.get_one(Hub, review.hub_id).name,
        sponsor=name_of(session, review.sponsor_id),
        priority=session.get_one(StrategicPriority, review.priority_id).name,
        focus=review.focus,
        stage=review.stage.label,
        starts_on=review.period_starts_on,
        ends_on=review.period_ends_on,
        methods=_methods(session, review.id),
        sample=_sample(session, review.id),
        findings=_findings(session, review.id),
        rows=matrix_rows(matrix),
        thresholds=matrix.thresholds,
        is_settled=matrix.is_settled,
        is_being_read=matrix.is_being_read,
        recommendations=_recommendations(session, review.id),
        done=_done(session, review.id),
        estimates=_estimates(session, review.id),
    )


def _done(session: Session, review_id: int) -> DoneFacts:
    """Cases and agencies of what has been handed in, and the people of what has been held."""
    audits = (CaseAudit.review_id == review_id, CaseAudit.status.in_([each for each in AuditStatus if each.is_in]))
    sent = (
        SelfEvaluation.review_id == review_id,
        SelfEvaluation.status.in_((ReturnStatus.SUBMITTED, ReturnStatus.CLOSED)),
    )
    agencies = select(CaseAudit.agency_id).where(*audits).union(select(SelfEvaluation.agency_id).where(*sent))
    return DoneFacts(
        case_count=session.scalar(select(func.count(CaseAudit.sample_case_id.distinct())).where(*audits)) or 0,
        agency_count=session.scalar(select(func.count()).select_from(agencies.subquery())) or 0,
        service_user_count=_people_heard(session, review_id, Audience.SERVICE_USERS),
        practitioner_count=_people_heard(session, review_id, Audience.PRACTITIONERS),
    )


def _people_heard(session: Session, review_id: int, audience: Audience) -> int:
    statement = select(func.sum(FeedbackActivity.people_count)).where(
        FeedbackActivity.review_id == review_id,
        FeedbackActivity.audience == audience,
        FeedbackActivity.held_on.is_not(None),
    )
    return session.scalar(statement) or 0


def _methods(session: Session, review_id: int) -> tuple[MethodFacts, ...]:
    """What each of the five sources has given so far."""
    sent = _count(session, SelfEvaluation, review_id)
    audits, items = _count(session, CaseAudit, review_id), _count(session, IntelligenceUse, review_id)
    activities = heard(session, review_id)
    users, staff = (
        [activity for activity in activities if activity.audience is audience]
        for audience in (Audience.SERVICE_USERS, Audience.PRACTITIONERS)
    )
    counted = (
        (Source.SELF_EVALUATION, count_words(sent, "agency asked", "agencies asked") if sent else ""),
        (Source.CASE_AUDIT, count_words(audits, "form for a case", "forms for cases") if audits else ""),
        (Source.SERVICE_USERS, "; ".join(f"{activity.technique.label}: {activity.title}" for activity in users)),
        (Source.PRACTITIONERS, "; ".join(f"{activity.technique.label}: {activity.title}" for activity in staff)),
        (Source.REVIEWS_AND_INSPECTIONS, count_words(items, "item read", "items read") if items else ""),
    )
    return tuple(MethodFacts(source.label, words) for source, words in counted if words)


def _count(session: Session, noun: type[SelfEvaluation | CaseAudit | IntelligenceUse], review_id: int) -> int:
    return session.scalar(select(func.count()).select_from(noun).where(noun.review_id == review_id)) or 0


def _estimates(session: Session, review_id: int) -> tuple[Picture, ...]:
    """What each draw of the review says of all cases, and two of a change; parts with few graded cases are not told."""
    drawn = select(AuditSample).where(AuditSample.review_id == review_id, AuditSample.status == SampleStatus.DRAWN)
    samples = session.scalars(drawn.order_by(AuditSample.reference)).all()
    told = estimates_of(session, samples, hides_few=True)
    pictures = [
        replace(told[sample.id], title=f"{sample.reference}: from the sample to all cases")
        for sample in samples
        if sample.id in told
    ]
    analysis = analysis_of(session, review_id)
    change = change_among_all(session, analysis) if analysis is not None else None
    return (*pictures, *((change,) if change is not None else ()))


def _sample(session: Session, review_id: int) -> tuple[SampleFacts, ...]:
    samples = session.scalars(
        select(AuditSample)
        .where(AuditSample.review_id == review_id, AuditSample.status == SampleStatus.DRAWN)
        .order_by(AuditSample.reference)
    ).all()
    rows = session.execute(
        select(SampleCase.sample_id, SampleCase.stratum, func.count())
        .where(SampleCase.sample_id.in_([sample.id for sample in samples]), SampleCase.status != CaseStatus.RESERVE)
        .where(SampleCase.status != CaseStatus.ELIMINATED)
        .group_by(SampleCase.sample_id, SampleCase.stratum)
    )
    selected = {(sample_id, stratum): count for sample_id, stratum, count in rows}
    return tuple(
        SampleFacts(
            sample.reference,
            stratum_word(StrataKind(sample.plan["strata"])),
            stratum["name"],
            stratum["population"],
            selected.get((sample.id, stratum["name"]), 0),
        )
        for sample in samples
        for stratum in (sample.certificate or {}).get("strata", ())
    )


def _findings(session: Session, review_id: int) -> tuple[FindingFacts, ...]:
    rows = session.execute(
        select(Finding, func.concat_ws(". ", KeyLine.number, KeyLine.text), func.coalesce(Agency.name, ""))
        .outerjoin(KeyLine, KeyLine.id == Finding.key_line_id)
        .outerjoin(Agency, Agency.id == Finding.agency_id)
        .where(Finding.review_id == review_id)
        .order_by(KeyLine.number.nulls_last(), Finding.source, Finding.id)
    )
    return tuple(
        FindingFacts(line, finding.source.label, finding.verdict, finding.strength.label, finding.text, agency)
        for finding, line, agency in rows
    )


def _recommendations(session: Session, review_id: int) -> tuple[RecommendationFacts, ...]:
    recommendations = session.scalars(
        select(Recommendation)
        .join(ActionPlan, ActionPlan.id == Recommendation.plan_id)
        .where(ActionPlan.review_id == review_id)
        .order_by(ActionPlan.reference, Recommendation.number)
    ).all()
    rows = session.execute(
        select(Action.recommendation_id, func.count(), func.count(Action.completed_on))
        .where(Action.recommendation_id.in_([recommendation.id for recommendation in recommendations]))
        .group_by(Action.recommendation_id)
    )
    counts = {key: (all_of, complete) for key, all_of, complete in rows}
    facts = []
    for recommendation in recommendations:
        cited = cited_findings(session, recommendation.id)
        changes = recommendation.changes.label if recommendation.changes else ""
        facts.append(
            RecommendationFacts(
                recommendation.number,
                recommendation.text,
                changes,
                sources_in_words(cited),
                support_in_words(cited),
                *counts.get(recommendation.id, (0, 0)),
            )
        )
    return tuple(facts)
