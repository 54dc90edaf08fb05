"""How many people did the reviews of a year hear?"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.addresses import list_address
from models.feedback.feedback_activities import Audience, FeedbackActivity
from models.feedback.surveys import Survey, SurveyResponse
from models.gates.pictures.scopes import BoardScope
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.voices import ReviewVoices, voices_picture


def people_heard(session: Session, scope: BoardScope) -> Picture:
    """People by review and audience; an activity with a survey counts its closed survey's answers, if more. One
    statement. The reviews stand in the order of their references.
    """
    answers = (
        select(func.count(SurveyResponse.id)).join(Survey, Survey.id == SurveyResponse.survey_id)
        .where(Survey.activity_id == FeedbackActivity.id, Survey.closed_on.is_not(None)).scalar_subquery()
    )  # fmt: skip
    people = func.sum(func.greatest(FeedbackActivity.people_count, answers))
    statement = (
        select(
            ThematicReview.id,
            ThematicReview.title,
            func.coalesce(people.filter(FeedbackActivity.audience == Audience.SERVICE_USERS), 0),
            func.coalesce(people.filter(FeedbackActivity.audience == Audience.PRACTITIONERS), 0),
        )
        .join(FeedbackActivity, FeedbackActivity.review_id == ThematicReview.id)
        .where(scope.of_year(), FeedbackActivity.held_on.is_not(None))
        .group_by(ThematicReview.id, ThematicReview.title, ThematicReview.reference)
        .order_by(ThematicReview.reference)
    )
    reviews = [
        ReviewVoices(title, int(users), int(staff), list_address(FeedbackActivity, review_id=key))
        for key, title, users, staff in session.execute(statement)
    ]
    return voices_picture(reviews, scope.year)
