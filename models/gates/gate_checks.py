"""What does each stage of a review need, and what is missing, in a sentence?

Source: framework, "The reviews" to "Impact analysis", read stage by stage; appendix 1 for what the sponsor signs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from models.audits.moderations import audits_missing, audits_of_samples
from models.core.clock import today
from models.core.reading_once import Fact, Key, rows_of, values_of
from models.evidence.intelligence_uses import intelligence_missing, intelligence_taken
from models.evidence.triangulations import triangulate
from models.feedback.feedback_activities import (
    Audience,
    audiences_agreed,
    audiences_heard,
    feedback_owed,
    groups_owed,
    has_held_activities,
)
from models.feedback.surveys import somebody_took_part, unnamed_activities, untold_surveys
from models.learning.learning_products import has_released
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action
from models.plans.impact_analyses import impact_due, is_impact_complete
from models.plans.presentations import bodies_held, missing_presentations
from models.plans.recommendation_findings import RecommendationFinding
from models.plans.recommendations import Recommendation
from models.returns.self_evaluations import self_evaluation_statuses, self_evaluations_missing
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.counts import count_words
from models.rules.evidence.triangulation import Mark
from models.signatures.sign_offs import SignOffSubject, signatures_asked
from models.signatures.signables import (
    TOOL_SUBJECTS,
    content_of,
    invitations_to_sign,
    lines_to_sign,
    stands_signed,
    team_to_sign,
    tools_of,
)
from models.tools.assurance_tools import ToolKind

UNSIGNED = "the lead sponsor has not signed this as it stands now."
"""How the sentence ends that says of something written that only its signature is missing."""
Check = Callable[[Session, ThematicReview], str]
Begun = Callable[[Session, ThematicReview], bool]


def _always(session: Session, review: ThematicReview) -> bool:
    """For gates that ask for something to be there: what is not there is missing, never done."""
    return True


@dataclass(frozen=True)
class Gate:
    """One thing a stage needs. `check` returns the sentence that says what is missing, empty when nothing is.

    A gate about all of something is open, but not done, while there is none of it: `has_begun` says whether there is.
    """

    code: str
    words: str
    stage: Stage
    check: Check
    has_begun: Begun = _always


def _focus(session: Session, review: ThematicReview) -> str:
    return "" if review.focus.strip() else "The Board has not set the focus yet."


def _sponsor(session: Session, review: ThematicReview) -> str:
    return "" if review.sponsor_id else "No member of the Board is lead sponsor yet."


def _period(session: Session, review: ThematicReview) -> str:
    has_both = review.period_starts_on and review.period_ends_on
    return "" if has_both else "The period under review has no first and last day yet."


def _heard(audience: Audience) -> Check:
    def check(session: Session, review: ThematicReview) -> str:
        words = "Service users, carers or families" if audience is Audience.SERVICE_USERS else "Practitioners"
        is_missing = audience not in audiences_heard(session, review.id)
        return f"{words} have not been heard yet, or what they said is not summed up." if is_missing else ""

    return check


def _activities(session: Session, review: ThematicReview) -> str:
    agreed = audiences_agreed(session, review.id)
    lacking = [audience for audience in Audience if audience not in agreed]
    if not lacking:
        return ""
    words = " and ".join(audience.label[0].lower() + audience.label[1:] for audience in lacking)
    return f"The project team has not agreed yet how {words} are heard."


def _feedback_given(session: Session, review: ThematicReview) -> str:
    owed = [debt.sentence for debt in feedback_owed(session, review.id)]
    owed += [
        f"People who answered {survey} cannot read the outcome yet." for survey in untold_surveys(session, review.id)
    ]
    more = f" ({len(owed) - 1} more)" if owed[1:] else ""
    return f"{owed[0]}{more}" if owed else ""


def _named(session: Session, review: ThematicReview) -> str:
    activities = unnamed_activities(session, review.id)
    if not activities:
        return ""
    more = f" ({len(activities) - 1} more)" if activities[1:] else ""
    _, title = activities[0]
    return f"{title} took place with nobody named who could be told the outcome.{more}"


def _intelligence(session: Session, review: ThematicReview) -> str:
    return intelligence_missing(session, review.id)


def _silent(session: Session, review: ThematicReview) -> str:
    matrix = triangulate(session, review)
    if matrix.is_being_read:  # for everybody alike: the number of silent lines would lead those who read
        return "Two people are reading the evidence and have not both judged every key line."
    count, fewest = matrix.count(Mark.SILENT), matrix.thresholds.fewest_words
    if not count:
        return ""
    return f"{count_words(count, 'key line is', 'key lines are')} silent: fewer than {fewest} sources speak."


def _has_key_lines(session: Session, review: ThematicReview) -> bool:
    return triangulate(session, review).line_count > 0


def _has_held_activities(session: Session, review: ThematicReview) -> bool:
    return has_held_activities(session, review.id)


def _has_heard_somebody(session: Session, review: ThematicReview) -> bool:
    """Whether a group took part in an activity, or somebody answered a survey."""
    return somebody_took_part(session, review.id)


@Fact
def _recommendations(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """What a review's plans recommend: the number (None: nothing), whether it cites findings, and has actions."""
    cited = exists().where(RecommendationFinding.recommendation_id == Recommendation.id)
    acted_on = exists().where(Action.recommendation_id == Recommendation.id)
    return rows_of(
        select(Recommendation.number, cited, acted_on)
        .select_from(ActionPlan)
        .outerjoin(Recommendation, Recommendation.plan_id == ActionPlan.id)
        .where(ActionPlan.review_id == review_id)
        .order_by(Recommendation.plan_id, Recommendation.number)
    )


def _plan(session: Session, review: ThematicReview) -> str:
    plans = _recommendations(session, review.id)
    if not plans:
        return "There is no improvement plan yet."
    if all(number is None for number, _, _ in plans):
        return "The improvement plan recommends nothing yet."
    for number, is_cited, is_acted_on in plans:
        if number is not None and not (is_cited and is_acted_on):
            return f"Recommendation {number} {'has no action' if is_cited else 'cites no finding'}."
    return ""


def _presented(session: Session, review: ThematicReview) -> str:
    missing = " and the ".join(body.label for body in missing_presentations(session, review.id))
    return f"The findings are still to be presented to the {missing}." if missing else ""


@Fact
def _plan_statuses(review_id: Key) -> ColumnElement[list[str]]:
    return values_of(select(ActionPlan.status).where(ActionPlan.review_id == review_id))


def _plan_agreed(session: Session, review: ThematicReview) -> str:
    statuses = _plan_statuses(session, review.id)
    is_agreed = bool(statuses) and PlanStatus.DRAFT not in statuses
    return "" if is_agreed else "The Board has not agreed the improvement plan yet."


def _learning(session: Session, review: ThematicReview) -> str:
    return "" if has_released(session, review.id) else "No learning product of this review is released yet."


def _self_evaluated(session: Session, review: ThematicReview) -> str:
    return self_evaluations_missing(session, review.id)


def _audited(session: Session, review: ThematicReview) -> str:
    return audits_missing(session, review.id)


def _year_passed(session: Session, review: ThematicReview) -> str:
    due_on: date | None = impact_due(session, review.id)
    if due_on is None:
        return "The impact analysis is not opened yet."
    day = f"{due_on.day} {due_on:%B %Y}"
    return f"The impact analysis is due on {day}, 12 months after completion." if due_on > today() else ""


def _impact(session: Session, review: ThematicReview) -> str:
    return "" if is_impact_complete(session, review.id) else "The impact analysis is not complete yet."


def _signed(subject: SignOffSubject) -> Check:
    def check(session: Session, review: ThematicReview) -> str:
        if not content_of(session, review, subject):
            return f"{subject.label}: nothing is written down yet."
        signed = stands_signed(session, review, subject)
        return "" if signed else f"{subject.label}: {UNSIGNED}"

    return check


def _tool_signed(kind: ToolKind) -> Check:
    def check(session: Session, review: ThematicReview) -> str:
        tools = tools_of(session, review.id, kind)
        if not tools:
            return f"{TOOL_SUBJECTS[kind].label}: the review has none yet."
        unsigned = [tool.title for tool in tools if not stands_signed(session, review, TOOL_SUBJECTS[kind], tool)]
        return f"{unsigned[0]}: {UNSIGNED}" if unsigned else ""

    return check


_TOOLS = {
    ToolKind.SELF_EVALUATION: "The self-evaluation tool is signed",
    ToolKind.CASE_AUDIT: "The case-audit tool is signed",
    ToolKind.PRACTITIONER_QUESTIONS: "The practitioner questions are signed",
    ToolKind.SERVICE_USER_QUESTIONS: "The service-user questions are signed",
}

GATES: tuple[Gate, ...] = (
    Gate("focus", "The Board has set the focus", Stage.PROPOSED, _focus),
    Gate("sponsor", "A member of the Board is lead sponsor", Stage.PROPOSED, _sponsor),
    Gate("period", "The period under review is set", Stage.SCOPING, _period),
    Gate("key_lines", "The key lines of enquiry are signed", Stage.SCOPING, _signed(SignOffSubject.KEY_LINES)),
    Gate("project_team", "The project team is signed", Stage.SCOPING, _signed(SignOffSubject.PROJECT_TEAM)),
    Gate("invitations", "The agencies invited are signed", Stage.SCOPING, _signed(SignOffSubject.INVITATIONS)),
    *(Gate(f"{kind.value}_signed", words, Stage.SCOPING, _tool_signed(kind)) for kind, words in _TOOLS.items()),
    Gate("activities", "How people are heard is agreed by the project team", Stage.SCOPING, _activities),
    Gate("self_evaluations", "The self-evaluations are handed in and closed", Stage.EVIDENCE, _self_evaluated),
    Gate("case_audits", "The drawn cases are audited and moderated", Stage.EVIDENCE, _audited),
    Gate(
        "service_users", "Service users, carers and families are heard", Stage.EVIDENCE, _heard(Audience.SERVICE_USERS)
    ),
    Gate("practitioners", "Practitioners are heard", Stage.EVIDENCE, _heard(Audience.PRACTITIONERS)),
    Gate("intelligence", "Local reviews, audits and inspections are read", Stage.EVIDENCE, _intelligence),
    Gate("sources", "No key line is silent", Stage.EVIDENCE, _silent, _has_key_lines),
    Gate("plan", "The improvement plan rests on findings and has actions", Stage.IMPROVEMENT_PLANNING, _plan),
    Gate("presented", "The Board and both groups have heard the findings", Stage.PRESENTATION, _presented),
    Gate("plan_agreed", "The Board has agreed the improvement plan", Stage.PRESENTATION, _plan_agreed),
    Gate("learning", "Learning is released", Stage.DISSEMINATION, _learning),
    Gate("groups_named", "Every activity says who took part", Stage.DISSEMINATION, _named, _has_held_activities),
    Gate(
        "feedback_given",
        "Everybody who took part is told the outcome",
        Stage.DISSEMINATION,
        _feedback_given,
        _has_heard_somebody,
    ),
    Gate("impact_due", "Twelve months have passed since completion", Stage.COMPLETED, _year_passed),
    Gate("impact", "The impact analysis is complete", Stage.IMPACT_ANALYSIS, _impact),
)

ASKED: dict[Stage, tuple[Fact[Any], ...]] = {
    Stage.SCOPING: (lines_to_sign, team_to_sign, invitations_to_sign, signatures_asked, audiences_agreed),
    Stage.EVIDENCE: (self_evaluation_statuses, audits_of_samples, audiences_heard, intelligence_taken),
    Stage.IMPROVEMENT_PLANNING: (_recommendations,),
    Stage.PRESENTATION: (bodies_held, _plan_statuses),
    Stage.DISSEMINATION: (
        *(has_released, unnamed_activities, has_held_activities),
        *(groups_owed, untold_surveys, somebody_took_part),
    ),
    Stage.COMPLETED: (impact_due,),
    Stage.IMPACT_ANALYSIS: (is_impact_complete,),
}
"""What the gates of each stage ask about a review, for whoever has it told at once."""
