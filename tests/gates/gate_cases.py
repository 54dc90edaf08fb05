"""For each gate of a review: what shuts it, which sentence says so, and what opens it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.moderations import moderate_case
from models.core.access import Role
from models.core.clock import today
from models.evidence.findings import Judgement, take_finding
from models.evidence.intelligence_items import IntelligenceItem, IntelligenceKind
from models.evidence.intelligence_uses import IntelligenceUse, take_intelligence, use_in_review
from models.feedback.feedback_activities import (
    Audience,
    Engagement,
    FeedbackActivity,
    Technique,
    engage_group,
    feedback_owed,
    tell_outcome,
)
from models.feedback.feedback_groups import FeedbackGroup, FoundThrough, GroupKind
from models.feedback.surveys import Survey, SurveyResponse, close_survey, open_survey, publish_outcome
from models.learning.learning_products import LearningProduct, ProductForm
from models.learning.releases import release_product
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.impact_analyses import (
    Impact,
    analysis_of,
    check_impact,
    complete_impact_analysis,
    open_impact_analysis,
)
from models.plans.presentations import Presentation, hold_presentation
from models.plans.recommendation_findings import cite_findings
from models.plans.recommendations import Recommendation
from models.returns.agency_returns import submit_return
from models.returns.self_evaluations import (
    SelfEvaluation,
    close_self_evaluation,
    send_self_evaluations,
)
from models.reviews.invitations import ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.plans.presentations import Body
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import TOOL_SUBJECTS, tools_of
from models.tools.answer_sheets import Given
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, key_lines_of
from tests import make, make_audits, make_tools

Step = Callable[[Session, ThematicReview], None]
DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Case:
    """What a gate says at each step, and what is done next; the last step opens it."""

    steps: tuple[tuple[str, Step], ...]


def _set(**values: Any) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        for name, value in values.items():
            setattr(review, name, value)
        session.flush()

    return step


def _sponsor(session: Session, review: ThematicReview) -> None:
    review.sponsor_id = make.person(session, Role.SPONSOR).id


def _key_line(session: Session, review: ThematicReview) -> None:
    make_tools.key_line(session, review)


def _another_key_line(session: Session, review: ThematicReview) -> None:
    first = make_tools.key_line(session, review)
    session.add(KeyLine(review_id=review.id, key_area_id=first.key_area_id, number=2, text="Are fathers seen?"))
    session.flush()


def _seat(session: Session, review: ThematicReview) -> None:
    make.membership(session, make.hub(session), make.person(session, Role.BOARD_VIEWER))


def _invite(session: Session, review: ThematicReview) -> None:
    make_tools.invited(session, review, make.agency(session))


def _sign(subject: SignOffSubject) -> Step:
    return lambda session, review: make_tools.signed(session, review, subject)


def _tool(kind: ToolKind) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        make_tools.tool(session, review, kind, title="Your say")

    return step


def _sign_tool(kind: ToolKind) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        make_tools.signed(session, review, TOOL_SUBJECTS[kind], tools_of(session, review.id, kind)[0])

    return step


def _change_tool(session: Session, review: ThematicReview) -> None:
    session.scalars(select(AssuranceTool).where(AssuranceTool.review_id == review.id)).one().introduction = "More."
    session.flush()


def _signable(subject: SignOffSubject, write: Step, words: str, change: Step) -> Case:
    """The steps of something to sign: not written, written, signed, changed after the signature, signed again."""
    unsigned = f"{words}: the lead sponsor has not signed this as it stands now."
    return Case(
        (
            (f"{words}: nothing is written down yet.", write),
            (unsigned, _sign(subject)),
            ("", change),
            (unsigned, _sign(subject)),
        )
    )


def _tool_case(kind: ToolKind) -> Case:
    unsigned = "Your say: the lead sponsor has not signed this as it stands now."
    none = f"{TOOL_SUBJECTS[kind].label}: the review has none yet."
    signed = _sign_tool(kind)
    return Case(((none, _tool(kind)), (unsigned, signed), ("", _change_tool), (unsigned, signed)))


def _activity(audience: Audience, title: str = "Talks", **values: Any) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        session.add(
            FeedbackActivity(
                review_id=review.id, title=title, audience=audience, technique=Technique.FOCUS_GROUP,
                sensitivities="Grief.", agreed_on=DAY, **values,
            )
        )  # fmt: skip
        session.flush()

    return step


def _held(session: Session, review: ThematicReview, **values: Any) -> None:
    activity = session.scalars(select(FeedbackActivity).where(FeedbackActivity.review_id == review.id)).one()
    for name, value in values.items():
        setattr(activity, name, value)
    session.flush()


def _hearing(audience: Audience, words: str) -> Case:
    shut = f"{words} have not been heard yet, or what they said is not summed up."
    return Case(
        (
            (shut, _activity(audience)),
            (shut, lambda session, review: _held(session, review, held_on=DAY)),
            (shut, lambda session, review: _held(session, review, summary="Nobody asked.")),
        )
    )


def _send(session: Session, review: ThematicReview) -> None:
    tool = make_tools.tool(session, review)
    make_tools.invited(session, review, make.agency(session), make.agency(session, "Trust"))
    make_tools.signed(session, review, TOOL_SUBJECTS[tool.kind], tool)
    make_tools.signed(session, review, SignOffSubject.KEY_LINES)
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    send_self_evaluations(session, review, person_id=None)


def _close_one(session: Session, review: ThematicReview) -> None:
    of_review = (SelfEvaluation.review_id == review.id, SelfEvaluation.closed_at.is_(None))
    record = session.scalars(select(SelfEvaluation).where(*of_review).order_by(SelfEvaluation.id)).first()
    assert record is not None
    sheet = session.get_one(make_tools.AnswerSheet, record.sheet_id)
    make_audits.save_answer(session, sheet, Given("met", ["Fully met"]), person_id=None)
    person = make.person(session, Role.OFFICER)
    submit_return(session, record, person_id=person.id)
    close_self_evaluation(session, record, person_id=person.id)


def _draw(session: Session, review: ThematicReview) -> None:
    tool = make_tools.tool(session, review, ToolKind.CASE_AUDIT, title="Audit")
    police = make.agency(session)
    make_tools.invited(session, review, police, part=ReviewPart.CASE_AUDIT)
    make_tools.signed(session, review, TOOL_SUBJECTS[tool.kind], tool)
    make_tools.signed(session, review, SignOffSubject.KEY_LINES)
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    make_audits.agreement(session, police)
    make_audits.drawn(session, make_audits.frame(session, review))


def _sample(session: Session, review: ThematicReview) -> Any:
    samples = select(make_audits.AuditSample).where(make_audits.AuditSample.review_id == review.id)
    return session.scalars(samples).one()


def _open_audits(session: Session, review: ThematicReview) -> None:
    audits = make_audits.open_case_audits(session, _sample(session, review)).audits
    for audit in audits:
        make_audits.submitted(session, audit)


def _moderate(place: int) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        named = (ReferenceItem.list_name == ReferenceList.GRADE, ReferenceItem.code == "good")
        grade = session.scalars(select(ReferenceItem.id).where(*named)).one()
        chosen = [case for case in make_audits.cases(session, _sample(session, review)) if not case.is_reserve][place]
        moderate_case(session, chosen, grade_id=grade, reason="The plan was kept.", person_id=None)

    return step


def _use_intelligence(session: Session, review: ThematicReview) -> None:
    item = IntelligenceItem(
        kind=IntelligenceKind.PRACTICE_REVIEW, title="Child Alder", published_on=DAY, finding="Nobody saw it.",
        verdict=Verdict.CONCERN, strength=Strength.STRONG,
    )  # fmt: skip
    session.add(item)
    session.flush()
    use_in_review(session, item, review_id=review.id, key_line_id=make_tools.key_line(session, review).id)


def _take_intelligence(session: Session, review: ThematicReview) -> None:
    take_intelligence(session, session.scalars(select(IntelligenceUse)).one(), person_id=None)


def _finding(source: Source) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        line = key_lines_of(session, review.id)[0]
        take_finding(
            session,
            judgement=Judgement(source=source, verdict=Verdict.CONCERN, text="Seen late.", key_line_id=line.id),
            review_id=review.id,
        )

    return step


def _plan(session: Session, review: ThematicReview) -> None:
    make.plan(session, review)


def _plan_of(session: Session, review: ThematicReview) -> ActionPlan:
    return session.scalars(select(ActionPlan).where(ActionPlan.review_id == review.id)).one()


def _recommend(session: Session, review: ThematicReview) -> None:
    make.recommendation(session, _plan_of(session, review))


def _cite(session: Session, review: ThematicReview) -> None:
    finding = take_finding(
        session,
        judgement=Judgement(source=Source.CASE_AUDIT, verdict=Verdict.CONCERN, text="Seen late."),
        review_id=review.id,
    )
    cite_findings(session, session.scalars(select(Recommendation)).one(), [finding.id])


def _act(session: Session, review: ThematicReview) -> None:
    recommendation = session.scalars(select(Recommendation)).one()
    make.action(session, _plan_of(session, review), make.agency(session), recommendation_id=recommendation.id)


def _hear(body: Body) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        meeting = Presentation(review_id=review.id, body=body, meets_on=DAY)
        session.add(meeting)
        session.flush()
        hold_presentation(session, meeting, on=DAY, decided="Noted.")

    return step


def _agree(session: Session, review: ThematicReview) -> None:
    make.board_agrees(session, _plan_of(session, review), on=DAY)


def _release(session: Session, review: ThematicReview) -> None:
    product = LearningProduct(
        review_id=review.id, title="A workshop", form=ProductForm.WORKSHOP, audience="All", planned_on=DAY,
        summary="What was found.",
    )  # fmt: skip
    session.add(product)
    session.flush()
    release_product(session, product, on=DAY)


def _name_group(title: str) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        activity = session.scalars(select(FeedbackActivity).where(FeedbackActivity.title == title)).one()
        engage_group(session, activity, _group(session, title), people_count=6)

    return step


def _group(session: Session, name: str) -> FeedbackGroup:
    group = FeedbackGroup(name=name, kind=GroupKind.CARERS, found_through=FoundThrough.COMMUNITY_GROUP)
    session.add(group)
    session.flush()
    return group


def _take_part(session: Session, review: ThematicReview) -> None:
    _activity(Audience.SERVICE_USERS)(session, review)
    activity = session.scalars(select(FeedbackActivity)).one()
    for name in ("Forum", "Parents"):
        engage_group(session, activity, _group(session, name), people_count=6)


def _tell(session: Session, review: ThematicReview) -> None:
    owed = feedback_owed(session, review.id)[0]
    tell_outcome(session, session.get_one(Engagement, owed.engagement_id), on=DAY, words="By letter.")


def _answer_survey(session: Session, review: ThematicReview) -> None:
    tool = make_tools.tool(session, review, ToolKind.SERVICE_USER_QUESTIONS)
    make_tools.signed(session, review, TOOL_SUBJECTS[tool.kind], tool)
    activity = session.scalars(select(FeedbackActivity)).one()
    activity.technique = Technique.SURVEY
    opened = open_survey(session, activity, tool, opens_on=today(), closes_on=today() + timedelta(days=1))
    session.add(SurveyResponse(survey_id=opened.id, receipt="one", answers={"met": "Fully met"}))
    session.flush()


def _publish(session: Session, review: ThematicReview) -> None:
    survey = session.scalars(select(Survey)).one()
    close_survey(session, survey)
    publish_outcome(session, survey, words="Children are seen alone.")


def _complete(session: Session, review: ThematicReview) -> None:
    open_impact_analysis(session, review, completed_on=today())


def _wait(days: int) -> Step:
    def step(session: Session, review: ThematicReview) -> None:
        analysis = analysis_of(session, review.id)
        assert analysis is not None
        analysis.due_on = today() + timedelta(days=days)
        session.flush()

    return step


def _conclude(session: Session, review: ThematicReview) -> None:
    analysis = open_impact_analysis(session, review, completed_on=DAY)
    action = make.action(session, make.plan(session, review), make.agency(session))
    check_impact(session, analysis, action, impact=Impact.CANNOT_TELL, evidence="No files.", person_id=None)
    complete_impact_analysis(session, analysis, conclusion="Too early.", person_id=None)


_UNHEARD = "The project team has not agreed yet how {} are heard."
_UNNAMED = "{} took place with nobody named who could be told the outcome."
_OWED = "{} took part in Talks and has not been told the outcome yet."

CASES: dict[str, Case] = {
    "focus": Case((("The Board has not set the focus yet.", _set(focus="Whether neglect is seen early.")),)),
    "sponsor": Case((("No member of the Board is lead sponsor yet.", _sponsor),)),
    "period": Case(
        (
            ("The period under review has no first and last day yet.", _set(period_starts_on=DAY)),
            ("The period under review has no first and last day yet.", _set(period_ends_on=DAY)),
        )
    ),
    "key_lines": _signable(SignOffSubject.KEY_LINES, _key_line, SignOffSubject.KEY_LINES.label, _another_key_line),
    "project_team": _signable(
        SignOffSubject.PROJECT_TEAM, _seat, SignOffSubject.PROJECT_TEAM.label,
        lambda session, review: _seat_of(session, Role.MANAGER),
    ),
    "invitations": _signable(
        SignOffSubject.INVITATIONS, _invite, SignOffSubject.INVITATIONS.label,
        lambda session, review: make_tools.invited(session, review, make.agency(session, "Trust")),
    ),
    **{f"{kind.value}_signed": _tool_case(kind) for kind in TOOL_SUBJECTS},
    "activities": Case(
        (
            (
                _UNHEARD.format("service users, carers and families and practitioners"),
                _activity(Audience.PRACTITIONERS),
            ),
            (_UNHEARD.format("service users, carers and families"), _activity(Audience.SERVICE_USERS)),
        )
    ),
    "self_evaluations": Case(
        (
            ("No self-evaluation has been sent yet.", _send),
            ("2 self-evaluations are not handed in and closed yet.", _close_one),
            ("1 self-evaluation is not handed in and closed yet.", _close_one),
        )
    ),
    "case_audits": Case(
        (
            ("No sample of cases is drawn for audit yet.", _draw),
            ("The case audits of {sample} are not open yet.", _open_audits),
            ("2 drawn cases are not audited and moderated yet.", _moderate(0)),
            ("1 drawn case is not audited and moderated yet.", _moderate(1)),
        )
    ),
    "service_users": _hearing(Audience.SERVICE_USERS, "Service users, carers or families"),
    "practitioners": _hearing(Audience.PRACTITIONERS, "Practitioners"),
    "intelligence": Case(
        (
            ("No local review, internal audit or inspection is brought in yet.", _use_intelligence),
            ("1 item of intelligence is not made a finding yet.", _take_intelligence),
        )
    ),
    "sources": Case(
        (
            ("", _another_key_line),
            ("2 key lines are silent: fewer than two sources speak.", lambda session, _: _drop_second(session)),
            ("1 key line is silent: fewer than two sources speak.", _finding(Source.CASE_AUDIT)),
            ("1 key line is silent: fewer than two sources speak.", _finding(Source.SERVICE_USERS)),
        )
    ),
    "plan": Case(
        (
            ("There is no improvement plan yet.", _plan),
            ("The improvement plan recommends nothing yet.", _recommend),
            ("Recommendation 1 cites no finding.", _cite),
            ("Recommendation 1 has no action.", _act),
        )
    ),
    "presented": Case(
        (
            (
                "The findings are still to be presented to the Executive Board and the Children's Group"
                " and the Adults Group.",
                _hear(Body.BOARD),
            ),
            (
                "The findings are still to be presented to the Children's Group and the Adults Group.",
                _hear(Body.CHILDRENS_GROUP),
            ),
            ("The findings are still to be presented to the Adults Group.", _hear(Body.ADULTS_GROUP)),
        )
    ),
    "plan_agreed": Case(
        (
            ("The Board has not agreed the improvement plan yet.", _plan),
            ("The Board has not agreed the improvement plan yet.", _agree),
        )
    ),
    "learning": Case((("No learning product of this review is released yet.", _release),)),
    "groups_named": Case(
        (
            ("", _activity(Audience.SERVICE_USERS, "Street talks", held_on=DAY)),
            (_UNNAMED.format("Street talks"), _activity(Audience.SERVICE_USERS, "Parents’ evening", held_on=DAY)),
            (f"{_UNNAMED.format('Parents’ evening')} (1 more)", _name_group("Parents’ evening")),
            (_UNNAMED.format("Street talks"), _name_group("Street talks")),
        )
    ),
    "feedback_given": Case(
        (
            ("", _take_part),
            (f"{_OWED.format('Forum')} (1 more)", _tell),
            (_OWED.format("Parents"), _tell),
            ("", _answer_survey),
            ("People who answered Talks cannot read the outcome yet.", _publish),
        )
    ),
    "impact_due": Case(
        (
            ("The impact analysis is not opened yet.", _complete),
            ("The impact analysis is due on {in_a_year}, 12 months after completion.", _wait(1)),
            ("The impact analysis is due on {tomorrow}, 12 months after completion.", _wait(0)),
        )
    ),
    "impact": Case((("The impact analysis is not complete yet.", _conclude),)),
}  # fmt: skip


def _seat_of(session: Session, role: Role) -> None:
    make.membership(session, make.hub(session), make.person(session, role))


def _drop_second(session: Session) -> None:
    session.delete(session.scalars(select(KeyLine).where(KeyLine.number == 2)).one())
    session.flush()
