"""Can one review be run from proposal to close through the real screens, each gate shut until its work is done?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.audits.moderations import Moderation
from models.core.clock import today
from models.core.db import PortalSession
from models.evidence.findings import Finding
from models.evidence.intelligence_items import IntelligenceItem
from models.evidence.triangulations import triangulate
from models.feedback.feedback_activities import Engagement, FeedbackActivity
from models.messages.messages import Message
from models.partnership.hubs import Hub
from models.partnership.reference_items import ReferenceList
from models.partnership.strategic_priorities import StrategicPriority
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action
from models.plans.impact_analyses import ImpactAnalysis
from models.plans.recommendations import Recommendation
from models.returns.agency_returns import ReturnStatus
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.thematic_reviews import Stage
from models.rules.evidence.triangulation import Mark, Source
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.signatures.signables import TOOL_SUBJECTS
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, key_lines_of
from models.tools.tool_questions import questions_of
from tests.cycle_steps import Cycle, accept, amend, answer_sheet, button, number_in, post, refuse

STRENGTHS = ("Fully met", "Yes", "An adult")
CONCERNS = ("Inadequate", "A child", "No")


@pytest.fixture
def cycle(portal: Flask, session: Session, session_factory: sessionmaker[PortalSession]) -> Cycle:
    return Cycle(portal, session, session_factory)


def test_one_review_runs_from_proposal_to_close_through_the_screens(cycle: Cycle) -> None:
    _proposed(cycle)
    _scoping(cycle)
    _self_evaluated(cycle)
    _audited(cycle)
    _heard(cycle)
    _triangulated(cycle)
    _planned(cycle)
    _presented(cycle)
    _disseminated(cycle)
    _acted_on(cycle)
    due = cycle.one(ImpactAnalysis).due_on
    cycle.refused(f"The impact analysis is due on {due.day} {due:%B %Y}, 12 months after completion.")
    with time_machine.travel(datetime(due.year, due.month, due.day, 12, tzinfo=UTC)):
        cycle.sign_in()
        _analysed(cycle)


def _proposed(cycle: Cycle) -> None:
    """The administrator enters the Board's programme; the Board sets the focus and names the sponsor."""
    accept(cycle.administrator, "/strategic-priorities/new/", name="Neglect", starts_on="2025-04-01")
    hub, priority = cycle.one(Hub), cycle.one(StrategicPriority)
    review_page = accept(
        cycle.administrator, "/thematic-reviews/new/", title="Neglect in early years", kind="children",
        year=str(today().year), hub_id=hub.id, priority_id=priority.id,
    )  # fmt: skip
    cycle.review_id = number_in(review_page)
    edit = f"{cycle.page}edit/"
    cycle.refused("The Board has not set the focus yet. (1 more)")
    amend(cycle.administrator, edit, focus="Whether neglect is recognised early.")
    cycle.refused("No member of the Board is lead sponsor yet.")
    sponsor = next(person for role, person in cycle.people.items() if role.value == "sponsor")
    amend(cycle.administrator, edit, sponsor_id=sponsor.id)
    cycle.goes_on(Stage.SCOPING)


def _scoping(cycle: Cycle) -> None:
    """Everything is written down, put before the sponsor, and signed; how people are heard is agreed."""
    officer, page = cycle.officer, cycle.page
    cycle.refused("The period under review has no first and last day yet.")
    amend(officer, f"{page}edit/", period_starts_on="2026-01-01", period_ends_on="2026-06-30")
    cycle.refused("Key lines of enquiry: nothing is written down yet.")
    accept(officer, f"/key-lines/copy-standard/{cycle.review_id}/")
    cycle.refused("Key lines of enquiry: the lead sponsor has not signed this as it stands now.")
    cycle.ask_and_sign("key_lines")
    cycle.refused("Project team: nothing is written down yet.")
    _seat_team(cycle)
    cycle.refused("Project team: the lead sponsor has not signed this as it stands now.")
    cycle.ask_and_sign("project_team")
    cycle.refused("Agencies invited: nothing is written down yet.")
    _invite(cycle)
    cycle.refused("Agencies invited: the lead sponsor has not signed this as it stands now.")
    cycle.ask_and_sign("invitations")
    _tools(cycle)
    cycle.refused("The project team has not agreed yet how service users, carers and families and practitioners")
    for name, audience, technique in (
        ("users", "service_users", "focus_group"),
        ("families", "service_users", "survey"),
        ("staff", "practitioners", "online_survey"),
    ):
        activity_page = accept(
            officer, "/feedback/new/", review_id=cycle.review_id, title=f"Hearing {name}", audience=audience,
            technique=technique, sensitivities="Some families are bereaved.", people_count="0",
        )  # fmt: skip
        accept(officer, f"{activity_page}agree/", confirmed="yes")
        cycle.links[name] = activity_page
    cycle.goes_on(Stage.EVIDENCE)


def _seat_team(cycle: Cycle) -> None:
    seats = ("police", "health", "social_care")
    for cast, seat in zip(cycle.agencies, seats, strict=True):
        accept(
            cycle.officer, "/memberships/new/", hub_id=cycle.review.hub_id, person_id=cast.auditor_id,
            agency_id=cast.agency.id, seat=seat, starts_on=today().isoformat(),
        )  # fmt: skip


def _invite(cycle: Cycle) -> None:
    parts = ("self_evaluation", "case_audit")
    ticks = [f"{cast.agency.id}-{part}" for cast in cycle.agencies for part in parts]
    accept(cycle.officer, f"/invitations/review/{cycle.review_id}/", part=ticks)


def _tools(cycle: Cycle) -> None:
    """The tools of the bank are copied, one question is amended, and the sponsor signs each."""
    cycle.refused("Self-evaluation tool: the review has none yet. (4 more)")
    page = f"/assurance-tools/from-bank/{cycle.review_id}/"
    boxes = [str(field["value"]) for field in cycle.officer.get(page).select("input[name=tools]")]
    accept(cycle.officer, page, tools=boxes)
    for kind in (
        ToolKind.SELF_EVALUATION, ToolKind.CASE_AUDIT, ToolKind.PRACTITIONER_QUESTIONS, ToolKind.SERVICE_USER_QUESTIONS,
    ):  # fmt: skip
        tool = cycle.one(AssuranceTool, AssuranceTool.review_id == cycle.review_id, AssuranceTool.kind == kind)
        cycle.refused(f"{tool.title}: the lead sponsor has not signed this as it stands now.")
        cycle.ask_and_sign(f"{TOOL_SUBJECTS[tool.kind].value}-{tool.id}")
        if kind is ToolKind.SELF_EVALUATION:
            _amend_question(cycle, tool)
        cycle.links[kind.value] = str(tool.id)


def _amend_question(cycle: Cycle, tool: AssuranceTool) -> None:
    """A question changed after the signature shuts the gate again, until the sponsor signs again."""
    question = next(each for each in questions_of(cycle.session, tool.id) if each.key == "recognition_how")
    page = f"/assurance-tools/{tool.id}/questions/{question.id}/edit/"
    cycle.session.commit()
    amend(cycle.officer, page, text="What shows that neglect is recognised early?")
    cycle.refused(f"{tool.title}: the lead sponsor has not signed this as it stands now.")
    cycle.ask_and_sign(f"{TOOL_SUBJECTS[tool.kind].value}-{tool.id}")


def _self_evaluated(cycle: Cycle) -> None:
    """Three agencies answer; one is asked for changes; the officer closes all and takes a finding."""
    officer = cycle.officer
    cycle.refused("No self-evaluation has been sent yet.")
    accept(officer, f"/self-evaluations/send/{cycle.review_id}/")
    cycle.refused("3 self-evaluations are not handed in and closed yet.")
    assert "to fill in" in cycle.agencies[0].member.get("/").get_text()
    for place, cast in enumerate(cycle.agencies):
        path = f"/self-evaluations/{_return_of(cycle, cast.agency.id).id}/"
        refuse(cast.member, f"{path}hand-in/", "Not yet answered")
        answer_sheet(cast.member, path, *STRENGTHS)
        accept(cast.member, f"{path}hand-in/")
        if place == 1:
            due = today() + timedelta(days=3)
            accept(officer, f"{path}return/", reason="Name the audit.", due_on=due.isoformat())
            assert _return_of(cycle, cast.agency.id).status is ReturnStatus.RETURNED
            accept(cast.member, f"{path}hand-in/")
        accept(officer, f"{path}close/", confirmed="yes")
    taken = button(officer.get(f"{path}read/"), "Make a finding", "#q-recognition")
    amend(officer, taken)
    assert cycle.one(Finding).source is Source.SELF_EVALUATION


def _return_of(cycle: Cycle, agency_id: int) -> SelfEvaluation:
    evaluation: SelfEvaluation = cycle.one(SelfEvaluation, SelfEvaluation.agency_id == agency_id)
    return evaluation


def _audited(cycle: Cycle) -> None:
    """Cases are drawn before a witness, sent only where an agreement stands, audited, and moderated."""
    officer = cycle.officer
    cycle.refused("No sample of cases is drawn for audit yet.")
    sample = cycle.draw(cycle.frame())
    cycle.refused(f"The case audits of {sample.reference} are not open yet.")
    page, due = f"/case-audits/sample/{sample.id}/open/", (today() + timedelta(days=10)).isoformat()
    refuse(officer, page, "No cases for", due_on=due)
    *ready, late = cycle.agencies
    for cast in ready:
        cycle.agree_to_share(cast)
    overview = accept(officer, page, due_on=due)
    assert f"No cases for {late.agency.name}" in officer.get(overview).get_text()
    assert cycle.audits(late) == []
    cycle.agree_to_share(late)
    accept(officer, page, due_on=due)
    cycle.refused("2 drawn cases are not audited and moderated yet.")
    for cast in cycle.agencies:
        cycle.audit(cast, *CONCERNS)
    selected = (SampleCase.sample_id == sample.id, SampleCase.status == CaseStatus.SELECTED)
    grade = cycle.word(ReferenceList.GRADE, "inadequate")
    cycle.afresh()
    for case_id in cycle.session.scalars(select(SampleCase.id).where(*selected)).all():
        form = f"/moderations/case/{case_id}/moderate/"
        refuse(officer, form, "Give the reason", grade_id=grade, reason="")
        accept(officer, form, grade_id=grade, reason="Neglect was not named for a year.")
    amend(officer, f"/moderations/{cycle.one(Moderation).id}/finding/")


def _heard(cycle: Cycle) -> None:
    """A focus group and two anonymous surveys; what people said is summed up."""
    cycle.refused("Service users, carers or families have not been heard yet")
    group = cycle.group("Young carers' forum", "carers")
    accept(cycle.officer, f"{cycle.links['users']}groups/new/", group_id=group, people_count="7")
    _held(cycle, "users", "Nobody asked the children.")
    families = cycle.survey(cycle.links["families"], int(cycle.links["service_user_questions"]), 5, "Not at all", "No")
    cycle.refused("Practitioners have not been heard yet")
    staff = cycle.survey(cycle.links["staff"], int(cycle.links["practitioner_questions"]), 5, "Strongly agree")
    for page in (families, staff):
        accept(cycle.officer, f"{page}close/")
    cycle.links |= {"family survey": families, "staff survey": staff}
    _held(cycle, "staff", "Supervision helps.")


def _held(cycle: Cycle, name: str, summary: str) -> None:
    amend(cycle.officer, f"{cycle.links[name]}edit/", held_on=today().isoformat(), summary=summary)


def _triangulated(cycle: Cycle) -> None:
    """Intelligence is read, findings are taken, and every key line has two sources that agree or conflict."""
    officer = cycle.officer
    cycle.refused("No local review, internal audit or inspection is brought in yet.")
    accept(
        officer, "/intelligence-items/new/", kind="practice_review", title="Child Alder", published_on="2026-01-20",
        publisher="The Board", finding="Nobody saw the pattern.", verdict="concern", strength="strong",
    )  # fmt: skip
    cycle.afresh()
    lines = {line.number: line for line in key_lines_of(cycle.session, cycle.review_id)}
    cycle.session.commit()
    form = f"/intelligence-uses/new/?item_id={cycle.one(IntelligenceItem).id}&review_id={cycle.review_id}"
    use = amend(officer, form, key_line_id=lines[4].id)
    cycle.refused("1 item of intelligence is not made a finding yet.")
    accept(officer, f"{use}take/", use)
    cycle.refused("1 key line is silent: fewer than two sources speak.")
    finding_page = f"{cycle.links['users']}finding/"
    amend(officer, finding_page, verdict="concern", strength="strong", key_line_id=lines[1].id)
    _read_matrix(cycle, lines[1])
    cycle.goes_on(Stage.IMPROVEMENT_PLANNING)


def _read_matrix(cycle: Cycle, first: KeyLine) -> None:
    """Where self-evaluations and audits differ the page says conflict, elsewhere agree; a cell opens."""
    rows = triangulate(cycle.session, cycle.review).rows
    marks = {row.line.number: row.mark for row in rows}
    cycle.session.commit()
    assert (marks[4], marks[8]) == (Mark.CONFLICT, Mark.AGREE)
    assert Mark.SILENT not in marks.values()
    matrix = f"{cycle.page}triangulation/"
    said = cycle.sponsor.get(matrix).get_text(" ", strip=True)
    assert "find out why they differ before recommending anything" in said
    assert "agree and speak of strength" in said
    assert "Nobody asked the children." in cycle.sponsor.get(f"{matrix}{first.id}/service_users/").get_text()
    cycle.viewer.get(f"{matrix}", 403)


def _planned(cycle: Cycle) -> None:
    """The plan recommends, on findings of two kinds of source, and says who acts by when."""
    officer = cycle.officer
    cycle.refused("There is no improvement plan yet.")
    accept(
        officer, "/action-plans/new/", review_id=cycle.review_id, title="Improvement plan", year=str(today().year)
    )  # fmt: skip
    plan = cycle.one(ActionPlan)
    cycle.refused("The improvement plan recommends nothing yet.")
    page = f"/recommendations/new/?plan_id={plan.id}"
    recommendation_page = amend(officer, page, text="Name neglect when it is seen.", changes="practice")
    cycle.refused("Recommendation 1 cites no finding.")
    cycle.afresh()
    findings = [str(finding_id) for finding_id in cycle.session.scalars(select(Finding.id))]
    accept(officer, f"{recommendation_page}findings/", findings=findings)
    assert "One kind of source only" not in officer.get(recommendation_page).get_text()
    cycle.refused("Recommendation 1 has no action.")
    due = today() + timedelta(days=60)
    for cast in cycle.agencies[:2]:
        amend(
            officer, f"/actions/new/?plan_id={plan.id}", recommendation_id=cycle.one(Recommendation).id,
            text="Audit ten files.", lead_agency_id=cast.agency.id, due_on=due.isoformat(),
        )  # fmt: skip
    cycle.goes_on(Stage.PRESENTATION)


def _presented(cycle: Cycle) -> None:
    """The Board agrees with changes and challenges an agency; the groups hear the findings after it."""
    officer, plan = cycle.officer, cycle.one(ActionPlan)
    cycle.refused("The findings are still to be presented to the Executive Board")
    board, joint = (
        accept(
            officer, "/presentations/new/", review_id=cycle.review_id, body=body, meets_on=today().isoformat(),
            agenda_line="Item 5",
        )
        for body in ("board", "joint_groups")
    )  # fmt: skip
    held = {"held_on": today().isoformat(), "decided": "Agreed, with a date for each action."}
    refuse(officer, f"{joint}held/", "go to the Executive Board first", **held, decision="")
    accept(officer, f"{board}held/", **held, decision="agreed_with_changes", plan_id=plan.id)
    cycle.refused("The findings are still to be presented to the Children's Group and the Adults Group.")
    accept(officer, f"{joint}held/", **held, decision="")
    cycle.refused("The Board has not agreed the improvement plan yet.")
    accept(officer, f"{board}changed/")
    assert cycle.one(ActionPlan).status is PlanStatus.AGREED
    _challenged(cycle, number_in(board))
    cycle.goes_on(Stage.DISSEMINATION)


def _challenged(cycle: Cycle, board_id: int) -> None:
    cast, day = cycle.agencies[0], today().isoformat()
    challenge_page = accept(
        cycle.officer, "/challenges/new/", review_id=cycle.review_id, presentation_id=board_id, challenged_on=day,
        challenger="Chair", agency_id=cast.agency.id, question="Who saw the child?",
    )  # fmt: skip
    refuse(cycle.officer, f"{challenge_page}close/", "There is no answer yet", closed_on=day, outcome="Done.")
    accept(cast.manager, f"{challenge_page}answer/", answered_on=day, answer="The health visitor.")
    accept(cycle.officer, f"{challenge_page}close/", closed_on=day, outcome="A field for it.")


def _disseminated(cycle: Cycle) -> None:
    """A seven-minute briefing goes out, an agency uses it, and everybody who took part is told the outcome."""
    officer, day = cycle.officer, today().isoformat()
    cycle.refused("No learning product of this review is released yet. (1 more)")
    product = accept(
        officer, "/learning-products/new/", review_id=cycle.review_id, title="Seven minutes on neglect",
        form="seven_minute_briefing", audience="Every team", planned_on=day, summary="What the review found.",
    )  # fmt: skip
    briefing = post(officer, f"/briefings/draft/{number_in(product)}/", officer.tokens("/account/"))
    assert "Nobody saw the pattern." in str(officer.get(briefing))
    amend(officer, briefing, things_to_remember="Ask what a day is like.")
    cycle.agencies[0].member.get(product, 404)
    accept(officer, f"{product}release/", released_on=day)
    cast = cycle.agencies[0]
    accept(
        cast.member, f"/learning-uses/new/?product_id={number_in(product)}", product_id=number_in(product),
        agency_id=cast.agency.id, used_on=day, people_count="9", led_by="Team leader",
    )  # fmt: skip
    assert "Have used it (1)" in cycle.viewer.get(f"{product}who-has-used-it/").get_text()
    _told(cycle)
    cycle.goes_on(Stage.COMPLETED)


def _told(cycle: Cycle) -> None:
    cycle.refused("Young carers' forum took part in Hearing users and has not been told the outcome yet. (2 more)")
    told = f"{cycle.links['users']}told/{cycle.one(Engagement).id}/"
    accept(cycle.officer, told, told_on=today().isoformat(), words="At their meeting.")
    for name in ("families", "staff"):
        title = cycle.session.get_one(FeedbackActivity, number_in(cycle.links[name])).title
        cycle.session.commit()
        cycle.refused(f"People who answered {title} cannot read the outcome yet.")
        page = cycle.links[{"families": "family survey", "staff": "staff survey"}[name]]
        accept(cycle.officer, f"{page}outcome/", outcome="Children are now seen alone.")
        assert "Children are now seen alone." in cycle.public.client.get(cycle.links[page]).text


def _acted_on(cycle: Cycle) -> None:
    """Managers state their own actions done, with evidence; a second person says so, too."""
    cycle.afresh()
    actions = cycle.session.scalars(select(Action).order_by(Action.id)).all()
    for action, cast in zip(actions, cycle.agencies, strict=False):
        page = f"/actions/{action.id}/"
        refuse(cast.manager, f"{page}done/", "evidence", done_on=today().isoformat(), evidence=" ")
        accept(cast.manager, f"{page}done/", done_on=today().isoformat(), evidence="Report of ten files.")
        cycle.agencies[2].manager.get(page, 404)
        accept(cycle.officer, f"{page}confirm/")
    cycle.afresh()
    assert all(each.completed_on for each in actions)


def _analysed(cycle: Cycle) -> None:
    """A year on: every action is checked, the analysis concludes, and the review closes."""
    officer = cycle.officer
    cycle.goes_on(Stage.IMPACT_ANALYSIS)
    cycle.refused("The impact analysis is not complete yet.")
    path = f"/impact-analyses/{cycle.one(ImpactAnalysis).id}/"
    refuse(officer, f"{path}conclude/", "is not checked yet", conclusion="Learning is part of practice.")
    cycle.afresh()
    for action_id in cycle.session.scalars(select(Action.id)).all():
        accept(officer, f"{path}check/{action_id}/", impact="embedded", evidence="Files of this May name neglect.")
    accept(officer, f"{path}conclude/", conclusion="Learning is part of practice.")
    assert "Embedded" in cycle.viewer.get(path).get_text()
    cycle.goes_on(Stage.CLOSED)
    assert cycle.officer.get(cycle.page).find("a", string="Move to next stage") is None
    assert cycle.session.scalar(select(Message.id).limit(1)) is not None, "agencies were written to on the way"
