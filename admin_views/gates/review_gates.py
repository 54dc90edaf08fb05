"""What does a review lack before its next stage, where is each thing done, and how does it go on without?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.gates.gate_waivers import show_waiver
from admin_views.kit.base import OFFICERS, STAFF, PageSet, Panel, expose, person_id, row_action, tag
from admin_views.kit.fields import Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.registry import link_to
from admin_views.partnership.hubs import may_run
from models.audits.case_audits import CaseAudit
from models.core.addresses import address_of, list_address
from models.core.clock import today
from models.core.db import Base
from models.core.errors import RuleBroken
from models.evidence.intelligence_uses import IntelligenceUse
from models.feedback.feedback_activities import FeedbackActivity
from models.gates.gate_waivers import ask_to_waive
from models.gates.programmes import acts_next
from models.gates.review_gates import Standing, find_gate, gates_of, pass_gates, standings_of
from models.gates.review_progress import ReviewProgress
from models.learning.learning_products import LearningProduct
from models.plans.action_plans import ActionPlan
from models.plans.impact_analyses import ImpactAnalysis
from models.plans.presentations import Presentation
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.invitations import Invitation
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine


def _list_of_review(table: type[Base]) -> str:
    """The address of a table's list, narrowed to a review whose id is still to be written into it."""
    return f"{list_address(table)}?review_id={{}}"


WHERE_DONE = {
    "focus": list_address(ThematicReview, "{}", "edit"),
    "sponsor": list_address(ThematicReview, "{}", "edit"),
    "period": list_address(ThematicReview, "{}", "edit"),
    "key_lines": list_address(KeyLine, "arrange", "{}"),
    "project_team": list_address(ThematicReview, "{}", "papers"),
    "invitations": list_address(Invitation, "review", "{}"),
    "self_evaluation_signed": _list_of_review(AssuranceTool),
    "case_audit_signed": _list_of_review(AssuranceTool),
    "practitioner_questions_signed": _list_of_review(AssuranceTool),
    "service_user_questions_signed": _list_of_review(AssuranceTool),
    "self_evaluations": _list_of_review(SelfEvaluation),
    "activities": _list_of_review(FeedbackActivity),
    "service_users": _list_of_review(FeedbackActivity),
    "practitioners": _list_of_review(FeedbackActivity),
    "groups_named": _list_of_review(FeedbackActivity),
    "feedback_given": _list_of_review(FeedbackActivity),
    "case_audits": _list_of_review(CaseAudit),
    "intelligence": _list_of_review(IntelligenceUse),
    "sources": list_address(ThematicReview, "{}", "triangulation"),
    "plan": _list_of_review(ActionPlan),
    "presented": _list_of_review(Presentation),
    "plan_agreed": _list_of_review(Presentation),
    "learning": _list_of_review(LearningProduct),
    "impact_due": _list_of_review(ImpactAnalysis),
    "impact": _list_of_review(ImpactAnalysis),
}
"""Where what a gate asks for is done, with room for the review's id.

A gate that is not here is done on the review's own page.
"""


class WaiverForm(Form):
    """Why the review should go on without what a gate asks for."""

    reason = TextField("Why should the review go on without?", validators=[Required()])


class GatePages(PageSet):
    """The pages of the reviews' screen about its gates."""

    @expose("/<int:record_id>/gates/", roles=STAFF)
    def gates(self, record_id: int) -> str:
        """All gates of the review, stage by stage."""
        review = self.get_record(record_id)
        standings = standings_of(self.session, [(review, stage) for stage in Stage])[review.id]
        panels = [
            Panel(
                f"At the end of “{stage.label}”",
                _HEADINGS,
                [_row(self.session, review, standing) for standing in of_stage],
            )
            for stage, of_stage in groupby(standings, lambda standing: standing.gate.stage)
        ]
        return self.render("thematic_reviews/gates.html", review=review, panels=panels)

    @expose("/<int:record_id>/gates/<gate>/waive/", roles=OFFICERS, methods=("GET", "POST"))
    def waive(self, record_id: int, gate: str) -> ResponseReturnValue:
        """Ask the sponsor to let the review go on without one thing."""
        review, form = self._run(record_id), WaiverForm(sent_form())
        standing = find_gate(self.session, review, gate)
        values = {"title": "Ask to go on without it", "button": "Ask the lead sponsor", "lead": standing.missing}
        return self.ask(form, self.details_url(record_id), lambda: self._asked(review, standing, form), **values)

    def _asked(self, review: ThematicReview, standing: Standing, form: Form) -> str:
        if not standing.missing:
            raise RuleBroken("Nothing is missing here, so there is nothing to go on without.")
        ask_to_waive(
            self.session, review=review, gate=standing.gate.code, missing=standing.missing,
            reason=form["reason"].data, person_id=person_id(),
        )  # fmt: skip
        return "The lead sponsor is asked; until they consent the gate stays shut."

    def _run(self, record_id: int) -> ThematicReview:
        review: ThematicReview = self.get_record(record_id)
        if not may_run(self.session, review.hub_id):
            raise RuleBroken("You run the reviews of your own hubs only.")
        return review

    @row_action(
        "Move to next stage",
        roles=OFFICERS,
        confirmation="Move this review to its next stage?",
        shown=lambda review: review.stage is not Stage.CLOSED,
    )
    def advance(self, session: Session, review: ThematicReview) -> str:
        """The next stage, reached today, when every gate is open."""
        self._run(review.id)
        stage = pass_gates(session, review, on=today())
        return f"{review.reference} is now at the stage {stage.label.lower()}."


@dataclass(frozen=True)
class GateTask:
    """One thing that must be done before a review goes on: what, what is missing, its state as a tag, and where."""

    what: str
    missing: str
    state: str
    deed: str
    href: str
    is_open: bool

    @property
    def verb(self) -> str:
        """The first word of what is to be done, for the button in the row."""
        return self.deed.partition(" ")[0] if self.missing else "Look"


def gate_tasks(session: Session, review: ThematicReview) -> list[GateTask]:
    """What the review's present stage asks for, what is missing first."""
    tasks = [_task(review, standing) for standing in gates_of(session, review)]
    return sorted(tasks, key=lambda task: task.is_open)


def _task(review: ThematicReview, standing: Standing) -> GateTask:
    deed = "Ask for signatures" if standing.lacks_only_signature else DEEDS[standing.gate.code]
    href = _where_done(review, standing)
    return GateTask(standing.gate.words, standing.missing, _state(standing), deed, href, standing.is_open)


def _where_done(review: ThematicReview, standing: Standing) -> str:
    """The page on which what is missing is done; signatures are asked for on the page of all papers."""
    if standing.lacks_only_signature:
        return address_of(review, "papers")
    place = WHERE_DONE.get(standing.gate.code)
    return place.format(review.id) if place else address_of(review)


def _state(standing: Standing) -> str:
    if standing.is_done:
        return tag("Done", "green")
    if not standing.has_begun or not standing.missing:
        return tag("Not started", "grey")
    return show_waiver(standing.waiver) or tag("In progress", "blue")


DEEDS = {
    "focus": "Write the focus",
    "sponsor": "Choose a lead sponsor",
    "period": "Set the period",
    "key_lines": "Arrange the key lines",
    "project_team": "Ask for the team’s signature",
    "invitations": "Invite agencies",
    "self_evaluation_signed": "Ask for signatures",
    "case_audit_signed": "Ask for signatures",
    "practitioner_questions_signed": "Ask for signatures",
    "service_user_questions_signed": "Ask for signatures",
    "activities": "Agree how people are heard",
    "self_evaluations": "See who owes returns",
    "case_audits": "See who owes audits",
    "service_users": "Hear service users",
    "practitioners": "Hear practitioners",
    "intelligence": "Read reviews and inspections",
    "sources": "Compare the sources",
    "plan": "Write the plan",
    "presented": "Present the findings",
    "plan_agreed": "Record the Board’s decision",
    "learning": "Release learning",
    "groups_named": "Name who took part",
    "feedback_given": "Tell those who took part",
    "impact_due": "See the impact analysis",
    "impact": "Complete the impact analysis",
}
"""What is to be done where something is missing, for the button at the top."""


def acts_next_in(review: ThematicReview, progress: ReviewProgress, tasks: Sequence[GateTask]) -> str:
    """Who must act for the review to go on."""
    missing = tuple(task.missing for task in tasks if not task.is_open)
    waits = progress.waits_for_sponsor
    return acts_next(review, progress.sponsor, progress.officer, missing, waits_for_sponsor=waits)


def _row(session: Session, review: ThematicReview, standing: Standing) -> tuple[str, str, str]:
    if not standing.missing:
        return standing.gate.words, _state(standing), ""
    words = Markup('<a href="{}">{}</a>').format(_where_done(review, standing), standing.missing)
    return words, _state(standing), _way_round(session, review, standing)


def _way_round(session: Session, review: ThematicReview, standing: Standing) -> str:
    if standing.waiver is not None:
        return link_to(standing.waiver, "Reason")
    if review.stage is not standing.gate.stage or not may_run(session, review.hub_id):
        return ""
    address = address_of(review, "gates", standing.gate.code, "waive")
    return Markup('<a href="{}">Ask to go on without it</a>').format(address)


_HEADINGS = ("What is asked for", "State", "Otherwise")
