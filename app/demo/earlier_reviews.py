"""Which reviews did the demo complete last year, and what has each changed since? All made up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.action_plans import ActionPlan, PlanStatus
from models.actions import Action
from models.agencies import Agency
from models.hubs import Hub, HubKind
from models.impact_analyses import Impact, actions_to_check, check_impact, open_impact_analysis
from models.people import Person
from models.recommendations import Change, Recommendation
from models.review_stages import ReviewStage
from models.strategic_priorities import StrategicPriority
from models.thematic_reviews import Stage, ThematicReview


class _Review(NamedTuple):
    title: str
    kind: HubKind
    priority: str
    sponsor: str
    stage: Stage
    completed_days_ago: int
    focus: str
    checks: tuple[Impact, ...]


_EARLIER = (
    _Review(
        "Children who go missing from care", HubKind.CHILDREN, "Exploitation", "sponsor", Stage.CLOSED, 430,
        "Whether children who go missing are talked with when they return, and whether that changes their plan.",
        (Impact.EMBEDDED, Impact.EMBEDDED, Impact.PARTLY_EMBEDDED, Impact.EMBEDDED),
    ),
    _Review(
        "Mental capacity in hospital discharge", HubKind.ADULTS, "Think family", "sponsor3", Stage.IMPACT_ANALYSIS, 370,
        "Whether adults leaving hospital are asked, and their capacity assessed, before decisions are made.",
        (Impact.EMBEDDED, Impact.NOT_EMBEDDED),
    ),
    _Review(
        "Parents with substance misuse", HubKind.COMBINED, "Think family", "sponsor2", Stage.COMPLETED, 120,
        "Whether services for adults ask about children, and services for children about the adults.",
        (),
    ),
)  # fmt: skip
_ACTIONS = (
    "Offer every child or adult concerned a conversation within three days.",
    "Write what they say into the plan, in their own words.",
    "Read ten files a quarter together and report to the group.",
    "Train each team once a year, with the training log kept.",
)
_SHOWN = "Dip sample of ten files in the last quarter, read by two agencies."


def load_earlier_reviews(
    session: Session,
    hubs: dict[HubKind, Hub],
    people: dict[str, Person],
    priorities: dict[str, StrategicPriority],
    agencies: dict[str, Agency],
    today: date,
) -> None:
    """Three reviews of earlier years: closed, in impact analysis with half of it done, and just completed."""
    for entry in _EARLIER:
        completed_on = today - timedelta(days=entry.completed_days_ago)
        review = ThematicReview(
            title=entry.title,
            kind=entry.kind,
            year=2025,
            hub_id=hubs[entry.kind].id,
            priority_id=priorities[entry.priority].id,
            sponsor_id=people[entry.sponsor].id,
            focus=entry.focus,
            stage=entry.stage,
            period_starts_on=completed_on - timedelta(days=665),
            period_ends_on=completed_on - timedelta(days=300),
        )
        session.add(review)
        session.flush()
        session.add_all(_timetable(review, completed_on))
        _plan(session, review, list(agencies.values())[:4], people, completed_on)
        _analysis(session, review, entry, people, completed_on)


def _timetable(review: ThematicReview, completed_on: date) -> list[ReviewStage]:
    reached = list(Stage)[1 : list(Stage).index(review.stage) + 1]
    days = {Stage.COMPLETED: 0, Stage.IMPACT_ANALYSIS: 365, Stage.CLOSED: 410}
    return [
        ReviewStage(review_id=review.id, stage=stage, planned_on=day, reached_on=day)
        for place, stage in enumerate(reached)
        for day in [completed_on + timedelta(days=days.get(stage, (place - 5) * 50))]
    ]


def _plan(
    session: Session, review: ThematicReview, agencies: list[Agency], people: dict[str, Person], completed_on: date
) -> None:
    plan = ActionPlan(
        review_id=review.id, title=f"Improvement plan: {review.title}", year=2025, status=PlanStatus.AGREED,
        agreed_on=completed_on - timedelta(days=60), summary="Fictitious: made up to show the portal.",
    )  # fmt: skip
    session.add(plan)
    session.flush()
    text = "Everybody concerned is asked, and what they say changes the plan."
    wanted = Recommendation(plan_id=plan.id, number=1, text=text, changes=Change.PRACTICE)
    session.add(wanted)
    session.flush()
    for words, agency in zip(_ACTIONS, agencies, strict=True):
        due_on = completed_on + timedelta(days=30)
        action = Action(
            plan_id=plan.id, recommendation_id=wanted.id, text=words, lead_agency_id=agency.id, due_on=due_on,
            success_measure="Nine of ten files show it", owner_role="Head of service",
        )  # fmt: skip
        action.check(session)
        session.add(action)
        session.flush()
        action.completion_evidence, action.completion_claimed_on = _SHOWN, completed_on
        action.completion_claimed_by_id, action.completion_confirmed_by_id = people["manager"].id, people["officer"].id
        action.completed_on = completed_on
    session.flush()


def _analysis(
    session: Session, review: ThematicReview, entry: _Review, people: dict[str, Person], completed_on: date
) -> None:
    analysis = open_impact_analysis(session, review, completed_on=completed_on)
    for (action, _), impact in zip(actions_to_check(session, analysis), entry.checks, strict=False):
        check_impact(session, analysis, action, impact=impact, evidence=_SHOWN, person_id=people["officer"].id)
    if review.stage is Stage.CLOSED:
        analysis.conclusion = "The learning is part of ongoing practice; the quarterly reading of files goes on."
        analysis.completed_on = completed_on + timedelta(days=400)
        analysis.completed_by_id = people["officer"].id
    session.flush()
