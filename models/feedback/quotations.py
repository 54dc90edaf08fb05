"""How many people were heard, and may what is written of them hold their own words?"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.evidence.findings import Finding, Judgement, heard_by, take_finding
from models.feedback.feedback_activities import Audience, Engagement, FeedbackActivity
from models.feedback.surveys import Survey, SurveyResponse
from models.rules.evidence.triangulation import Source
from models.rules.feedback.quotations import refuse_quotations

_AUDIENCES = {audience.source: audience for audience in Audience}


def people_heard(session: Session, activity: FeedbackActivity) -> int:
    """How many people an activity heard: the most that its own count, its groups or its surveys say."""
    groups = select(func.sum(Engagement.people_count)).where(Engagement.activity_id == activity.id)
    answered = (
        select(func.count(SurveyResponse.id))
        .join(Survey, Survey.id == SurveyResponse.survey_id)
        .where(Survey.activity_id == activity.id)
    )
    return max(activity.people_count, session.scalar(groups) or 0, session.scalar(answered) or 0)


@heard_by
def most_heard(session: Session, review_id: int, source: Source) -> int | None:
    """The most people that one activity of a review heard for a source; None for sources that are no people."""
    audience = _AUDIENCES.get(source)
    if audience is None:
        return None
    of_review = (FeedbackActivity.review_id == review_id, FeedbackActivity.audience == audience)
    with session.no_autoflush:
        activities = session.scalars(select(FeedbackActivity).where(*of_review)).all()
        return max((people_heard(session, activity) for activity in activities), default=0)


def finding_of_activity(
    session: Session, activity: FeedbackActivity, judgement: Judgement, *, person_id: int | None
) -> Finding:
    """Make a finding of what an activity's people said. Refuses their own words where fewer than five were heard."""
    refuse_quotations(judgement.text, heard=people_heard(session, activity))
    return take_finding(session, judgement=judgement, review_id=activity.review_id, person_id=person_id)
