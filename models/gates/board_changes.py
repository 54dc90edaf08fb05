"""What has changed between two meetings of the Board or one of its groups?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from models.audits.moderations import Moderation
from models.core.clock import london_day_of
from models.gates.pictures.actions import scoped_actions
from models.gates.pictures.scopes import BoardScope
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, list_words
from models.rules.documents.papers import day


def changes_since(session: Session, scope: BoardScope, since: date, on: date) -> Iterator[str]:
    """What happened after one day up to another in reviews of the scope's kinds, as sentences; three statements.

    What was moved or done and undone again between the two is not told: only how things came to stand.
    """
    reached = (
        select(ThematicReview.title, ReviewStage.stage, ReviewStage.reached_on)
        .join(ThematicReview, ThematicReview.id == ReviewStage.review_id)
        .where(scope.of_kind(), _between(ReviewStage.reached_on, since, on))
        .order_by(ReviewStage.reached_on, ThematicReview.reference)
    )
    for title, stage, reached_on in session.execute(reached):
        yield f"{title} reached {stage.label.lower()}{f' on {day(reached_on)}' if reached_on else ''}."
    agreed = select(ActionPlan.title).join(ThematicReview, ThematicReview.id == ActionPlan.review_id)
    titles = session.scalars(agreed.where(scope.of_kind(), _between(ActionPlan.agreed_on, since, on))).all()
    if titles:
        yield f"Agreed: {list_words(titles)}."
    yield from _counted(session, scope, since, on)


def _counted(session: Session, scope: BoardScope, since: date, on: date) -> Iterator[str]:
    actions = scoped_actions(scope, func.count())
    of_review = select(func.count()).select_from(ThematicReview).where(scope.of_kind())
    challenged = of_review.join(Challenge, Challenge.review_id == ThematicReview.id)
    handed_in = of_review.join(SelfEvaluation, SelfEvaluation.review_id == ThematicReview.id)
    moderated = of_review.join(Moderation, Moderation.review_id == ThematicReview.id)
    asked = (
        (actions.where(_between(Action.completed_on, since, on)), "action was", "actions were", "completed"),
        (
            actions.where(Action.completed_on.is_(None), Action.due_on >= since, Action.due_on < on),
            "action", "actions", "fell overdue",
        ),
        (handed_in.where(_between(london_day_of(SelfEvaluation.submitted_at), since, on)),
         "self-evaluation was", "self-evaluations were", "handed in"),
        (moderated.where(_between(london_day_of(Moderation.moderated_at), since, on)),
         "case was", "cases were", "moderated"),
        (challenged.where(_between(Challenge.challenged_on, since, on)), "challenge was", "challenges were", "made"),
        (select(func.count()).where(_between(london_day_of(Section11Return.submitted_at), since, on)),
         "Section 11 return was", "Section 11 returns were", "handed in"),
    )  # fmt: skip
    counts = session.execute(select(*(count.scalar_subquery() for count, *_ in asked))).one()
    for count, (_, singular, plural, done) in zip(counts, asked, strict=True):
        if count:
            yield f"{count_words(count, singular, plural)} {done}."


def _between(when: Any, since: date, on: date) -> ColumnElement[bool]:
    return and_(when > since, when <= on)
