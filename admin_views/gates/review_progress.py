"""What is to be done next in a review, how far are its sources and parts, and what happened last?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, g, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.gates.review_gates import acts_next_in, gate_tasks
from admin_views.kit.base import EVERYONE, STAFF, PageSet, Panel, Part, expose
from admin_views.kit.histories import history_panel
from admin_views.kit.permissions import READERS
from admin_views.kit.places import OF_PARTS
from admin_views.kit.requests import role
from admin_views.kit.workspace.panels import panels_of_part, review_panel
from admin_views.kit.workspace.workspaces import tabs_of
from models.audits.case_audits import CaseAudit
from models.core.addresses import address_of_name, list_address
from models.core.clock import today
from models.evidence.intelligence_uses import IntelligenceUse
from models.evidence.triangulations import Triangulation, triangulate
from models.feedback.feedback_activities import Audience, FeedbackActivity
from models.gates.review_events import events_of
from models.gates.review_progress import ReviewProgress, Share
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import stages_of
from models.reviews.thematic_reviews import Stage, ThematicReview, next_stage
from models.rules.evidence.paper_parts import MARK_TONES
from models.rules.evidence.triangulation import Mark

_BEFORE_EVIDENCE = (Stage.PROPOSED, Stage.SCOPING)
"""Before its evidence is asked for a review has nothing to set side by side."""


@dataclass(frozen=True)
class Source:
    """One of the five sources: its name, the list behind it, and how much of it is in."""

    name: str
    href: str
    share: Share


@dataclass(frozen=True)
class MarkShare:
    """How many key lines of a review have a mark, and which part of all that is, in percent."""

    mark: Mark
    count: int
    starts_at: float
    percent: float
    colour: str


@dataclass(frozen=True)
class Step:
    """One stage of the stepper with its days."""

    stage: Stage
    planned_on: Any
    reached_on: Any
    is_passed: bool
    is_here: bool


def overview_of(session: Session, review: ThematicReview) -> dict[str, Any]:
    """What the overview shows to whoever asks; people of agencies see their own share of it."""
    progress: ReviewProgress = g.workspace.progress
    is_staff, is_reader = role() in STAFF, role() in READERS
    tasks = gate_tasks(session, review) if is_staff else []
    matrix = triangulate(session, review) if is_staff and review.stage not in _BEFORE_EVIDENCE else None
    return {
        "is_overview": True,
        "on": today(),
        "tasks": tasks,
        "following": next_stage(review.stage),
        "acts_next": acts_next_in(review, progress, tasks) if is_staff else "",
        "steps": list(_steps(session, review)) if is_reader else [],
        "sources": list(_sources(review, progress)),
        "marks": list(_marks(matrix)) if matrix else [],
        "is_hidden": matrix is not None and matrix.is_hidden,
        "events": [(event, address_of_name(event.name)) for event in events_of(session, review)] if is_staff else [],
    }


def _steps(session: Session, review: ThematicReview) -> Iterator[Step]:
    planned = stages_of(session, review.id)
    for stage in Stage:
        days = planned.get(stage)
        yield Step(
            stage,
            days.planned_on if days else None,
            days.reached_on if days else None,
            stage.number < review.stage.number,
            stage is review.stage,
        )


def _sources(review: ThematicReview, progress: ReviewProgress) -> Iterator[Source]:
    own = {"review_id": review.id}
    yield Source("Self-evaluations", list_address(SelfEvaluation, **own), progress.self_evaluations)
    yield Source("Case audits", list_address(CaseAudit, **own), progress.audits)
    if role() in READERS:
        users, staff = Audience.SERVICE_USERS.value, Audience.PRACTITIONERS.value
        yield Source(
            "Service users and families", list_address(FeedbackActivity, **own, audience=users), progress.service_users
        )
        yield Source("Practitioners", list_address(FeedbackActivity, **own, audience=staff), progress.practitioners)
        yield Source("Reviews and inspections", list_address(IntelligenceUse, **own), progress.intelligence)


def _marks(matrix: Triangulation) -> Iterator[MarkShare]:
    """The key lines by what their sources say together."""
    before = 0
    for mark in Mark:
        count = matrix.count(mark)
        if count:
            whole = len(matrix.rows)
            yield MarkShare(mark, count, 100 * before / whole, 100 * count / whole, MARK_TONES[mark])
        before += count


class WorkspacePages(PageSet):
    """The pages of the reviews' screen that a review's side menu leads to."""

    @expose("/<int:record_id>/<part>/", roles=EVERYONE)
    def part_page(self, record_id: int, part: str) -> ResponseReturnValue:
        """What there is of a part of the review at a glance; its first list where there is nothing to say."""
        review = self.get_record(record_id)
        wanted = next((known for known in OF_PARTS if known.word == part), None) or abort(404)
        panels = panels_of_part(self.session, review, wanted)
        lists = [tab.href for tab in tabs_of(review, wanted) if not tab.is_here]
        if not panels and lists:
            return redirect(lists[0])
        if not panels and not lists:
            abort(404)
        return self.render("thematic_reviews/part.html", review=review, part=wanted, panels=panels)


@review_panel(Part.RECORD, order=90, roles=STAFF)
def history(session: Session, review: ThematicReview) -> Panel:
    """Who changed the review itself, when, and what."""
    return history_panel(session, ThematicReview, review.id, {})
