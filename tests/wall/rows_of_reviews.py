"""A row of each table about reviews, their tools, feedback, evidence, signatures, plans and learning."""

from __future__ import annotations

from datetime import timedelta

from models.core.clock import today
from models.evidence.evidence_readers import EvidenceReader
from models.evidence.findings import Finding
from models.evidence.intelligence_items import IntelligenceItem
from models.evidence.intelligence_uses import IntelligenceUse
from models.evidence.key_line_readings import KeyLineReading
from models.evidence.reader_judgements import ReaderJudgement
from models.evidence.settled_lines import SettledLine
from models.feedback.feedback_activities import Engagement, FeedbackActivity, FeedbackGroup
from models.feedback.surveys import Survey, SurveyResponse
from models.gates.gate_waivers import GateWaiver
from models.learning.briefings import Briefing
from models.learning.learning_products import LearningProduct
from models.learning.learning_uses import LearningUse
from models.partnership.hubs import Hub
from models.partnership.reference_items import ReferenceItem
from models.partnership.strategic_priorities import StrategicPriority
from models.plans.action_counts import ActionCount
from models.plans.action_drafts import ActionDraft
from models.plans.action_plans import ActionPlan
from models.plans.action_update_files import ActionUpdateFile
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import ImpactAnalysis, ImpactCheck
from models.plans.presentations import Presentation
from models.plans.recommendation_findings import RecommendationFinding
from models.plans.recommendations import Recommendation
from models.reviews.invitations import Invitation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import month_ends_before
from models.rules.tools.questionnaires import Questionnaire
from models.signatures.sign_offs import SignOff
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine
from models.tools.tool_questions import ToolQuestion, ToolSection
from models.tools.tool_versions import ToolVersion
from tests import make
from tests.wall.rows_of_the_partnership import file_of
from tests.wall.sides import DAY, Side, Whose, makes

MONTH_ENDS = month_ends_before(DAY, len(Whose))


@makes(ThematicReview)
def review(side: Side) -> ThematicReview:
    return ThematicReview(
        title=side.name, kind="children", year=2026, hub_id=side.id(Hub), priority_id=side.id(StrategicPriority)
    )


@makes(ReviewStage)
def stage(side: Side) -> ReviewStage:
    return ReviewStage(review_id=side.id(ThematicReview), stage="evidence", planned_on=DAY)


@makes(Invitation)
def invitation(side: Side) -> Invitation:
    return Invitation(review_id=side.id(ThematicReview), part="case_audit", agency_id=side.agency.id)


@makes(SignOff)
def sign_off(side: Side) -> SignOff:
    return SignOff(
        review_id=side.id(ThematicReview), subject="key_lines", title=side.name, content={}, sha256=side.name
    )


@makes(GateWaiver)
def gate_waiver(side: Side) -> GateWaiver:
    return GateWaiver(
        review_id=side.id(ThematicReview), stage="evidence", gate=side.name, missing="It", reason="No need"
    )


@makes(AssuranceTool)
def tool(side: Side) -> AssuranceTool:
    return AssuranceTool(kind="self_evaluation", title=side.name, review_id=side.id(ThematicReview))


@makes(ToolSection)
def section(side: Side) -> ToolSection:
    return ToolSection(tool_id=side.id(AssuranceTool), number=1, title="Practice")


@makes(ToolQuestion)
def question(side: Side) -> ToolQuestion:
    return ToolQuestion(
        tool_id=side.id(AssuranceTool), section_id=side.id(ToolSection), number=1, key="why", kind="text", text="Why?"
    )


@makes(ToolVersion)
def version(side: Side) -> ToolVersion:
    content = Questionnaire(title=side.name).as_json()
    return ToolVersion(tool_id=side.id(AssuranceTool), number=1, content=content, sha256=side.name)


@makes(KeyLine)
def key_line(side: Side) -> KeyLine:
    return KeyLine(review_id=side.id(ThematicReview), key_area_id=side.id(ReferenceItem), number=1, text="Is it seen?")


@makes(KeyLineReading)
def key_line_reading(side: Side) -> KeyLineReading:
    return KeyLineReading(key_line_id=side.id(KeyLine), text="Seldom.")


@makes(EvidenceReader)
def evidence_reader(side: Side) -> EvidenceReader:
    """None is done, so that whoever judges is alone with it; tests/evidence has readings that are over."""
    return EvidenceReader(review_id=side.id(ThematicReview), place=1, reader_id=side.person.id)


@makes(ReaderJudgement)
def reader_judgement(side: Side) -> ReaderJudgement:
    return ReaderJudgement(
        evidence_reader_id=side.id(EvidenceReader), key_line_id=side.id(KeyLine), mark="agree", reason="Both say so."
    )


@makes(SettledLine)
def settled_line(side: Side) -> SettledLine:
    return SettledLine(key_line_id=side.id(KeyLine), mark="agree", reason="Read again together.")


@makes(Finding)
def finding(side: Side) -> Finding:
    return Finding(
        review_id=side.id(ThematicReview), source="case_audit", verdict="mixed", text=side.name,
        agency_id=side.agency.id, made_by_id=side.person.id,
    )  # fmt: skip


@makes(IntelligenceItem)
def intelligence_item(side: Side) -> IntelligenceItem:
    return IntelligenceItem(
        kind="internal_audit", title=side.name, published_on=DAY, finding="F", verdict="mixed", agency_id=side.agency.id
    )


@makes(IntelligenceUse)
def intelligence_use(side: Side) -> IntelligenceUse:
    return IntelligenceUse(item_id=side.id(IntelligenceItem), review_id=side.id(ThematicReview))


@makes(FeedbackGroup)
def feedback_group(side: Side) -> FeedbackGroup:
    return FeedbackGroup(name=f"Group {side.name}", kind="families", found_through="school")


@makes(FeedbackActivity)
def feedback_activity(side: Side) -> FeedbackActivity:
    return FeedbackActivity(
        review_id=side.id(ThematicReview), title=side.name, audience="practitioners", technique="survey"
    )


@makes(Engagement)
def engagement(side: Side) -> Engagement:
    return Engagement(activity_id=side.id(FeedbackActivity), group_id=side.id(FeedbackGroup))


def token_of(side: Side) -> str:
    """What the link to a side's survey ends with."""
    return f"{side.name:_<30}"


@makes(Survey)
def survey(side: Side) -> Survey:
    """Mine is open, my colleague's is over, mine that is shut was closed early, and theirs is still to come."""
    first = {Whose.COLLEAGUES: -30, Whose.THEIRS: 3}.get(side.whose, -3)
    published = today() if side.is_shut or side.whose is Whose.COLLEAGUES else None
    return Survey(
        activity_id=side.id(FeedbackActivity), version_id=side.id(ToolVersion), token=token_of(side),
        opens_on=today() + timedelta(days=first), closes_on=today() + timedelta(days=first + 10),
        closed_on=today() if side.is_shut else None, outcome_published_on=published,
    )  # fmt: skip


@makes(SurveyResponse)
def survey_response(side: Side) -> SurveyResponse:
    return SurveyResponse(survey_id=side.id(Survey), receipt=side.name, answers={})


@makes(ActionPlan)
def plan(side: Side) -> ActionPlan:
    return make.plan(side.session, side.row(ThematicReview))


@makes(Recommendation)
def recommendation(side: Side) -> Recommendation:
    return make.recommendation(side.session, side.row(ActionPlan))


@makes(RecommendationFinding)
def recommendation_finding(side: Side) -> RecommendationFinding:
    return RecommendationFinding(recommendation_id=side.id(Recommendation), finding_id=side.id(Finding))


@makes(Action)
def action(side: Side) -> Action:
    recommended = side.id(Recommendation)
    return make.action(side.session, side.row(ActionPlan), side.agency, recommendation_id=recommended)


@makes(ActionUpdate)
def action_update(side: Side) -> ActionUpdate:
    return ActionUpdate(action_id=side.id(Action), text=side.name, author_id=side.person.id)


@makes(ActionUpdateFile)
def action_update_file(side: Side) -> ActionUpdateFile:
    """Of a file of its own, so that nothing keeps the others from being deleted."""
    file = side.kept(file_of(side, f"actions:{side.id(Action)}"))
    return ActionUpdateFile(update_id=side.id(ActionUpdate), document_id=file.id)


@makes(ActionDraft)
def action_draft(side: Side) -> ActionDraft:
    return ActionDraft(person_id=side.person.id, plan_id=side.id(ActionPlan), typed={"text": side.name})


@makes(ActionCount)
def action_count(side: Side) -> ActionCount:
    month = MONTH_ENDS[list(Whose).index(side.whose)]
    return ActionCount(
        counted_on=month, kind="children", agency_id=side.agency.id, overdue_count=1, in_time_count=0,
        complete_count=0, embedded_count=0,
    )  # fmt: skip


@makes(Presentation)
def presentation(side: Side) -> Presentation:
    return Presentation(review_id=side.id(ThematicReview), body="board", meets_on=DAY)


@makes(Challenge)
def challenge(side: Side) -> Challenge:
    closed = {"answered_on": DAY, "outcome": "Accepted", "closed_on": DAY} if side.is_shut else {}
    return Challenge(
        review_id=side.id(ThematicReview), presentation_id=side.id(Presentation), challenged_on=DAY, challenger="C",
        agency_id=side.agency.id, question="Why?", **closed,
    )  # fmt: skip


@makes(ImpactAnalysis)
def impact_analysis(side: Side) -> ImpactAnalysis:
    return ImpactAnalysis(review_id=side.id(ThematicReview), opened_on=DAY, due_on=DAY)


@makes(ImpactCheck)
def impact_check(side: Side) -> ImpactCheck:
    return ImpactCheck(
        analysis_id=side.id(ImpactAnalysis), action_id=side.id(Action), impact="embedded", evidence="E", checked_on=DAY
    )


@makes(LearningProduct)
def learning_product(side: Side) -> LearningProduct:
    return LearningProduct(
        review_id=side.id(ThematicReview), title=side.name, form="workshop", planned_on=DAY,
        released_on=None if side.is_shut else DAY,
    )  # fmt: skip


@makes(Briefing)
def briefing(side: Side) -> Briefing:
    return Briefing(review_id=side.id(ThematicReview), product_id=side.id(LearningProduct), title=side.name)


@makes(LearningUse)
def learning_use(side: Side) -> LearningUse:
    return LearningUse(
        product_id=side.id(LearningProduct), agency_id=side.agency.id, used_on=DAY, people_count=1, led_by="L",
        recorded_by_id=side.person.id,
    )  # fmt: skip
