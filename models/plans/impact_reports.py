"""Which facts does an impact analysis show on paper?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.moderations import GradesByLevel, grades_by_level
from models.audits.sample_estimates import change_of
from models.core.errors import RuleBroken
from models.partnership.people import name_of
from models.plans.impact_analyses import ImpactAnalysis, actions_to_check, first_sample
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.documents.pictures import Picture
from models.rules.plans.impact_reports import CheckedAction, GradeThenNow, ImpactFacts
from models.sampling.audit_samples import AuditSample


def impact_facts(session: Session, occasion: Occasion, *, analysis_id: int) -> ImpactFacts:
    """An impact analysis as it stands. Refuses one that the person may not see."""
    analysis = session.get(ImpactAnalysis, analysis_id)
    if analysis is None:
        raise RuleBroken("There is no such impact analysis that you may see.")
    review = session.get_one(ThematicReview, analysis.review_id)
    actions = tuple(
        CheckedAction(
            action.reference, action.text, check.impact.value if check else "", check.impact.label if check else "",
            check.evidence if check else "",
        )
        for action, check in actions_to_check(session, analysis)
    )  # fmt: skip
    return ImpactFacts(
        occasion=occasion,
        about=f"impact_analyses:{analysis.id}",
        reference=analysis.reference,
        review=review.reference,
        title=f"Impact of {review.title}",
        due_on=analysis.due_on,
        completed_on=analysis.completed_on,
        completed_by=name_of(session, analysis.completed_by_id),
        conclusion=analysis.conclusion or "",
        actions=actions,
        grades=grades_then_and_now(session, analysis),
        change=change_among_all(session, analysis),
    )


def change_among_all(session: Session, analysis: ImpactAnalysis) -> Picture | None:
    """What both draws say of a change among all cases; None while there is no second draw."""
    first = first_sample(session, analysis)
    second = session.get(AuditSample, analysis.sample_id) if analysis.sample_id else None
    return change_of(session, first, second) if first is not None and second is not None else None


def change_to(session: Session, sample: AuditSample) -> Picture | None:
    """What a sample that is the second draw of an impact analysis says of a change; None for any other."""
    analysis = session.scalar(select(ImpactAnalysis).where(ImpactAnalysis.sample_id == sample.id))
    return change_among_all(session, analysis) if analysis is not None else None


def grades_then_and_now(session: Session, analysis: ImpactAnalysis) -> tuple[GradeThenNow, ...]:
    """How many cases have each moderated grade in both draws, or none yet; empty when there is no second draw."""
    first = first_sample(session, analysis)
    if first is None or analysis.sample_id is None:
        return ()
    then, now = grades_by_level(session, first.id), grades_by_level(session, analysis.sample_id)
    grades = dict.fromkeys((*then.grades, *now.grades, ""))
    counts = [GradeThenNow(grade or "Not moderated yet", _count(then, grade), _count(now, grade)) for grade in grades]
    return tuple(counts if counts[-1].then or counts[-1].now else counts[:-1])


def _count(grades: GradesByLevel, grade: str) -> int:
    return sum(grades.count(level, grade) for level in grades.levels)
