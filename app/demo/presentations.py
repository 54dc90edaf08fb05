"""Which meetings have heard the demo's findings, what did they decide, and who was challenged?"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import agencies as named
from models.partnership.agencies import Agency
from models.plans.action_plans import ActionPlan
from models.plans.challenges import Challenge, answer_challenge, close_challenge
from models.plans.presentations import Decision, Presentation, PresentationStatus
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.plans.presentations import Body


def load_presentations(
    session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency], today: date
) -> None:
    """The first review was heard by the Board and the Children's Group, last year's by all; the second is planned."""
    first, second = reviews[:2]
    board = _held(session, first, Body.BOARD, today - timedelta(days=130))
    _held(session, first, Body.CHILDRENS_GROUP, today - timedelta(days=100))
    _planned(session, first, Body.ADULTS_GROUP, today + timedelta(days=12))
    if second.stage in (Stage.IMPROVEMENT_PLANNING, Stage.PRESENTATION):
        _planned(session, second, Body.BOARD, today + timedelta(days=26))
    for review in reviews[5:]:
        _of_last_year(session, review, today)
    _challenges(session, board, second, agencies, today)


def _of_last_year(session: Session, review: ThematicReview, today: date) -> None:
    """The Board heard each; the groups heard those that went on from presentation, together."""
    began = review.period_ends_on or today
    _held(session, review, Body.BOARD, began + timedelta(days=200))
    if review.stage is Stage.PRESENTATION:
        _planned(session, review, Body.JOINT_GROUPS, today + timedelta(days=19))
    else:
        _held(session, review, Body.JOINT_GROUPS, began + timedelta(days=214))


def _planned(session: Session, review: ThematicReview, body: Body, on: date) -> Presentation:
    line = f"Findings and recommendations: {review.title}"
    presentation = Presentation(review_id=review.id, body=body, meets_on=on, agenda_line=line)
    session.add(presentation)
    session.flush()
    return presentation


def _held(session: Session, review: ThematicReview, body: Body, on: date) -> Presentation:
    """A meeting of the past, with the Board's decision on the plan as the demo's plan has it already."""
    presentation = _planned(session, review, body, on)
    presentation.status = PresentationStatus.HELD
    presentation.decided = "The findings are noted; agencies report progress at the next meeting."
    plan = session.scalars(select(ActionPlan).where(ActionPlan.review_id == review.id)).first()
    if body is Body.BOARD and plan is not None:
        presentation.decided = (
            "The plan is agreed. The Board asks for the voice of the youngest children in every report."
        )
        presentation.plan_id, presentation.decision = plan.id, Decision.AGREED
    session.flush()
    return presentation


def _challenges(
    session: Session, board: Presentation, other: ThematicReview, agencies: dict[str, Agency], today: date
) -> None:
    """One challenge closed, one answered, one open."""
    on = board.meets_on
    asked = (
        (named.CHILDRENS_SOCIAL_CARE, on, "Why do plans for children under two not show who has seen the child?"),
        (named.HEALTH_BOARD, on, "How will general practice learn of a child's plan within a week?"),
    )
    challenges = [
        Challenge(
            presentation_id=board.id, review_id=board.review_id, challenged_on=day, agency_id=agencies[name].id,
            challenger="Independent scrutineer, Executive Board", question=question,
        )
        for name, day, question in asked
    ]  # fmt: skip
    late = Challenge(
        review_id=other.id, challenged_on=today - timedelta(days=9), agency_id=agencies[named.POLICE].id,
        challenger="Lead sponsor", question="Self-neglect reports close within a day. What is done in between?",
    )  # fmt: skip
    session.add_all([*challenges, late])
    session.flush()
    for challenge in challenges:
        words = "A field for it is in the plan's form since May; team managers look at it monthly."
        answer_challenge(session, challenge, answer=words, on=on + timedelta(days=20))
    outcome = "A second look after three months found it filled in for 41 of 44 children."
    close_challenge(session, challenges[0], outcome=outcome, on=on + timedelta(days=110))
