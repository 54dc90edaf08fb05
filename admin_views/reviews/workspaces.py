"""What stands on the first page of each part of a review, and on its overview?"""

from __future__ import annotations

from flask import abort, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import EVERYONE, READERS, STAFF, Button, PageSet, Panel, Part, expose, show_tag, tag
from admin_views.kit.formats import show_date
from admin_views.kit.histories import history_panel
from admin_views.kit.registry import link_to
from admin_views.kit.review_panels import panels_of_part, review_panel
from admin_views.kit.workspace.places import OF_PARTS
from admin_views.kit.workspace.workspaces import tabs_of
from admin_views.partnership.hubs import may_run
from models.case_lists.case_frames import CaseFrame
from models.core.addresses import list_address
from models.core.clock import today
from models.evidence.triangulations import triangulated_once
from models.plans.action_plans import ActionPlan
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample


class WorkspacePages(PageSet):
    """The pages of the reviews' screen that a review's side menu leads to."""

    @expose("/<int:record_id>/<part>/", roles=EVERYONE)
    def part_page(self, record_id: int, part: str) -> ResponseReturnValue:
        """What there is of a part of the review at a glance; its first list where there is nothing to say."""
        review = self.get_record(record_id)
        wanted = next((known for known in OF_PARTS if known.word == part), None) or abort(404)
        with triangulated_once(self.session):
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


@review_panel(Part.SCOPE, order=10, roles=STAFF)
def _timetable(session: Session, review: ThematicReview) -> Panel:
    statement = select(ReviewStage).where(ReviewStage.review_id == review.id).order_by(ReviewStage.planned_on)
    rows = [
        (
            link_to(step, step.stage.label),
            show_date(step.planned_on),
            show_date(step.reached_on) if step.reached_on else _late(step),
        )
        for step in session.scalars(statement)
    ]
    return Panel("Timetable", ("Stage", "Planned", "Reached"), rows, buttons=_timetable_buttons(session, review))


def _timetable_buttons(session: Session, review: ThematicReview) -> list[Button]:
    if not may_run(session, review.hub_id):
        return []
    return [
        Button("Edit the timetable", list_address(ReviewStage, review_id=review.id)),
        Button("Plan a stage", list_address(ReviewStage, "new", review_id=review.id)),
    ]


def _late(stage: ReviewStage) -> str:
    return tag("Late", "red") if stage.planned_on < today() else "Not yet"


@review_panel(Part.PLAN, order=20, is_for_agencies=True)
def _plans(session: Session, review: ThematicReview) -> Panel:
    plans = session.scalars(select(ActionPlan).where(ActionPlan.review_id == review.id).order_by(ActionPlan.reference))
    rows = [(link_to(plan, plan.reference), plan.title, show_tag(plan.status)) for plan in plans]
    return Panel("Improvement plans", ("Plan", "Title", "Status"), rows)


@review_panel(Part.CASES, order=30, roles=READERS)
def _frames(session: Session, review: ThematicReview) -> Panel:
    frames = session.scalars(select(CaseFrame).where(CaseFrame.review_id == review.id).order_by(CaseFrame.reference))
    rows = [(link_to(frame, frame.reference), frame.title, f"{frame.case_count:,}") for frame in frames]
    return Panel("Case frames", ("Frame", "Title", "Cases"), rows)


@review_panel(Part.CASES, order=40, roles=READERS)
def _samples(session: Session, review: ThematicReview) -> Panel:
    samples = session.scalars(
        select(AuditSample).where(AuditSample.review_id == review.id).order_by(AuditSample.reference)
    )
    rows = [(link_to(sample, sample.reference), sample.title, show_tag(sample.status)) for sample in samples]
    return Panel("Audit samples", ("Sample", "Title", "Status"), rows)
